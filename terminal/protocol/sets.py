"""The pulled sets (下发数据): their feeds, the keys of their rows, and what the bodies are.

Every row named here has the kind `json`; its body is the JSON of the struct beside its key, and
no body means that the key is gone. Moments are milliseconds since 1970, days ISO dates.

| feed | key | body |
| --- | --- | --- |
| `catalogue/{hall}` | `snapshot` (first row only) | `wire.CataloguePointer` |
| | `item/{code}`, `event/{id}` | `snapshot.Line` with the item or the life event |
| `policy/{hall}` | `terminal/{id}` | `TerminalKey` |
| | `calendar/{year}` | `CalendarYear` |
| | `policy/limits` | `dict[Regime, domain.policy.RegimeLimits]` |
| | `policy/conditional` | `domain.policy.ConditionalPolicy` |
| `staff/{hall}` | `account/{staff_id}` | `StaffAccount` |
| `appointments/{hall}/{day}` | `appointment/{id}` | `Appointment` |
| `progress/{terminal}` | record id | no `json` rows: kinds `effect` and `entry` |

A reader keeps rows whose key it does not know, ignores fields that it does not know, and sets
rows of an unknown kind aside until a later release of it understands them; none of them stops
a feed. A reader asks only for sets that the hub has announced (`PullAnswer.sets`); `catalogue`,
`policy` and `progress` are known to every hub.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from terminal.protocol.wire import catalogue_feed, policy_feed, progress_feed

FIRST_SETS = ("progress", "policy", "catalogue")
"""What every hub knows, the oldest ones too."""

ALL_SETS = (*FIRST_SETS, "staff", "appointments")
"""What this release speaks, in the order in which a terminal asks."""

SNAPSHOT_KEY = "snapshot"
ITEM = "item/"
EVENT = "event/"
TERMINAL = "terminal/"
CALENDAR = "calendar/"
POLICY = "policy/"
ACCOUNT = "account/"
APPOINTMENT = "appointment/"

DAYS_AHEAD = 1
"""Appointments are pulled for today and as many days after it; past days are thrown away."""


class TerminalKey(msgspec.Struct, frozen=True):
    """A terminal of the hall: its id, its number on receipts, its public key in hexadecimal.

    `earlier` are the keys that it had before: what they signed stays true.
    """

    id: str
    number: str
    key: str
    revoked: bool = False
    earlier: tuple[str, ...] = ()


class CalendarYear(msgspec.Struct, frozen=True):
    """The notice of one year: rest days on weekdays and working days at weekends, with names.

    It replaces the shipped year wholly.
    """

    year: int
    off: dict[dt.date, str]
    work: dict[dt.date, str] = {}
    notice: str = ""


class StaffAccount(msgspec.Struct, frozen=True):
    """An account of the hall: who may sign in at its windows.

    `password` is an argon2id hash in its usual text form (`$argon2id$…`); `role` is `CLERK`,
    `SUPERVISOR` or `CHIEF_REPRESENTATIVE`; `windows` are the numbers of the terminals at which
    the account works (`01`), empty for all of the hall. An account that may no longer sign in
    is a row without body.
    """

    staff_id: str
    login: str
    name: str
    role: str
    password: str
    windows: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"StaffAccount({self.staff_id!r})"


class Appointment(msgspec.Struct, frozen=True):
    """Somebody who comes at a time: personal data, kept for the day and then thrown away.

    `begin` and `end` are the hall's time of day (`HH:MM`), `window` a terminal's number or
    empty, `document` the last four characters of the identity number, never more.
    """

    id: str
    day: dt.date
    begin: str
    name: str
    item_code: str = ""
    item_name: str = ""
    end: str = ""
    phone: str = ""
    document: str = ""
    window: str = ""

    def __repr__(self) -> str:
        return f"Appointment({self.id!r})"


def staff_feed(hall_id: str) -> str:
    """Name of the feed with the accounts of a hall."""
    return f"staff/{hall_id}"


def appointments_feed(hall_id: str, day: dt.date) -> str:
    """Name of the feed with the appointments of one day of a hall."""
    return f"appointments/{hall_id}/{day.isoformat()}"


def day_of(feed: str) -> dt.date | None:
    """Return the day of an appointments feed, or None for any other name."""
    parts = feed.split("/")
    if len(parts) != 3 or parts[0] != "appointments":
        return None
    try:
        day = dt.date.fromisoformat(parts[2])
    except ValueError:
        return None
    return day if day.isoformat() == parts[2] else None


def feeds(hall_id: str, terminal_id: str, today: dt.date, announced: tuple[str, ...]) -> list[str]:
    """Return the feeds that a terminal reads today of a hub that announces these sets."""
    known = set(FIRST_SETS) | set(announced)
    names = [progress_feed(terminal_id), policy_feed(hall_id), catalogue_feed(hall_id)]
    if "staff" in known:
        names.append(staff_feed(hall_id))
    if "appointments" in known:
        days = (today + dt.timedelta(days=n) for n in range(DAYS_AHEAD + 1))
        names += [appointments_feed(hall_id, day) for day in days]
    return names


def may_read(feed: str, hall_id: str, terminal_id: str) -> bool:
    """Say whether a terminal of a hall may read a feed: its hall's and its own."""
    own = (progress_feed(terminal_id), policy_feed(hall_id), catalogue_feed(hall_id))
    if feed in (*own, staff_feed(hall_id)):
        return True
    day = day_of(feed)
    return day is not None and feed == appointments_feed(hall_id, day)


def belongs(feed: str, hall_id: str, terminal_id: str, today: dt.date) -> bool:
    """Say whether what was pulled of a feed is kept: not another hall's, not a past day's."""
    day = day_of(feed)
    return may_read(feed, hall_id, terminal_id) and (day is None or day >= today)
