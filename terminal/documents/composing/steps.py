"""Which papers a step hands out (transitions: column document), composed from its facts."""

from __future__ import annotations

from terminal.documents import views as paper
from terminal.documents.composing import department, desk
from terminal.documents.composing.base import Occasion
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem
from terminal.domain.records import (
    Body,
    CaseDecided,
    CaseDelivered,
    CaseExtended,
    CaseForwarded,
    CaseSuspended,
    CaseVoided,
    CaseWithdrawn,
    CorrectionNotified,
    CourierSent,
    CureFailed,
    DeliveryAgreed,
    MaterialsHandedOver,
    MaterialsSupplemented,
    MaterialsTakenOver,
    OriginalsReturned,
)


def papers_of_step(
    body: Body, case: Case, item: ServiceItem, occasion: Occasion
) -> tuple[paper.DocumentView, ...]:
    """Return the papers of a step after the intake; `case` stands as it is after the step.

    Raises `RuleRefused` only when a paper is laid out, not here.
    """
    made: paper.DocumentView | None = None
    match body:
        case MaterialsSupplemented():
            made = supplement_of(body, case, item, occasion)
            sheet = desk.copy_check(body.materials, case, item, occasion)
            return tuple(view for view in (made, sheet) if view is not None)
        case CaseForwarded():
            made = desk.forwarding_slip(body, case, item, occasion)
        case MaterialsHandedOver() | MaterialsTakenOver():
            made = desk.handover_slip(case, item, occasion)
        case CaseWithdrawn():
            made = desk.withdrawal(body, case, item, occasion)
        case CaseVoided():
            made = desk.void_note(body, case, item, occasion)
        case OriginalsReturned():
            made = desk.originals_returned(body, case, item, occasion)
        case CaseExtended():
            made = department.extension(case, item, occasion)
        case CaseSuspended():
            made = department.special_procedure(case, item, occasion)
        case CaseDecided():
            made = department.decision(case, item, occasion)
        case CureFailed():
            made = department.cure_failed(case, item, occasion)
        case DeliveryAgreed():
            made = desk.delivery_address(body, case, item, occasion)
        case CourierSent():
            made = desk.courier_slip(body, case, item, occasion)
        case CaseDelivered():
            slip = desk.result_handover(body, case, item, occasion)
            receipt = desk.delivery_receipt(body, case, item, occasion)
            return (receipt,) if slip is None else (receipt, slip)
    return () if made is None else (made,)


def supplement_of(
    body: MaterialsSupplemented, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.SupplementView | None:
    """Return the receipt for what was brought: after a notice, before an answer, or deferred."""
    if not body.materials:
        return None
    answers = paper.SupplementKind.DEFERRED
    if case.state is CaseState.RECEIVED:
        answered = correction_supplement(case, item, occasion)
        if answered is not None:
            return answered
        answers = paper.SupplementKind.ADDED
    return desk.supplement(body.materials, answers, body.supplemented_at, case, item, occasion)


def correction_supplement(
    case: Case, item: ServiceItem, occasion: Occasion
) -> paper.SupplementView | None:
    """Return the receipt for what was just brought after a correction notice, or None.

    `case` is the case after an act of the intake: the supplement is its last step, or the one
    before the act's own.
    """
    kinds = [step.kind for step in case.history]
    recent = kinds[-2:]
    if not case.notices or MaterialsSupplemented.kind not in recent:
        return None
    at = len(kinds) - 1 - kinds[::-1].index(MaterialsSupplemented.kind)
    before = [kind for kind in kinds[:at] if kind in _TURNS]
    if not before or before[-1] != CorrectionNotified.kind:
        return None
    notices = case.notices
    if kinds[-1] == CorrectionNotified.kind and len(notices) > 1:
        notices = notices[:-1]
    told = {line.material_id for line in notices[-1]}
    brought = tuple(
        entry for entry in case.materials if entry.material_id in told and not entry.lacking
    )
    if not brought:
        return None
    answers = paper.SupplementKind.CORRECTION
    return desk.supplement(brought, answers, case.history[at].at, case, item, occasion)


_TURNS = (CorrectionNotified.kind, MaterialsSupplemented.kind)
