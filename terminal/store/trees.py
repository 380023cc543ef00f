"""What this terminal remembers of the hub's log of ratings, and what it wants proved."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
import peewee

from terminal.domain.records import RatingGiven
from terminal.protocol import entry as entries
from terminal.protocol import tree
from terminal.protocol.entry import Entry, EntryError
from terminal.protocol.tree import Claim, SignedHead, TreeHead
from terminal.store.statements import raw, rows, run, sql_of, writer
from terminal.store.tables.ledger import AggregateRow, EntryRow
from terminal.store.tables.trees import RatingProofRow, TreeAlarmRow, TreeHeadRow

KEPT_HEADS = 50
"""So many newest heads are kept, and of older ones the last of each day."""
_DAY = 86_400_000
_NO_HASH = bytes(32)
_STATES = ("acknowledged", "applied")

_OWN = EntryRow.kind == RatingGiven.kind
_HEADS = sql_of(
    TreeHeadRow.select(TreeHeadRow.body, TreeHeadRow.signature, TreeHeadRow.key).order_by(
        TreeHeadRow.id.desc()
    )
)
_add_head = writer(TreeHeadRow)
_put_proof = writer(RatingProofRow, "REPLACE")
_add_alarm = writer(TreeAlarmRow)


class Remembered(msgspec.Struct, frozen=True):
    """A head that was checked, with the bytes that the hub signed."""

    head: TreeHead
    signed: SignedHead


class Wanted(msgspec.Struct, frozen=True):
    """A rating of this terminal that is not proved to be in the log; `misses` as in its row."""

    hash: str
    header: bytes
    state: str
    misses: int


class Proof(msgspec.Struct, frozen=True):
    """Where a rating stands in the log: place from 0, -1 before it was proved."""

    hash: str
    place: int
    log: str
    proved_at: int


class Alarm(msgspec.Struct, frozen=True):
    """What was found about the log; `code` names the sentence, moments in milliseconds.

    `subject` is the hash of a rating or an epoch, `lost` a count of leaves.
    """

    id: int
    code: str
    subject: str
    lost: int
    found_at: int
    last_at: int
    count: int
    settled_at: int
    known: bytes = b""
    shown: bytes = b""


def heads(db: peewee.Database) -> list[Remembered]:
    """Return the remembered heads, newest first."""
    found: list[Remembered] = []
    for body, signature, key in rows(db, _HEADS):
        signed = SignedHead(bytes(body), bytes(signature), key)
        head = tree.decode_head(signed)
        if head is not None:
            found.append(Remembered(head, signed))
    return found


def last_head(db: peewee.Database) -> Remembered | None:
    """Return the newest remembered head."""
    for body, signature, key in rows(db, _HEADS + " LIMIT 1"):
        signed = SignedHead(bytes(body), bytes(signature), key)
        head = tree.decode_head(signed)
        return Remembered(head, signed) if head else None
    return None


def remember(db: peewee.Database, new: Remembered, now: int) -> None:
    """Remember a checked head, and forget older ones but the last of each day."""
    head, signed = new.head, new.signed
    newest = last_head(db)
    if newest is not None and newest.signed.body == signed.body:
        return
    _add_head(db, {
        "log": head.log, "number": head.number, "size": head.size, "body": signed.body,
        "signature": signed.signature, "key": signed.key, "seen_at": now,
    })  # fmt: skip
    run(
        db,
        "DELETE FROM tree_head WHERE id <= (SELECT max(id) FROM tree_head) - ?"
        " AND id NOT IN (SELECT max(id) FROM tree_head GROUP BY seen_at / ?)",
        KEPT_HEADS,
        _DAY,
    )


def wanted(db: peewee.Database, limit: int) -> list[Wanted]:
    """Return acknowledged ratings of this terminal that were not proved, oldest first."""
    query = (
        EntryRow.select(
            EntryRow.hash, EntryRow.header, EntryRow.state,
            peewee.fn.COALESCE(RatingProofRow.misses, 0),
        )
        .join(RatingProofRow, peewee.JOIN.LEFT_OUTER, on=RatingProofRow.hash == EntryRow.hash)
        .where(*_unproved())
        .order_by(EntryRow.id)
        .limit(limit)
    )  # fmt: skip
    return [
        Wanted(digest, raw(header), state, misses)
        for digest, header, state, misses in query.tuples().execute(db)
    ]


def acknowledged(db: peewee.Database) -> list[Wanted]:
    """Return every rating of this terminal that the hub has acknowledged, oldest first."""
    query = (
        EntryRow.select(EntryRow.hash, EntryRow.header, EntryRow.state)
        .where(*_unproved()[:3])
        .order_by(EntryRow.id)
    )
    return [
        Wanted(digest, raw(header), state, 0)
        for digest, header, state in query.tuples().execute(db)
    ]


def count_wanted(db: peewee.Database) -> int:
    """Return how many acknowledged ratings of this terminal are not proved yet."""
    query = (
        EntryRow.select(peewee.fn.COUNT(EntryRow.id))
        .join(RatingProofRow, peewee.JOIN.LEFT_OUTER, on=RatingProofRow.hash == EntryRow.hash)
        .where(*_unproved())
    )
    return sum(count for (count,) in query.tuples().execute(db))


def _unproved() -> tuple[Any, ...]:
    return (
        _OWN,
        EntryRow.acknowledged == True,  # noqa: E712 - a query, not a comparison
        EntryRow.state.in_(_STATES),
        peewee.fn.COALESCE(RatingProofRow.place, -1) < 0,
    )


def proved(db: peewee.Database, found: Sequence[tuple[str, int]], log: str, now: int) -> None:
    """Note at which places ratings were proved to stand; what was overdue is settled."""
    for digest, place in found:
        since = rows(db, "SELECT since FROM rating_proof WHERE hash = ?", digest)
        _put_proof(db, {
            "hash": digest, "place": place, "log": log, "misses": 0,
            "since": since[0][0] if since else now, "proved_at": now,
        })  # fmt: skip
        run(
            db,
            "UPDATE tree_alarm SET settled_at = ? WHERE subject = ? AND settled_at = 0",
            now,
            digest,
        )


def missed(db: peewee.Database, hashes: Collection[str], now: int) -> None:
    """Note that an answer of the hub did not prove these ratings."""
    for digest in hashes:
        changed = run(db, "UPDATE rating_proof SET misses = misses + 1 WHERE hash = ?", digest)
        if not changed:
            _put_proof(db, {"hash": digest, "misses": 1, "since": now})


def prove_again(db: peewee.Database, place: int, now: int) -> int:
    """Want every rating from a place on proved again: the log begins to differ there."""
    return run(
        db,
        "UPDATE rating_proof SET place = -1, misses = 0, since = ? WHERE place >= ?",
        now,
        place,
    )


def proof_of(db: peewee.Database, digest: str) -> Proof | None:
    """Return what is known of a rating's place in the log."""
    query = RatingProofRow.select(
        RatingProofRow.hash, RatingProofRow.place, RatingProofRow.log, RatingProofRow.proved_at
    ).where(RatingProofRow.hash == digest)
    return next((Proof(*row) for row in list(query.tuples().execute(db))), None)


