"""What may be wiped after the retention time, and wiping it.

Never anything that the hub has not acknowledged, nor whose effect is open, nor what a step rests
on whose effect is open: were it refused, the case could not be made without it. The chain covers
headers only, so it still verifies. Statements overwrite what they remove (`secure_delete`);
what is left of it in the write-ahead log goes with `Ledger.empty_log`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import msgspec
import peewee

from terminal.domain.aggregates import Aggregate
from terminal.domain.case import Case
from terminal.domain.wiping import may_be_wiped, wiped
from terminal.protocol.entry import Entry, EntryError, decode_payload
from terminal.store import aggregates, settled
from terminal.store.statements import rows, run
from terminal.store.tables.ledger import BlobRow

MOST_ROWS = 100
MOST_SECONDS = 0.02
"""What one transaction may touch, and how long it may take: people wait behind it."""

_KNOWN_EFFECTS = "('applied', 'refused', 'conflict', 'resolved', 'forked')"
_OPEN_STEP = "SELECT 1 FROM entry o WHERE o.state IN ('waiting', 'acknowledged', 'held')"
_OWN = f"""
FROM entry WHERE payload IS NOT NULL AND acknowledged = 1 AND since < ?
AND state IN {_KNOWN_EFFECTS}
AND NOT EXISTS ({_OPEN_STEP} AND o.aggregate_id = entry.aggregate_id)
"""
_FOREIGN = f"""
FROM foreign_entry WHERE payload IS NOT NULL AND state <> 'held' AND received_at < ?
AND NOT EXISTS ({_OPEN_STEP} AND o.aggregate_id = foreign_entry.aggregate_id)
"""
_SETTLED = """
FROM aggregate a WHERE a.wiped = 0 AND a.kind NOT IN ('handover', 'lease')
AND NOT EXISTS (SELECT 1 FROM entry e
    WHERE e.aggregate_id = a.aggregate_id AND e.payload IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM foreign_entry f
    WHERE f.aggregate_id = a.aggregate_id AND f.payload IS NOT NULL)
"""
_OF_UNWIPED_CASE = """
SELECT 1 FROM aggregate c WHERE c.kind = 'case' AND c.wiped = 0 AND (c.aggregate_id = ?
    OR c.parent IN (?, ?)) LIMIT 1
"""


class Wiped(msgspec.Struct, frozen=True):
    """How much was wiped, or would be: entries, aggregates by what they are, scans."""

    entries: int = 0
    cases: int = 0
    others: int = 0
    scans: int = 0

    def __add__(self, other: Wiped) -> Wiped:
        return Wiped(
            self.entries + other.entries,
            self.cases + other.cases,
            self.others + other.others,
            self.scans + other.scans,
        )

    def __bool__(self) -> bool:
        return any(msgspec.structs.astuple(self))


def entries_due(db: peewee.Database, before: int) -> tuple[list[int], list[str]]:
    """Return ids of own entries and record ids of others' whose payload is to go."""
    own = [number for (number,) in rows(db, f"SELECT id {_OWN} ORDER BY id", before)]
    return own, [record for (record,) in rows(db, f"SELECT record_id {_FOREIGN}", before)]


def wipe_own(db: peewee.Database, ids: Sequence[int], before: int) -> int:
    """Wipe payloads of own entries that may still be wiped now; returns how many."""
    due = f"{_OWN} AND id IN ({', '.join('?' * len(ids))})"
    settled.keep(db, f"SELECT aggregate_id {due}", before, *ids)
    sql = f"UPDATE entry SET payload = NULL WHERE id IN (SELECT id {due})"
    return run(db, sql, before, *ids)


def wipe_foreign(db: peewee.Database, record_ids: Sequence[str], before: int) -> int:
    """Wipe payloads of others' entries that may still be wiped now; returns how many."""
    due = f"{_FOREIGN} AND record_id IN ({', '.join('?' * len(record_ids))})"
    settled.keep(db, f"SELECT aggregate_id {due}", before, *record_ids)
    sql = f"UPDATE foreign_entry SET payload = NULL WHERE record_id IN (SELECT record_id {due})"
    return run(db, sql, before, *record_ids)


