"""Answering an application at the competent organ's own desk (受理、补正告知、不予受理).

Windows answer what their authority lets them; everything else is answered here, by the same
rules and with the same papers: what silence has accepted can only be accepted, a notice lists
everything at once, an acceptance needs all materials and a known limit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from hub.desk import numbering, papers
from hub.hub import Hub
from hub.store import feeds, people
from terminal.clock import to_local
from terminal.documents import content_digest, encode_view, kind_of, lay_out
from terminal.documents.composing import intake
from terminal.documents.composing.steps import correction_supplement
from terminal.documents.views import DocumentView
from terminal.domain.answering import (
    Limits,
    answer_due,
    brought,
    correction_items,
    desk_answers,
    limits_of,
    noticeable,
    with_faults,
)
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Organ, ServiceItem
from terminal.domain.deadlines import RegimeClock
from terminal.domain.evolve import Evolved, Refused, evolve
from terminal.domain.parties import Actor, MaterialEntry, MaterialStatus
from terminal.domain.policy import HallPolicy
from terminal.domain.records import (
    HUB_ORIGIN,
    Body,
    CaseAccepted,
    CaseDeclined,
    CorrectionNotified,
    DeclineKind,
    DocumentIssued,
    MaterialsSupplemented,
    Record,
)
from terminal.domain.regime import acceptance_basis, correction_basis, decline_basis
from terminal.errors import RuleRefused
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.protocol.rules import rules_of
from terminal.protocol.suites import STANDARD
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


class Grounds(msgspec.Struct, frozen=True):
    """What the answer to one case rests on today.

    `may` are the kinds of records that are this desk's to write; `deemed_from` is the day from
    which silence has accepted the case, None while the limit runs.
    """

    item: ServiceItem
    may: frozenset[str]
    deemed_from: dt.date | None
    limits: Limits
    clock: RegimeClock

    def accepted(self, case: Case, actor: Actor, now: int) -> CaseAccepted:
        """Return the acceptance, of what silence has accepted from the day of its receipt."""
        self._need(CaseAccepted.kind)
        due = self.limits.decide_by
        if due is None:
            raise RuleRefused("act.no_limit")
        deemed = self.deemed_from is not None
        return CaseAccepted(
            accepted_at=case.materials_in_at if deemed else now,
            decide_by=due.date.isoformat(),
            decide_by_provisional=due.provisional,
            basis=correction_basis(self.item) if deemed else acceptance_basis(self.item),
            clerk=actor,
            deemed=deemed,
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
        """Return what was brought; after a notice the organ's time to answer runs anew."""
        self._need(MaterialsSupplemented.kind)
        entries = brought(case, self.item, ids)
        if not entries:
            raise RuleRefused("desk.nothing_marked")
        respond_by = answer_due(case, today, calendar, self.clock)
        return MaterialsSupplemented(entries, {}, now, respond_by, actor)

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
    item = papers.item_of(hub, case)
    today = to_local(hub.now()).date()
    silent = case.accepted_by_silence(today)
    since = to_local(case.materials_in_at).date() if silent else None
    clock = _policy_of(hub, case).clock(case.regime)
    return Grounds(
        item,
        desk_answers(case, item),
        since,
        limits_of(item, since or today, hub.calendar, clock),
        clock,
    )


def _policy_of(hub: Hub, case: Case) -> HallPolicy:
    """Return the policy of the hall that took a case in; the shipped one without a hall."""
    with hub.store.reading() as database:
        hall = people.hall_of(database, case.origin)
        rows = feeds.current(database, policy_feed(hall.id)) if hall is not None else {}
    return rules_of(rows.items()).policy


def drafts_of(
    hub: Hub, database: Any, case: Case, item: ServiceItem, bodies: Sequence[Body], action_id: str
) -> list[Draft]:
    """Return the entries of an answer: its steps in their order, then the papers they give out.

    Numbers are taken in the act's own transaction. Raises `RuleRefused` with the rule's code
    when a step is not lawful, or when a paper lacks what the law asks for.
    """
    now, before = hub.now(), len(case.history)
    drafts: list[Draft] = []
    for body in bodies:
        if isinstance(body, CaseAccepted):
            number = numbering.next_case_number(database, case, now)
            body = msgspec.structs.replace(body, case_number=number)
        made = record_id(action_id, case.case_id, body.kind)
        record = Record(made, case.case_id, case.head, HUB_ORIGIN, now, body)
        judged = evolve(case, record)
        if isinstance(judged, Refused):
            raise RuleRefused(judged.code)
        if not isinstance(judged, Evolved) or not isinstance(judged.aggregate, Case):
            raise RuleRefused("case.incomplete_record")
        drafts.append(Draft(case.case_id, case.head, body))
        case = judged.aggregate
    taken = [step for step in case.history[before:] if step.kind in papers.ANSWERS]
    case, item = _as_competent(case, item)
    occasion = papers.occasion_of(hub, case, taken[-1].actor, now)
    views: list[DocumentView | None] = []
    match bodies[-1]:
        case MaterialsSupplemented():
            views.append(correction_supplement(case, item, occasion))
        case CaseAccepted():
            views.append(intake.acceptance(case, item, occasion))
        case CorrectionNotified():
            views.append(intake.correction(case, item, occasion))
        case CaseDeclined():
            views.append(intake.decline(case, item, occasion))
    papers_made = [_issued(hub, database, case, one, action_id) for one in views if one]
    return drafts + papers_made


def _as_competent(case: Case, item: ServiceItem) -> tuple[Case, ServiceItem]:
    """Return both as the competent organ's papers name them: in its name, with its data.

    Of an organ that is another than the item's nothing more is known here than its name.
    """
    organ = case.competent_organ
    if organ == case.organ:
        return case, item
    return (
        msgspec.structs.replace(case, organ=organ),
        msgspec.structs.replace(item, organ=Organ(organ)),
    )


def _issued(hub: Hub, database: Any, case: Case, view: DocumentView, action_id: str) -> Draft:
    """Return the entry of a paper with the organ's number, the hub's code and its signature."""
    now, kind = hub.now(), kind_of(view)
    series = numbering.series_head(database, case, kind)
    number = numbering.next_number(database, series, now)
    if number:
        head = msgspec.structs.replace(view.head, official_number=number)
        view = msgspec.structs.replace(view, head=head)
    digest = content_digest(view)
    view = papers.with_code(hub, database, case, view)
    lay_out(view)
    body = DocumentIssued(
        document_kind=kind,
        number=view.head.number,
        case_id=case.case_id,
        template_version=view.head.template_version,
        digest=digest,
        view=msgspec.Raw(encode_view(view)),
        issued_at=now,
        signature=STANDARD.sign(hub.keys.signing, digest.encode()).hex(),
        series=series,
        official_number=number,
    )
    document_id = record_id(action_id, case.case_id, f"document-{kind}")
    return Draft(document_id, "", body, needs=(case.head,))
