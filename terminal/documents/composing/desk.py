"""Papers over the desk: supplements, endings, hand-over, delivery. Composed after the step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from terminal.documents import views as paper
from terminal.documents.composing.base import (
    Occasion,
    case_part,
    day,
    material_of,
    materials_of,
    moment,
    of_this_hall,
    party_of,
    provisional,
    serial_among,
    serial_of,
    signing_of,
)
from terminal.documents.wording import default_wording
from terminal.domain.case import Case, CaseState, Decision
from terminal.domain.catalogue import ServiceItem
from terminal.domain.numbers import offline_document_number
from terminal.domain.parties import Capacity, MaterialEntry
from terminal.domain.records import (
    CaseDelivered,
    CaseForwarded,
    CaseVoided,
    CaseWithdrawn,
    CourierSent,
    CureFailed,
    DeliveryAgreed,
    DeliveryWay,
    MaterialsHandedOver,
    OriginalsReturned,
    Outcome,
    ResultThing,
)
from terminal.domain.regime import procedure_of
from terminal.texts import DEFAULT_LANGUAGE

_COPIED = (paper.Fate.ORIGINAL_SEEN_COPY_KEPT, paper.Fate.COPY)
_AS_IT_IS = (paper.Fate.ORIGINAL_KEPT, paper.Fate.SCAN_ONLY)
"""Fates of what lies in the file here, as a copy or as it was brought."""


def supplement(
    brought: tuple[MaterialEntry, ...],
    answers: paper.SupplementKind,
    received_at: int,
    case: Case,
    item: ServiceItem,
    occasion: Occasion,
) -> paper.SupplementView:
    """Return the receipt for materials that were brought later."""
    owed = tuple(e.name for e in case.materials if e.material_id in case.deferred)
    waits = case.state is CaseState.RECEIVED
    anew = waits and answers is paper.SupplementKind.CORRECTION
    reply_due = case.respond_by if anew else ""
    fields = case_part(
        case, item, "supplement", occasion, serial=serial_among(occasion, "supplement")
    )
    fields["phone"] = occasion.phone
    return paper.SupplementView(
        **fields,  # type: ignore[arg-type]
        answers=answers,
        materials=tuple(material_of(entry, occasion.texts) for entry in brought),
        received_at=moment(received_at),
        reply_due=reply_due or None,
        answered=not waits,
        outstanding=owed,
        cure_due=case.cure_by if owed else "",
        calendar_provisional=provisional(occasion, reply_due, case.cure_by if owed else ""),
    )


def copy_check(
    brought: Iterable[MaterialEntry], case: Case, item: ServiceItem, occasion: Occasion
) -> paper.CopyCheckView | None:
    """Return the sheet for the copies that one act has compared; None without any."""
    made = [entry for entry in brought if entry.compared is not None]
    if not made or made[0].compared is None:
        return None
    checker, at = made[0].compared.by, made[0].compared.at
    fields = case_part(
        case, item, "copy_check", occasion, serial=serial_among(occasion, "copy_check")
    )
    if case.forwarding is not None:
        fields = of_this_hall(fields, occasion)
    return paper.CopyCheckView(
        **fields,  # type: ignore[arg-type]
        copies=tuple(
            paper.CopyLine(
                name=entry.name, copies=max(entry.count, 1), returned=entry.fate.shows_original
            )
            for entry in made
        ),
        compared_at=moment(at),
        checker=checker.name,
    )


def _signer(case: Case) -> str:
    """Return who signs on the citizen's screen: the applicant, or who acts for one, and as what."""
    own = case.capacity is Capacity.SELF
    return _signed_as(case.applicant.name if own else case.visitor.name, case.capacity)


def _who_withdrew(body: CaseWithdrawn, case: Case) -> str:
    return _signer(case) if body.signer is None else _signed_as(body.signer.name, body.capacity)


def _signed_as(name: str, capacity: str) -> str:
    """Return a signer's name, of whoever acts for another with the capacity behind it."""
    if capacity == Capacity.SELF:
        return name
    wording = default_wording(DEFAULT_LANGUAGE)
    return wording("format.person", name=name, detail=wording.plain(f"capacity.{capacity}"))