def aggregates_due(db: peewee.Database) -> list[str]:
    """Return aggregates of which no payload is left, cases first: the others hang on them."""
    order = "ORDER BY a.kind <> 'case', a.rowid"
    return [one for (one,) in rows(db, f"SELECT a.aggregate_id {_SETTLED} {order}")]


def wipe_aggregates(db: peewee.Database, ids: Sequence[str], terminal_id: str) -> tuple[int, Wiped]:
    """Wipe the personal part of aggregates as far as that is due, for at most 20 ms.

    Returns how many of the ids were looked at, and what was wiped.
    """
    end = time.monotonic() + MOST_SECONDS
    cases = others = 0
    for done, aggregate_id in enumerate(ids):
        if time.monotonic() > end:
            return done, Wiped(cases=cases, others=others)
        if not rows(db, f"SELECT 1 {_SETTLED} AND a.aggregate_id = ?", aggregate_id):
            continue
        aggregate = aggregates.load(db, aggregate_id)
        if aggregate is None or not _due(db, aggregate, aggregate_id, terminal_id):
            continue
        body = msgspec.json.encode(wiped(aggregate))
        run(
            db,
            "UPDATE aggregate SET body = ?, wiped = 1 WHERE aggregate_id = ?",
            body,
            aggregate_id,
        )
        settled.drop(db, aggregate_id)
        is_case = isinstance(aggregate, Case)
        cases, others = cases + is_case, others + (not is_case)
    return len(ids), Wiped(cases=cases, others=others)


def _due(db: peewee.Database, aggregate: Aggregate, aggregate_id: str, terminal_id: str) -> bool:
    if not may_be_wiped(aggregate, terminal_id):
        return False
    if isinstance(aggregate, Case):
        return True
    # A case or visit named by it, or cases of it: as long as one of them is kept, so is this.
    [(parent,)] = rows(db, "SELECT parent FROM aggregate WHERE aggregate_id = ?", aggregate_id)
    return not rows(db, _OF_UNWIPED_CASE, parent, aggregate_id, parent or aggregate_id)


def named_scans(db: peewee.Database) -> set[str]:
    """Return the scans that somebody still needs: of payloads and of cases that are kept."""
    found: set[str] = set()
    for table in ("entry", "foreign_entry"):
        stored = rows(db, f"SELECT header, payload, hash FROM {table} WHERE payload IS NOT NULL")
        for header, payload, digest in stored:
            found.update(_named(Entry(bytes(header), bytes(payload), digest)))
    cases = rows(db, "SELECT aggregate_id FROM aggregate WHERE kind = 'case' AND wiped = 0")
    kept = [aggregates.load(db, case_id) for (case_id,) in cases]
    for case in (*kept, *(settled.load(db, name) for name in settled.every_id(db))):
        if isinstance(case, Case):
            found.update(blob.hash for material in case.materials for blob in material.blobs)
    return found


def _named(entry: Entry) -> Iterable[str]:
    try:
        return decode_payload(entry).blobs
    except EntryError:
        return ()


def confirmed_scans(db: peewee.Database) -> list[str]:
    """Return the scans that the hub has whole."""
    query = BlobRow.select(BlobRow.hash).where(BlobRow.confirmed == True)  # noqa: E712 - a query
    return [digest for (digest,) in query.tuples().execute(db)]


def known_scans(db: peewee.Database) -> set[str]:
    """Return the scans that belong to this ledger."""
    return {digest for (digest,) in BlobRow.select(BlobRow.hash).tuples().execute(db)}


def forget_scans(db: peewee.Database, hashes: Sequence[str]) -> None:
    """Forget scans that the hub has whole; their files go after the commit."""
    marks = ", ".join("?" * len(hashes))
    run(db, f"DELETE FROM blob WHERE confirmed = 1 AND hash IN ({marks})", *hashes)
