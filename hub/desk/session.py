"""Signing in at the desk: password, signed cookie, token against forged forms, slow guessing.

The cookie says who signed in and until when; it holds no secret and is worthless without the
hub's signature. It lives under `/desk`, so no citizen's page ever sees a staff session.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from functools import cache

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.requests import Request
from starlette.responses import Response

from hub.hub import Hub
from hub.store import people
from hub.store.people import Account

COOKIE = "yichuang_desk"
PATH = "/desk"
LASTS_MS = 4 * 3600 * 1000
_ENDED = "desk_session_ended/"
"""Names what is remembered of a session that was signed out, until it would have ended."""
_TRIES = 5
_TRY_WINDOW_MS = 10 * 60 * 1000
_REMEMBERED = 10_000

_hasher = PasswordHasher()


class Ticket(msgspec.Struct, frozen=True):
    """What the cookie says; `proof` ends it when the password changes."""

    account: str
    until: int
    nonce: str
    proof: str


class Session(msgspec.Struct, frozen=True):
    """Who is at the desk, the token that this session's forms carry, and its ticket."""

    account: Account
    token: str
    ticket: Ticket


class Throttle:
    """Counts failed attempts by account and by address; forgets them after ten minutes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, list[int]] = {}

    def wait_ms(self, key: str, now: int) -> int:
        """Return how long this key must wait, 0 when it may try."""
        with self._lock:
            recent = [at for at in self._failures.get(key, []) if now - at < _TRY_WINDOW_MS]
            if len(recent) < _TRIES:
                return 0
            return _TRY_WINDOW_MS - (now - recent[-_TRIES])

    def failed(self, key: str, now: int) -> None:
        """Note a failed attempt."""
        with self._lock:
            if len(self._failures) > _REMEMBERED:
                self._failures.clear()
            recent = [at for at in self._failures.get(key, []) if now - at < _TRY_WINDOW_MS]
            self._failures[key] = [*recent, now]

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._failures.pop(key, None)


class Sessions:
    """Makes and reads the desk's sessions."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._throttle = Throttle()

    def wait_minutes(self, name: str, client: str) -> int:
        """Return how many minutes this name or address must wait, 0 when it may try."""
        now = self._hub.clock.now().monotonic
        wait = max(self._throttle.wait_ms(key, now) for key in _keys(name, client))
        return -(-wait // 60_000)

    def verified(self, name: str, password: str, client: str) -> Account | None:
        """Return the account of a name and its password, or None; failures are counted."""
        now = self._hub.clock.now().monotonic
        with self._hub.store.reading() as database:
            account = people.account(database, name)
        try:
            _hasher.verify(account.password_hash if account else _nobody(), password)
        except (VerificationError, InvalidHashError):
            account = None
        if account is None:
            for key in _keys(name, client):
                self._throttle.failed(key, now)
            return None
        self._throttle.succeeded(_keys(name, client)[0])
        return account

    def sign_in(self, name: str, password: str, client: str) -> str | None:
        """Return the cookie of a new session, or None when name or password is wrong."""
        account = self.verified(name, password, client)
        if account is None:
            return None
        ticket = Ticket(
            account.name,
            self._hub.now() + LASTS_MS,
            self._hub.randomness.token_bytes(16).hex(),
            _proof(account),
        )
        return self._sign(msgspec.json.encode(ticket))

    def read(self, request: Request) -> Session | None:
        """Return the session of a request, or None when there is no valid one."""
        cookie = request.cookies.get(COOKIE, "")
        ticket = self._open(cookie)
        if ticket is None or ticket.until < self._hub.now():
            return None
        with self._hub.store.reading() as database:
            account = people.account(database, ticket.account)
            over = people.fact(database, f"{_ENDED}{ticket.nonce}")
        if account is None or over or not hmac.compare_digest(_proof(account), ticket.proof):
            return None
        return Session(account, self._mac(b"form", cookie.encode()), ticket)

    def end(self, session: Session) -> None:
        """Sign out: the cookie, wherever a copy of it lies, opens nothing any more."""
        now = self._hub.now()
        with self._hub.store.writing() as database:
            people.drop_facts(database, _ENDED, older_than=now)
            people.set_fact(database, f"{_ENDED}{session.ticket.nonce}", str(session.ticket.until))

    def set_cookie(self, request: Request, response: Response, cookie: str) -> None:
        """Give the browser its session."""
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=LASTS_MS // 1000,
            path=PATH,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )

    def drop_cookie(self, response: Response) -> None:
        """Take the session away."""
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")

    def _mac(self, purpose: bytes, data: bytes) -> str:
        return hmac.new(self._hub.keys.session, purpose + b"\n" + data, hashlib.sha256).hexdigest()

    def _sign(self, data: bytes) -> str:
        text = base64.urlsafe_b64encode(data).decode("ascii")
        return f"{text}.{self._mac(b'session', data)}"

    def _open(self, cookie: str) -> Ticket | None:
        text, _, mac = cookie.partition(".")
        try:
            data = base64.urlsafe_b64decode(text)
            if not hmac.compare_digest(self._mac(b"session", data), mac):
                return None
            return msgspec.json.decode(data, type=Ticket)
        except (ValueError, TypeError, msgspec.DecodeError):
            return None


@cache
def _nobody() -> str:
    """Return a hash that is verified for names which do not exist, so that they take as long."""
    return _hasher.hash("nobody has this password")


def _proof(account: Account) -> str:
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]


def _keys(name: str, client: str) -> tuple[str, str]:
    return f"account/{name}", f"client/{client}"
