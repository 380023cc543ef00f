"""Enrolment: a one-time code makes a terminal's own key known to the hub.

A plain code enrols a new terminal, whose id is the id of its first key. A code made for one
terminal (`hub code --terminal`) gives that terminal a new key and trusts it again: after a
revocation, or when a machine's signing key is lost. It stays the same terminal with the same
id, because its journal names that id in every entry: what waits there from before still comes
in, and nobody else's code can claim it. A revoked key itself is never trusted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.hub import Hub
from hub.store import people, terminal_keys
from hub.store.feeds import NewRow, append
from hub.store.people import HallData, TerminalData
from terminal.errors import NotFound
from terminal.protocol import sets
from terminal.protocol.enrolment_code import SECRET_BYTES, new_code, parse
from terminal.protocol.renewal import RENEWAL_DAYS
from terminal.protocol.sets import TerminalKey
from terminal.protocol.suites import key_id
from terminal.protocol.wire import PROTOCOL_VERSION, Enrolment, EnrolRequest, policy_feed, spoken

_KEY_BYTES = 32
_LONGEST_NAME = 60
_DAY = 86_400_000
PUBLIC_URL = "public_url"
"""The address in force behind the QR codes, and the one that somebody chose, if any."""
CHOSEN_URL = "public_url_chosen"
RENEWAL_FACT = "key_renewal_days"
"""How many days a key is used before its terminal renews it."""


def make_code(hub: Hub, hall_id: str = "", terminal_id: str = "") -> str:
    """Make a one-time code for a hall (none named: the first one) and return its text.

    With `terminal_id` (an id, or a number on receipts) it gives that terminal a new key.
    """
    code = new_code(hub.randomness.token_bytes(SECRET_BYTES), hub.keys.public, hub.keys.ca_der)
    with hub.store.writing() as database:
        if terminal_id:
            terminal = _named(database, terminal_id)
            hall_id, terminal_id = terminal.hall, terminal.id
        known = people.halls(database)
        wanted = [hall for hall in known if hall_id in ("", hall.id)]
        if not wanted:
            raise NotFound("hub.hall_unknown", hall=hall_id)
        people.add_code(database, code.secret_hash, wanted[0].id, hub.now(), terminal_id)
    return code.text


def enrol(hub: Hub, request: EnrolRequest) -> Enrolment:
    """Enrol a key by its code; the same code and key again is the same answer."""
    code = parse(request.code)
    if not spoken(request.protocol):
        return refusal(hub, "hub.unknown_protocol", request.nonce)
    if code is None or len(request.public_key) != _KEY_BYTES:
        return refusal(hub, "hub.code_unknown", request.nonce)
    key = key_id(request.public_key)
    moved: list[str] = []
    with hub.store.writing() as database:
        made = people.code(database, code.secret_hash)
        if made is None:
            return refusal(hub, "hub.code_unknown", request.nonce)
        terminal = people.terminal_by_key(database, key)
        refused = _why_not(made, terminal, key, request.terminal_id or key)
        if refused or not people.use_code(database, code.secret_hash, key):
            return refusal(hub, refused or "hub.code_used", request.nonce)
        hall = people.hall(database, made.hall)
        assert hall is not None
        if terminal is None:
            terminal = _take_key(hub, database, made, request, key)
            keys = terminal_keys.public_keys(database, terminal.id)
            moved = append(database, [key_row(terminal, keys)], hub.randomness.uuid7())
        public_url = people.fact(database, PUBLIC_URL)
        days = int(people.fact(database, RENEWAL_FACT, str(RENEWAL_DAYS)))
    hub.bell.ring(moved)
    enrolled = _enrolment(hub, request.nonce, terminal, hall, public_url)
    return msgspec.structs.replace(enrolled, renew_at=hub.now() + days * _DAY)


def _why_not(made: people.Code, terminal: TerminalData | None, key: str, claimed: str) -> str:
    """Return why a code cannot be used with a key, by the key's terminal; empty when it can.

    `claimed` is who the sender says it is: a code for one terminal is lost to no other machine,
    and a plain code makes no second terminal of one that has a journal already.
    """
    if terminal is not None and terminal.revoked_at:
        # Also with a good code: it is this key that is no longer trusted.
        return "hub.revoked"
    if made.used_by not in ("", key):
        return "hub.code_used"
    if terminal is not None and terminal.retired_at:
        return "hub.key_retired"
    if made.terminal not in ("", claimed):
        return "hub.code_for_another"
    if terminal is None and not made.terminal and claimed != key:
        return "hub.code_plain"
    return ""


def _take_key(
    hub: Hub, database: Any, made: people.Code, request: EnrolRequest, key: str
) -> TerminalData:
    """Give the code's terminal the key, or make a new terminal of it."""
    if made.terminal:
        terminal_keys.replace(database, made.terminal, key, request.public_key, hub.now())
        return _named(database, made.terminal)
    return people.add_terminal(
        database,
        key,  # a terminal is its key: entries written before its enrolment name it too
        request.name.strip()[:_LONGEST_NAME],
        key,
        request.public_key,
        made.hall,
        hub.now(),
    )


def _named(database: Any, terminal: str) -> TerminalData:
    """Return a terminal by its id or its number; `NotFound` when there is none."""
    for one in people.terminals(database):
        if terminal in (one.id, one.label, str(one.number)):
            return one
    raise NotFound("hub.no_such_terminal", terminal=terminal)


def key_row(terminal: TerminalData, keys: Sequence[bytes] = ()) -> NewRow:
    """Return the policy row by which the hall's terminals know each other's keys.

    `keys` are all that the terminal ever had and that are trusted.
    """
    body = TerminalKey(
        terminal.id,
        terminal.label,
        terminal.public_key.hex(),
        revoked=bool(terminal.revoked_at),
        earlier=tuple(key.hex() for key in keys if key != terminal.public_key),
    )
    key = f"{sets.TERMINAL}{terminal.id}"
    return NewRow(policy_feed(terminal.hall), "json", key, msgspec.json.encode(body))


def revoke(hub: Hub, terminal_id: str) -> None:
    """Revoke a terminal's key and tell its hall; `NotFound` when there is none."""
    with hub.store.writing() as database:
        named = _named(database, terminal_id)
        people.revoke(database, named.id, hub.now())
        terminal = _named(database, named.id)
        moved = append(database, [key_row(terminal)], hub.randomness.uuid7())
    hub.bell.ring(moved)


def refusal(hub: Hub, code: str, nonce: bytes) -> Enrolment:
    """Return the answer that enrols nobody."""
    empty = HallData("", "", "")
    nobody = TerminalData("", 0, "", "", b"", "", 0, 0, 0)
    answer = _enrolment(hub, nonce, nobody, empty, "")
    return msgspec.structs.replace(answer, terminal_number="", refusal=code)


def _enrolment(
    hub: Hub, nonce: bytes, terminal: TerminalData, hall: HallData, public_url: str
) -> Enrolment:
    return Enrolment(
        protocol=PROTOCOL_VERSION,
        nonce=nonce,
        terminal_id=terminal.id,
        terminal_number=terminal.label,
        hall_id=hall.id,
        hall_name=hall.name,
        region=hall.region,
        public_url=public_url,
        hub_key=hub.keys.public,
        recovery_key=hub.keys.recovery_public,
        hub_time=hub.now(),
    )