def withdrawal(
    body: CaseWithdrawn, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.WithdrawalView:
    """Return the applicant's withdrawal with the signature that was given on the screen."""
    return paper.WithdrawalView(
        **case_part(case, item, "withdrawal", occasion),  # type: ignore[arg-type]
        signing=signing_of(body.signature, _who_withdrew(body, case), body.withdrawn_at),
        submitted_on=day(case.received_at),
        withdrawn_at=moment(body.withdrawn_at),
        reason=body.reason,
        to_collect=tuple(material_of(one, occasion.texts) for one in case.kept_originals),
    )


def void_note(
    body: CaseVoided, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.VoidNoteView:
    """Return the record of a case that was made void."""
    return paper.VoidNoteView(
        **case_part(case, item, "void_note", occasion),  # type: ignore[arg-type]
        voided_at=moment(body.voided_at),
        reason=body.reason,
        confirmed_by=body.confirmed_by.name,
        paper_returned=body.paper_returned,
    )


def originals_returned(
    body: OriginalsReturned, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.OriginalsReturnedView:
    """Return the slip for originals that went back to their owner."""
    receiver = body.receiver or case.visitor.name
    back = [entry for entry in case.materials if entry.material_id in body.material_ids]
    serial = serial_of(case, OriginalsReturned.kind)
    return paper.OriginalsReturnedView(
        **case_part(case, item, "originals_returned", occasion, serial=serial),  # type: ignore[arg-type]
        signing=signing_of(
            body.signature, receiver, body.returned_at, body.not_signed, body.witness
        ),
        materials=tuple(_given_back(entry, occasion) for entry in back),
        returned_at=moment(body.returned_at),
        receiver=receiver,
    )


def _given_back(entry: MaterialEntry, occasion: Occasion) -> paper.MaterialLine:
    line = material_of(entry, occasion.texts)
    return paper.MaterialLine(
        name=line.name,
        fate=paper.Fate.ORIGINAL_SEEN_RETURNED,
        copies=line.copies,
        form=line.form,
    )


def handover_slip(case: Case, item: ServiceItem, occasion: Occasion) -> paper.HandoverSlipView:
    """Return the hand-over of the papers, with the department's side once it has signed."""
    papers = case.papers
    if papers is None:
        raise ValueError("nothing was handed over")
    serial = serial_of(case, MaterialsHandedOver.kind)
    return paper.HandoverSlipView(
        **case_part(case, item, "handover_slip", occasion, serial=serial),  # type: ignore[arg-type]
        materials=materials_of(case, occasion.texts),
        pages=papers.pages,
        handed_over_at=moment(papers.handed_over_at),
        official=papers.official.name if papers.official else "",
        pages_taken=papers.pages_taken,
        taken_over_at=moment(papers.taken_over_at) if papers.taken_over_at else "",
        remark=papers.remark,
    )


def delivery_address(
    body: DeliveryAgreed, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.DeliveryAddressView:
    """Return the applicant's confirmation of address and way of delivery."""
    serial = serial_of(case, DeliveryAgreed.kind)
    return paper.DeliveryAddressView(
        **case_part(case, item, "delivery_address", occasion, serial=serial),  # type: ignore[arg-type]
        signing=signing_of(body.signature, _signer(case), body.agreed_at),
        way=body.way,
        consent=body.consent,
        agreed_at=moment(body.agreed_at),
        recipient=body.recipient,
        address=body.address,
        contact=body.phone,
    )


def forwarding_slip(
    body: CaseForwarded, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.CourierSlipView | None:
    """Return the courier slip of materials for another place; None when nothing was sent."""
    if case.forwarding is None or not body.tracking_number:
        return None
    fields = of_this_hall(case_part(case, item, "courier_slip", occasion), occasion)
    # the sender is the window that received for the other place
    fields["phone"] = occasion.phone
    return paper.CourierSlipView(
        **fields,  # type: ignore[arg-type]
        recipient=case.forwarding.organ,
        address=case.forwarding.place,
        contact=case.forwarding.phone,
        contents=tuple(_sent_on(case, occasion)),
        company=body.how,
        tracking_number=body.tracking_number,
        sent_at=moment(body.forwarded_at),
        forwarded=True,
    )


def _sent_on(case: Case, occasion: Occasion) -> Iterator[str]:
    """Name what lies in the file here and goes on with it; of a copy it is said."""
    wording = default_wording(DEFAULT_LANGUAGE)
    for line in materials_of(case, occasion.texts):
        if line.fate in _COPIED:
            copy = occasion.texts("paper.form.copy")
            yield wording("format.person", name=line.name, detail=copy)
        elif line.fate in _AS_IT_IS:
            yield line.name


def courier_slip(
    body: CourierSent, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.CourierSlipView:
    """Return what goes to the applicant by courier, to the address that was confirmed."""
    choice = case.delivery_choice
    contents = tuple(thing.name for thing in case.results)
    if case.decision is not None:
        contents = (case.decision.document_number, *contents)
    serial = serial_of(case, CourierSent.kind)
    return paper.CourierSlipView(
        **case_part(case, item, "courier_slip", occasion, serial=serial),  # type: ignore[arg-type]
        recipient=choice.recipient if choice else case.applicant.name,
        address=choice.address if choice else case.applicant.address,
        contact=(choice.phone if choice else "") or case.applicant.phone,
        contents=contents,
        company=body.company,
        tracking_number=body.tracking_number,
        sent_at=moment(body.sent_at),
    )


def delivery_receipt(
    body: CaseDelivered, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.DeliveryReceiptView:
    """Return the delivery receipt: who received which document how, where, when."""
    choice = case.delivery_choice
    place = occasion.texts("paper.place", hall=occasion.hall, window=occasion.window).strip()
    if body.way is not DeliveryWay.WINDOW and choice is not None:
        place = choice.address or choice.phone or place
    documents = body.documents
    if documents == tuple(thing.name for thing in case.results):
        documents = tuple(_thing_name(thing) for thing in case.results)
    if case.decision is not None:
        others = (one for one in documents if one != case.decision.document_number)
        documents = (_decision_name(case, case.decision, occasion), *others)
    return paper.DeliveryReceiptView(
        **case_part(case, item, "delivery_receipt", occasion),  # type: ignore[arg-type]
        signing=signing_of(
            body.signature, body.receiver.name, body.delivered_at, body.not_signed, body.witness
        ),
        receiver=party_of(body.receiver, occasion.texts),
        capacity=body.capacity,
        documents=documents,
        way=body.way,
        place=place,
        delivered_at=moment(body.delivered_at),
        trace=body.trace,
    )


def _thing_name(thing: ResultThing) -> str:
    """Return a thing with its own number: what was handed over must be told apart later."""
    wording = default_wording(DEFAULT_LANGUAGE)
    name = wording("format.person", name=thing.name, detail=thing.number)
    return name if thing.number else thing.name


def _decision_name(case: Case, made: Decision, occasion: Occasion) -> str:
    """Return the title of the decision's paper with its number (不予登记决定书（…号）)."""
    wording, number = default_wording(DEFAULT_LANGUAGE), made.document_number
    if any(step.kind == CureFailed.kind for step in case.history):
        title = wording.plain("title.cure_failed")
        if number == case.receipt_number:
            # The window's own: the organ's number is the document's and not known to the case.
            kind = occasion.texts("paper.number_kind.cure_failed")
            number = offline_document_number(number, kind)
    else:
        procedure = procedure_of(case.regime)
        outcomes = {
            Outcome.GRANTED: procedure.grant,
            Outcome.REFUSED: procedure.refusal,
            Outcome.TERMINATED: wording.plain("decision.terminate_outcome"),
        }
        title = wording("title.decision", outcome=outcomes[made.outcome])
    return wording("format.person", name=title, detail=number) if number else title


def result_handover(
    body: CaseDelivered, case: Case, item: ServiceItem, occasion: Occasion
) -> paper.ResultHandoverView | None:
    """Return the slip of what was collected at the desk; None when it was no thing."""
    things = [thing for thing in case.results if not thing.electronic]
    if body.way is not DeliveryWay.WINDOW or not things:
        return None
    return paper.ResultHandoverView(
        **case_part(case, item, "result_handover", occasion),  # type: ignore[arg-type]
        signing=signing_of(
            body.signature, body.receiver.name, body.delivered_at, body.not_signed, body.witness
        ),
        things=tuple(
            paper.ThingLine(name=thing.name, number=thing.number, count=thing.count)
            for thing in things
        ),
        receiver=party_of(body.receiver, occasion.texts),
        capacity=body.capacity,
        handed_over_at=moment(body.delivered_at),
    )
