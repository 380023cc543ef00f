"""The reckoning: what the world was told, beside what lies on the terminals and on the hub.

The hub's file is read as it lies there, without the hub's own code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from sqlcipher3 import dbapi2 as driver

from terminal.context import Context
from terminal.settings import load

_SETTLED = frozenset({"applied"})
_PAPER = re.compile(r"^[a-z-]+-(?P<number>\d.*?)(?:_\d+)?\.pdf$")


class Line(msgspec.Struct, frozen=True):
    """An entry of a terminal's ledger."""

    record_id: str
    hash: str
    acknowledged: bool
    state: str


class TerminalSide(msgspec.Struct, frozen=True):
    """What one terminal's ledger, side file and printer hold; `verified` its chain's result."""

    number: int
    saved: tuple[str, ...]
    lines: tuple[Line, ...]
    printed: tuple[str, ...]
    verified: str


class HubSide(msgspec.Struct, frozen=True):
    """What the hub's file holds: entries by hash, effects and documents."""

    hashes: frozenset[str]
    records: Counter[str]
    effects: dict[str, str]
    twice: tuple[str, ...]
    documents: frozenset[str]
    forks: int
    unjudged: int


class Counts(msgspec.Struct, frozen=True):
    """What came of it; all but the first five must be nought.

    `lost` was called saved and is not on the hub, `missing` was acknowledged and is not there
    byte for byte, `doubled` took effect twice or bears somebody else's number, `stuck` is not
    acknowledged or not applied, `printed_lost` lies on paper and not on the hub.
    """

    saved: int
    written: int
    stored: int
    applied: int
    printed: int
    lost: tuple[str, ...]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    stuck: tuple[str, ...]
    printed_lost: tuple[str, ...]
    broken_chains: tuple[str, ...]
    forks: int

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled, stuck or forked."""
        faults: Sequence[object] = (
            self.lost,
            self.missing,
            self.doubled,
            self.stuck,
            self.printed_lost,
            self.broken_chains,
            self.forks,
        )
        return not any(faults)


def count(terminals: Iterable[TerminalSide], hub: HubSide) -> Counts:
    """Hold both sides beside each other."""
    sides = list(terminals)
    saved = [record for side in sides for record in side.saved]
    lines = [line for side in sides for line in side.lines]
    printed = [number for side in sides for number in side.printed]
    return Counts(
        saved=len(saved),
        written=len(lines),
        stored=len(hub.hashes),
        applied=sum(effect in _SETTLED for effect in hub.effects.values()),
        printed=len(printed),
        lost=tuple(record for record in saved if record not in hub.records),
        missing=tuple(
            line.record_id for line in lines if line.acknowledged and line.hash not in hub.hashes
        ),
        doubled=(
            *hub.twice,
            *(record for record, times in hub.records.items() if times > 1),
            *(record for record, times in Counter(saved).items() if times > 1),
        ),
        stuck=(
            *(line.record_id for line in lines if not line.acknowledged),
            *(record for record, effect in hub.effects.items() if effect not in _SETTLED),
            *(["unjudged"] * hub.unjudged),
        ),
        printed_lost=tuple(number for number in printed if number not in hub.documents),
        broken_chains=tuple(f"{side.number}: {side.verified}" for side in sides if side.verified),
        forks=hub.forks,
    )


def read_terminal(number: int, data_dir: Path, notes: Path, papers: Path) -> TerminalSide:
    """Open a terminal whose process has ended, and read what it holds."""
    with Context(load(data_dir)) as ctx:
        found = ctx.ledger.read(_entries)
        verified = ctx.journal.verify()
    saved = notes.read_text(encoding="utf-8").splitlines() if notes.is_file() else []
    return TerminalSide(
        number=number,
        saved=tuple(saved),
        lines=tuple(
            Line(record, digest, bool(done), state) for record, digest, done, state in found
        ),
        printed=tuple(filter(None, map(number_on, sorted(papers.glob("*.pdf"))))),
        verified=verified.code,
    )


def _entries(ledger: Any) -> list[Any]:
    found = ledger.execute_sql(
        "SELECT record_id, hash, acknowledged, state FROM entry ORDER BY id"
    ).fetchall()
    return list(found)


def number_on(paper: Path) -> str:
    """Return the number of the document that a printed file's name tells."""
    found = _PAPER.match(paper.name)
    return found["number"].replace("_", "-") if found else ""


def read_hub(database: Path) -> HubSide:
    """Read the file of a hub that has ended."""
    with closing(driver.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:

        def rows(query: str) -> Sequence[Any]:
            found: Sequence[Any] = connection.execute(query).fetchall()
            return found

        cases = rows("SELECT id, case_number, receipt_number, body FROM aggregates")
        return HubSide(
            hashes=frozenset(row[0] for row in rows("SELECT hash FROM entries WHERE sound")),
            records=Counter(row[0] for row in rows("SELECT record_id FROM entries")),
            effects=dict(rows("SELECT record_id, effect FROM effects")),
            twice=_twice(cases, rows("SELECT record_id FROM effects")),
            documents=frozenset(_documents(rows)),
            forks=rows("SELECT COUNT(*) FROM forks")[0][0],
            unjudged=rows("SELECT COUNT(*) FROM unjudged")[0][0],
        )


def _twice(aggregates: Sequence[Any], effects: Sequence[Any]) -> tuple[str, ...]:
    """Return numbers that two cases bear, records with two effects, steps made twice."""
    numbers = Counter(
        number for _, case_number, receipt, _ in aggregates for number in (case_number, receipt)
    )
    del numbers[""]
    steps = []
    for aggregate_id, _, receipt, body in aggregates:
        if receipt:
            history = Counter(step["kind"] for step in msgspec.json.decode(body).get("history", ()))
            single = ("case_received", "case_accepted", "case_numbered", "correction_notified")
            steps += [f"{aggregate_id} {kind}" for kind in single if history[kind] > 1]
    return (
        *(number for number, times in numbers.items() if times > 1),
        *(record for (record,), times in Counter(effects).items() if times > 1),
        *steps,
    )


def _documents(rows: Any) -> Iterable[str]:
    """Return the numbers of all documents whose entries took effect."""
    for (payload,) in rows(
        "SELECT e.payload FROM entries e JOIN effects f ON f.entry_hash = e.hash"
        " WHERE e.kind = 'document_issued' AND f.effect = 'applied'"
    ):
        yield str(msgspec.json.decode(payload)["body"]["number"]).replace("_", "-")
