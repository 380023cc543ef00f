"""The tables of the log of ratings: its leaves, subtrees and heads, and what terminals doubt.

Unbound models as in `hub.store.tables`, which lists them.
"""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BlobField,
    CompositeKey,
    IntegerField,
    Model,
    TextField,
)


class RatingLeafRow(Model):
    """A leaf of the log of ratings at its place: the hash of an entry or of an opening."""

    position = BigIntegerField(primary_key=True)
    leaf = TextField(unique=True)
    opening = BlobField(null=True)
    sealed_at = BigIntegerField()

    class Meta:
        table_name = "rating_leaves"


class RatingNodeRow(Model):
    """The hash of a complete subtree; `id` says which (see `store.trees`)."""

    id = BigIntegerField(primary_key=True)
    hash = BlobField()

    class Meta:
        table_name = "rating_nodes"


class RatingHeadRow(Model):
    """A signed tree head, as it was told."""

    size = BigIntegerField()
    number = IntegerField()
    log = TextField()
    made_at = BigIntegerField()
    body = BlobField()
    signature = BlobField()
    signer = TextField()

    class Meta:
        table_name = "rating_heads"
        primary_key = CompositeKey("size", "number")


class RatingDoubtRow(Model):
    """An epoch in which a terminal's own ratings are not those that are stored here."""

    terminal = TextField()
    epoch = TextField()
    last_seq = BigIntegerField()
    theirs = TextField()
    ours = TextField()
    found_at = BigIntegerField()

    class Meta:
        table_name = "rating_doubts"
        primary_key = CompositeKey("terminal", "epoch")
