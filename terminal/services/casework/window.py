"""Acts of the window on a case: deferred materials, originals, forwarding, void, decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from terminal.clock import to_local
from terminal.domain.answering import answer_due, to_register
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import in_force
from terminal.domain.deadlines import accept_by, deliver_by
from terminal.domain.materials import compared
from terminal.domain.parties import Actor, MaterialEntry, MaterialStatus
from terminal.domain.records import (
    CaseClosed,
    CaseDecided,
    CaseForwarded,
    CaseVoided,
    CureFailed,
    ForwardArrived,
    MaterialsHandedOver,
    MaterialsSupplemented,
    OriginalsReturned,
    Outcome,
)
from terminal.errors import NotAllowed, NotFound, RuleRefused
from terminal.services.casework.acting import Done, Office
from terminal.services.staff import clerk_of
from terminal.services.views import Role, Session


class DecisionRequest(msgspec.Struct, frozen=True):
    """What a chief representative decides at the window."""

    outcome: Outcome
    document_number: str
    enforcement_number: str
    reason: str = ""
    basis: str = ""


class WindowCasework:
    """What a clerk does with a case that was taken in before. Any thread may call it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def bring_deferred(
        self, case_id: str, entries: Sequence[MaterialEntry], session: Session, action_id: str = ""
    ) -> Done:
        """Take in deferred materials of an accepted case (容缺后补材料)."""
        office = self._office

        def make(case: Case) -> MaterialsSupplemented:
            wanted = set(case.deferred)
            if not entries or any(entry.material_id not in wanted for entry in entries):
                raise RuleRefused("case.nothing_deferred")
            now, clerk = office.now(), clerk_of(session, self._window)
            brought = compared(entries, clerk, now)
            return MaterialsSupplemented(brought, {}, now, case.respond_by, clerk)

        blobs = [blob.hash for entry in entries for blob in entry.blobs]
        return office.act(case_id, make, session, action_id=action_id, blobs=blobs)

    def only_registers(self, case: Case) -> bool:
        """Say whether what comes for a case is only registered here, and not judged anew.

        So with deferred papers, and with what lacks of a case that the organ's desk answers.
        """
        if case.deferred:
            return True
        try:
            item = self._office.items.item(case.item_code, case.item_version)
        except NotFound:
            return False
        return bool(to_register(case, in_force(item, to_local(self._office.now()).date())))

    def supplement(
        self, case_id: str, entries: Sequence[MaterialEntry], session: Session, action_id: str = ""
    ) -> Done:
        """Take in what lacked of a case that this window may only receive (代收补正材料).

        The organ's own desk answers it; after its notice the time to answer runs anew from now.
        Raises `RuleRefused` for what the window may accept: there the intake goes on.
        """
        office = self._office

        def make(case: Case) -> MaterialsSupplemented:
            found = office.items.item(case.item_code, case.item_version)
            item = in_force(found, to_local(office.now()).date())
            lacking = {entry.material_id for entry in to_register(case, item)}
            if not lacking:
                raise RuleRefused(_why_not(case))
            if not entries or any(
                entry.material_id not in lacking or entry.status is not MaterialStatus.RECEIVED
                for entry in entries
            ):
                raise RuleRefused("case.nothing_to_supplement")
            now, rules = office.now(), office.rules()
            clock = rules.policy.clock(case.regime)
            respond_by = answer_due(case, to_local(now).date(), rules.calendar, clock)
            clerk = clerk_of(session, self._window)
            brought = compared(entries, clerk, now)
            return MaterialsSupplemented(brought, {}, now, respond_by, clerk)

        blobs = [blob.hash for entry in entries for blob in entry.blobs]
        return office.act(case_id, make, session, action_id=action_id, blobs=blobs)

    def fail_cure(
        self, case_id: str, reason: str, basis: str, session: Session, action_id: str = ""
    ) -> Done:
        """End a case whose deferred materials did not come, in writing (容缺逾期)."""

        def make(case: Case) -> CureFailed:
            return CureFailed(
                reason.strip(), basis.strip(), case.receipt_number, self._office.now(),
                clerk_of(session, self._window),
            )  # fmt: skip

        return self._office.act(case_id, make, session, action_id=action_id)

    def return_originals(
        self,
        case_id: str,
        material_ids: Sequence[str],
        receiver: str,
        session: Session,
        *,
        signature: str = "",
        not_signed: str = "",
        witness: str = "",
        action_id: str = "",
    ) -> Done:
        """Give kept originals back to their owner, who signs for them or does not, and why."""
        seen_by = Actor("witness", name=witness.strip()) if witness.strip() else None

        def make(_: Case) -> OriginalsReturned:
            return OriginalsReturned(
                tuple(material_ids), self._office.now(), clerk_of(session, self._window),
                receiver.strip(), signature, not_signed.strip(), seen_by,
            )  # fmt: skip

        blobs = [signature] if signature else []
        return self._office.act(case_id, make, session, action_id=action_id, blobs=blobs)

    def hand_over(self, case_id: str, pages: int, session: Session, action_id: str = "") -> Done:
        """Hand the papers to the department with the number of pages (综合窗口交接单)."""

        def make(_: Case) -> MaterialsHandedOver:
            return MaterialsHandedOver(clerk_of(session, self._window), pages, self._office.now())

        return self._office.act(case_id, make, session, action_id=action_id)

    def forward(
        self, case_id: str, how: str, tracking_number: str, session: Session, action_id: str = ""
    ) -> Done:
        """Pass papers on that were received for another place (转交)."""

        def make(_: Case) -> CaseForwarded:
            return CaseForwarded(
                self._office.now(), how.strip(), clerk_of(session, self._window),
                tracking_number.strip(),
            )  # fmt: skip

        return self._office.act(case_id, make, session, action_id=action_id)

    def register_arrival(
        self, case_id: str, arrived_at: int, session: Session, action_id: str = ""
    ) -> Done:
        """Register when the competent organ received what was forwarded: its clock's day 0."""
        rules = self._office.rules()

        def make(case: Case) -> ForwardArrived:
            day = to_local(arrived_at).date()
            due = accept_by(day, rules.calendar, case.regime, rules.policy.clock(case.regime))
            respond_by = due.date.isoformat() if due else ""
            return ForwardArrived(arrived_at, respond_by, clerk_of(session, self._window))

        return self._office.act(case_id, make, session, action_id=action_id)

    def void(
        self,
        case_id: str,
        reason: str,
        paper_returned: bool,
        second_name: str,
        second_password: str,
        session: Session,
        action_id: str = "",
    ) -> Done:
        """Make a case void (作废) on its own day; a second person confirms it."""
        second = self._office.staff.second_person(second_name, second_password, session)

        def make(_: Case) -> CaseVoided:
            return CaseVoided(
                reason.strip(), self._office.now(), clerk_of(session, self._window), second,
                paper_returned,
            )  # fmt: skip

        return self._office.act(case_id, make, session, action_id=action_id)

    def decide(
        self, case_id: str, request: DecisionRequest, session: Session, action_id: str = ""
    ) -> Done:
        """Decide at the window as a named chief representative (首席事务代表).

        Raises `NotAllowed` for anybody else: no staffer of the window decides for a department
        (受审分离), and an item must name the authorisation.
        """
        if session.role is not Role.CHIEF_REPRESENTATIVE:
            raise NotAllowed("case.decision_by_department")
        office = self._office
        known = office.case(case_id)
        found = office.items.item(known.item_code, known.item_version)
        item = in_force(found, to_local(office.now()).date())
        if not item.authority.may_decide:
            raise NotAllowed("case.decision_by_department")
        decider = Actor("chief", session.staff_id, session.name, self._window)

        def make(case: Case) -> CaseDecided:
            now = office.now()
            return CaseDecided(
                outcome=request.outcome,
                decided_at=now,
                document_number=request.document_number.strip(),
                reason=request.reason.strip(),
                basis=request.basis.strip(),
                decider=decider,
                enforcement_number=request.enforcement_number.strip(),
                authority=item.authority_document,
                deliver_by=delivery_due(to_local(now).date(), office, request.outcome),
            )

        return office.act(case_id, make, session, action_id=action_id)

    def close(self, case_id: str, reason: str, session: Session, action_id: str = "") -> Done:
        """Close a case: after its delivery, or for a recorded reason that is listed."""

        def make(_: Case) -> CaseClosed:
            return CaseClosed(self._office.now(), clerk_of(session, self._window), reason.strip())

        return self._office.act(case_id, make, session, action_id=action_id)

    @property
    def _window(self) -> str:
        return self._office.desk.window


def _why_not(case: Case) -> str:
    """Return why nothing of a case is registered at a window by itself."""
    if case.state not in (CaseState.RECEIVED, CaseState.AWAITING_CORRECTION):
        return "case.nothing_to_supplement"
    if case.forwarding is not None:
        return "act.another_place_accepts"
    return "case.goes_on_at_the_intake" if case.lacking else "case.nothing_to_supplement"


def delivery_due(decided: date, office: Office, outcome: Outcome) -> str:
    """Return the last day to hand over a grant (art. 44: 10 working days); empty otherwise."""
    if outcome is not Outcome.GRANTED:
        return ""
    return deliver_by(decided, office.rules().calendar).date.isoformat()
