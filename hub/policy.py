"""What a hall's administrator publishes to its windows: calendars, limits, staff, appointments."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hub import publishing
from hub.hub import Hub
from hub.store import feeds, people
from terminal.clock import today
from terminal.domain.catalogue import Regime
from terminal.domain.policy import (
    MOST_LEASED,
    Bar,
    CommitmentPolicy,
    ConditionalPolicy,
    NumberPolicy,
    RegimeLimits,
    SealService,
    key_of_number,
    too_long,
)
from terminal.errors import InvalidInput, NotFound
from terminal.protocol import sets
from terminal.protocol.rules import BARRED, COMMITMENTS, CONDITIONAL, LIMITS, NUMBERS, SEALS
from terminal.protocol.sets import Appointment, CalendarYear, StaffAccount, staff_feed
from terminal.protocol.wire import policy_feed

_LIMITS, _SERVICES = dict[Regime, RegimeLimits], dict[str, SealService]
KEYS: dict[str, Any] = {
    LIMITS.removeprefix(sets.POLICY): _LIMITS,
    CONDITIONAL.removeprefix(sets.POLICY): ConditionalPolicy,
    NUMBERS.removeprefix(sets.POLICY): NumberPolicy,
    COMMITMENTS.removeprefix(sets.POLICY): CommitmentPolicy,
    SEALS.removeprefix(sets.POLICY): _SERVICES,
}
"""The policy keys of this release and what their values are."""

ROLES = ("CLERK", "SUPERVISOR", "CHIEF_REPRESENTATIVE")
SHORTEST_PASSWORD = 8
_LONGEST_FILE = 16 << 20
_Value = TypeVar("_Value")


# Policy data and calendars


def set_policy(hub: Hub, key: str, path: Path, hall: str = "") -> int:
    """Publish a value from a TOML or JSON file; returns how many halls heard something new.

    Raises `InvalidInput` for an unknown key, a file that is none, a limit beyond the law's.
    """
    if key not in KEYS:
        raise InvalidInput("hub.policy_unknown", key=key, known=", ".join(KEYS))
    value = _convert(_tree(path), KEYS[key], path)
    if KEYS[key] is _LIMITS and (regime := too_long(value)) is not None:
        raise InvalidInput("hub.policy_too_long", regime=regime.value)
    if KEYS[key] is _SERVICES and any(service.fault() for service in value.values()):
        raise InvalidInput("hub.policy_seals", file=path)
    if isinstance(value, ConditionalPolicy) and min(value.cure_days, value.before_promise) < 0:
        raise InvalidInput("hub.file_unreadable", file=path)
    if isinstance(value, CommitmentPolicy) and value.check_days < 1:
        raise InvalidInput("hub.file_unreadable", file=path)
    if isinstance(value, NumberPolicy) and value.fault():
        raise InvalidInput("hub.policy_numbers", file=path, most=MOST_LEASED)
    body = msgspec.json.encode(value)
    return publishing.publish(hub, policy_feed, {sets.POLICY + key: body}, hall)


def drop_policy(hub: Hub, key: str, hall: str = "") -> int:
    """Let the shipped value hold again."""
    if key not in KEYS:
        raise InvalidInput("hub.policy_unknown", key=key, known=", ".join(KEYS))
    return publishing.publish(hub, policy_feed, {sets.POLICY + key: None}, hall)


def publish_calendar(hub: Hub, path: Path, hall: str = "") -> CalendarYear:
    """Publish a year's notice: a TOML file with `year`, `notice`, `[off]` and `[work]`."""
    year = _convert(_tree(path), CalendarYear, path)
    if not year.off or any(day.year != year.year for day in (*year.off, *year.work)):
        raise InvalidInput("hub.calendar_other_year", file=path, year=year.year)
    key = f"{sets.CALENDAR}{year.year}"
    publishing.publish(hub, policy_feed, {key: msgspec.json.encode(year)}, hall)
    return year


def barred(hub: Hub, number: str, hall: str = "") -> Bar | None:
    """Return since when an applicant may give no commitment, by identity number or credit code."""
    key = BARRED + key_of_number(number)
    body = publishing.in_force(hub, policy_feed(_hall(hub, hall))).get(key)
    return msgspec.json.decode(body, type=Bar) if body else None


def lift_bar(hub: Hub, number: str, hall: str = "") -> int:
    """Let an applicant give commitments again once the credit is repaired (信用修复).

    Returns how many halls heard something new.
    """
    return publishing.publish(hub, policy_feed, {BARRED + key_of_number(number): None}, hall)


