"""The departments' queues: cases of one organ by state, date or mark, each by an index."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from peewee import Database

from hub.store.marks import MOST
from hub.store.statements import Insert, rows
from hub.store.tables import CaseNameRow
from terminal.domain.case import Case, CaseState

CLOCKED = (
    CaseState.RECEIVED,
    CaseState.ACCEPTED,
    CaseState.UNDER_REVIEW,
    CaseState.SUSPENDED,
)
"""States in which a date of the organ itself runs."""

MOST_COUNTED = 1_000
"""What has ended is counted to here only: there is no end to it."""


_LONGEST = 200
"""Of a column that an index holds, as in the projections."""

_decoder = msgspec.json.Decoder(Case)
_add_names = Insert(CaseNameRow, "DO NOTHING")


def by_state(
    database: Database,
    organ: str | None,
    states: Sequence[CaseState],
    *,
    since: str = "",
    before: str = "",
    offset: int = 0,
    limit: int = MOST,
) -> list[Case]:
    """Return cases in these states, the nearest date first; those without a date are last.

    `since` and `before` are ISO days of the next legal date, the second not included.
    """
    sql, values = _where(organ, states, since, before)
    found = rows(
        database,
        f"SELECT body FROM aggregates WHERE {sql}"
        f" ORDER BY CASE WHEN due = '' THEN 1 ELSE 0 END, due, created_at, id"
        f" LIMIT {limit:d} OFFSET {offset:d}",
        *values,
    )
    return [_decoder.decode(bytes(body)) for (body,) in found]


def count(
    database: Database,
    organ: str | None,
    states: Sequence[CaseState],
    *,
    since: str = "",
    before: str = "",
) -> int:
    """Return how many cases that is."""
    sql, values = _where(organ, states, since, before)
    return int(rows(database, f"SELECT count(*) FROM aggregates WHERE {sql}", *values)[0][0])


def _where(
    organ: str | None, states: Sequence[CaseState], since: str, before: str
) -> tuple[str, list[object]]:
    sql: str = "type = 'case' AND state IN ?"
    values: list[object] = [[state.value for state in states]]
    if organ is not None:
        sql, values = f"{sql} AND organ = ?", [*values, organ]
    if since:
        sql, values = f"{sql} AND due >= ?", [*values, since]
    if before:
        sql, values = f"{sql} AND due <> '' AND due < ?", [*values, before]
    return sql, values


def ended(database: Database, organ: str, *, offset: int = 0, limit: int = MOST) -> list[Case]:
    """Return the cases of an organ in which nothing is open, the latest change first."""
    found = rows(
        database,
        "SELECT body FROM aggregates WHERE type = 'case' AND organ = ?"
        f" AND state IN ? ORDER BY changed_at DESC, id"
        f" LIMIT {limit:d} OFFSET {offset:d}",
        organ,
        _ENDED,
    )
    return [_decoder.decode(bytes(body)) for (body,) in found]


def ended_count(database: Database, organ: str) -> int:
    """Return how many those are, counted to `MOST_COUNTED`."""
    found = rows(
        database,
        "SELECT count(*) FROM (SELECT 1 FROM aggregates WHERE type = 'case' AND organ = ?"
        f" AND state IN ? LIMIT {MOST_COUNTED:d}) few",
        organ,
        _ENDED,
    )
    return int(found[0][0])


_ENDED = [state.value for state in CaseState if not state.open]


def marked(database: Database, ids: Sequence[str]) -> list[Case]:
    """Return these cases in this order."""
    if not ids:
        return []
    found = rows(database, "SELECT id, body FROM aggregates WHERE id IN ?", sorted(ids))
    cases = {name: _decoder.decode(bytes(body)) for name, body in found}
    return [cases[name] for name in ids if name in cases]


def note_names(database: Database, cases: Sequence[Case]) -> None:
    """Note by what new cases are looked for; neither name nor number ever changes."""
    _add_names(
        database,
        [
            (
                one.case_id, one.competent_organ[:_LONGEST], one.applicant.name[:_LONGEST],
                one.receipt_number[:_LONGEST],
            )
            for one in cases
        ],
    )  # fmt: skip


def search(
    database: Database, organ: str, words: str, *, offset: int = 0, limit: int = MOST
) -> list[Case]:
    """Return the organ's cases by a number, or by a part of the receipt number or of the
    applicant's name; those that were changed last first.
    """
    sql, values = _looked_for(database, organ, words)
    found = rows(
        database,
        f"SELECT a.body FROM {sql} ORDER BY a.changed_at DESC, a.id"
        f" LIMIT {limit:d} OFFSET {offset:d}",
        *values,
    )
    return [_decoder.decode(bytes(body)) for (body,) in found]


def search_count(database: Database, organ: str, words: str) -> int:
    """Return how many those are, counted to `MOST_COUNTED`."""
    sql, values = _looked_for(database, organ, words)
    few = f"SELECT count(*) FROM (SELECT 1 FROM {sql} LIMIT {MOST_COUNTED:d}) few"
    return int(rows(database, few, *values)[0][0])


def _looked_for(database: Database, organ: str, words: str) -> tuple[str, list[str]]:
    """Return where to look: what has exactly this number, otherwise names and parts of numbers."""
    words = words.strip()
    number = words.upper()
    exactly = (
        "aggregates a WHERE a.type = 'case' AND a.organ = ?"
        " AND (a.receipt_number = ? OR a.case_number = ?)"
    )
    values = [organ, number, number]
    if rows(database, f"SELECT 1 FROM {exactly} LIMIT 1", *values):
        return exactly, values
    return (
        "case_names n JOIN aggregates a ON a.id = n.aggregate_id"
        " WHERE n.organ = ? AND (n.name LIKE ? ESCAPE '!' OR n.number LIKE ? ESCAPE '!')",
        [organ[:_LONGEST], _part(words), _part(number)],
    )


def _part(words: str) -> str:
    """Return the pattern of texts that hold these words."""
    plain = words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain}%"
