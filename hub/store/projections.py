"""What the journal amounts to: aggregates, ratings, who touched what, counters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from peewee import Case as When
from peewee import Database, fn

from hub.store import marks, queues
from hub.store.statements import Insert, Update, rows
from hub.store.tables import (
    AggregateRow,
    BlobRow,
    ItemRow,
    ItemVersionRow,
    KeptRatingRow,
    RatingRow,
    SequenceRow,
    TouchRow,
)
from terminal.domain.aggregates import (
    TYPES,
    Aggregate,
    Complaint,
    Document,
    LifeEventApplication,
    NegativeOutcome,
    NumberLease,
    Rating,
    ShiftHandover,
    Visit,
)
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem

_NAMES = {kind: name for name, kind in TYPES.items()}
_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind) for name, kind in TYPES.items()
}
_encoder = msgspec.json.Encoder()

_MOST_ROWS = 1_000
_MOST_TWINS = 10
_LONGEST_NAME = 200
"""Of a column that pages look for: an index takes no text of any length."""

_add_new = Insert(AggregateRow, "(id) DO NOTHING")
_CHANGING = tuple(
    name for name in _add_new.columns if name not in ("id", "type", "created_at", "visit_id")
)
"""What may change of an aggregate; whose it is, and since when, stays."""
_change_old = Update(AggregateRow, ("id", "head"), _CHANGING)
_add_items = Insert(ItemRow, "DO NOTHING")
_add_versions = Insert(ItemVersionRow, "DO NOTHING")
_insert_touches = Insert(TouchRow, "DO NOTHING")
_insert_counters = Insert(SequenceRow, "(name) DO NOTHING")
_insert_kept = Insert(KeptRatingRow, "DO NOTHING")
OPEN_STATES = [state.value for state in CaseState if state.open]

MOST_LISTED = 500
"""Cases of one list; its count says how many there are."""


class Clash(Exception):
    """Another process changed the same rows; nothing was written, the work is done again."""


class KeptRating(msgspec.Struct, frozen=True):
    """A rating that waits for its receipt; `body` is JSON of what the visitor chose."""

    id: int
    token: str
    body: bytes


def load(database: Database, aggregate_id: str) -> Aggregate | None:
    """Return an aggregate as it stands, or None."""
    return load_many(database, [aggregate_id]).get(aggregate_id)


def load_many(database: Database, ids: Collection[str]) -> dict[str, Aggregate]:
    """Return these aggregates as they stand, as far as they exist."""
    if not ids:
        return {}
    found = rows(database, "SELECT id, type, body FROM aggregates WHERE id IN ?", sorted(ids))
    return {aggregate_id: _decoders[name].decode(bytes(body)) for aggregate_id, name, body in found}


def save_many(database: Database, changed: Mapping[str, tuple[Aggregate, str]], now: int) -> None:
    """Write aggregates, each with the head it had when it was loaded (empty: there was none).

    `Clash` when another process has made or changed one of them since.
    """
    if not changed:
        return
    new: list[list[object]] = []
    old: list[list[object]] = []
    for aggregate_id, (aggregate, before) in sorted(changed.items()):
        row = {
            "id": aggregate_id,
            "type": _NAMES[type(aggregate)],
            "head": aggregate.head,
            "body": _encoder.encode(aggregate),
            "changed_at": now,
            **_columns(aggregate),
        }
        if before:
            old.append([aggregate_id, before, *(row.get(name, "") for name in _CHANGING)])
        else:
            new.append([row.get(name, "") for name in _add_new.columns])
    if _add_new(database, new) != len(new) or _change_old(database, old) != len(old):
        raise Clash
    cases = {name: one for name, (one, _) in changed.items() if isinstance(one, Case)}
    marks.replace(database, [name for name in cases if changed[name][1]], list(cases.values()))
    queues.note_names(database, [one for name, one in cases.items() if not changed[name][1]])
    for aggregate, _ in changed.values():
        if isinstance(aggregate, Rating):
            _save_rating(database, aggregate)


def _columns(aggregate: Aggregate) -> dict[str, object]:
    match aggregate:
        case Case():
            return {
                "receipt_number": aggregate.receipt_number[:_LONGEST_NAME],
                "case_number": aggregate.case_number,
                "state": aggregate.state.value,
                "organ": aggregate.competent_organ[:_LONGEST_NAME],
                "due": aggregate.due,
                "clerk": aggregate.clerk.id,
                "origin": aggregate.origin,
                "visit_id": aggregate.visit_id,
                "created_at": aggregate.received_at,
            }
        case Visit():
            return {
                "state": aggregate.invitation or ("ended" if aggregate.ended_at else "open"),
                "clerk": aggregate.clerk.id,
                "created_at": aggregate.opened_at,
            }
        case Document():
            # A document's visit_id column holds its case: that is what it is looked up by; beside
            # it stands the organ's number, so that doubled ones are found as cases' are.
            return {
                "visit_id": aggregate.case_id,
                "case_number": aggregate.official_number,
                "created_at": aggregate.issued_at,
            }
        case Rating():
            return {"created_at": aggregate.rated_at}
        case LifeEventApplication():
            return {
                "receipt_number": aggregate.receipt_number[:_LONGEST_NAME],
                "clerk": aggregate.clerk.id,
                "visit_id": aggregate.visit_id,
                "created_at": aggregate.applied_at,
            }
        case NegativeOutcome():
            return {
                "receipt_number": aggregate.receipt_number[:_LONGEST_NAME],
                "organ": aggregate.organ[:_LONGEST_NAME],
                "state": "reviewed" if aggregate.reviewer else "filed",
                "visit_id": aggregate.case_id,
                "created_at": aggregate.said_at,
            }
        case Complaint():
            return {
                "state": aggregate.state,
                "due": aggregate.answer_by,
                "clerk": aggregate.taken_by.id,
                "visit_id": aggregate.case_id,
                "created_at": aggregate.filed_at,
            }
        case ShiftHandover():
            return {"clerk": aggregate.outgoing.id, "created_at": aggregate.handed_over_at}
        case NumberLease():
            return {
                "origin": aggregate.terminal_id,
                "visit_id": aggregate.terminal_id,
                "created_at": aggregate.leased_at,
            }


def _save_rating(database: Database, rating: Rating) -> None:
    case = load(database, rating.subject_id)
    (
        RatingRow.insert(
            id=rating.rating_id,
            scope=rating.scope,
            subject_id=rating.subject_id,
            ordinal=rating.ordinal,
            grade=rating.grade,
            channel=rating.channel,
            organ=case.organ if isinstance(case, Case) else "",
            rated_at=rating.rated_at,
        )
        .on_conflict_ignore()
        .execute(database)
    )


def case_by_receipt(database: Database, receipt_number: str) -> Case | None:
    """Return the case of a receipt number, or None; the first one where two carry it."""
    return next(iter(cases_by_receipt(database, receipt_number)), None)


def cases_by_receipt(database: Database, receipt_number: str) -> list[Case]:
    """Return the cases of a receipt number: two after a disk was cloned, both are kept."""
    return [
        _decoders["case"].decode(body) for body in _by_receipt(database, "case", receipt_number)
    ]


def matter_by_receipt(database: Database, receipt_number: str) -> LifeEventApplication | None:
    """Return the application for one matter (一件事) of a receipt number, or None."""
    for body in _by_receipt(database, "application", receipt_number):
        found: LifeEventApplication = _decoders["application"].decode(body)
        return found
    return None


def _by_receipt(database: Database, kind: str, receipt_number: str) -> list[bytes]:
    query = (
        AggregateRow.select(AggregateRow.body)
        .where((AggregateRow.type == kind) & (AggregateRow.receipt_number == receipt_number))
        .order_by(AggregateRow.created_at, AggregateRow.id)
        .limit(_MOST_TWINS)
    )
    return [bytes(body) for (body,) in query.tuples().execute(database)]


def documents_of(database: Database, case_id: str) -> list[Document]:
    """Return the documents of a case in the order of their making."""
    query = (
        AggregateRow.select(AggregateRow.body)
        .where((AggregateRow.type == "document") & (AggregateRow.visit_id == case_id))
        .order_by(AggregateRow.created_at)
    )
    decode = _decoders["document"].decode
    return [decode(bytes(body)) for (body,) in query.tuples().execute(database)]


def of_type(
    database: Database, kind: str, states: Sequence[str] = (), limit: int = 500
) -> list[Aggregate]:
    """Return aggregates of a kind, the nearest date and then the oldest first."""
    condition = AggregateRow.type == kind
    if states:
        condition &= AggregateRow.state.in_(list(states))
    query = (
        AggregateRow.select(AggregateRow.body)
        .where(condition)
        .order_by((AggregateRow.due == ""), AggregateRow.due, AggregateRow.created_at)
        .limit(limit)
    )
    decode = _decoders[kind].decode
    return [decode(bytes(body)) for (body,) in query.tuples().execute(database)]


def leases_of(database: Database, terminal_id: str) -> list[NumberLease]:
    """Return the blocks of numbers that a terminal holds."""
    sql = "SELECT body FROM aggregates WHERE visit_id = ? AND type = 'lease'"
    decode = _decoders["lease"].decode
    return [decode(bytes(body)) for (body,) in rows(database, sql, terminal_id)]


def ratings_of(database: Database, subject_ids: Sequence[str]) -> list[Rating]:
    """Return the ratings of these visits or cases, oldest first."""
    query = (
        RatingRow.select(AggregateRow.body)
        .join(AggregateRow, on=(AggregateRow.id == RatingRow.id))
        .where(RatingRow.subject_id.in_(list(subject_ids)))
        .order_by(RatingRow.rated_at)
    )
    decode = _decoders["rating"].decode
    return [decode(bytes(body)) for (body,) in query.tuples().execute(database)]


def open_cases(
    database: Database, organ: str | None, first: str = "", last: str = ""
) -> list[Case]:
    """Return open cases, of one organ or (None) of all; the nearest date first.

    With dates only those that are due from `first` to `last`. `MOST_LISTED` at most.
    """
    return cases(database, organ, OPEN_STATES, first, last)


def cases(
    database: Database, organ: str | None, states: Sequence[str], first: str = "", last: str = ""
) -> list[Case]:
    """Return cases in these states; those with a due date first, the nearest before others."""
    condition = (AggregateRow.type == "case") & AggregateRow.state.in_(list(states))
    if organ is not None:
        condition &= AggregateRow.organ == organ
    if last:
        condition &= AggregateRow.due.between(first, last)
    query = (
        AggregateRow.select(AggregateRow.body)
        .where(condition)
        .order_by((AggregateRow.due == ""), AggregateRow.due, AggregateRow.created_at)
        .limit(MOST_LISTED)
    )
    decode = _decoders["case"].decode
    return [decode(bytes(body)) for (body,) in query.tuples().execute(database)]


def touches_of(database: Database, ids: Collection[str]) -> dict[str, set[str]]:
    """Return which terminals touched these aggregates."""
    if not ids:
        return {}
    found: dict[str, set[str]] = {}
    for aggregate_id, terminal_id in rows(
        database, "SELECT aggregate_id, terminal_id FROM touches WHERE aggregate_id IN ?",
        sorted(ids),
    ):  # fmt: skip
        found.setdefault(aggregate_id, set()).add(terminal_id)
    return found


def add_touches(database: Database, touches: Sequence[tuple[str, str]]) -> None:
    """Note that terminals touched aggregates: pairs of aggregate and terminal."""
    _insert_touches(database, touches)


def next_number(database: Database, sequence: str, count: int = 1) -> int:
    """Take the next numbers of a gap-free counter; returns the first, beginning with 1."""
    sql = "UPDATE sequences SET value = value + ? WHERE name = ? RETURNING value"
    taken = rows(database, sql, count, sequence)
    if not taken:
        _insert_counters(database, [(sequence, 0)])
        taken = rows(database, sql, count, sequence)
    return int(taken[0][0]) - count + 1


def has_blobs(database: Database, hashes: Sequence[str]) -> set[str]:
    """Return which of these blobs are completely here."""
    if not hashes:
        return set()
    found = rows(database, "SELECT hash FROM blobs WHERE hash IN ?", list(hashes))
    return {digest for (digest,) in found}


def add_blob(database: Database, digest: str, size: int, now: int) -> None:
    """Note that a blob is completely here."""
    BlobRow.insert(hash=digest, size=size, stored_at=now).on_conflict_ignore().execute(database)


def keep_rating(database: Database, receipt_number: str, token: str, body: bytes, now: int) -> bool:
    """Keep a rating until its receipt arrives; False when one is kept already."""
    return bool(_insert_kept(database, [(receipt_number, token, body, now)]))


def kept_ratings(database: Database, receipt_number: str) -> list[KeptRating]:
    """Return the ratings that wait for this receipt."""
    query = KeptRatingRow.select(KeptRatingRow.id, KeptRatingRow.token, KeptRatingRow.body).where(
        KeptRatingRow.receipt_number == receipt_number
    )
    return [
        KeptRating(number, token, bytes(body))
        for number, token, body in query.tuples().execute(database)
    ]


def any_kept_rating(database: Database) -> bool:
    """Say whether any rating waits for its receipt."""
    return bool(rows(database, "SELECT id FROM kept_ratings LIMIT 1"))


def drop_kept_rating(database: Database, number: int) -> None:
    """Forget a kept rating after it became an entry."""
    KeptRatingRow.delete().where(KeptRatingRow.id == number).execute(database)


def replace_items(database: Database, items: Sequence[ServiceItem]) -> None:
    """Put the items of a published catalogue in the place of the one before; versions stay."""
    ItemRow.delete().execute(database)
    for start in range(0, len(items), _MOST_ROWS):
        page = [(one.code, one.version, _encoder.encode(one)) for one in items[start:][:_MOST_ROWS]]
        _add_items(database, [(code, body) for code, _, body in page])
        _add_versions(database, page)


def item(database: Database, code: str, version: str = "") -> ServiceItem | None:
    """Return an item in a version that was published once, otherwise as it is published now."""
    for sql, values in (
        ("SELECT body FROM item_versions WHERE code = ? AND version = ?", (code, version)),
        ("SELECT body FROM items WHERE code = ?", (code,)),
    ):
        for (body,) in rows(database, sql, *values):
            return msgspec.json.decode(bytes(body), type=ServiceItem)
    return None


def board_counts(database: Database, organ: str | None, today: str) -> dict[str, int]:
    """Return open, due today, late, awaiting correction, decided and declined cases."""
    base = AggregateRow.type == "case"
    if organ is not None:
        base &= AggregateRow.organ == organ
    query = (
        AggregateRow.select(
            AggregateRow.state,
            fn.COUNT(AggregateRow.id),
            fn.SUM(When(None, (((AggregateRow.due == today), 1),), 0)),
            fn.SUM(When(None, ((((AggregateRow.due != "") & (AggregateRow.due < today)), 1),), 0)),
        )
        .where(base)
        .group_by(AggregateRow.state)
    )
    found = dict.fromkeys(("cases", "open", "due_today", "late"), 0)
    for state, count, due, late in query.tuples().execute(database):
        found[state] = count
        found["cases"] += count
        if state in OPEN_STATES:
            found["open"] += count
            found["due_today"] += due or 0
            found["late"] += late or 0
    return found


def rating_counts(database: Database) -> dict[str, int]:
    """Return the denominators of ratings: visits, invited, rated, skipped, each grade."""
    visits = AggregateRow.select(AggregateRow.state, fn.COUNT(AggregateRow.id)).where(
        AggregateRow.type == "visit"
    )
    by_state = dict(visits.group_by(AggregateRow.state).tuples().execute(database))
    grades = RatingRow.select(RatingRow.grade, fn.COUNT(RatingRow.id)).group_by(RatingRow.grade)
    by_grade = dict(grades.tuples().execute(database))
    ended = {state: count for state, count in by_state.items() if state != "open"}
    found = {f"grade_{grade}": by_grade.get(grade, 0) for grade in (1, 2, 3, 4, 5)}
    found["visits"] = sum(by_state.values())
    found["invited"] = sum(count for state, count in ended.items() if state != "ended")
    found["skipped"] = sum(c for s, c in ended.items() if s not in ("ended", "invited"))
    found["rated"] = sum(by_grade.values())
    found["bad"] = by_grade.get(1, 0) + by_grade.get(2, 0)
    return found
