"""Tables of `catalogue.db`: public data only, never encrypted, rebuilt whenever it is lost.

The models are schema and are never bound: every query names its database.
"""

from __future__ import annotations

from peewee import BlobField, BooleanField, CharField, CompositeKey, IntegerField, Model, TextField


class ItemRow(Model):
    """One version of one service item; `body` is the item as msgspec JSON.

    `is_current` marks the version that is offered now, `is_shipped` one that came with the
    program. The columns beside the body are those that queries name.
    """

    code = CharField()
    version = CharField()
    is_current = BooleanField(index=True)
    name = TextField()
    department = TextField()
    usage = IntegerField()
    is_shipped = BooleanField()
    body = BlobField()

    class Meta:
        table_name = "item"
        primary_key = CompositeKey("code", "version")


class LifeEventRow(Model):
    """One matter (一件事) as msgspec JSON; `position` keeps the order of the files."""

    id = CharField(primary_key=True)
    position = IntegerField()
    body = BlobField()

    class Meta:
        table_name = "life_event"


class PulledRow(Model):
    """Codes of the items that came from the hub; others were shipped or imported here."""

    code = CharField(primary_key=True)

    class Meta:
        table_name = "pulled"


class MetaRow(Model):
    """What the file is: layout number, handle of the content, digest of the shipped files."""

    key = CharField(primary_key=True)
    value = TextField()

    class Meta:
        table_name = "meta"


TABLES: tuple[type[Model], ...] = (ItemRow, LifeEventRow, PulledRow, MetaRow)
