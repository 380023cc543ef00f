"""Both sides beside each other, record by record: what was written here, what the hub holds.

The hub's file is opened as it lies there, read-only and without the hub's own code: a fault
in that code must not hide itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from sqlcipher3 import dbapi2 as driver

from terminal.context import Context
from terminal.errors import StoreError

MOST = 1_000_000
"""More entries than any demo writes."""


class HubSide(msgspec.Struct, frozen=True):
    """What lies in the hub's store; `forks` counts entries of a second branch.

    `ours` are the entries of this terminal, `effects` (record id, effect) of each record that
    was judged, `cases` (case number, receipt number) and `states` (receipt number, state) of
    each case.
    """

    entries: int
    ours: tuple[tuple[str, str], ...]
    effects: tuple[tuple[str, str], ...]
    cases: tuple[tuple[str, str], ...]
    ratings: int
    forks: int
    states: tuple[tuple[str, str], ...] = ()


class Comparison(msgspec.Struct, frozen=True):
    """What the comparison found.

    `lost` are record ids written here whose very bytes the hub does not hold, `doubled` what
    is there more than once: record ids with two entries or effects, numbers given to two
    cases. `unsettled` are (record id, effect) that were not applied.
    """

    written: int
    arrived: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    unsettled: tuple[tuple[str, str], ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is lost, nothing doubled and everything took effect."""
        return not (self.lost or self.doubled or self.unsettled)


def compare(here: Iterable[tuple[str, str]], hub: HubSide) -> Comparison:
    """Compare (record id, hash) of this side with the hub's."""
    written = list(here)
    arrived = set(hub.ours)
    effects = dict(hub.effects)
    lost = [record for record, digest in written if (record, digest) not in arrived]
    doubled = [
        *_more_than_once(record for record, _ in written),
        *_more_than_once(record for record, _ in hub.ours),
        *_more_than_once(record for record, _ in hub.effects),
        *_more_than_once(number for number, _ in hub.cases if number),
        *_more_than_once(number for _, number in hub.cases if number),
        *(["fork"] if hub.forks else []),
    ]
    unsettled = [
        (record, effects.get(record, "unjudged"))
        for record, _ in written
        if effects.get(record) != "applied"
    ]
    return Comparison(
        written=len(written),
        arrived=len(written) - len(lost),
        lost=tuple(lost),
        doubled=tuple(dict.fromkeys(doubled)),
        unsettled=tuple(unsettled),
    )


def _more_than_once(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def written_here(ctx: Context) -> tuple[tuple[str, str], ...]:
    """Return record id and hash of every entry of this ledger, oldest first."""
    from terminal.store import lists

    lines = ctx.ledger.read(lambda db: lists.entry_lines(db, limit=MOST))
    return tuple((line.record_id, line.hash) for line in reversed(lines))


def read_hub(database: Path, terminal_id: str) -> HubSide:
    """Read the hub's file; raises `StoreError` when it is not there."""
    if not database.is_file():
        raise StoreError("demo.no_hub_store", file=database)
    with closing(driver.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:

        def rows(query: str, *values: object) -> Sequence[Any]:
            found: Sequence[Any] = connection.execute(query, values).fetchall()
            return found

        return HubSide(
            entries=rows("SELECT COUNT(*) FROM entries")[0][0],
            ours=_pairs(rows("SELECT record_id, hash FROM entries WHERE origin = ?", terminal_id)),
            effects=_pairs(rows("SELECT record_id, effect FROM effects")),
            cases=_pairs(
                rows("SELECT case_number, receipt_number FROM aggregates WHERE type = 'case'")
            ),
            ratings=rows("SELECT COUNT(*) FROM ratings")[0][0],
            forks=rows("SELECT COUNT(*) FROM forks")[0][0],
            states=_pairs(rows("SELECT receipt_number, state FROM aggregates WHERE type = 'case'")),
        )


def _pairs(rows: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(first), str(second)) for first, second in rows)
