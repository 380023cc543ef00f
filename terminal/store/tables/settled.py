"""What was made of entries whose contents are gone."""

from __future__ import annotations

import peewee

from terminal.store.tables.ledger import Table


class SettledRow(Table):
    """An aggregate as it was when contents of its entries were wiped, as JSON in `body`."""

    aggregate_id = peewee.TextField(primary_key=True)
    kind = peewee.TextField()
    body = peewee.BlobField()

    class Meta:
        table_name = "settled"
