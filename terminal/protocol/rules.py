"""Rows of the policy set, read into the rules by which dates are computed: both sides read them.

A row that this release cannot read is left aside and the shipped value holds: whoever is newer
must not stop a window.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from terminal.domain.calendar import WorkingDayCalendar, YearNotice, load_calendar
from terminal.domain.catalogue import Regime
from terminal.domain.policy import (
    Bar,
    CommitmentPolicy,
    ConditionalPolicy,
    HallPolicy,
    HallRules,
    NumberPolicy,
    RegimeLimits,
    SealService,
)
from terminal.protocol import sets
from terminal.protocol.sets import CalendarYear

logger = logging.getLogger(__name__)

Value = TypeVar("Value")
LIMITS = f"{sets.POLICY}limits"
CONDITIONAL = f"{sets.POLICY}conditional"
NUMBERS = f"{sets.POLICY}numbers"
COMMITMENTS = f"{sets.POLICY}commitments"
SEALS = f"{sets.POLICY}seals"
BARRED = "barred/"
"""Rows of those who broke a commitment: `terminal.domain.policy.credit_key` behind it."""


def rules_of(rows: Iterable[tuple[str, bytes]]) -> HallRules:
    """Put rows of the policy set over the shipped calendars and limits."""
    shipped = load_calendar()
    notices, policy = dict(shipped.notices), HallPolicy()
    barred: dict[str, Bar] = {}
    for key, body in rows:
        if key.startswith(sets.CALENDAR):
            year = _read(key, body, CalendarYear)
            if year is not None:
                notices[year.year] = YearNotice(year.year, year.off, year.work, year.notice)
        elif key == LIMITS:
            limits = _read(key, body, dict[Regime, RegimeLimits])
            policy = msgspec.structs.replace(policy, limits=limits or {})
        elif key == CONDITIONAL:
            found = _read(key, body, ConditionalPolicy) or ConditionalPolicy()
            policy = msgspec.structs.replace(policy, conditional=found)
        elif key == NUMBERS:
            numbers = _read(key, body, NumberPolicy) or NumberPolicy()
            policy = msgspec.structs.replace(policy, numbers=numbers)
        elif key == COMMITMENTS:
            terms = _read(key, body, CommitmentPolicy) or CommitmentPolicy()
            policy = msgspec.structs.replace(policy, commitments=terms)
        elif key == SEALS:
            services = _read(key, body, dict[str, SealService]) or {}
            policy = msgspec.structs.replace(policy, seals=services)
        elif key.startswith(BARRED):
            bar = _read(key, body, Bar)
            if bar is not None:
                barred[key.removeprefix(BARRED)] = bar
    calendar = WorkingDayCalendar(notices, shipped.statutory)
    return HallRules(calendar, policy, barred)


def _read(key: str, body: bytes, kind: type[Value]) -> Value | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        logger.warning("policy row not understood: %s", key)
        return None
