"""What a hall may set for itself (大厅政策): shorter limits, terms of conditional acceptance.

Shipped values hold wherever the hall has said nothing. A limit of the law is never made longer:
of two values the shorter one counts.
"""

from __future__ import annotations

import msgspec

from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.catalogue import Regime
from terminal.domain.deadlines import RegimeClock, clock_of


class RegimeLimits(msgspec.Struct, frozen=True):
    """Working days that the hall gives itself in one regime; None: the law's."""

    respond_days: int | None = None
    decide_days: int | None = None


class ConditionalPolicy(msgspec.Struct, frozen=True):
    """Conditional acceptance (容缺受理): how long the applicant may take to bring the rest.

    `cure_days` working days from the acceptance, or `before_promise` working days before the
    promised decision, whichever is earlier.
    """

    cure_days: int = 20
    before_promise: int = 2


class HallPolicy(msgspec.Struct, frozen=True):
    """All that a hall has set."""

    limits: dict[Regime, RegimeLimits] = {}
    conditional: ConditionalPolicy = ConditionalPolicy()

    def clock(self, regime: Regime) -> RegimeClock:
        """Return the clock of a regime: the law's, made shorter where the hall says so."""
        law = clock_of(regime)
        own = self.limits.get(regime)
        if own is None:
            return law
        return msgspec.structs.replace(
            law,
            respond_days=_shorter(law.respond_days, own.respond_days),
            decide_days=_shorter(law.decide_days, own.decide_days),
        )


class HallRules(msgspec.Struct, frozen=True):
    """What dates are computed by at this moment: the calendar and the hall's policy."""

    calendar: WorkingDayCalendar
    policy: HallPolicy = HallPolicy()


def _shorter(law: int | None, own: int | None) -> int | None:
    """Return the shorter limit; a regime to which the law gives no time takes none here."""
    if law is None or own is None or own < 0:
        return law
    return min(law, own)


def too_long(limits: dict[Regime, RegimeLimits]) -> Regime | None:
    """Return a regime whose limit is no limit of the law made shorter, or None."""
    for regime, own in limits.items():
        law = clock_of(regime)
        for ours, theirs in (
            (own.respond_days, law.respond_days),
            (own.decide_days, law.decide_days),
        ):
            if ours is not None and (theirs is None or not 0 <= ours <= theirs):
                return regime
    return None
