"""Accounts of this machine: signing in, and the second person's confirmation."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from terminal.clock import Clock
from terminal.domain.parties import Actor
from terminal.errors import InvalidInput, NotAllowed
from terminal.ids import Randomness
from terminal.protocol.wire import Enrolment
from terminal.services.hall_staff import hall_accounts, usable
from terminal.services.views import Role, Session, StaffRow
from terminal.store import staff as accounts
from terminal.store.database import Ledger, Transaction
from terminal.store.staff import StoredAccount

LEAST_PASSWORD = 8

_KINDS = {
    Role.CLERK: "clerk",
    Role.SUPERVISOR: "supervisor",
    Role.CHIEF_REPRESENTATIVE: "chief",
}


class StaffService:
    """Accounts with argon2 hashes, made here or sent by the hub; works without a network."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        randomness: Randomness,
        enrolment: Callable[[], Enrolment | None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._randomness = randomness
        self._enrolment = enrolment

    def sign_in(self, login: str, password: str) -> Session:
        """Check name and password; raises `NotAllowed` without saying which was wrong."""
        account = self._checked(login, password)
        return Session(
            account.staff_id, account.name, Role(account.role), self._clock.now().corrected
        )

    def second_person(
        self, login: str, password: str, first: Session, *, among: Collection[Role] = tuple(Role)
    ) -> Actor:
        """Check a second person's sign-in for a confirmation; not the first person again.

        `among` are the roles that may confirm this (`staff.second_may_not`).
        """
        account = self._checked(login, password)
        if account.staff_id == first.staff_id:
            raise NotAllowed("staff.second_is_first")
        role = Role(account.role)
        if role not in among:
            raise NotAllowed("staff.second_may_not")
        return Actor(_KINDS[role], account.staff_id, account.name)

    def _checked(self, login: str, password: str) -> StoredAccount:
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError

        found = self._usable(login.strip())
        if not login.strip() or not found:
            # Hash all the same: the time must not tell whether the account exists.
            PasswordHasher().hash(password)
            raise NotAllowed("staff.wrong_password")
        try:
            PasswordHasher().verify(found[0].password, password)
        except (Argon2Error, InvalidHashError):
            raise NotAllowed("staff.wrong_password") from None
        return found[0]

    def _usable(self, login: str) -> list[StoredAccount]:
        enrolled = self._enrolment()
        return self._ledger.read(lambda db: usable(db, enrolled, login))

    def rows(self) -> tuple[StaffRow, ...]:
        """Return the accounts without their hashes, the local ones first."""
        enrolled = self._enrolment()

        def read(db: Transaction) -> list[StaffRow]:
            local = accounts.accounts(db)
            taken = {account.login for account in local}
            return [StaffRow(a.staff_id, a.name, a.login, Role(a.role)) for a in local] + [
                StaffRow(
                    a.staff_id, a.name, a.login, Role(a.role),
                    "shadowed" if a.login in taken else "hall",
                )
                for a in hall_accounts(db, enrolled)
            ]  # fmt: skip

        return tuple(self._ledger.read(read))

    def add(self, login: str, name: str, password: str, role: Role = Role.CLERK) -> StaffRow:
        """Add an account; the login must be new and the password long enough."""
        from argon2 import PasswordHasher

        login, name = login.strip(), name.strip()
        if not login or not name:
            raise InvalidInput("staff.name_missing")
        if len(password) < LEAST_PASSWORD:
            raise InvalidInput("staff.password_short", least=LEAST_PASSWORD)
        if self._usable(login):
            raise InvalidInput("staff.login_taken", login=login)
        account = StoredAccount(
            staff_id=self._randomness.uuid7(),
            login=login,
            name=name,
            role=role.value,
            password=PasswordHasher().hash(password),
            active=True,
        )
        self._ledger.write(lambda db: accounts.save(db, account))
        return StaffRow(account.staff_id, name, login, role)

    def change_password(self, login: str, old: str, new: str) -> None:
        """Set another password; for an account of the hall it holds until the hub's changes.

        It is kept on this machine only: what the hub sends of other accounts, or of this one
        with the password that it knew, does not overwrite it.
        """
        from argon2 import PasswordHasher

        if len(new) < LEAST_PASSWORD:
            raise InvalidInput("staff.password_short", least=LEAST_PASSWORD)
        account = self._checked(login, old)
        hashed = PasswordHasher().hash(new)
        enrolled = self._enrolment()

        def write(db: Transaction) -> None:
            for known in accounts.accounts(db, account.login):
                if known.staff_id == account.staff_id:
                    accounts.save(db, msgspec.structs.replace(known, password=hashed))
                    return
            for sent in hall_accounts(db, enrolled):
                if sent.staff_id == account.staff_id:
                    accounts.set_own_password(db, sent, hashed)

        self._ledger.write(write)


def clerk_of(session: Session, place: str) -> Actor:
    """Return a signed-in person as the author of an entry."""
    return Actor("clerk", session.staff_id, session.name, place)