# Staff


def put_staff(
    hub: Hub,
    login: str,
    name: str,
    password: str,
    *,
    role: str = ROLES[0],
    windows: Sequence[str] = (),
    hall: str = "",
) -> StaffAccount:
    """Add an account of the hall or change the one with this login; its id stays."""
    from argon2 import PasswordHasher

    login, name = login.strip(), name.strip()
    if not login or not name or role not in ROLES:
        raise InvalidInput("hub.staff_incomplete")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput("hub.password_short", shortest=SHORTEST_PASSWORD)
    known = next((one for one in staff(hub, hall) if one.login == login), None)
    account = StaffAccount(
        staff_id=known.staff_id if known else hub.randomness.uuid7(),
        login=login,
        name=name,
        role=role,
        password=PasswordHasher().hash(password),
        windows=tuple(windows),
    )
    body = msgspec.json.encode(account)
    publishing.publish(hub, staff_feed, {sets.ACCOUNT + account.staff_id: body}, hall)
    return account


def remove_staff(hub: Hub, login: str, hall: str = "") -> None:
    """Take an account away from the windows; raises `NotFound`."""
    gone = {sets.ACCOUNT + one.staff_id: None for one in staff(hub, hall) if one.login == login}
    if not gone:
        raise NotFound("hub.staff_unknown", login=login)
    publishing.publish(hub, staff_feed, gone, hall)


def staff(hub: Hub, hall: str = "") -> list[StaffAccount]:
    """Return the accounts of a hall (none named: the first one), by login."""
    bodies = publishing.in_force(hub, staff_feed(_hall(hub, hall))).values()
    found = [msgspec.json.decode(body, type=StaffAccount) for body in bodies]
    return sorted(found, key=lambda account: account.login)


# Appointments


def publish_appointments(hub: Hub, path: Path, hall: str = "") -> int:
    """Publish a file of JSON lines of `Appointment`: the whole list of every day it names.

    Days that are over are thrown away, the file's too. Returns how many appointments it has.
    """
    day_now = today(hub.clock)
    by_day: dict[dt.date, dict[str, bytes]] = {}
    for line in _read(path).splitlines():
        if line.strip():
            one = _decode(line, Appointment, path)
            if not one.id or not one.name:
                raise InvalidInput("hub.file_unreadable", file=path)
            key = sets.APPOINTMENT + one.id
            by_day.setdefault(one.day, {})[key] = msgspec.json.encode(one)
    forget_past_days(hub)
    home = _hall(hub, hall)
    for day, bodies in sorted(by_day.items()):
        if day < day_now:
            continue
        feed = sets.appointments_feed(home, day)
        gone = {key: None for key in publishing.in_force(hub, feed) if key not in bodies}
        feed_of = partial(sets.appointments_feed, day=day)
        publishing.publish(hub, feed_of, {**bodies, **gone}, home)
    return sum(len(bodies) for bodies in by_day.values())


def forget_past_days(hub: Hub) -> int:
    """Remove the appointments of days that are over; returns how many days that were."""
    day_now = today(hub.clock)
    with hub.store.writing() as database:
        past = [
            name
            for name in feeds.names(database, "appointments/")
            if (day := sets.day_of(name)) is not None and day < day_now
        ]
        for name in past:
            feeds.remove(database, name)
    return len(past)


# Reading


def _hall(hub: Hub, hall_id: str) -> str:
    with hub.store.reading() as database:
        known = [hall.id for hall in people.halls(database) if hall_id in ("", hall.id)]
    if not known:
        raise NotFound("hub.hall_unknown", hall=hall_id)
    return known[0]


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise InvalidInput("hub.file_unreadable", file=path)
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput("hub.file_unreadable", file=path) from error


def _tree(path: Path) -> dict[str, Any]:
    data = _read(path)
    try:
        text = data.decode("utf-8-sig")
        tree = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("hub.file_unreadable", file=path) from error
    if not isinstance(tree, dict):
        raise InvalidInput("hub.file_unreadable", file=path)
    return tree


def _convert(tree: Any, kind: type[_Value], path: Path) -> _Value:
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        raise InvalidInput("hub.file_unreadable", file=path) from error


def _decode(line: bytes, kind: type[_Value], path: Path) -> _Value:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("hub.file_unreadable", file=path) from error
