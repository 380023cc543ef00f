"""On what an answer to an application rests at the desk, and the answer that follows from it.

By the same rules as at a window: what silence has accepted can only be accepted, a notice lists
everything at once, an acceptance needs all materials (or the applicant's undertaking to bring
what may come later) and a known limit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import msgspec

from hub.desk import papers
from hub.hub import Hub
from hub.store import feeds, people, projections
from terminal.clock import to_local
from terminal.domain.answering import (
    Limits,
    answer_due,
    brought,
    correction_items,
    desk_answers,
    limits_of,
    may_follow,
    noticeable,
    with_faults,
)
from terminal.domain.calendar import DueDate, WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem, in_force
from terminal.domain.deadlines import RegimeClock
from terminal.domain.materials import compared
from terminal.domain.parties import Actor, MaterialEntry, MaterialStatus
from terminal.domain.policy import HallRules, credit_key
from terminal.domain.records import (
    Body,
    CaseAccepted,
    CaseDeclined,
    CorrectionNotified,
    DeclineKind,
    MaterialsSupplemented,
)
from terminal.domain.regime import (
    acceptance_basis,
    conditional_basis,
    correction_basis,
    decline_basis,
)
from terminal.errors import RuleRefused
from terminal.protocol.rules import rules_of
from terminal.protocol.wire import policy_feed

_ANSWERED = (CaseState.RECEIVED, CaseState.AWAITING_CORRECTION)


class DeclineRequest(msgspec.Struct, frozen=True):
    """Why an application is not accepted; without a `basis` the regime's article holds."""

    kind: DeclineKind
    reason: str
    basis: str = ""
    go_to: str = ""
    go_to_address: str = ""
    go_to_phone: str = ""


class Undertaking(msgspec.Struct, frozen=True):
    """What an applicant undertook at the window (容缺补正承诺书): what comes later, until when.

    `signed_at` is when it was signed on a screen (milliseconds), 0 when at most on paper.
    """

    deferred: tuple[str, ...]
    cure_by: str
    signed_at: int


