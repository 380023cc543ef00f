"""Tables of the ledger, as schema only: models are never bound, every query names its database.

Aggregates are kept as JSON in `body` beside the columns that lists and searches need.
"""

from __future__ import annotations

import peewee


class Table(peewee.Model):
    """Base without a database: `query.execute(db)` is the only way."""

    class Meta:
        legacy_table_names = False


class EntryRow(Table):
    """The journal. `state` is waiting, acknowledged, applied, held, refused or conflict.

    `place` is where the hub told that it was applied, see `hub_order`; 0: nowhere yet.
    An index here is a page more in every commit: `places` finds an entry by epoch and seq.
    """

    id = peewee.AutoField()
    epoch = peewee.TextField()
    seq = peewee.IntegerField()
    hash = peewee.TextField()
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
    place = peewee.IntegerField(default=0)

    class Meta:
        table_name = "entry"


class ForeignEntryRow(Table):
    """Entries of the hub or of other terminals that came down a feed, as they were.

    `origin`, `epoch` and `seq` are their place in their journal, as their header names it;
    `place` is the one in the hub's order. `state` is what they came to here, or void: at the hub
    they have no effect.
    """

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
    origin = peewee.TextField(default="")
    epoch = peewee.TextField(default="")
    seq = peewee.IntegerField(default=0)
    place = peewee.IntegerField(default=0)

    class Meta:
        table_name = "foreign_entry"


class AggregateRow(Table):
    """Cases, visits, ratings and documents, with the columns by which they are found.

    `wiped` says that the personal part is gone; whatever is saved again begins without it.
    """

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
    wiped = peewee.BooleanField(default=False)

    class Meta:
        table_name = "aggregate"
        indexes = ((("kind", "state", "due"), False),)


class PrintJobRow(Table):
    """A print job; `copy` counts the prints of its document from 1."""

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
    """Accounts of this machine; `password` is an argon2 hash."""

    staff_id = peewee.TextField(primary_key=True)
    login = peewee.TextField(unique=True)
    name = peewee.TextField()
    role = peewee.TextField()
    password = peewee.TextField()
    active = peewee.BooleanField(default=True)

    class Meta:
        table_name = "staff"


class CursorRow(Table):
    """Where this terminal stands in each feed of the hub.

    Rows are pulled into `generation` and read from `shown`; the two differ while a set is
    rebuilt beside the one that is in force.
    """

    feed = peewee.TextField(primary_key=True)
    handle = peewee.TextField()
    position = peewee.IntegerField()
    row_hash = peewee.TextField()
    generation = peewee.IntegerField(default=0)
    shown = peewee.IntegerField(default=0)

    class Meta:
        table_name = "cursor"


class CursorWordRow(Table):
    """The hub's signature over the place of a feed to which it last led."""

    feed = peewee.TextField(primary_key=True)
    handle = peewee.TextField()
    position = peewee.IntegerField()
    row_hash = peewee.TextField()
    signature = peewee.BlobField()

    class Meta:
        table_name = "cursor_word"


class SetRow(Table):
    """Rows of the pulled sets as the hub sent them: policy, keys, staff, appointments."""

    feed = peewee.TextField()
    generation = peewee.IntegerField()
    key = peewee.TextField()
    body = peewee.BlobField()

    class Meta:
        table_name = "set_row"
        primary_key = peewee.CompositeKey("feed", "generation", "key")


class KeptRow(Table):
    """Rows of feeds that this release does not understand, for a later one."""

    hash = peewee.TextField(primary_key=True)
    kind = peewee.TextField()
    key = peewee.TextField()
    body = peewee.BlobField(null=True)
    place = peewee.IntegerField(default=0)

    class Meta:
        table_name = "kept_row"


class OwnPasswordRow(Table):
    """A password that somebody of the hub's staff set here; it holds until the hub's changes."""

    staff_id = peewee.TextField(primary_key=True)
    replaced = peewee.TextField()
    password = peewee.TextField()

    class Meta:
        table_name = "own_password"


class BlobRow(Table):
    """Scans and photos that entries name; `confirmed` once the hub has them whole."""

    hash = peewee.TextField(primary_key=True)
    name = peewee.TextField()
    media_type = peewee.TextField()
    size = peewee.IntegerField()
    confirmed = peewee.BooleanField(default=False)

    class Meta:
        table_name = "blob"


class MetaRow(Table):
    """Small facts of this ledger: epoch, counters, enrolment."""

    key = peewee.TextField(primary_key=True)
    value = peewee.TextField()

    class Meta:
        table_name = "meta"


ALL_TABLES = (
    EntryRow,
    ForeignEntryRow,
    AggregateRow,
    PrintJobRow,
    StaffTable,
    CursorRow,
    CursorWordRow,
    SetRow,
    KeptRow,
    OwnPasswordRow,
    BlobRow,
    MetaRow,
)
