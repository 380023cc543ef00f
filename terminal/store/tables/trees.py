"""Tables of the watch over the hub's log of ratings, as schema only."""

from __future__ import annotations

import peewee

from terminal.store.tables.ledger import Table


class TreeHeadRow(Table):
    """A tree head that was checked and is remembered, as the hub signed it."""

    id = peewee.AutoField()
    log = peewee.TextField()
    number = peewee.IntegerField()
    size = peewee.IntegerField()
    body = peewee.BlobField()
    signature = peewee.BlobField()
    key = peewee.TextField()
    seen_at = peewee.IntegerField()

    class Meta:
        table_name = "tree_head"


class RatingProofRow(Table):
    """Where a rating of this terminal stands in the log; `place` -1 while it was not proved.

    `misses` counts answers of the hub that did not prove it.
    """

    hash = peewee.TextField(primary_key=True)
    place = peewee.IntegerField(default=-1)
    log = peewee.TextField(default="")
    misses = peewee.IntegerField(default=0)
    since = peewee.IntegerField()
    proved_at = peewee.IntegerField(default=0)

    class Meta:
        table_name = "rating_proof"


class TreeAlarmRow(Table):
    """What was found about the log, with both signed heads as evidence; never deleted."""

    id = peewee.AutoField()
    code = peewee.TextField()
    subject = peewee.TextField(default="")
    lost = peewee.IntegerField(default=0)
    known = peewee.BlobField(default=b"")
    shown = peewee.BlobField(default=b"")
    found_at = peewee.IntegerField()
    last_at = peewee.IntegerField()
    count = peewee.IntegerField(default=1)
    settled_at = peewee.IntegerField(default=0)

    class Meta:
        table_name = "tree_alarm"


TREE_TABLES = (TreeHeadRow, RatingProofRow, TreeAlarmRow)
