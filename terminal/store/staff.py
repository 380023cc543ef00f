"""Accounts of this machine in the ledger."""

from __future__ import annotations

import msgspec
import peewee

from terminal.protocol.sets import StaffAccount
from terminal.store.tables.ledger import OwnPasswordRow, StaffTable


class StoredAccount(msgspec.Struct, frozen=True):
    """An account; `password` is an argon2 hash and never leaves the services."""

    staff_id: str
    login: str
    name: str
    role: str
    password: str
    active: bool


def accounts(db: peewee.Database, login: str = "") -> list[StoredAccount]:
    """Return all active accounts, or the one with this login."""
    query = StaffTable.select(
        *(getattr(StaffTable, name) for name in StoredAccount.__struct_fields__)
    ).where(StaffTable.active == True)  # noqa: E712 - a query, not a comparison
    if login:
        query = query.where(StaffTable.login == login)
    return [StoredAccount(*row) for row in query.order_by(StaffTable.login).tuples().execute(db)]


def save(db: peewee.Database, account: StoredAccount) -> None:
    """Insert or replace an account."""
    StaffTable.replace(**msgspec.structs.asdict(account)).execute(db)


def own_password(db: peewee.Database, account: StaffAccount) -> str:
    """Return the hash in force of a hub's account: one set here holds until the hub's changes."""
    query = OwnPasswordRow.select(OwnPasswordRow.replaced, OwnPasswordRow.password).where(
        OwnPasswordRow.staff_id == account.staff_id
    )
    own = dict(query.tuples().execute(db))
    return str(own.get(account.password, account.password))


def set_own_password(db: peewee.Database, account: StaffAccount, password: str) -> None:
    """Keep the hash of a password that was set here in place of the hub's."""
    OwnPasswordRow.replace(
        staff_id=account.staff_id, replaced=account.password, password=password
    ).execute(db)