def entry_of_rating(db: peewee.Database, rating_id: str) -> tuple[str, str, int] | None:
    """Return hash, state and moment of the entry by which a rating was given here."""
    query = EntryRow.select(EntryRow.hash, EntryRow.state, EntryRow.written_at).where(
        _OWN, EntryRow.aggregate_id == rating_id, EntryRow.state != "forked"
    )
    return next(iter(list(query.tuples().execute(db))), None)


def own_ratings(db: peewee.Database) -> Iterator[Entry]:
    """Return every rating that was given here, as it is kept, in the order of writing."""
    query = (
        EntryRow.select(EntryRow.header, EntryRow.payload, EntryRow.hash)
        .where(_OWN, EntryRow.state != "forked")
        .order_by(EntryRow.id)
    )
    for header, payload, digest in query.tuples().iterator(db):
        yield Entry(raw(header), None if payload is None else raw(payload), digest)


def rating_ids(db: peewee.Database) -> list[str]:
    """Return the ids of all ratings that lists and figures are made of."""
    query = AggregateRow.select(AggregateRow.aggregate_id).where(AggregateRow.kind == "rating")
    return [name for (name,) in query.tuples().execute(db)]


def claims(db: peewee.Database, most: int) -> tuple[Claim, ...]:
    """Return what this terminal has of its own acknowledged ratings, an epoch a claim.

    An entry whose bytes do not fit their hash counts as zeros, so the hub sees it.
    """
    ends = dict(
        EntryRow.select(EntryRow.epoch, peewee.fn.MAX(EntryRow.seq))
        .where(
            EntryRow.acknowledged == True,  # noqa: E712 - a query, not a comparison
            EntryRow.state != "forked",
        )
        .group_by(EntryRow.epoch)
        .order_by(peewee.fn.MAX(EntryRow.id).desc())
        .limit(most)
        .tuples()
        .execute(db)
    )
    return tuple(_claim(db, epoch, last) for epoch, last in ends.items())


