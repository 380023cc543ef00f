"""Receipts that were printed ahead to be written by hand, as schema only."""

from __future__ import annotations

import peewee

from terminal.store.tables.ledger import Table


class BlankReceiptRow(Table):
    """A number of a handwritten receipt: `printed_at` 0 not printed here, no `case_id` free."""

    number = peewee.TextField(primary_key=True)
    printed_at = peewee.IntegerField()
    case_id = peewee.TextField(default="")

    class Meta:
        table_name = "blank_receipt"
