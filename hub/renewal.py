"""A terminal's keys over time: taking a new one, and which are due to be renewed.

Nothing expires: a key past its date still pushes, so no record is ever stranded behind a date.
"""

from __future__ import annotations

import msgspec

from hub.enrol import RENEWAL_FACT, key_row
from hub.hub import Hub
from hub.store import people, terminal_keys
from hub.store.feeds import append
from hub.store.people import TerminalData
from hub.store.terminal_keys import KeyData
from terminal.errors import InvalidInput
from terminal.protocol.renewal import RENEWAL_DAYS, KeyAnswer, KeyRequest, new_key_id, proved
from terminal.protocol.wire import PROTOCOL_VERSION, spoken

_DAY = 86_400_000
LONGEST_DAYS = 3650


class KeyStanding(msgspec.Struct, frozen=True):
    """A terminal's key as a technician sees it; `overdue` says that its date has passed."""

    terminal: TerminalData
    since: int
    renew_at: int
    overdue: bool


def renewal_days(hub: Hub) -> int:
    """Return how many days a key is used before its terminal renews it."""
    with hub.store.reading() as database:
        return int(people.fact(database, RENEWAL_FACT, str(RENEWAL_DAYS)))


def set_renewal_days(hub: Hub, days: int) -> None:
    """Change it; terminals hear of it when they renew next."""
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput("hub.renewal_days", longest=LONGEST_DAYS)
    with hub.store.writing() as database:
        people.set_fact(database, RENEWAL_FACT, str(days))


def renew(hub: Hub, terminal: TerminalData, request: KeyRequest) -> KeyAnswer:
    """Take a terminal's new key; `terminal.key_id` is the key that signed the request."""
    if not spoken(request.protocol):
        return answer(hub, terminal.id, request.nonce, refusal="hub.unknown_protocol")
    if not proved(request):
        return answer(hub, terminal.id, request.nonce, refusal="hub.key_not_proved")
    new = new_key_id(request)
    now = hub.now()
    with hub.store.writing() as database:
        known = terminal_keys.find(database, new)
        current = terminal_keys.find(database, terminal.key_id)
        if known is not None and known.terminal == terminal.id and not known.retired_at:
            # Taken already: only the answer was lost on the way.
            moved: list[str] = []
        elif known is not None or current is None or current.retired_at:
            # Somebody else's key, or a key of the past that announces a third one.
            return answer(hub, terminal.id, request.nonce, refusal="hub.key_retired")
        else:
            terminal_keys.replace(database, terminal.id, new, request.public_key, now)
            changed = next(one for one in people.terminals(database) if one.id == terminal.id)
            keys = terminal_keys.public_keys(database, terminal.id)
            moved = append(database, [key_row(changed, keys)], hub.randomness.uuid7())
    hub.bell.ring(moved)
    return answer(hub, terminal.id, request.nonce, new)


def answer(hub: Hub, terminal_id: str, nonce: bytes, key: str = "", refusal: str = "") -> KeyAnswer:
    """Return the answer's frame."""
    now = hub.now()
    return KeyAnswer(
        protocol=PROTOCOL_VERSION,
        nonce=nonce,
        terminal_id=terminal_id,
        hub_time=now,
        key=key,
        renew_at=0 if refusal else now + renewal_days(hub) * _DAY,
        refusal=refusal,
    )


def standing(hub: Hub) -> list[KeyStanding]:
    """Return the key in force of each terminal, the longest overdue first."""
    days, now = renewal_days(hub), hub.now()
    with hub.store.reading() as database:
        terminals = {one.id: one for one in people.terminals(database)}
        keys = {one.terminal: one for one in terminal_keys.in_force(database)}
    found = [_standing(terminal, keys.get(name), days, now) for name, terminal in terminals.items()]
    return sorted(found, key=lambda one: (one.renew_at, one.terminal.number))


def _standing(terminal: TerminalData, key: KeyData | None, days: int, now: int) -> KeyStanding:
    since = key.added_at if key else terminal.enrolled_at
    renew_at = since + days * _DAY
    return KeyStanding(terminal, since, renew_at, now > renew_at and not terminal.revoked_at)


def overdue(hub: Hub) -> list[KeyStanding]:
    """Return the terminals whose key should have been renewed, the longest overdue first."""
    return [one for one in standing(hub) if one.overdue]
