"""The schema's versions: numbered steps, each run once and in order, on either engine.

A step that changes tables of an earlier release works with frozen copies of them, never with
the live models; the first one makes the tables that are missing as they are now, so the later
ones find in a new database that there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from peewee import SchemaManager

from hub.store import tables
from hub.store.marks import marks_of
from hub.store.statements import lock, on_postgresql, rows, run
from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.errors import StoreError

_PAGE, _LONGEST = 1_000, 200


def _first(database: Any) -> None:
    for table in tables.TABLES:
        # The models are not bound: the manager is told on which database they are made.
        SchemaManager(table, database).create_all(safe=True)


def _halls(database: Any) -> None:
    """Entries know their hall, by which they are judged; halls have leases."""
    if "hall" not in {column.name for column in database.get_columns("entries")}:
        run(database, "ALTER TABLE entries ADD COLUMN hall TEXT NOT NULL DEFAULT ''")
        run(
            database,
            "UPDATE entries SET hall = coalesce("
            "(SELECT hall FROM terminals WHERE terminals.id = entries.origin), '')",
        )
    run(
        database,
        "CREATE TABLE IF NOT EXISTS leases (hall TEXT NOT NULL PRIMARY KEY,"
        " holder TEXT NOT NULL, until BIGINT NOT NULL, wanted BIGINT NOT NULL)",
    )
    # What is looked for is always a few rows of many: an index of those few.
    for statement in (
        "DROP INDEX IF EXISTS entryrow_judged_id",
        "DROP INDEX IF EXISTS effectrow_waits_for",
        "CREATE INDEX IF NOT EXISTS effects_held ON effects (waits_for) WHERE effect = 'held'",
    ):
        run(database, statement)


def _rating_log(database: Any) -> None:
    """Ratings have a log: its leaves, subtrees and heads, and what terminals doubt."""
    blob = "BYTEA" if on_postgresql(database) else "BLOB"
    if "sealed" not in {column.name for column in database.get_columns("ratings")}:
        run(database, "ALTER TABLE ratings ADD COLUMN sealed BOOLEAN NOT NULL DEFAULT FALSE")
    for statement in (
        "CREATE TABLE IF NOT EXISTS rating_leaves (position BIGINT NOT NULL PRIMARY KEY,"
        f" leaf TEXT NOT NULL UNIQUE, opening {blob}, sealed_at BIGINT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS rating_nodes (id BIGINT NOT NULL PRIMARY KEY,"
        f" hash {blob} NOT NULL)",
        "CREATE TABLE IF NOT EXISTS rating_heads (size BIGINT NOT NULL, number INTEGER NOT NULL,"
        f" log TEXT NOT NULL, made_at BIGINT NOT NULL, body {blob} NOT NULL,"
        f" signature {blob} NOT NULL, signer TEXT NOT NULL, PRIMARY KEY (size, number))",
        "CREATE TABLE IF NOT EXISTS rating_doubts (terminal TEXT NOT NULL, epoch TEXT NOT NULL,"
        " last_seq BIGINT NOT NULL, theirs TEXT NOT NULL, ours TEXT NOT NULL,"
        " found_at BIGINT NOT NULL, PRIMARY KEY (terminal, epoch))",
        "CREATE INDEX IF NOT EXISTS ratings_unsealed ON ratings (id) WHERE NOT sealed",
        "CREATE INDEX IF NOT EXISTS rating_openings ON rating_leaves (position)"
        " WHERE opening IS NOT NULL",
    ):
        run(database, statement)


def _incidents(database: Any) -> None:
    """A hub that was taken back remembers it; entries without payload are found by an index."""
    for statement in (
        "CREATE TABLE IF NOT EXISTS incidents (epoch TEXT NOT NULL PRIMARY KEY,"
        " last_seq BIGINT NOT NULL, last_hash TEXT NOT NULL, after_seq BIGINT NOT NULL,"
        " heard_seq BIGINT NOT NULL, heard_hash TEXT NOT NULL, new_epoch TEXT NOT NULL,"
        " how TEXT NOT NULL, noticed_at BIGINT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS entries_bare ON entries (origin, epoch, seq)"
        " WHERE payload IS NULL",
    ):
        run(database, statement)


def _terminal_keys(database: Any) -> None:
    """Terminals change their keys; a code may be for one terminal alone."""
    blob = "BYTEA" if on_postgresql(database) else "BLOB"
    for statement in (
        "CREATE TABLE IF NOT EXISTS terminal_keys (key_id TEXT NOT NULL PRIMARY KEY,"
        f" terminal TEXT NOT NULL, public_key {blob} NOT NULL, added_at BIGINT NOT NULL,"
        " retired_at BIGINT NOT NULL DEFAULT 0, revoked_at BIGINT NOT NULL DEFAULT 0)",
        "CREATE INDEX IF NOT EXISTS terminal_keys_terminal ON terminal_keys (terminal)",
        "INSERT INTO terminal_keys"
        " (key_id, terminal, public_key, added_at, retired_at, revoked_at)"
        " SELECT key_id, id, public_key, enrolled_at, 0, revoked_at FROM terminals"
        " WHERE key_id NOT IN (SELECT key_id FROM terminal_keys)",
    ):
        run(database, statement)
    if "terminal" not in {column.name for column in database.get_columns("enrolment_codes")}:
        run(database, "ALTER TABLE enrolment_codes ADD COLUMN terminal TEXT NOT NULL DEFAULT ''")


def _legal(database: Any) -> None:
    """Accounts of the legal department."""
    if "legal" not in {column.name for column in database.get_columns("accounts")}:
        run(database, "ALTER TABLE accounts ADD COLUMN legal BOOLEAN NOT NULL DEFAULT FALSE")


def _board(database: Any) -> None:
    """Terminals tell what waits; conflicts stay open until somebody resolves them."""
    there = {column.name for column in database.get_columns("terminals")}
    for name, kind in (
        ("backlog", "BIGINT NOT NULL DEFAULT -1"),
        ("earliest_due", "TEXT NOT NULL DEFAULT ''"),
        ("earliest_act", "TEXT NOT NULL DEFAULT ''"),
    ):
        if name not in there:
            run(database, f"ALTER TABLE terminals ADD COLUMN {name} {kind}")
    for statement in (
        "CREATE TABLE IF NOT EXISTS conflicts (entry_hash TEXT NOT NULL PRIMARY KEY,"
        " record_id TEXT NOT NULL, aggregate_id TEXT NOT NULL, code TEXT NOT NULL,"
        " found_at BIGINT NOT NULL, resolved_at BIGINT NOT NULL DEFAULT 0)",
        "INSERT INTO conflicts (entry_hash, record_id, aggregate_id, code, found_at, resolved_at)"
        " SELECT entry_hash, record_id, aggregate_id, code, judged_at, 0 FROM effects"
        " WHERE effect = 'conflict' AND entry_hash NOT IN (SELECT entry_hash FROM conflicts)",
        "CREATE INDEX IF NOT EXISTS conflicts_open ON conflicts (found_at) WHERE resolved_at = 0",
        "CREATE INDEX IF NOT EXISTS effects_in_trouble ON effects (effect, judged_at)"
        " WHERE effect IN ('held', 'refused')",
    ):
        run(database, statement)


def _unjudged(database: Any) -> None:
    """What has no effect yet stands in a table of its own instead of in the wide rows."""
    run(
        database,
        "CREATE TABLE IF NOT EXISTS unjudged (id BIGINT NOT NULL PRIMARY KEY, hall TEXT NOT NULL)",
    )
    run(database, "CREATE INDEX IF NOT EXISTS unjudgedrow_hall_id ON unjudged (hall, id)")
    if "judged" in {column.name for column in database.get_columns("entries")}:
        for statement in (
            "INSERT INTO unjudged (id, hall) SELECT id, hall FROM entries WHERE NOT judged",
            "DROP INDEX IF EXISTS entries_unjudged",
            "ALTER TABLE entries DROP COLUMN judged",
        ):
            run(database, statement)


def _marks(database: Any) -> None:
    """Cases are marked by what pages look for; queues of an organ have indexes of their own.

    What is stored as JSON is read by the domain's own structs, which read every release's.
    """
    for statement in (
        "CREATE TABLE IF NOT EXISTS marks (aggregate_id TEXT NOT NULL, name TEXT NOT NULL,"
        " organ TEXT NOT NULL, day TEXT NOT NULL, who TEXT NOT NULL, place TEXT NOT NULL,"
        " PRIMARY KEY (aggregate_id, name))",
        "CREATE INDEX IF NOT EXISTS markrow_name_organ_day ON marks (name, organ, day)",
        "CREATE INDEX IF NOT EXISTS markrow_name_day ON marks (name, day)",
        "CREATE INDEX IF NOT EXISTS aggregates_queue ON aggregates (organ, state, due)"
        " WHERE type = 'case'",
        "CREATE INDEX IF NOT EXISTS aggregates_changed ON aggregates (organ, changed_at)"
        " WHERE type = 'case'",
    ):
        run(database, statement)
    last = ""
    while True:
        found = rows(
            database,
            "SELECT id, body FROM aggregates WHERE type = 'case' AND id > ? ORDER BY id LIMIT 500",
            last,
        )
        if not found:
            return
        cases = [msgspec.json.decode(bytes(body), type=Case) for _, body in found]
        last = found[-1][0]
        for row in (row for case in cases for row in marks_of(case)):
            run(
                database,
                "INSERT INTO marks (aggregate_id, name, organ, day, who, place)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                *row,
            )


def _fewer_indexes(database: Any) -> None:
    """What is written with each entry has no index that nothing is looked up by."""
    for statement in (
        "DROP INDEX IF EXISTS entryrow_record_id",
        "DROP INDEX IF EXISTS entryrow_kind",
        "DROP INDEX IF EXISTS effectrow_aggregate_id",
        "DROP INDEX IF EXISTS aggregaterow_state",
        "DROP INDEX IF EXISTS aggregaterow_organ",
        "CREATE INDEX IF NOT EXISTS effects_held_of ON effects (aggregate_id)"
        " WHERE effect = 'held'",
        "CREATE INDEX IF NOT EXISTS entries_ratings ON entries (id) WHERE kind = 'rating_given'",
    ):
        run(database, statement)


def _leases_by_terminal(database: Any) -> None:
    """Blocks of numbers are looked up by their terminal, in an indexed column."""
    run(database, "UPDATE aggregates SET visit_id = origin WHERE type = 'lease'")


def _names_and_versions(database: Any) -> None:
    """Cases are looked for by name; items keep their versions."""
    statements = (
        "CREATE TABLE IF NOT EXISTS item_versions (code TEXT NOT NULL, version TEXT NOT NULL,"
        f" body {'BYTEA' if on_postgresql(database) else 'BLOB'} NOT NULL,"
        " PRIMARY KEY (code, version))",
        "CREATE TABLE IF NOT EXISTS case_names (aggregate_id TEXT NOT NULL PRIMARY KEY,"
        " organ TEXT NOT NULL, name TEXT NOT NULL, number TEXT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS casenamerow_organ_name_number_aggregate_id ON case_names"
        " (organ, name, number, aggregate_id)",
    )
    for statement in statements:
        run(database, statement)
    for code, body in rows(database, "SELECT code, body FROM items"):
        version = msgspec.json.decode(bytes(body), type=ServiceItem).version
        run(
            database,
            "INSERT INTO item_versions (code, version, body) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            code,
            version,
            bytes(body),
        )
    last = ""
    while True:
        page = rows(
            database,
            "SELECT id, body FROM aggregates WHERE type = 'case' AND id > ?"
            f" ORDER BY id LIMIT {_PAGE:d}",
            last,
        )
        if not page:
            return
        for name, body in page:
            case = msgspec.json.decode(bytes(body), type=Case)
            run(
                database,
                "INSERT INTO case_names (aggregate_id, organ, name, number) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                name,
                case.organ[:_LONGEST],
                case.applicant.name[:_LONGEST],
                case.receipt_number[:_LONGEST],
            )
        last = page[-1][0]


class _Sent(msgspec.Struct):
    """Of a case as it is stored, whether it was received for another place."""

    forwarding: dict[str, object] | None = None


def _competent_organs(database: Any) -> None:
    """Cases for another place stand with the organ there, and what waits for an answer is marked.

    Releases before this one kept them under the item's organ until they were next changed.
    """
    last, sent = "", msgspec.json.Decoder(_Sent)
    while True:
        page = rows(
            database,
            "SELECT id, state, body FROM aggregates WHERE type = 'case' AND id > ?"
            f" ORDER BY id LIMIT {_PAGE:d}",
            last,
        )
        if not page:
            return
        last = page[-1][0]
        for name, state, body in page:
            elsewhere = sent.decode(bytes(body)).forwarding is not None
            if not elsewhere and state != "RECEIVED":
                continue
            case = msgspec.json.decode(bytes(body), type=Case)
            if elsewhere:
                organ = case.competent_organ[:_LONGEST]
                run(database, "UPDATE aggregates SET organ = ? WHERE id = ?", organ, name)
                run(database, "UPDATE case_names SET organ = ? WHERE aggregate_id = ?", organ, name)
                run(database, "DELETE FROM marks WHERE aggregate_id = ?", name)
            for row in marks_of(case):
                run(
                    database,
                    "INSERT INTO marks (aggregate_id, name, organ, day, who, place)"
                    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    *row,
                )


STEPS: tuple[Callable[[Any], None], ...] = (
    _first,
    _halls,
    _rating_log,
    _incidents,
    _terminal_keys,
    _legal,
    _board,
    _unjudged,
    _marks,
    _fewer_indexes,
    _leases_by_terminal,
    _names_and_versions,
    _competent_organs,
)


def migrate(database: Any) -> None:
    """Bring the schema to this program's version; `StoreError` when it is newer already."""
    with database.atomic() if on_postgresql(database) else database.atomic("IMMEDIATE"):
        # Processes that start together make the tables once.
        lock(database, "schema")
        version = _version(database)
        if version > len(STEPS):
            raise StoreError("hub.schema_too_new", version=version, known=len(STEPS))
        for number in range(version, len(STEPS)):
            STEPS[number](database)
        fact = tables.Fact
        (
            fact.insert(name="schema", value=str(len(STEPS)))
            .on_conflict(conflict_target=[fact.name], update={fact.value: str(len(STEPS))})
            .execute(database)
        )


def _version(database: Any) -> int:
    if not database.table_exists(tables.Fact._meta.table_name):
        return 0
    return int(rows(database, "SELECT value FROM facts WHERE name = 'schema'")[0][0])
