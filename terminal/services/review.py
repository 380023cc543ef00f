"""Reviewing a draft: what is asked, what lacks, what the law allows now. Pure functions."""

from __future__ import annotations

from datetime import date

import msgspec

from terminal.clock import to_local
from terminal.domain import certificates, deadlines
from terminal.domain.answering import limits_of
from terminal.domain.calendar import DueDate, WorkingDayCalendar
from terminal.domain.capacity import birth_of
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import (
    Regime,
    ServiceItem,
    Way,
    asked_fields,
    asked_materials,
    asked_questions,
    in_force,
)
from terminal.domain.parties import Capacity, MaterialStatus
from terminal.domain.policy import Bar, HallRules, credit_key
from terminal.domain.records import Forwarding
from terminal.domain.regime import procedure_of
from terminal.services import form_rules
from terminal.services.form_rules import problem
from terminal.services.party_rules import party_problems
from terminal.services.views import (
    Act,
    Due,
    IntakeDraft,
    Law,
    MaterialLine,
    Permission,
    Problem,
    Review,
)

FORWARD_DAYS = 1
"""Working days to pass on what was received for another place."""


def review(
    draft: IntakeDraft,
    item: ServiceItem,
    today: date,
    rules: HallRules,
    case: Case | None = None,
) -> Review:
    """Return the whole state of a draft on this day; `case` is the one it takes up again."""
    item = in_force(item, today)
    questions = asked_questions(item, draft.answers)
    open_questions = tuple(q for q in questions if q.id not in draft.answers)
    barred = rules.barred.get(credit_key(draft.applicant)) if rules.barred else None
    lines = _lines(draft, item, barred)
    fields = asked_fields(item, draft.answers)
    expires = case.expires if case else draft.form.get(item.renews, "") if item.renews else ""
    law = _law(item, _received_on(draft, today), today, rules, case, expires)
    if draft.forwarding is not None:
        law = _law_elsewhere(law, draft.forwarding)
    born = birth_of(draft.applicant)
    problems = (
        *party_problems(draft, item, today),
        *_commitment_problems(draft, barred),
        *_certificate_problems(lines),
        *(problem(f"answers.{q.id}", "intake.unanswered", question=q.text)
          for q in open_questions),
        *(found for field in fields
          if (found := form_rules.check(field, draft.form, today, born))),
    )  # fmt: skip
    required = [line for line in lines if line.material.required or line.entry]
    settled = sum(line.settled for line in required)
    partial = Review(
        draft=draft,
        item=item,
        questions=questions,
        open_questions=open_questions,
        materials=lines,
        fields=fields,
        problems=problems,
        permissions=(),
        law=law,
        step="",
        required=len(required),
        settled=settled,
        lacking=len(required) - settled,
    )
    return msgspec.structs.replace(
        partial,
        permissions=tuple(
            Permission(act, not found, *found) for act, found in _acts(partial, case)
        ),
        step=_step(partial),
    )


def _lines(draft: IntakeDraft, item: ServiceItem, barred: Bar | None) -> tuple[MaterialLine, ...]:
    """Show exactly the materials of this situation, and the ways that are open for each."""
    lines = []
    for material in asked_materials(item, draft.answers):
        ways = list(material.ways)
        if material.deferrable and item.conditional_acceptance and Way.DEFERRED not in ways:
            ways.append(Way.DEFERRED)
        if Way.COMMITMENT in ways and (barred is not None or not _may_commit(draft)):
            ways.remove(Way.COMMITMENT)
        if Way.DEFERRED in ways and barred is not None:
            ways.remove(Way.DEFERRED)
        entry = draft.materials.get(material.id)
        lines.append(MaterialLine(material, entry, tuple(ways)))
    return tuple(lines)


def _may_commit(draft: IntakeDraft) -> bool:
    """Whether a commitment can be given here: an agent needs it in the power of attorney."""
    if draft.capacity is not Capacity.AGENT or draft.power is None:
        return True
    return draft.power.may_commit


def _commitment_problems(draft: IntakeDraft, barred: Bar | None) -> tuple[Problem, ...]:
    """Name commitments that cannot be given here (国办发〔2020〕42号): by an agent without the
    right to, or by whoever broke an earlier one that is not repaired. The latter bars what would
    come later as well (容缺受理).
    """
    entries = draft.materials.values()
    if barred is not None:
        return tuple(
            problem(
                f"materials.{entry.material_id}", _BARRED_WAYS[entry.way],
                material=entry.name, since=barred.since,
            )
            for entry in entries if entry.way in _BARRED_WAYS
        )  # fmt: skip
    if _may_commit(draft):
        return ()
    return tuple(
        problem("visitor.power", "intake.agent_may_not_commit", material=entry.name)
        for entry in entries
        if entry.way is Way.COMMITMENT
    )


_BARRED_WAYS = {
    Way.COMMITMENT: "intake.commitment_barred",
    Way.DEFERRED: "intake.deferral_barred",
}


