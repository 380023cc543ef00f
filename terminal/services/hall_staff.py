"""Accounts that the hub has sent, as this window may use them.

An account made on this machine keeps its login here: of two accounts with one login the local
one signs in, and the hall's stays out of use until the local one is gone. Whoever was let in
on this machine is never locked out by the line, and the list of accounts shows both.
"""

from __future__ import annotations

import logging

import msgspec

from terminal.protocol import sets
from terminal.protocol.sets import StaffAccount
from terminal.protocol.wire import Enrolment
from terminal.services.views import Role
from terminal.store import feeds, staff
from terminal.store.database import Transaction
from terminal.store.staff import StoredAccount

logger = logging.getLogger(__name__)

ROLES = frozenset(role.value for role in Role)


def hall_accounts(db: Transaction, enrolled: Enrolment | None) -> list[StaffAccount]:
    """Return the hall's accounts that work at this window, by login."""
    if enrolled is None:
        return []
    found = []
    for key, body in feeds.rows(db, sets.staff_feed(enrolled.hall_id), sets.ACCOUNT):
        try:
            account = msgspec.json.decode(body, type=StaffAccount)
        except (msgspec.DecodeError, UnicodeDecodeError):
            logger.warning("account not understood: %s", key)
            continue
        here = not account.windows or enrolled.terminal_number in account.windows
        if here and account.role in ROLES:
            found.append(account)
    return sorted(found, key=lambda account: account.login)


def usable(db: Transaction, enrolled: Enrolment | None, login: str = "") -> list[StoredAccount]:
    """Return who may sign in here, or the one with this login: local accounts first."""
    local = staff.accounts(db, login)
    taken = {account.login for account in local}
    hall = [
        StoredAccount(
            account.staff_id, account.login, account.name, account.role,
            staff.own_password(db, account), active=True,
        )
        for account in hall_accounts(db, enrolled)
        if account.login not in taken and login in ("", account.login)
    ]  # fmt: skip
    return local + hall
