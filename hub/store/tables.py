"""The hub's tables as unbound peewee models: schema only, every query names its database.

Moments are integer milliseconds since 1970, dates ISO strings, hashes lower-case
hexadecimal. Bytes that were hashed are kept as they came.
"""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    IntegerField,
    Model,
    TextField,
)


class Fact(Model):
    """Single values of this hub: its epoch, its public address, the schema's version."""

    name = CharField(primary_key=True)
    value = TextField()

    class Meta:
        table_name = "facts"


class Hall(Model):
    """A service hall (大厅) that this hub serves."""

    id = CharField(primary_key=True)
    name = CharField()
    region = CharField()

    class Meta:
        table_name = "halls"


class TerminalRow(Model):
    """An enrolled terminal: its public key is what it is."""

    id = CharField(primary_key=True)
    number = IntegerField(unique=True)
    name = CharField()
    key_id = CharField(unique=True)
    public_key = BlobField()
    hall = CharField(index=True)
    enrolled_at = BigIntegerField()
    last_contact = BigIntegerField(default=0)
    revoked_at = BigIntegerField(default=0)

    class Meta:
        table_name = "terminals"


class EnrolmentCodeRow(Model):
    """A one-time enrolment code, by the hash of its secret; `used_by` is a key id."""

    secret_hash = CharField(primary_key=True)
    hall = CharField()
    made_at = BigIntegerField()
    used_by = CharField(default="")

    class Meta:
        table_name = "enrolment_codes"


class EntryRow(Model):
    """A stored entry; `id` is the order of arrival.

    `sound` says that the payload is here and fits the header; `judged` that an effect was
    given (also for a second entry of one record_id, whose effect is the first one's).
    """

    id = AutoField()
    hash = CharField(unique=True)
    origin = CharField()
    epoch = CharField()
    seq = BigIntegerField()
    record_id = CharField(index=True)
    kind = CharField(index=True)
    aggregate_id = CharField(index=True)
    header = BlobField()
    payload = BlobField(null=True)
    signature = BlobField()
    received_at = BigIntegerField()
    sound = BooleanField()
    judged = BooleanField(default=False)

    class Meta:
        table_name = "entries"
        indexes = ((("origin", "epoch", "seq"), True), (("judged", "id"), False))


class ChainRow(Model):
    """How far one epoch of one origin is stored without a gap."""

    origin = CharField()
    epoch = CharField()
    last_seq = BigIntegerField()
    last_hash = CharField()

    class Meta:
        table_name = "chains"
        primary_key = CompositeKey("origin", "epoch")


class ForkRow(Model):
    """An entry of a second branch: stored, never judged, shown to the supervisor."""

    hash = CharField(primary_key=True)
    origin = CharField(index=True)
    epoch = CharField()
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

    record_id = CharField(primary_key=True)
    entry_hash = CharField(index=True)
    aggregate_id = CharField(index=True)
    effect = CharField()
    code = CharField(default="")
    waits_for = CharField(default="", index=True)
    judged_at = BigIntegerField()

    class Meta:
        table_name = "effects"


class AggregateRow(Model):
    """The projection of one aggregate: its JSON, and what pages look for."""

    id = CharField(primary_key=True)
    type = CharField()
    head = CharField()
    body = BlobField()
    receipt_number = CharField(default="", index=True)
    case_number = CharField(default="")
    state = CharField(default="", index=True)
    organ = CharField(default="", index=True)
    due = CharField(default="", index=True)
    clerk = CharField(default="")
    origin = CharField(default="")
    visit_id = CharField(default="", index=True)
    created_at = BigIntegerField(default=0)
    changed_at = BigIntegerField(default=0)

    class Meta:
        table_name = "aggregates"
        indexes = ((("type", "state"), False),)


class RatingRow(Model):
    """What figures need of a rating; the rating itself is its aggregate."""

    id = CharField(primary_key=True)
    scope = CharField()
    subject_id = CharField(index=True)
    ordinal = IntegerField()
    grade = IntegerField()
    channel = CharField()
    organ = CharField(default="")
    rated_at = BigIntegerField()

    class Meta:
        table_name = "ratings"


class KeptRatingRow(Model):
    """A rating given on the phone before its receipt arrived; becomes an entry then."""

    id = AutoField()
    receipt_number = CharField(index=True)
    token = CharField()
    body = BlobField()
    kept_at = BigIntegerField()

    class Meta:
        table_name = "kept_ratings"
        indexes = ((("receipt_number", "token"), True),)


class TouchRow(Model):
    """Which terminal touched which aggregate, so that it hears what others do to it."""

    aggregate_id = CharField()
    terminal_id = CharField()

    class Meta:
        table_name = "touches"
        primary_key = CompositeKey("aggregate_id", "terminal_id")


class FeedHead(Model):
    """A feed's handle, last position and the chained hash of its last row."""

    name = CharField(primary_key=True)
    handle = CharField()
    position = BigIntegerField(default=0)
    hash = CharField(default="")

    class Meta:
        table_name = "feeds"


class FeedLine(Model):
    """A row of a feed at its position in commit order."""

    feed = CharField()
    position = BigIntegerField()
    kind = CharField()
    key = CharField()
    body = BlobField(null=True)
    hash = CharField()

    class Meta:
        table_name = "feed_rows"
        primary_key = CompositeKey("feed", "position")


class BlobRow(Model):
    """A scan that is completely here and whose hash was checked."""

    hash = CharField(primary_key=True)
    size = BigIntegerField()
    stored_at = BigIntegerField()

    class Meta:
        table_name = "blobs"


class ItemRow(Model):
    """An item of the published catalogue, for the names of its fields and questions."""

    code = CharField(primary_key=True)
    body = BlobField()

    class Meta:
        table_name = "items"


class AccountRow(Model):
    """A department's account at the desk; `organ` is whose cases it sees."""

    name = CharField(primary_key=True)
    display_name = CharField()
    organ = CharField()
    enforcement_number = CharField(default="")
    supervisor = BooleanField(default=False)
    password_hash = CharField()

    class Meta:
        table_name = "accounts"


class SequenceRow(Model):
    """Gap-free counters: case numbers by region and day, terminals by hub."""

    name = CharField(primary_key=True)
    value = BigIntegerField(default=0)

    class Meta:
        table_name = "sequences"


TABLES: tuple[type[Model], ...] = (
    Fact,
    Hall,
    TerminalRow,
    EnrolmentCodeRow,
    EntryRow,
    ChainRow,
    ForkRow,
    EffectRow,
    AggregateRow,
    RatingRow,
    KeptRatingRow,
    TouchRow,
    FeedHead,
    FeedLine,
    BlobRow,
    ItemRow,
    AccountRow,
    SequenceRow,
)
