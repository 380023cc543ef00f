"""The hub's tables as unbound peewee models: schema only, every query names its database.

Moments are integer milliseconds since 1970, dates ISO strings, hashes lower-case
hexadecimal. Bytes that were hashed are kept as they came. Texts have no length in the schema:
what terminals send is limited where it is read.
"""

from __future__ import annotations

from peewee import (
    BigAutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CompositeKey,
    IntegerField,
    Model,
    TextField,
)

from hub.store.rating_tables import RatingDoubtRow, RatingHeadRow, RatingLeafRow, RatingNodeRow


class Fact(Model):
    """Single values of this hub: its epoch, its public address, the schema's version."""

    name = TextField(primary_key=True)
    value = TextField()

    class Meta:
        table_name = "facts"


class Hall(Model):
    """A service hall (大厅) that this hub serves."""

    id = TextField(primary_key=True)
    name = TextField()
    region = TextField()

    class Meta:
        table_name = "halls"


class TerminalRow(Model):
    """An enrolled terminal: its public key is what it is."""

    id = TextField(primary_key=True)
    number = IntegerField(unique=True)
    name = TextField()
    key_id = TextField(unique=True)
    public_key = BlobField()
    hall = TextField(index=True)
    enrolled_at = BigIntegerField()
    last_contact = BigIntegerField(default=0)
    revoked_at = BigIntegerField(default=0)
    # What the terminal told last: how much waits there (-1: never told), the nearest date.
    backlog = BigIntegerField(default=-1)
    earliest_due = TextField(default="")
    earliest_act = TextField(default="")

    class Meta:
        table_name = "terminals"


class TerminalKeyRow(Model):
    """Every key that a terminal ever had; the one in force is neither retired nor revoked."""

    key_id = TextField(primary_key=True)
    terminal = TextField(index=True)
    public_key = BlobField()
    added_at = BigIntegerField()
    retired_at = BigIntegerField(default=0)
    revoked_at = BigIntegerField(default=0)

    class Meta:
        table_name = "terminal_keys"


class EnrolmentCodeRow(Model):
    """A one-time enrolment code, by the hash of its secret; `used_by` is a key id.

    `terminal` is set on a code that gives one terminal, and no other, a new key.
    """

    secret_hash = TextField(primary_key=True)
    hall = TextField()
    made_at = BigIntegerField()
    used_by = TextField(default="")
    terminal = TextField(default="")

    class Meta:
        table_name = "enrolment_codes"


class EntryRow(Model):
    """A stored entry; `id` is the order of arrival.

    `sound` says that the payload is here and fits the header; `hall` is the terminal's, empty
    for the hub's own.
    """

    id = BigAutoField()
    hash = TextField(unique=True)
    origin = TextField()
    epoch = TextField()
    seq = BigIntegerField()
    record_id = TextField()
    kind = TextField()
    aggregate_id = TextField(index=True)
    header = BlobField()
    payload = BlobField(null=True)
    signature = BlobField()
    received_at = BigIntegerField()
    sound = BooleanField()
    hall = TextField(default="")

    class Meta:
        table_name = "entries"
        indexes = ((("origin", "epoch", "seq"), True),)


class UnjudgedRow(Model):
    """An entry, by its `id`, that has no effect yet; the row goes when one was given.

    Also the second entry of one record_id leaves, whose effect is the first one's.
    """

    id = BigIntegerField(primary_key=True)
    hall = TextField()

    class Meta:
        table_name = "unjudged"
        indexes = ((("hall", "id"), False),)


class ChainRow(Model):
    """How far one epoch of one origin is stored without a gap."""

    origin = TextField()
    epoch = TextField()
    last_seq = BigIntegerField()
    last_hash = TextField()

    class Meta:
        table_name = "chains"
        primary_key = CompositeKey("origin", "epoch")


class ForkRow(Model):
    """An entry of a second branch: stored, never judged, shown to the supervisor."""

    hash = TextField(primary_key=True)
    origin = TextField(index=True)
    epoch = TextField()
    seq = BigIntegerField()
    header = BlobField()
    payload = BlobField(null=True)
    received_at = BigIntegerField()

    class Meta:
        table_name = "forks"


class EffectRow(Model):
    """What one record_id came to, for ever one; `waits_for` wakes a held one.

    It names an aggregate, a record_id or a blob, whichever is missing.
    """

    record_id = TextField(primary_key=True)
    entry_hash = TextField(index=True)
    aggregate_id = TextField()
    effect = TextField()
    code = TextField(default="")
    waits_for = TextField(default="")
    judged_at = BigIntegerField()

    class Meta:
        table_name = "effects"


class ConflictRow(Model):
    """An entry that could not have its effect beside another's; open until it is resolved."""

    entry_hash = TextField(primary_key=True)
    record_id = TextField()
    aggregate_id = TextField(index=True)
    code = TextField()
    found_at = BigIntegerField()
    resolved_at = BigIntegerField(default=0)

    class Meta:
        table_name = "conflicts"


class AggregateRow(Model):
    """The projection of one aggregate: its JSON, and what pages look for."""

    id = TextField(primary_key=True)
    type = TextField()
    head = TextField()
    body = BlobField()
    receipt_number = TextField(default="", index=True)
    case_number = TextField(default="")
    state = TextField(default="")
    organ = TextField(default="")
    due = TextField(default="", index=True)
    clerk = TextField(default="")
    origin = TextField(default="")
    visit_id = TextField(default="", index=True)
    created_at = BigIntegerField(default=0)
    changed_at = BigIntegerField(default=0)

    class Meta:
        table_name = "aggregates"
        indexes = ((("type", "state"), False),)


