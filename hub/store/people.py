"""Halls, terminals, enrolment codes, desk accounts and single facts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from peewee import Database

from hub.store import projections, terminal_keys
from hub.store.statements import rows, run
from hub.store.tables import AccountRow, EnrolmentCodeRow, Fact, Hall, TerminalRow
from terminal.protocol.backlog import Backlog

_ACTS = frozenset(("", "answer", "forward", "decide", "deliver"))


class HallData(msgspec.Struct, frozen=True):
    """A hall: id, name, region code."""

    id: str
    name: str
    region: str


class TerminalData(msgspec.Struct, frozen=True):
    """An enrolled terminal; moments in milliseconds, 0 for never.

    `key_id` and `public_key` are those in force, or those that were asked for; `retired_at` is
    then when another key took their place. `backlog`, `earliest_due` (ISO) and `earliest_act`
    are what the terminal told last of what waits there; -1: it never did.
    """

    id: str
    number: int
    name: str
    key_id: str
    public_key: bytes
    hall: str
    enrolled_at: int
    last_contact: int
    revoked_at: int
    retired_at: int = 0
    backlog: int = -1
    earliest_due: str = ""
    earliest_act: str = ""

    @property
    def label(self) -> str:
        """The number as receipts carry it: two digits, more when there are more."""
        return f"{self.number:02d}"


class Account(msgspec.Struct, frozen=True):
    """A desk account; a supervisor sees the board, and no case's papers.

    `legal` is one of the organ's legal department: it reviews, and never decides.
    """

    name: str
    display_name: str
    organ: str
    enforcement_number: str
    supervisor: bool
    password_hash: str
    legal: bool = False

    def __repr__(self) -> str:
        return f"Account({self.name!r})"


def fact(database: Database, name: str, default: str = "") -> str:
    """Return a single value."""
    found = rows(database, "SELECT value FROM facts WHERE name = ?", name)
    return str(found[0][0]) if found else default


def set_fact(database: Database, name: str, value: str) -> None:
    """Write a single value."""
    (
        Fact.insert(name=name, value=value)
        .on_conflict(conflict_target=[Fact.name], update={Fact.value: value})
        .execute(database)
    )


def drop_facts(database: Database, prefix: str, older_than: int) -> None:
    """Forget the single values of names with this prefix that are moments before another."""
    query = Fact.select(Fact.name, Fact.value).where(Fact.name.startswith(prefix))
    old = [name for name, value in query.tuples().execute(database) if int(value) < older_than]
    if old:
        Fact.delete().where(Fact.name.in_(old)).execute(database)


def put_hall(database: Database, hall: HallData) -> None:
    """Add a hall or change its name and region."""
    (
        Hall.insert(id=hall.id, name=hall.name, region=hall.region)
        .on_conflict(
            conflict_target=[Hall.id], update={Hall.name: hall.name, Hall.region: hall.region}
        )
        .execute(database)
    )


def halls(database: Database) -> list[HallData]:
    """Return all halls."""
    query = Hall.select(Hall.id, Hall.name, Hall.region).order_by(Hall.id)
    return [HallData(*row) for row in query.tuples().execute(database)]


def hall(database: Database, hall_id: str) -> HallData | None:
    """Return a hall by its id."""
    return next((one for one in halls(database) if one.id == hall_id), None)


def _terminals(database: Database, *conditions: Any) -> list[TerminalData]:
    query = TerminalRow.select()
    for condition in conditions:
        query = query.where(condition)
    return [
        TerminalData(
            row.id, row.number, row.name, row.key_id, bytes(row.public_key), row.hall,
            row.enrolled_at, row.last_contact, row.revoked_at, 0, row.backlog,
            row.earliest_due, row.earliest_act,
        )
        for row in query.order_by(TerminalRow.number).namedtuples().execute(database)
    ]  # fmt: skip


def terminals(database: Database) -> list[TerminalData]:
    """Return all terminals by number."""
    return _terminals(database)


def hall_of(database: Database, terminal_id: str) -> HallData | None:
    """Return the hall of a terminal that is trusted; None for any other."""
    found = rows(
        database,
        "SELECT h.id, h.name, h.region FROM terminals t JOIN halls h ON h.id = t.hall"
        " WHERE t.id = ? AND t.revoked_at = 0",
        terminal_id,
    )
    return next((HallData(*row) for row in found), None)


def terminal_by_key(database: Database, key_id: str) -> TerminalData | None:
    """Return the terminal that has or had the key of this id, with that very key.

    `revoked_at` is set when the terminal is revoked, or this key of it.
    """
    found = rows(
        database,
        "SELECT t.id, t.number, t.name, k.key_id, k.public_key, t.hall, t.enrolled_at,"
        " t.last_contact, CASE WHEN t.revoked_at > 0 THEN t.revoked_at ELSE k.revoked_at END,"
        " k.retired_at, t.backlog, t.earliest_due, t.earliest_act"
        " FROM terminal_keys k JOIN terminals t ON t.id = k.terminal WHERE k.key_id = ?",
        key_id,
    )
    return next((TerminalData(*row) for row in found), None)


def add_terminal(
    database: Database,
    terminal_id: str,
    name: str,
    key_id: str,
    public_key: bytes,
    hall_id: str,
    now: int,
) -> TerminalData:
    """Enrol a terminal under the next number."""
    number = projections.next_number(database, "terminal")
    TerminalRow.insert(
        id=terminal_id,
        number=number,
        name=name,
        key_id=key_id,
        public_key=public_key,
        hall=hall_id,
        enrolled_at=now,
        last_contact=now,
    ).execute(database)
    terminal_keys.add(database, terminal_id, key_id, public_key, now)
    return _terminals(database, TerminalRow.id == terminal_id)[0]


def seen(database: Database, terminal_id: str, now: int, backlog: Backlog | None = None) -> None:
    """Note that a terminal was heard, and what it told of its backlog if it did."""
    run(database, "UPDATE terminals SET last_contact = ? WHERE id = ?", now, terminal_id)
    if backlog is not None and fits(backlog):
        run(
            database,
            "UPDATE terminals SET backlog = ?, earliest_due = ?, earliest_act = ? WHERE id = ?",
            backlog.waiting,
            backlog.due,
            backlog.act,
            terminal_id,
        )


def fits(backlog: Backlog) -> bool:
    """Say whether a backlog is what a terminal of ours would tell."""
    try:
        dated = not backlog.due or dt.date.fromisoformat(backlog.due).isoformat() == backlog.due
    except ValueError:
        return False
    return dated and 0 <= backlog.waiting < 1 << 40 and backlog.act in _ACTS


def revoke(database: Database, terminal_id: str, now: int) -> bool:
    """Revoke a terminal; False when there is none of this id."""
    terminal_keys.revoke(database, terminal_id, now)
    query = TerminalRow.update(revoked_at=now).where(TerminalRow.id == terminal_id)
    return bool(query.execute(database))


class Code(msgspec.Struct, frozen=True):
    """An enrolment code: its hall, the key that used it, the one terminal that it is for."""

    hall: str
    used_by: str
    terminal: str


def add_code(
    database: Database, secret_hash: str, hall_id: str, now: int, terminal: str = ""
) -> None:
    """Keep the hash of a new enrolment code's secret."""
    EnrolmentCodeRow.insert(
        secret_hash=secret_hash, hall=hall_id, made_at=now, terminal=terminal
    ).execute(database)


