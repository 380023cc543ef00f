"""What an act writes: drafts of journal entries, composed without any store.

Each function takes a reviewed draft and returns the entries of its case in order; the intake
service appends them in one transaction and issues the papers.
"""

from __future__ import annotations

import msgspec

from terminal.domain.answering import correction_items, may_follow, windows_answer
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import HandlingKind, Way
from terminal.domain.materials import compared, missing
from terminal.domain.parties import Actor, MaterialEntry, MaterialStatus
from terminal.domain.records import (
    Body,
    CaseAccepted,
    CaseDeclined,
    CaseReceived,
    CorrectionNotified,
    Lane,
    LateEntry,
    MaterialsSupplemented,
)
from terminal.domain.regime import acceptance_basis, conditional_basis, correction_basis
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.services.review import decide_by
from terminal.services.views import Act, DeclineRequest, IntakeDraft, Review


class Circumstances(msgspec.Struct, frozen=True):
    """What surrounds an act: who, where, when (milliseconds), and the numbers drawn for it.

    `case_number` comes from a leased block, `lease` is the record of that lease; both may be
    empty. `issued` are the kinds of the papers that the case has had.
    """

    clerk: Actor
    window: str
    at: int
    receipt_number: str
    token: str
    offline: bool
    organ: str
    case_number: str = ""
    lease: str = ""
    issued: tuple[str, ...] = ()


class Options(msgspec.Struct, frozen=True):
    """What an act takes beside the draft."""

    agreed: bool = False
    repeat_reason: str = ""
    decline: DeclineRequest | None = None
    second: Actor | None = None


def materials_of(review: Review) -> tuple[MaterialEntry, ...]:
    """Return what is recorded of each material; required ones not touched are missing."""
    return tuple(
        line.entry if line.entry is not None else missing(line.material)
        for line in review.materials
        if line.entry is not None or line.material.required
    )


def _compared(review: Review, where: Circumstances, case: Case | None) -> tuple[MaterialEntry, ...]:
    """Return the materials with who compared the copies made here, and when.

    What a handwritten receipt names was compared when that was written, and by whom is not known.
    """
    entries = materials_of(review)
    if review.draft.paper is not None:
        return entries
    known = case.materials if case is not None else ()
    shared = review.draft.copied_here
    return compared(entries, where.clerk, where.at, known=known, shared=shared)


def case_entries(
    act: Act, review: Review, case: Case | None, where: Circumstances, options: Options
) -> list[Draft]:
    """Compose the entries that an act writes for its case.

    A new case is received first; one that awaits correction is supplemented first. `case` is
    the case as it is stored, None for a new one.
    """
    case_id = review.draft.case_id or new_case_id(review.draft.action_id)
    bodies: list[Body] = []
    if case is None:
        bodies.append(_received(act, review, where, options.second))
    elif _differs(case, review):
        bodies.append(_supplemented(case, review, where))
    match act:
        case Act.ACCEPT | Act.ACCEPT_CONDITIONALLY:
            bodies.append(_accepted(review, case, where, options))
        case Act.NOTIFY_CORRECTION:
            bodies.append(_notified(review, where, options))
        case Act.DECLINE:
            bodies.append(_declined(where, options))
    return _chained(review.draft.action_id, case_id, case.head if case else "", bodies, where.lease)


def new_case_id(action_id: str) -> str:
    """Return the id of the case that an action creates; the same action, the same case."""
    return record_id(action_id, "case", "id")


def _chained(
    action_id: str, case_id: str, head: str, bodies: list[Body], lease: str
) -> list[Draft]:
    """Give each entry of one aggregate the one before it as its base.

    An acceptance with a number of a leased block waits at the hub for the lease.
    """
    drafts = []
    for body in bodies:
        blobs = tuple(blob.hash for entry in getattr(body, "materials", ()) for blob in entry.blobs)
        late: LateEntry | None = getattr(body, "late_entry", None)
        if late is not None and late.scan:
            blobs = (*blobs, late.scan)
        needs = (lease,) if lease and isinstance(body, CaseAccepted) else ()
        drafts.append(Draft(case_id, head, body, needs=needs, blobs=blobs))
        head = record_id(action_id, case_id, body.kind)
    return drafts


