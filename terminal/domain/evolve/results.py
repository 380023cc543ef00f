"""Steps of the result: ready, on its way, delivered, closed, archived."""

from __future__ import annotations

from terminal.domain.case import Case, CaseState, Courier, Delivery, DeliveryChoice, Ending
from terminal.domain.evolve.judgement import Refused, advance, changes, wrong_state
from terminal.domain.records import (
    CaseArchived,
    CaseClosed,
    CaseDelivered,
    CourierReturned,
    CourierSent,
    DeliveryAgreed,
    DeliveryWay,
    Outcome,
    Record,
    ResultReady,
    ResultReminded,
)


@changes(ResultReady, Case)
def _result_ready(case: Case, body: ResultReady, record: Record) -> Case | Refused:
    """The result of a grant is made (出件); a refusal is delivered as the decision itself."""
    if case.state is not CaseState.DECIDED:
        return wrong_state(case)
    if case.decision is None or case.decision.outcome is not Outcome.GRANTED:
        return Refused("case.no_result_of_refusal")
    if case.deferred:
        return Refused("case.deferred_not_cured")
    if not body.things:
        return Refused("case.result_empty")
    return advance(
        case, record, body.actor,
        state=CaseState.RESULT_READY, results=body.things, ready_at=body.ready_at,
        result_place=body.place,
    )  # fmt: skip


@changes(ResultReminded, Case)
def _result_reminded(case: Case, body: ResultReminded, record: Record) -> Case | Refused:
    if case.state is not CaseState.RESULT_READY:
        return wrong_state(case)
    return advance(case, record, body.actor, reminders=(*case.reminders, body.reminded_at))


@changes(DeliveryAgreed, Case)
def _delivery_agreed(case: Case, body: DeliveryAgreed, record: Record) -> Case | Refused:
    """Electronic delivery only with consent; a courier only with an address."""
    if case.state.over:
        return wrong_state(case)
    if body.way is DeliveryWay.ELECTRONIC and not body.consent:
        return Refused("case.electronic_needs_consent")
    if body.way is DeliveryWay.COURIER and not (body.recipient.strip() and body.address.strip()):
        return Refused("case.courier_needs_address")
    choice = DeliveryChoice(
        body.way, body.consent, body.recipient, body.address, body.phone, body.signature
    )
    return advance(case, record, body.clerk, delivery_choice=choice)


@changes(CourierSent, Case)
def _courier_sent(case: Case, body: CourierSent, record: Record) -> Case | Refused:
    """Only to an address that the applicant has confirmed; sending is no delivery yet."""
    if case.state not in (CaseState.DECIDED, CaseState.RESULT_READY):
        return wrong_state(case)
    choice = case.delivery_choice
    if choice is None or choice.way is not DeliveryWay.COURIER:
        return Refused("case.courier_not_agreed")
    if case.courier is not None and not case.courier.returned_at:
        return Refused("case.courier_on_its_way")
    if not body.tracking_number.strip():
        return Refused("case.courier_needs_number")
    courier = Courier(body.company, body.tracking_number, body.sent_at)
    return advance(case, record, body.clerk, courier=courier)


@changes(CourierReturned, Case)
def _courier_returned(case: Case, body: CourierReturned, record: Record) -> Case | Refused:
    courier = case.courier
    if courier is None or courier.returned_at:
        return Refused("case.courier_not_on_its_way")
    back = Courier(
        courier.company, courier.tracking_number, courier.sent_at, body.returned_at, body.reason
    )
    return advance(case, record, body.clerk, courier=back)


@changes(CaseDelivered, Case)
def _case_delivered(case: Case, body: CaseDelivered, record: Record) -> Case | Refused:
    """Delivery with its proof: a grant's result, a refusal's decision (art. 44, 38)."""
    if case.decision is None:
        return wrong_state(case)
    granted = case.decision.outcome is Outcome.GRANTED
    if case.state is not (CaseState.RESULT_READY if granted else CaseState.DECIDED):
        return wrong_state(case)
    if refused := _unproved(case, body):
        return refused
    delivery = Delivery(
        body.way, body.receiver, body.capacity, body.documents, body.delivered_at, body.actor,
        body.signature, body.not_signed, body.witness, body.trace,
    )  # fmt: skip
    return advance(case, record, body.actor, state=CaseState.DELIVERED, delivery=delivery)


def _unproved(case: Case, body: CaseDelivered) -> Refused | None:
    """Name what a delivery receipt lacks: identity and signature, consent, or a trace."""
    if not body.documents or not body.receiver.name.strip():
        return Refused("case.delivery_incomplete")
    match body.way:
        case DeliveryWay.WINDOW:
            if case.courier is not None and not case.courier.returned_at:
                # What is with the courier cannot be handed out at the desk.
                return Refused("case.courier_on_its_way")
            if not body.identity_checked:
                return Refused("case.delivery_needs_identity")
            if not body.signature and not body.not_signed.strip():
                return Refused("case.delivery_needs_signature")
            if not body.signature and (body.witness is None or not body.witness.name.strip()):
                return Refused("case.delivery_needs_witness")
        case DeliveryWay.ELECTRONIC:
            choice = case.delivery_choice
            if choice is None or choice.way is not DeliveryWay.ELECTRONIC or not choice.consent:
                return Refused("case.electronic_needs_consent")
            if not body.trace:
                return Refused("case.delivery_needs_trace")
        case DeliveryWay.COURIER:
            if case.courier is None or case.courier.returned_at:
                return Refused("case.courier_not_on_its_way")
            if not body.trace:
                return Refused("case.delivery_needs_trace")
        case DeliveryWay.PUBLIC_NOTICE:
            if not body.trace:
                return Refused("case.delivery_needs_trace")
    return None


_CLOSED_WITH_REASON = (
    CaseState.NOT_ACCEPTED,
    CaseState.DECIDED,
    CaseState.RESULT_READY,
    CaseState.WITHDRAWN,
)


@changes(CaseClosed, Case)
def _case_closed(case: Case, body: CaseClosed, record: Record) -> Case | Refused:
    """Closed after a delivery, or for a recorded reason: no 假办结 goes unnoticed.

    What another place has received is for that place to accept and decide (代收转办): here it
    ends with the word that it has arrived.
    """
    if case.state is CaseState.DELIVERED:
        return advance(case, record, body.actor, state=CaseState.CLOSED)
    elsewhere = case.forwarding is not None and bool(case.arrived_at)
    passed_on = case.state is CaseState.RECEIVED and elsewhere
    if case.state not in _CLOSED_WITH_REASON and not passed_on:
        return wrong_state(case)
    if not body.reason.strip():
        return Refused("case.closing_needs_reason")
    ending = Ending(body.kind, body.reason, body.closed_at, body.actor)
    return advance(case, record, body.actor, state=CaseState.CLOSED, ending=ending)


@changes(CaseArchived, Case)
def _case_archived(case: Case, body: CaseArchived, record: Record) -> Case | Refused:
    if case.state is not CaseState.CLOSED:
        return wrong_state(case)
    return advance(case, record, body.actor, state=CaseState.ARCHIVED)
