"""Receipts that were printed ahead to be written by hand, as schema only."""

from __future__ import annotations

import peewee

from terminal.store.tables.ledger import Table


class BlankReceiptRow(Table):
    """A number of a handwritten receipt: `printed_at` 0 not printed here, no `case_id` free.

    `taken_at` when `taken_by` took it out of the drawer, `spoiled_at` when it was made useless
    for `reason`; moments in milliseconds, 0 for never.
    """

    number = peewee.TextField(primary_key=True)
    printed_at = peewee.IntegerField()
    case_id = peewee.TextField(default="")
    taken_at = peewee.IntegerField(default=0)
    taken_by = peewee.TextField(default="")
    spoiled_at = peewee.IntegerField(default=0)
    reason = peewee.TextField(default="")

    class Meta:
        table_name = "blank_receipt"
