"""What a clerk has typed and not saved yet, so that a crash does not take it away."""

from __future__ import annotations

import peewee

from terminal.store.tables.ledger import Table


class KeptDraftRow(Table):
    """A visit at the desk of one clerk, as JSON in `body`; `kept_at` in milliseconds."""

    key = peewee.TextField(primary_key=True)
    staff_id = peewee.TextField(index=True)
    kept_at = peewee.IntegerField()
    body = peewee.BlobField()

    class Meta:
        table_name = "kept_draft"
