"""The first schema of the ledger; a frozen copy that never imports the live tables."""

from __future__ import annotations

from typing import Any

import peewee


class Table(peewee.Model):
    class Meta:
        legacy_table_names = False


class EntryRow(Table):
    id = peewee.AutoField()
    epoch = peewee.TextField()
    seq = peewee.IntegerField()
    hash = peewee.TextField(unique=True)
    record_id = peewee.TextField(unique=True)
    action_id = peewee.TextField(index=True)
    kind = peewee.TextField()
    aggregate_id = peewee.TextField(index=True)
    header = peewee.BlobField()
    payload = peewee.BlobField(null=True)
    written_at = peewee.IntegerField()
    acknowledged = peewee.BooleanField(default=False, index=True)
    state = peewee.TextField(default="waiting")
    code = peewee.TextField(default="")
    since = peewee.IntegerField()
    due = peewee.TextField(default="")

    class Meta:
        table_name = "entry"
        indexes = ((("epoch", "seq"), True),)


class ForeignEntryRow(Table):
    record_id = peewee.TextField(primary_key=True)
    hash = peewee.TextField()
    kind = peewee.TextField()
    aggregate_id = peewee.TextField(index=True)
    header = peewee.BlobField()
    payload = peewee.BlobField(null=True)
    signature = peewee.BlobField()
    state = peewee.TextField()
    code = peewee.TextField(default="")
    received_at = peewee.IntegerField()

    class Meta:
        table_name = "foreign_entry"


class AggregateRow(Table):
    aggregate_id = peewee.TextField(primary_key=True)
    kind = peewee.TextField()
    head = peewee.TextField()
    state = peewee.TextField(default="")
    number = peewee.TextField(default="", index=True)
    parent = peewee.TextField(default="", index=True)
    staff = peewee.TextField(default="", index=True)
    due = peewee.TextField(default="")
    at = peewee.IntegerField()
    body = peewee.BlobField()

    class Meta:
        table_name = "aggregate"
        indexes = ((("kind", "state", "due"), False),)


class PrintJobRow(Table):
    job_id = peewee.TextField(primary_key=True)
    document_id = peewee.TextField(index=True)
    device = peewee.TextField()
    state = peewee.TextField(index=True)
    copy = peewee.IntegerField()
    code = peewee.TextField(default="")
    attempts = peewee.IntegerField(default=0)
    reprint_of = peewee.TextField(default="")
    created_at = peewee.IntegerField()
    changed_at = peewee.IntegerField()

    class Meta:
        table_name = "print_job"


class StaffTable(Table):
    staff_id = peewee.TextField(primary_key=True)
    login = peewee.TextField(unique=True)
    name = peewee.TextField()
    role = peewee.TextField()
    password = peewee.TextField()
    active = peewee.BooleanField(default=True)

    class Meta:
        table_name = "staff"


class CursorRow(Table):
    feed = peewee.TextField(primary_key=True)
    handle = peewee.TextField()
    position = peewee.IntegerField()
    row_hash = peewee.TextField()

    class Meta:
        table_name = "cursor"


class PolicyRow(Table):
    key = peewee.TextField(primary_key=True)
    body = peewee.BlobField()

    class Meta:
        table_name = "policy"


class BlobRow(Table):
    hash = peewee.TextField(primary_key=True)
    name = peewee.TextField()
    media_type = peewee.TextField()
    size = peewee.IntegerField()
    confirmed = peewee.BooleanField(default=False)

    class Meta:
        table_name = "blob"


class MetaRow(Table):
    key = peewee.TextField(primary_key=True)
    value = peewee.TextField()

    class Meta:
        table_name = "meta"


TABLES = (
    EntryRow,
    ForeignEntryRow,
    AggregateRow,
    PrintJobRow,
    StaffTable,
    CursorRow,
    PolicyRow,
    BlobRow,
    MetaRow,
)


def up(migrator: Any, db: peewee.Database) -> None:
    """Create the tables and their indexes."""
    for table in TABLES:
        peewee.SchemaManager(table, database=db).create_all(safe=False)
