"""Steps of the intake: receipt, correction, acceptance, non-acceptance (rules 1, art. 30–32)."""

from __future__ import annotations

from datetime import date

import msgspec

from terminal.clock import to_local
from terminal.domain.case import Case, CaseState, Decline
from terminal.domain.catalogue import Regime
from terminal.domain.deadlines import clock_of
from terminal.domain.evolve.judgement import (
    Refused,
    advance,
    born,
    changes,
    creates,
    wrong_state,
)
from terminal.domain.parties import Actor, MaterialEntry, MaterialStatus
from terminal.domain.records import (
    HUB_ORIGIN,
    CaseAccepted,
    CaseDeclined,
    CaseForwarded,
    CaseNumbered,
    CaseReceived,
    CorrectionNotified,
    DeclineKind,
    ForwardArrived,
    MaterialsSupplemented,
    OriginalsReturned,
    Record,
)


@creates(CaseReceived)
def _case_received(_: None, body: CaseReceived, record: Record) -> Case | Refused:
    if not body.receipt_number or not body.item_code or not _is_day(body.expires):
        return Refused("case.incomplete_record")
    if body.forwarding is None and _needs_day(body.regime, body.respond_by):
        return Refused("case.answer_day_missing")
    late = body.late_entry
    if late is not None and (
        not late.paper_number or not late.confirmed_by.id or late.confirmed_by.id == body.clerk.id
    ):
        return Refused("case.late_entry_needs_second_person")
    return born(
        Case, record, body.clerk,
        state=CaseState.RECEIVED, provisional=body.respond_by_provisional, origin=record.origin,
        # Of one name, but the body says that a review is needed, and the case what it came to.
        legal_review_needed=body.legal_review, legal_review=None,
    )  # fmt: skip


def _is_day(text: str) -> bool:
    """Say whether this is a day, or none."""
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _needs_day(regime: Regime, respond_by: str) -> bool:
    """Say whether a day of answer lacks without which silence would never accept (art. 32)."""
    return clock_of(regime).silence == "accepted" and not respond_by


def _too_late_or_elsewhere(case: Case, record: Record) -> Refused | None:
    """Refuse a notice or a "no" on what is another place's, or what silence has accepted."""
    if case.state is not CaseState.RECEIVED:
        return wrong_state(case)
    if case.forwarding is not None and not case.arrived_at:
        return Refused("case.not_arrived_yet")
    if case.accepted_by_silence(to_local(record.at).date()):
        return Refused("case.accepted_by_silence")
    if case.renewed_by_silence(to_local(record.at).date()):
        return Refused("case.renewed_by_silence")
    return None


@changes(MaterialsSupplemented, Case)
def _materials_supplemented(
    case: Case, body: MaterialsSupplemented, record: Record
) -> Case | Refused:
    merged = _merge(case.materials, body.materials)
    brought = {
        "materials": merged,
        "check_by": case.check_by or body.check_by,
    }
    if case.state is CaseState.RECEIVED:
        # What can be corrected on the spot is corrected on the spot (art. 32(1)(3)); the
        # clock that runs since the receipt is not touched.
        return advance(case, record, body.clerk, form={**case.form, **body.form}, **brought)
    if case.state is CaseState.AWAITING_CORRECTION:
        if _needs_day(case.regime, body.respond_by):
            return Refused("case.answer_day_missing")
        return advance(
            case, record, body.clerk,
            state=CaseState.RECEIVED, form={**case.form, **body.form},
            respond_by=body.respond_by, **brought,
        )  # fmt: skip
    accepted = (CaseState.ACCEPTED, CaseState.UNDER_REVIEW, CaseState.SUSPENDED)
    if case.state in accepted and case.deferred:
        lacking = {m.material_id for m in merged if m.status is not MaterialStatus.RECEIVED}
        left = tuple(m for m in case.deferred if m in lacking)
        return advance(
            case, record, body.clerk,
            deferred=left, cure_by=case.cure_by if left else "", **brought,
        )  # fmt: skip
    return Refused("case.nothing_to_supplement")


def _merge(
    old: tuple[MaterialEntry, ...], new: tuple[MaterialEntry, ...]
) -> tuple[MaterialEntry, ...]:
    """Replace entries of the same material, keep the others, add the rest at the end."""
    fresh = {entry.material_id: entry for entry in new}
    kept = tuple(fresh.pop(entry.material_id, entry) for entry in old)
    return kept + tuple(fresh.values())