class Grounds(msgspec.Struct, frozen=True):
    """What the answer to one case rests on today.

    `may` are the kinds of records that are this desk's to write; `deemed_from` is the day from
    which silence has accepted the case, None while the limit runs; `undertaking` lets the rest
    come later, None where it may not.
    """

    item: ServiceItem
    may: frozenset[str]
    deemed_from: dt.date | None
    limits: Limits
    clock: RegimeClock
    undertaking: Undertaking | None = None

    def accepted(self, case: Case, actor: Actor, now: int) -> CaseAccepted:
        """Return the acceptance, of what silence has accepted from the day of its receipt."""
        self._need(CaseAccepted.kind)
        due = self._due()
        deemed = self.deemed_from is not None
        return CaseAccepted(
            accepted_at=case.materials_in_at if deemed else now,
            decide_by=due.date.isoformat(),
            decide_by_provisional=due.provisional,
            basis=correction_basis(self.item) if deemed else acceptance_basis(self.item),
            clerk=actor,
            deemed=deemed,
        )

    def accepted_conditionally(
        self, case: Case, on_paper: bool, actor: Actor, now: int
    ) -> CaseAccepted:
        """Return the acceptance with what the applicant undertook to bring later (容缺受理).

        `on_paper`: the signed undertaking lies here on paper; needed where no screen has it.
        """
        self._need(CaseAccepted.kind)
        self._in_time(case)
        undertaking = self.undertaking
        if undertaking is None:
            raise RuleRefused("desk.no_undertaking")
        if not undertaking.signed_at and not on_paper:
            raise RuleRefused("desk.not_undertaken")
        due = self._due()
        return CaseAccepted(
            accepted_at=now,
            decide_by=due.date.isoformat(),
            decide_by_provisional=due.provisional,
            basis=conditional_basis(self.item),
            clerk=actor,
            deferred=undertaking.deferred,
            cure_by=undertaking.cure_by,
            applicant_agreed=True,
        )

    def notified(
        self, case: Case, faults: Mapping[str, str], repeat_reason: str, actor: Actor, now: int
    ) -> list[Body]:
        """Return the complete notice of what lacks or is defective, by material id.

        What the desk has found is recorded before the notice. Nothing that the case says to be
        lacking may be left out: what was brought meanwhile is registered first.
        """
        self._need(CorrectionNotified.kind)
        self._in_time(case)
        listed = with_faults(noticeable(case, self.item), faults)
        if not listed:
            raise RuleRefused("desk.nothing_marked")
        told = {entry.material_id for entry in listed}
        left_out = next((one for one in case.materials if _open(one, told)), None)
        if left_out is not None:
            raise RuleRefused("desk.left_out", name=left_out.name)
        recorded = {entry.material_id: entry for entry in case.materials}
        changed = tuple(one for one in listed if recorded.get(one.material_id) != one)
        notice = CorrectionNotified(
            notified_at=now,
            items=correction_items(listed),
            basis=correction_basis(self.item),
            clerk=actor,
            repeat_reason=repeat_reason,
        )
        if not changed:
            return [notice]
        found = MaterialsSupplemented(changed, {}, now, case.respond_by, actor)
        return [found, notice]

    def supplemented(
        self, case: Case, ids: Collection[str], today: dt.date, calendar: WorkingDayCalendar,
        actor: Actor, now: int,
    ) -> MaterialsSupplemented:  # fmt: skip
        """Return what was brought; after a notice the organ's time to answer runs anew.

        Copies that the guide wants made of a shown original are compared by who registers them.
        """
        self._need(MaterialsSupplemented.kind)
        entries = brought(case, self.item, ids)
        if not entries:
            raise RuleRefused("desk.nothing_marked")
        respond_by = answer_due(case, today, calendar, self.clock)
        return MaterialsSupplemented(compared(entries, actor, now), {}, now, respond_by, actor)

    def declined(
        self, case: Case, request: DeclineRequest, actor: Actor, second: Actor, now: int
    ) -> CaseDeclined:
        """Return the non-acceptance, which a second person of the organ has confirmed."""
        self._need(CaseDeclined.kind)
        self._in_time(case)
        if request.kind is DeclineKind.NOT_COMPETENT and not request.go_to:
            raise RuleRefused("desk.needs_go_to")
        return CaseDeclined(
            declined_at=now,
            decline_kind=request.kind,
            reason=request.reason,
            basis=request.basis or decline_basis(self.item, request.kind),
            go_to=request.go_to,
            clerk=actor,
            confirmed_by=second,
            go_to_address=request.go_to_address,
            go_to_phone=request.go_to_phone,
        )

    def _due(self) -> DueDate:
        due = self.limits.decide_by
        if due is None:
            raise RuleRefused("act.no_limit")
        return due

    def _need(self, kind: str) -> None:
        if kind not in self.may:
            raise RuleRefused("desk.window_answers")

    def _in_time(self, case: Case) -> None:
        """Refuse what is too late once silence has accepted the application (art. 32(1)(4))."""
        if self.deemed_from is not None:
            since = self.deemed_from.isoformat()
            raise RuleRefused("act.deemed_accepted", due=case.respond_by, date=since)


def _open(entry: MaterialEntry, told: Collection[str]) -> bool:
    return entry.status is not MaterialStatus.RECEIVED and entry.material_id not in told


def grounds_of(hub: Hub, case: Case) -> Grounds | None:
    """Return on what an answer rests now; None for a case that waits for none."""
    if case.state not in _ANSWERED:
        return None
    today = to_local(hub.now()).date()
    item = in_force(papers.item_of(hub, case), today)
    silent = case.accepted_by_silence(today)
    since = to_local(case.materials_in_at).date() if silent else None
    rules = rules_for(hub, case)
    clock = rules.policy.clock(case.regime)
    return Grounds(
        item,
        desk_answers(case, item),
        since,
        limits_of(item, since or today, hub.calendar, clock, case.expires),
        clock,
        _undertaking(hub, case, item, rules, today),
    )


def _undertaking(
    hub: Hub, case: Case, item: ServiceItem, rules: HallRules, today: dt.date
) -> Undertaking | None:
    """Return what the applicant undertook; None without it, too late, or barred by credit.

    The paper was issued at the window with its day, which stays as the applicant knows it.
    """
    deferred = may_follow(case.materials, item)
    if not deferred or case.cure_by <= today.isoformat():
        return None
    if rules.barred.get(credit_key(case.applicant)) is not None:
        return None
    with hub.store.reading() as database:
        issued = projections.documents_of(database, case.case_id)
    paper = next((one for one in reversed(issued) if one.document_kind == "undertaking"), None)
    if paper is None or (paper.signed is not None and paper.signed.not_signed):
        return None
    return Undertaking(deferred, case.cure_by, paper.signed.signed_at if paper.signed else 0)


def rules_for(hub: Hub, case: Case) -> HallRules:
    """Return the rules of the hall that took a case in; the shipped ones without a hall."""
    with hub.store.reading() as database:
        hall = people.hall_of(database, case.origin)
        rows = feeds.current(database, policy_feed(hall.id)) if hall is not None else {}
    return rules_of(rows.items())
