"""Incidents: epochs of the hub whose end was lost, and what of it has come back."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from peewee import Database

from hub.store.entries import Stored, to_judge
from hub.store.statements import Insert, rows, run
from hub.store.tables import EntryRow, IncidentRow
from terminal.domain.records import HUB_ORIGIN
from terminal.protocol.entry import GENESIS, decode_header


class Incident(msgspec.Struct, frozen=True):
    """A row of the table; moments in milliseconds. See `store.tables.IncidentRow`."""

    epoch: str
    last_seq: int
    last_hash: str
    after_seq: int
    heard_seq: int
    heard_hash: str
    new_epoch: str
    how: str
    noticed_at: int


_COLUMNS = ", ".join(Incident.__struct_fields__)
_insert = Insert(IncidentRow, "(epoch) DO NOTHING")
_insert_entries = Insert(EntryRow)


def all_of(database: Database) -> list[Incident]:
    """Return all incidents, the oldest first."""
    found = rows(database, f"SELECT {_COLUMNS} FROM incidents ORDER BY noticed_at, epoch")
    return [Incident(*row) for row in found]


def of_epoch(database: Database, epoch: str) -> Incident | None:
    """Return the incident that ended an epoch, or None."""
    found = rows(database, f"SELECT {_COLUMNS} FROM incidents WHERE epoch = ?", epoch)
    return Incident(*found[0]) if found else None


def add(database: Database, incident: Incident) -> None:
    """Write an incident down; one of the same epoch stays as it is."""
    _insert(database, [msgspec.structs.astuple(incident)])


def heard_of(database: Database, epoch: str, seq: int, digest: str) -> bool:
    """Note that an ended epoch went further than was known; False when that is not new."""
    changed = run(
        database,
        "UPDATE incidents SET heard_seq = ?, heard_hash = ? WHERE epoch = ? AND heard_seq < ?",
        seq,
        digest,
        epoch,
        seq,
    )
    return bool(changed)


def ask_for_all(database: Database, epoch: str) -> None:
    """Ask terminals for all they have of an ended epoch: from where on it differs is unknown."""
    run(database, "UPDATE incidents SET after_seq = 0 WHERE epoch = ?", epoch)


def rename_feeds(database: Database, handle: str) -> list[str]:
    """Give every feed a new handle, so that its readers rebuild; returns their names."""
    names = [name for (name,) in rows(database, "SELECT name FROM feeds ORDER BY name")]
    for name in names:
        run(database, "UPDATE feeds SET handle = ? WHERE name = ?", handle, name)
    return names


def arrivals(database: Database) -> int:
    """Return the number of the last entry that arrived, 0 for none; it never goes back."""
    ((last,),) = rows(database, "SELECT max(id) FROM entries")
    return int(last or 0)


def put_back(database: Database, stored: Sequence[Stored], received_at: int) -> None:
    """Put entries of the hub into their old places, where gaps may stay between them."""
    _insert_entries(
        database,
        [
            (
                one.entry.hash, one.origin, one.epoch, one.seq, one.record_id, one.kind,
                one.aggregate_id, one.entry.header, one.entry.payload, one.entry.signature,
                received_at, one.sound, one.hall,
            )
            for one in stored
        ],
    )  # fmt: skip
    to_judge(database, [one.entry.hash for one in stored])


def follows(database: Database, epoch: str, branch: tuple[int, str, bytes]) -> bool:
    """Say whether the first entry of a branch stands on one that is here."""
    seq, _, header = branch
    previous = decode_header(header).prev_hash
    if seq == 1:
        return previous == GENESIS
    found = rows(
        database,
        "SELECT hash FROM entries WHERE origin = ? AND epoch = ? AND seq = ?",
        HUB_ORIGIN,
        epoch,
        seq - 1,
    )
    return bool(found) and found[0][0] == previous


def seqs_of(database: Database, epoch: str, after: int) -> list[int]:
    """Return the seqs of an epoch of the hub's that are here, later than one."""
    found = rows(
        database,
        "SELECT seq FROM entries WHERE origin = ? AND epoch = ? AND seq > ? ORDER BY seq",
        HUB_ORIGIN,
        epoch,
        after,
    )
    return [seq for (seq,) in found]


def branch_of(database: Database, epoch: str) -> list[tuple[int, str, bytes]]:
    """Return seq, hash and header of what came back to places that were taken meanwhile."""
    found = rows(
        database,
        "SELECT seq, hash, header FROM forks WHERE origin = ? AND epoch = ? ORDER BY seq",
        HUB_ORIGIN,
        epoch,
    )
    return [(seq, digest, bytes(header)) for seq, digest, header in found]


def bare(database: Database, limit: int) -> list[tuple[str, str, int, str]]:
    """Return origin, epoch, seq and kind of entries whose payload is nowhere."""
    found = rows(
        database,
        "SELECT origin, epoch, seq, kind FROM entries WHERE payload IS NULL"
        " ORDER BY origin, epoch, seq LIMIT ?",
        limit,
    )
    return [tuple(row) for row in found]


def bare_count(database: Database) -> int:
    """Return how many entries are here whose payload is nowhere."""
    return int(rows(database, "SELECT count(*) FROM entries WHERE payload IS NULL")[0][0])


def numbers_twice(database: Database) -> list[tuple[str, str]]:
    """Return number and case id of cases that carry the number of another."""
    found = rows(
        database,
        "SELECT case_number, id FROM aggregates WHERE case_number IN"
        " (SELECT case_number FROM aggregates WHERE case_number <> ''"
        " GROUP BY case_number HAVING count(*) > 1) ORDER BY case_number, id",
    )
    return [tuple(row) for row in found]


def raise_sequence(database: Database, name: str, least: int) -> None:
    """Let a counter stand at `least` or further on."""
    run(
        database,
        "INSERT INTO sequences (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
        " SET value = CASE WHEN sequences.value < excluded.value THEN excluded.value"
        " ELSE sequences.value END",
        name,
        least,
    )


def raise_floor(database: Database, name: str, by: int) -> None:
    """Move a fact that is a number on, from 0 when it is none yet."""
    run(
        database,
        "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
        " SET value = CAST(CAST(facts.value AS BIGINT) + ? AS TEXT)",
        name,
        str(by),
        by,
    )


def leap(database: Database, prefix: str, by: int) -> None:
    """Move on every counter whose name begins so."""
    run(
        database,
        "UPDATE sequences SET value = value + ? WHERE name LIKE ?",
        by,
        prefix + "%",
    )