def _certificate_problems(lines: tuple[MaterialLine, ...]) -> tuple[Problem, ...]:
    """Name electronic certificates that cannot stand for their material as they are."""
    found = []
    for line in lines:
        fault = certificates.fault(line.entry, line.ways) if line.entry is not None else None
        if fault is not None:
            found.append(problem(f"materials.{line.material.id}", fault.code, **fault.data))
    return tuple(found)


def _received_on(draft: IntakeDraft, today: date) -> date:
    """Return the day of receipt of a new case: the handwritten paper's, otherwise today."""
    return to_local(draft.paper.written_at).date() if draft.paper else today


def _law(
    item: ServiceItem,
    received_on: date,
    today: date,
    rules: HallRules,
    case: Case | None,
    expires: str,
) -> Law:
    """Compute the dates: an answer is owed from the receipt, a decision from the acceptance."""
    calendar, clock = rules.calendar, rules.policy.clock(item.regime)
    received, respond_by = _answer_owed(item, received_on, calendar, clock, case)
    deemed = None
    if case is not None and case.state is CaseState.RECEIVED and respond_by is not None:
        deemed = deadlines.deemed_accepted_on(
            received, today, calendar, item.regime, clock, printed=respond_by.on
        )
    accepted = deemed or today
    limits = limits_of(item, accepted, calendar, clock, expires)
    committed = _due(limits.committed)
    working = calendar.is_working_day(received)
    counted = received if working else calendar.next_working_day(received)
    return Law(
        received_on=received,
        counted_from=counted,
        regime=item.regime,
        respond_by=respond_by,
        silence_accepts=clock.silence == "accepted",
        committed_by=committed,
        statutory_by=_due(limits.statutory),
        authority=item.authority,
        authority_document=item.authority_document,
        basis=item.legal_basis,
        cure_by=_cure_by(committed, today, rules),
        deemed_from=deemed,
        check_by=_check_by(item, today, rules),
    )


def _law_elsewhere(law: Law, forwarding: Forwarding) -> Law:
    """Return what holds for papers of another place: only the day by which they go on.

    Acceptance runs from the competent organ's receipt, so nothing else can be promised here.
    """
    return msgspec.structs.replace(
        law, respond_by=None, silence_accepts=False, committed_by=None, statutory_by=None,
        cure_by=None, deemed_from=None,
        forward_by=Due(date.fromisoformat(forwarding.forward_by)),
    )  # fmt: skip


def forwarding_to(
    organ: str, place: str, phone: str, received_on: date, calendar: WorkingDayCalendar
) -> Forwarding:
    """Return where papers go, and by when: one working day, a clock of its own."""
    due = calendar.add_working_days(received_on, FORWARD_DAYS)
    return Forwarding(organ.strip(), place.strip(), due.date.isoformat(), phone.strip())


def _answer_owed(
    item: ServiceItem,
    received_on: date,
    calendar: WorkingDayCalendar,
    clock: deadlines.RegimeClock,
    case: Case | None,
) -> tuple[date, Due | None]:
    """Return the day from which an answer is owed, and its last day.

    A case that waits for its answer keeps the day and the limit of its receipt; what is
    brought after a correction notice is received today. A handwritten receipt that is entered
    later was received on its own day.
    """
    received = received_on
    if case is not None and case.state is not CaseState.AWAITING_CORRECTION:
        received = to_local(case.materials_in_at).date()
    due = _due(deadlines.accept_by(received, calendar, item.regime, clock))
    if case is not None and case.state is CaseState.RECEIVED and case.respond_by and due:
        # What the citizen's receipt says holds, whatever the calendar says by now.
        due = msgspec.structs.replace(due, on=date.fromisoformat(case.respond_by))
    return received, due


def _due(due: DueDate | None) -> Due | None:
    return None if due is None else Due(due.date, due.provisional)


def _cure_by(promise: Due | None, today: date, rules: HallRules) -> Due | None:
    """Two working days before the promise, at the latest after twenty, or as the hall says."""
    calendar, terms = rules.calendar, rules.policy.conditional
    latest = calendar.add_working_days(today, terms.cure_days)
    if promise is None:
        return _due(latest)
    day = promise.on
    for _ in range(terms.before_promise):
        day = calendar.previous_working_day(day)
    if day <= today:
        day = promise.on
    return Due(min(day, latest.date), latest.provisional or promise.provisional)


def _check_by(item: ServiceItem, today: date, rules: HallRules) -> Due | None:
    """Return the day by which a commitment given today is checked (事后核查)."""
    days = item.check_days or rules.policy.commitments.check_days
    return _due(rules.calendar.add_working_days(today, days)) if days > 0 else None


def decide_by(law: Law) -> Due | None:
    """Return the due date of the decision: the shorter of promise and law."""
    dates = [due for due in (law.committed_by, law.statutory_by) if due is not None]
    return min(dates, key=lambda due: due.on) if dates else None


Refusal = tuple[()] | tuple[str] | tuple[str, dict[str, str]]