def code(database: Database, secret_hash: str) -> Code | None:
    """Return what is known of a code."""
    query = EnrolmentCodeRow.select(
        EnrolmentCodeRow.hall, EnrolmentCodeRow.used_by, EnrolmentCodeRow.terminal
    ).where(EnrolmentCodeRow.secret_hash == secret_hash)
    return next((Code(*row) for row in query.tuples().execute(database)), None)


def use_code(database: Database, secret_hash: str, key_id: str) -> bool:
    """Note who used a code; False when another key was quicker."""
    sql = "UPDATE enrolment_codes SET used_by = ? WHERE secret_hash = ? AND used_by IN ?"
    return bool(run(database, sql, key_id, secret_hash, ["", key_id]))


def put_account(database: Database, account: Account) -> None:
    """Add a desk account or change it."""
    row = msgspec.structs.asdict(account)
    update = {AccountRow._meta.fields[key]: value for key, value in row.items() if key != "name"}
    (
        AccountRow.insert(**row)
        .on_conflict(conflict_target=[AccountRow.name], update=update)
        .execute(database)
    )


def accounts(database: Database) -> list[Account]:
    """Return all desk accounts by name."""
    query = AccountRow.select().order_by(AccountRow.name).dicts()
    return [Account(**row) for row in query.execute(database)]


def account(database: Database, name: str) -> Account | None:
    """Return a desk account by its name."""
    query = AccountRow.select().where(AccountRow.name == name).dicts()
    return next((Account(**row) for row in query.execute(database)), None)