def _claim(db: peewee.Database, epoch: str, last: int) -> Claim:
    query = (
        EntryRow.select(EntryRow.header, EntryRow.payload, EntryRow.hash)
        .where(_OWN, EntryRow.epoch == epoch, EntryRow.seq <= last, EntryRow.state != "forked")
        .order_by(EntryRow.seq)
    )
    hashes = [
        _fitting(Entry(raw(header), None if payload is None else raw(payload), digest))
        for header, payload, digest in query.tuples().iterator(db)
    ]
    return Claim(epoch, last, len(hashes), tree.claim_digest(hashes))


def _fitting(own: Entry) -> bytes:
    try:
        entries.check(own)
        return bytes.fromhex(own.hash)
    except (EntryError, ValueError):
        return _NO_HASH


def raise_alarm(
    db: peewee.Database,
    code: str,
    now: int,
    *,
    subject: str = "",
    lost: int = 0,
    known: SignedHead | None = None,
    shown: SignedHead | None = None,
) -> bool:
    """Keep what was found with its evidence; True when it is new, not the same once more."""
    again = run(
        db,
        "UPDATE tree_alarm SET last_at = ?, count = count + 1"
        " WHERE code = ? AND subject = ? AND settled_at = 0",
        now,
        code,
        subject,
    )
    if again:
        return False
    _add_alarm(db, {
        "code": code, "subject": subject, "lost": lost, "found_at": now, "last_at": now,
        "known": msgspec.msgpack.encode(known), "shown": msgspec.msgpack.encode(shown),
    })  # fmt: skip
    return True


def settle(db: peewee.Database, codes: Collection[str], now: int, *, subject: str = "") -> int:
    """Note that open alarms of these codes are over, by a person or because it healed."""
    return int(
        TreeAlarmRow.update(settled_at=now)
        .where(
            TreeAlarmRow.code.in_(list(codes)),
            TreeAlarmRow.settled_at == 0,
            *([TreeAlarmRow.subject == subject] if subject else []),
        )
        .execute(db)
    )


def settle_one(db: peewee.Database, number: int, now: int) -> None:
    """Note that a person has taken note of one finding."""
    run(db, "UPDATE tree_alarm SET settled_at = ? WHERE id = ? AND settled_at = 0", now, number)


def alarms(db: peewee.Database, *, settled: bool = False) -> list[Alarm]:
    """Return open alarms, oldest first; with `settled` all that ever were."""
    query = TreeAlarmRow.select(*(getattr(TreeAlarmRow, n) for n in Alarm.__struct_fields__))
    if not settled:
        query = query.where(TreeAlarmRow.settled_at == 0)
    return [Alarm(*row) for row in query.order_by(TreeAlarmRow.id).tuples().execute(db)]
