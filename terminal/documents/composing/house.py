"""Papers of the house: one-time notice, complaint slip, shift hand-over, blanks, history."""

from __future__ import annotations

from terminal.documents import views as paper
from terminal.documents.composing.base import (
    Occasion,
    house_head,
    limit_of,
    moment,
    party_of,
    remedies_of,
)
from terminal.documents.wording import default_wording
from terminal.domain.aggregates import Complaint, ShiftHandover
from terminal.domain.case import Case
from terminal.domain.catalogue import Answers, ServiceItem, asked_materials
from terminal.domain.regime import committed_limit, own_basis
from terminal.texts import DEFAULT_LANGUAGE


def one_time_notice(
    item: ServiceItem, answers: Answers, occasion: Occasion
) -> paper.OneTimeNoticeView:
    """Return the guide of an item as it is told once, before anybody applies.

    With `answers` only the materials of that scenario are named.
    """
    texts, organ = occasion.texts, item.organ
    wording = default_wording(DEFAULT_LANGUAGE)
    labels = [
        option.label
        for question in item.questions
        for option in question.options
        if answers.get(question.id) == option.id
    ]
    materials = asked_materials(item, answers) if answers else item.materials
    number = texts("paper.guide_number", code=item.code, version=item.version or "0")
    return paper.OneTimeNoticeView(
        head=house_head(organ.name if organ else item.department, number, occasion),
        regime=item.regime,
        item=item.name,
        scenario=texts("paper.list_comma").join(labels),
        basis=own_basis(item),
        conditions=item.conditions,
        flow=wording.plain(f"one_time_notice.flow_{item.regime}"),
        statutory=limit_of(item.statutory),
        committed=limit_of(committed_limit(item)),
        fee=item.fee.text,
        fee_basis=item.fee.basis,
        place=(organ.address if organ else "") or occasion.hall,
        hours=(organ.hours if organ else "") or texts("paper.by_guide"),
        phone=(organ.phone if organ else "") or occasion.phone,
        complaint_phone=(organ.supervision_phone if organ else "") or occasion.phone,
        materials=tuple(
            paper.GuideMaterial(
                name=material.name,
                form=texts(f"paper.form.{material.kind.value.lower()}"),
                copies=material.copies,
                source=material.source,
                standard=material.standard,
                required=material.required,
            )
            for material in materials
        ),
        remedies=remedies_of(organ),
    )


def complaint_slip(complaint: Complaint, occasion: Occasion) -> paper.ComplaintSlipView:
    """Return the slip of a complaint; whom it is about is not even in the view."""
    party = complaint.complainant
    return paper.ComplaintSlipView(
        head=house_head(occasion.hall, complaint.number, occasion),
        number=complaint.number,
        filed_at=moment(complaint.filed_at),
        answer_due=complaint.answer_by,
        text=complaint.text,
        phone=occasion.phone,
        complainant=party_of(party, occasion.texts) if party.name else None,
        hotline_number=complaint.hotline_number,
    )


def shift_handover(
    handover: ShiftHandover,
    occasion: Occasion,
    cases: tuple[Case, ...] = (),
    details: tuple[paper.OpenLine, ...] = (),
    unsent_due: str = "",
) -> paper.ShiftHandoverView:
    """Return a hand-over for both signatures; `cases` are those that its successors name."""
    number = occasion.texts(
        "paper.shift_number", at=moment(handover.handed_over_at)[:16].replace("T", " ")
    )
    known = {case.case_id: case for case in cases}
    successors = tuple(
        paper.SuccessorLine(
            receipt_number=known[case_id].receipt_number,
            item=known[case_id].item_name,
            due=known[case_id].due,
            successor=name,
        )
        for case_id, name in handover.successors.items()
        if case_id in known
    )
    return paper.ShiftHandoverView(
        head=house_head(occasion.hall, number, occasion),
        outgoing=handover.outgoing.name,
        incoming=handover.incoming.name,
        handed_over_at=moment(handover.handed_over_at),
        facts=tuple(handover.facts.items()),
        successors=successors,
        details=details,
        unsent_due=unsent_due,
        remark=handover.remark,
    )


def queue_ticket(
    number: str, queue: str, ahead: int, occasion: Occasion, lane: str = ""
) -> paper.QueueTicketView:
    """Return the ticket of somebody who waits."""
    return paper.QueueTicketView(
        head=house_head(occasion.hall, number, occasion),
        number=number,
        queue=queue,
        taken_at=moment(occasion.at),
        ahead=ahead,
        lane=lane,
    )


def blank_receipt(number: str, occasion: Occasion) -> paper.BlankReceiptView:
    """Return a receipt to be written by hand, under a number that is printed ahead."""
    return paper.BlankReceiptView(
        head=house_head(occasion.hall, number, occasion), number=number, phone=occasion.phone
    )


def case_history(
    case: Case,
    first_contact: str,
    lines: tuple[paper.HistoryLine, ...],
    occasion: Occasion,
) -> paper.CaseHistoryView:
    """Return everything that happened to a case."""
    return paper.CaseHistoryView(
        head=house_head(case.organ, case.receipt_number, occasion),
        receipt_number=case.receipt_number,
        case_number=case.case_number,
        item=case.item_name,
        applicant=case.applicant.name,
        first_contact=first_contact,
        lines=lines,
    )
