"""Enrolment: a one-time code makes a terminal's own key known to the hub."""

from __future__ import annotations

import msgspec

from hub.hub import Hub
from hub.store import people
from hub.store.feeds import NewRow, append
from hub.store.people import HallData, TerminalData
from terminal.errors import NotFound
from terminal.protocol import sets
from terminal.protocol.enrolment_code import SECRET_BYTES, new_code, parse
from terminal.protocol.sets import TerminalKey
from terminal.protocol.suites import key_id
from terminal.protocol.wire import PROTOCOL_VERSION, Enrolment, EnrolRequest, policy_feed, spoken

_KEY_BYTES = 32
_LONGEST_NAME = 60
PUBLIC_URL = "public_url"
"""The address in force behind the QR codes, and the one that somebody chose, if any."""
CHOSEN_URL = "public_url_chosen"


def make_code(hub: Hub, hall_id: str = "") -> str:
    """Make a one-time code for a hall (none named: the first one) and return its text."""
    code = new_code(hub.randomness.token_bytes(SECRET_BYTES), hub.keys.public, hub.keys.ca_der)
    with hub.store.writing() as database:
        known = people.halls(database)
        wanted = [hall for hall in known if hall_id in ("", hall.id)]
        if not wanted:
            raise NotFound("hub.hall_unknown", hall=hall_id)
        people.add_code(database, code.secret_hash, wanted[0].id, hub.now())
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
        found = people.code_hall(database, code.secret_hash)
        if found is None:
            return refusal(hub, "hub.code_unknown", request.nonce)
        hall_id, used_by = found
        if used_by not in ("", key):
            return refusal(hub, "hub.code_used", request.nonce)
        hall = people.hall(database, hall_id)
        assert hall is not None
        terminal = people.terminal_by_key(database, key)
        if terminal is not None and terminal.revoked_at:
            return refusal(hub, "hub.revoked", request.nonce)
        if not people.use_code(database, code.secret_hash, key):
            return refusal(hub, "hub.code_used", request.nonce)
        if terminal is None:
            terminal = people.add_terminal(
                database,
                key,  # a terminal is its key: entries written before its enrolment name it too
                request.name.strip()[:_LONGEST_NAME],
                key,
                request.public_key,
                hall_id,
                hub.now(),
            )
            moved = append(database, [key_row(terminal)], hub.randomness.uuid7())
        public_url = people.fact(database, PUBLIC_URL)
    hub.bell.ring(moved)
    return _enrolment(hub, request.nonce, terminal, hall, public_url)


def key_row(terminal: TerminalData) -> NewRow:
    """Return the policy row by which the hall's terminals know each other's keys."""
    body = TerminalKey(
        terminal.id, terminal.label, terminal.public_key.hex(), revoked=bool(terminal.revoked_at)
    )
    key = f"{sets.TERMINAL}{terminal.id}"
    return NewRow(policy_feed(terminal.hall), "json", key, msgspec.json.encode(body))


def revoke(hub: Hub, terminal_id: str) -> None:
    """Revoke a terminal's key and tell its hall; `NotFound` when there is none."""
    with hub.store.writing() as database:
        if not people.revoke(database, terminal_id, hub.now()):
            raise NotFound("hub.unknown_terminal")
        terminal = next(one for one in people.terminals(database) if one.id == terminal_id)
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