class MarkRow(Model):
    """What pages look for in a case beyond its state (`hub.store.marks`), a row each.

    `day` is an ISO date, `who` an account or a clerk, `place` the window.
    """

    aggregate_id = TextField()
    name = TextField()
    organ = TextField()
    day = TextField()
    who = TextField()
    place = TextField()

    class Meta:
        table_name = "marks"
        primary_key = CompositeKey("aggregate_id", "name")
        indexes = ((("name", "organ", "day"), False), (("name", "day"), False))


class RatingRow(Model):
    """What figures need of a rating; the rating itself is its aggregate."""

    id = TextField(primary_key=True)
    scope = TextField()
    subject_id = TextField(index=True)
    ordinal = IntegerField()
    grade = IntegerField()
    channel = TextField()
    organ = TextField(default="")
    rated_at = BigIntegerField()
    sealed = BooleanField(default=False)

    class Meta:
        table_name = "ratings"
        # A partial index for what is not sealed yet is made by the migrations.


class KeptRatingRow(Model):
    """A rating given on the phone before its receipt arrived; becomes an entry then."""

    id = BigAutoField()
    receipt_number = TextField(index=True)
    token = TextField()
    body = BlobField()
    kept_at = BigIntegerField()

    class Meta:
        table_name = "kept_ratings"
        indexes = ((("receipt_number", "token"), True),)


class TouchRow(Model):
    """Which terminal touched which aggregate, so that it hears what others do to it."""

    aggregate_id = TextField()
    terminal_id = TextField()

    class Meta:
        table_name = "touches"
        primary_key = CompositeKey("aggregate_id", "terminal_id")


class FeedHead(Model):
    """A feed's handle, last position and the chained hash of its last row."""

    name = TextField(primary_key=True)
    handle = TextField()
    position = BigIntegerField(default=0)
    hash = TextField(default="")

    class Meta:
        table_name = "feeds"


class FeedLine(Model):
    """A row of a feed at its position in commit order."""

    feed = TextField()
    position = BigIntegerField()
    kind = TextField()
    key = TextField()
    body = BlobField(null=True)
    hash = TextField()

    class Meta:
        table_name = "feed_rows"
        primary_key = CompositeKey("feed", "position")


class BlobRow(Model):
    """A scan that is completely here and whose hash was checked."""

    hash = TextField(primary_key=True)
    size = BigIntegerField()
    stored_at = BigIntegerField()

    class Meta:
        table_name = "blobs"


class ItemRow(Model):
    """An item of the published catalogue, for the names of its fields and questions."""

    code = TextField(primary_key=True)
    body = BlobField()

    class Meta:
        table_name = "items"


class ItemVersionRow(Model):
    """Every version of an item that was ever published: a case keeps the one it began with."""

    code = TextField()
    version = TextField()
    body = BlobField()

    class Meta:
        table_name = "item_versions"
        primary_key = CompositeKey("code", "version")


class CaseNameRow(Model):
    """By what a department looks for its cases: the applicant's name and the receipt number."""

    aggregate_id = TextField(primary_key=True)
    organ = TextField()
    name = TextField()
    number = TextField()

    class Meta:
        table_name = "case_names"
        # It covers the search: parts of names are looked for, so an organ's rows are read through.
        indexes = ((("organ", "name", "number", "aggregate_id"), False),)


class AccountRow(Model):
    """A department's account at the desk; `organ` is whose cases it sees."""

    name = TextField(primary_key=True)
    display_name = TextField()
    organ = TextField()
    enforcement_number = TextField(default="")
    supervisor = BooleanField(default=False)
    legal = BooleanField(default=False)
    password_hash = TextField()

    class Meta:
        table_name = "accounts"


class IncidentRow(Model):
    """An epoch of the hub's own whose end was lost when the hub was taken back.

    `last_seq` and `last_hash` are the end that the database had, `heard_seq` and `heard_hash`
    the furthest place of which a terminal or the hub's own mark knew, `after_seq` from where
    entries are asked back (0: the hub wrote on before it knew), `how` what it was noticed by.
    """

    epoch = TextField(primary_key=True)
    last_seq = BigIntegerField()
    last_hash = TextField()
    after_seq = BigIntegerField()
    heard_seq = BigIntegerField()
    heard_hash = TextField()
    new_epoch = TextField()
    how = TextField()
    noticed_at = BigIntegerField()

    class Meta:
        table_name = "incidents"


class SequenceRow(Model):
    """Gap-free counters: case numbers by region and day, terminals by hub."""

    name = TextField(primary_key=True)
    value = BigIntegerField(default=0)

    class Meta:
        table_name = "sequences"


class LeaseRow(Model):
    """Which process judges a hall's entries, and until when if it is not heard again.

    `wanted` counts who asked for it, so that the holder lets go only when nobody asked since.
    """

    hall = TextField(primary_key=True)
    holder = TextField()
    until = BigIntegerField()
    wanted = BigIntegerField()

    class Meta:
        table_name = "leases"


TABLES: tuple[type[Model], ...] = (
    Fact,
    Hall,
    TerminalRow,
    TerminalKeyRow,
    EnrolmentCodeRow,
    EntryRow,
    UnjudgedRow,
    ChainRow,
    ForkRow,
    EffectRow,
    ConflictRow,
    AggregateRow,
    MarkRow,
    RatingRow,
    RatingLeafRow,
    RatingNodeRow,
    RatingHeadRow,
    RatingDoubtRow,
    KeptRatingRow,
    TouchRow,
    FeedHead,
    FeedLine,
    BlobRow,
    ItemRow,
    ItemVersionRow,
    CaseNameRow,
    AccountRow,
    IncidentRow,
    SequenceRow,
    LeaseRow,
)