@changes(CaseAccepted, Case)
def _case_accepted(case: Case, body: CaseAccepted, record: Record) -> Case | Refused:
    """Acceptance (受理): only what was received, and only when nothing lacks.

    What silence has accepted is accepted whatever lacks, from the receipt, without conditions.
    """
    if case.state is not CaseState.RECEIVED:
        return wrong_state(case)
    if case.forwarding is not None and not case.arrived_at:
        return Refused("case.not_arrived_yet")
    silent = case.accepted_by_silence(to_local(record.at).date())
    if silent and not body.deemed:
        return Refused("case.deemed_from_receipt")
    if body.deemed:
        if not silent or body.deferred:
            return Refused("case.not_deemed")
        if to_local(body.accepted_at).date() != to_local(case.materials_in_at).date():
            return Refused("case.deemed_from_receipt")
        return advance(
            case, record, body.clerk,
            state=CaseState.ACCEPTED, accepted_at=body.accepted_at, decide_by=body.decide_by,
            provisional=body.decide_by_provisional, deemed=True,
            case_number=body.case_number or case.case_number,
        )  # fmt: skip
    if body.deferred and not body.applicant_agreed:
        return Refused("case.deferral_needs_consent")
    if body.deferred and not body.cure_by:
        return Refused("case.deferral_needs_day")
    deferred = set(body.deferred)
    open_entries = [m for m in case.materials if m.status is not MaterialStatus.RECEIVED]
    if any(m.material_id not in deferred for m in open_entries):
        return Refused("case.materials_lacking")
    return advance(
        case, record, body.clerk,
        state=CaseState.ACCEPTED, accepted_at=body.accepted_at, decide_by=body.decide_by,
        provisional=body.decide_by_provisional, deferred=body.deferred, cure_by=body.cure_by,
        case_number=body.case_number or case.case_number,
    )  # fmt: skip


@changes(CorrectionNotified, Case)
def _correction_notified(case: Case, body: CorrectionNotified, record: Record) -> Case | Refused:
    """One complete notice (art. 32(1)(4)); a second one only for what the first listed.

    And for what is still not cured: whatever else it names needs a recorded reason.
    """
    if refused := _too_late_or_elsewhere(case, record):
        return refused
    if not body.items:
        return Refused("case.empty_notice")
    if case.notices:
        open_still = {entry.material_id for entry in case.materials if entry.lacking}
        told = {item.material_id for notice in case.notices for item in notice} & open_still
        if any(item.material_id not in told for item in body.items) and not body.repeat_reason:
            return Refused("case.second_notice_needs_reason")
    return advance(
        case, record, body.clerk,
        state=CaseState.AWAITING_CORRECTION, notices=(*case.notices, body.items),
        notified_at=body.notified_at,
        repeat_reasons=(*case.repeat_reasons, *filter(None, (body.repeat_reason,))),
    )  # fmt: skip


@changes(CaseDeclined, Case)
def _case_declined(case: Case, body: CaseDeclined, record: Record) -> Case | Refused:
    """Non-acceptance needs a reason, a basis and a second person's confirmation.

    Whoever is sent to another organ is told which one (art. 32(1)(2)).
    """
    if refused := _too_late_or_elsewhere(case, record):
        return refused
    if not body.reason.strip() or not body.basis.strip():
        return Refused("case.decline_needs_reason")
    if body.decline_kind is DeclineKind.NOT_COMPETENT and not body.go_to.strip():
        return Refused("case.decline_needs_organ")
    if not body.confirmed_by.id or body.confirmed_by.id == body.clerk.id:
        return Refused("case.decline_needs_second_person")
    decline = Decline(
        body.decline_kind, body.reason, body.basis, body.go_to, body.declined_at,
        body.go_to_address, body.go_to_phone,
    )  # fmt: skip
    declined = advance(case, record, body.clerk, state=CaseState.NOT_ACCEPTED, decline=decline)
    if not declined.declined_at_once:
        return declined
    # The notice says that they were given back on the spot.
    back = tuple(entry.material_id for entry in declined.kept_originals)
    return msgspec.structs.replace(declined, originals_returned=back)


@changes(CaseNumbered, Case)
def _case_numbered(case: Case, body: CaseNumbered, record: Record) -> Case | Refused:
    if record.origin != HUB_ORIGIN:
        return Refused("case.number_only_from_hub")
    if case.case_number and case.case_number != body.case_number:
        return Refused("case.number_twice")
    return advance(case, record, Actor("system"), case_number=body.case_number)


@changes(CaseForwarded, Case)
def _case_forwarded(case: Case, body: CaseForwarded, record: Record) -> Case | Refused:
    """Papers received for another place went there (代收转办); once, before they arrived."""
    if case.forwarding is None:
        return Refused("case.not_for_another_place")
    if case.state is not CaseState.RECEIVED:
        return wrong_state(case)
    if case.forwarded_at:
        return Refused("case.already_forwarded")
    return advance(case, record, body.clerk, forwarded_at=body.forwarded_at)


@changes(ForwardArrived, Case)
def _forward_arrived(case: Case, body: ForwardArrived, record: Record) -> Case | Refused:
    """The competent organ's own receipt starts its clock; both times stay recorded."""
    if case.forwarding is None:
        return Refused("case.not_for_another_place")
    if case.state is not CaseState.RECEIVED:
        return wrong_state(case)
    if case.arrived_at:
        return Refused("case.already_arrived")
    if body.arrived_at < case.received_at:
        return Refused("case.arrived_before_receipt")
    if _needs_day(case.regime, body.respond_by):
        return Refused("case.answer_day_missing")
    return advance(case, record, body.actor, arrived_at=body.arrived_at, respond_by=body.respond_by)


@changes(OriginalsReturned, Case)
def _originals_returned(case: Case, body: OriginalsReturned, record: Record) -> Case | Refused:
    """Only what was kept here and not given back yet can go back; in every state."""
    kept = {entry.material_id for entry in case.kept_originals}
    if not body.material_ids or not set(body.material_ids) <= kept:
        return Refused("case.no_such_original")
    returned = (*case.originals_returned, *body.material_ids)
    return advance(case, record, body.clerk, originals_returned=returned)