def _acts(state: Review, case: Case | None) -> tuple[tuple[Act, Refusal], ...]:
    if state.item.regime is Regime.LICENSING and not state.item.licence_listed and case is None:
        # Outside the list there is no licence to apply for (清单之外无许可).
        unlisted: Refusal = ("act.not_on_licence_list",)
        return tuple((act, unlisted) for act in Act)
    if state.draft.forwarding is not None:
        elsewhere: Refusal = ("act.another_place_accepts",)
        return tuple((act, _may_receive(state) if act is Act.RECEIVE else elsewhere) for act in Act)
    if case is not None and case.state not in (CaseState.RECEIVED, CaseState.AWAITING_CORRECTION):
        over: Refusal = (f"case.not_while_{case.state.value.lower()}",)
        return tuple((act, over) for act in Act)
    return (
        (Act.RECEIVE, _may_receive(state)),
        (Act.ACCEPT, _may_accept(state)),
        (Act.ACCEPT_CONDITIONALLY, _may_accept_conditionally(state)),
        (Act.NOTIFY_CORRECTION, _may_notify(state)),
        (Act.DECLINE, _may_decline(state)),
    )


def _common(state: Review) -> Refusal:
    if any(p.where.startswith(("visitor.", "applicant.")) for p in state.problems):
        return ("act.visitor_incomplete",)
    if state.open_questions:
        return ("act.scenario_open", {"count": str(len(state.open_questions))})
    wrong = next((p for p in state.problems if p.where.startswith("materials.")), None)
    return (wrong.code, wrong.data) if wrong is not None else ()


def _form(state: Review) -> Refusal:
    open_fields = [p for p in state.problems if p.where.startswith("form.")]
    return ("act.form_incomplete", {"count": str(len(open_fields))}) if open_fields else ()


def _may_receive(state: Review) -> Refusal:
    if state.draft.case_id:
        return ("act.already_received",)
    if procedure_of(state.item.regime).on_the_spot_only:
        return ("act.no_receipt_phase",)
    if state.item.accepted_on_receipt and not state.draft.forwarding and not _may_accept(state):
        # Intake equals acceptance (收件即受理): nothing that can be accepted lies about.
        return ("act.accepted_on_receipt",)
    return _common(state)


def _authorised(state: Review) -> Refusal:
    if not state.item.guide:
        return ("act.no_guide",)
    if not state.item.authority.may_accept:
        return ("act.window_only_receives",)
    return _common(state)


def _silence(state: Review) -> Refusal:
    """Refuse what is too late once silence has accepted the application (art. 32(1)(4))."""
    law = state.law
    if law.deemed_from is None or law.respond_by is None:
        return ()
    due, since = law.respond_by.on.isoformat(), law.deemed_from.isoformat()
    return ("act.deemed_accepted", {"due": due, "date": since})


def _may_accept(state: Review) -> Refusal:
    if refusal := _authorised(state):
        return refusal
    if state.law.deemed_from is not None:
        return _limit_known(state)
    if state.lacking:
        return ("act.materials_lacking", {"count": str(state.lacking)})
    if any(_is_deferred(line) for line in state.materials):
        return ("act.accept_conditionally_instead",)
    return _form(state) or _limit_known(state)


def _limit_known(state: Review) -> Refusal:
    return () if decide_by(state.law) else ("act.no_limit",)


def _is_deferred(line: MaterialLine) -> bool:
    return line.entry is not None and line.entry.status is MaterialStatus.DEFERRED


def _may_accept_conditionally(state: Review) -> Refusal:
    if refusal := _authorised(state) or _silence(state):
        return refusal
    if not state.item.conditional_acceptance:
        return ("act.not_deferrable",)
    waiting = [line for line in state.materials if _is_deferred(line)]
    if not waiting:
        return ("act.nothing_deferred",)
    if any(not line.material.deferrable for line in waiting):
        return ("act.main_material_deferred",)
    if state.lacking:
        return ("act.materials_lacking", {"count": str(state.lacking)})
    return _form(state) or _limit_known(state)


def _may_notify(state: Review) -> Refusal:
    if refusal := _authorised(state) or _silence(state):
        return refusal
    if not state.lacking:
        return ("act.nothing_lacking",)
    return ()


def _may_decline(state: Review) -> Refusal:
    if not state.item.guide:
        return ("act.no_guide",)
    if not state.item.authority.may_decline:
        return ("act.window_may_not_decline",)
    organ = state.item.organ
    if organ is None or not organ.reconsideration_organ or not organ.court:
        return ("act.no_remedies",)
    if refusal := _silence(state):
        return refusal
    if any(p.where.startswith(("visitor.", "applicant.")) for p in state.problems):
        return ("act.visitor_incomplete",)
    return ()


def _step(state: Review) -> str:
    """Name what wants attention first, on the one path downwards."""
    if any(p.where.startswith(("visitor.", "applicant.")) for p in state.problems):
        return "visitor"
    if state.open_questions:
        return "scenario"
    if state.lacking:
        return "materials"
    if any(p.where.startswith("form.") for p in state.problems):
        return "form"
    return "review"