def _received(act: Act, review: Review, where: Circumstances, second: Actor | None) -> CaseReceived:
    draft, item, law = review.draft, review.item, review.law
    lanes = draft.lanes
    if item.accepted_on_receipt and act is Act.ACCEPT and Lane.ACCEPTED_ON_RECEIPT not in lanes:
        lanes = (*lanes, Lane.ACCEPTED_ON_RECEIPT)
    return CaseReceived(
        receipt_number=where.receipt_number,
        visit_id=draft.visit_id,
        item_code=item.code,
        item_version=item.version,
        item_name=item.name,
        organ=where.organ,
        regime=item.regime,
        applicant=draft.applicant,
        visitor=draft.visitor,
        capacity=draft.capacity,
        answers={q.id: draft.answers[q.id] for q in review.questions if q.id in draft.answers},
        materials=_compared(review, where, None),
        form={f.id: draft.form[f.id] for f in review.fields if draft.form.get(f.id)},
        received_at=draft.paper.written_at if draft.paper else where.at,
        respond_by=law.respond_by.on.isoformat() if law.respond_by else "",
        respond_by_provisional=bool(law.respond_by and law.respond_by.provisional),
        window=where.window,
        clerk=where.clerk,
        token=where.token,
        offline=where.offline,
        on_the_spot=item.handling is HandlingKind.ON_THE_SPOT,
        lanes=lanes,
        parent_id=draft.parent_id,
        forwarding=draft.forwarding,
        late_entry=_late_entry(draft, second),
        legal_review=item.legal_review,
        check_by=_check_by(review),
        power=draft.power,
        guardian_consents=draft.guardian_consents,
        cure_by=_undertaken(act, review),
        joint=item.joint,
        expires=draft.form.get(item.renews, "") if item.renews else "",
    )


def _undertaken(act: Act, review: Review) -> str:
    """Return until when the applicant undertakes to bring what comes later (容缺补正承诺书).

    Empty where a window accepts, which then asks itself, and where more lacks than may follow.
    """
    item, cure_by = review.item, review.law.cure_by
    if act is not Act.RECEIVE or windows_answer(item) or cure_by is None:
        return ""
    return cure_by.on.isoformat() if may_follow(materials_of(review), item) else ""


def _check_by(review: Review) -> str:
    """Return by when the commitments of a draft are checked; empty when it has none."""
    due = review.law.check_by
    committed = any(
        entry.way is Way.COMMITMENT and entry.status is MaterialStatus.RECEIVED
        for entry in materials_of(review)
    )
    return due.on.isoformat() if committed and due is not None else ""


def _late_entry(draft: IntakeDraft, second: Actor | None) -> LateEntry | None:
    """Record the handwritten receipt that is entered now; a second person has looked at it."""
    if draft.paper is None:
        return None
    return LateEntry(
        draft.paper.number.strip(), draft.paper.written_at, second or Actor(""), draft.paper.scan
    )


def _differs(case: Case, review: Review) -> bool:
    return (
        case.state is CaseState.AWAITING_CORRECTION
        or {m.material_id: m for m in case.materials}
        != {m.material_id: m for m in materials_of(review)}
        or any(case.form.get(key) != value for key, value in review.draft.form.items())
    )


def _supplemented(case: Case, review: Review, where: Circumstances) -> MaterialsSupplemented:
    """Record what was brought; after a correction notice the organ's time runs anew."""
    respond_by = case.respond_by
    if case.state is CaseState.AWAITING_CORRECTION and review.law.respond_by:
        respond_by = review.law.respond_by.on.isoformat()
    return MaterialsSupplemented(
        materials=_compared(review, where, case),
        form=dict(review.draft.form),
        supplemented_at=where.at,
        respond_by=respond_by,
        clerk=where.clerk,
        check_by=_check_by(review),
    )


def _accepted(
    review: Review, case: Case | None, where: Circumstances, options: Options
) -> CaseAccepted:
    due = decide_by(review.law)
    if case is not None and review.law.deemed_from is not None:
        return CaseAccepted(
            accepted_at=case.materials_in_at,
            decide_by=due.on.isoformat() if due else "",
            decide_by_provisional=bool(due and due.provisional),
            basis=correction_basis(review.item),
            clerk=where.clerk,
            deemed=True,
            case_number=where.case_number,
        )
    deferred = tuple(
        entry.material_id
        for entry in materials_of(review)
        if entry.status is MaterialStatus.DEFERRED
    )
    cure_by = review.law.cure_by
    return CaseAccepted(
        accepted_at=where.at,
        decide_by=due.on.isoformat() if due else "",
        decide_by_provisional=bool(due and due.provisional),
        basis=conditional_basis(review.item) if deferred else acceptance_basis(review.item),
        clerk=where.clerk,
        deferred=deferred,
        cure_by=cure_by.on.isoformat() if deferred and cure_by else "",
        applicant_agreed=options.agreed,
        case_number=where.case_number,
    )


def _notified(review: Review, where: Circumstances, options: Options) -> CorrectionNotified:
    """List everything that lacks, each with the standard that it must meet."""
    return CorrectionNotified(
        notified_at=where.at,
        items=correction_items(materials_of(review)),
        basis=correction_basis(review.item),
        clerk=where.clerk,
        repeat_reason=options.repeat_reason.strip(),
    )


def _declined(where: Circumstances, options: Options) -> CaseDeclined:
    request, second = options.decline, options.second
    if request is None or second is None:
        raise ValueError("declining needs a request and a second person")
    return CaseDeclined(
        declined_at=where.at,
        decline_kind=request.kind,
        reason=request.reason.strip(),
        basis=request.basis.strip(),
        go_to=request.go_to.strip(),
        clerk=where.clerk,
        confirmed_by=second,
        go_to_address=request.go_to_address.strip(),
        go_to_phone=request.go_to_phone.strip(),
    )
