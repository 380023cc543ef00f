"""The one judgement: what a record makes of an aggregate. Terminal and hub both call it.

`evolve` is pure. Each side loads the aggregate from its own tables, calls it, and saves what
comes back. The rules it enforces are those without which a case would be unlawful whoever
wrote the record; what a person may do at a window is checked before, in the services.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from terminal.clock import to_local
from terminal.domain.case import (
    Aggregate,
    Case,
    CaseState,
    Decision,
    Decline,
    Document,
    Rating,
    Step,
    Visit,
)
from terminal.domain.deadlines import clock_of
from terminal.domain.parties import Actor, MaterialEntry, MaterialStatus
from terminal.domain.records import (
    HUB_ORIGIN,
    Body,
    CaseAccepted,
    CaseDecided,
    CaseDeclined,
    CaseNumbered,
    CaseReceived,
    CorrectionNotified,
    DocumentIssued,
    EpochOpened,
    InvitationClosed,
    MaterialsSupplemented,
    Outcome,
    RatingGiven,
    RatingScope,
    Record,
    VisitEnded,
    VisitOpened,
)


class Evolved(msgspec.Struct, frozen=True):
    """The record is lawful: this is the aggregate with it (None: it concerns no aggregate)."""

    aggregate: Aggregate | None


class Held(msgspec.Struct, frozen=True):
    """The record needs something that is not here yet; it is tried again later."""

    code: str


class Refused(msgspec.Struct, frozen=True):
    """The record breaks a rule; `code` names the rule's sentence in the texts."""

    code: str


class Conflict(msgspec.Struct, frozen=True):
    """Somebody else moved the aggregate on and this step is not lawful any more."""

    code: str


Judgement = Evolved | Held | Refused | Conflict

AnyBody = TypeVar("AnyBody", bound=Body)
Shaped = TypeVar("Shaped", Case, Visit)
_STEPS: dict[str, Callable[[Any, Any, Record], Aggregate | Refused]] = {}
_CREATING = frozenset({"visit_opened", "case_received", "rating_given", "document_issued"})


_OF_KIND: dict[str, type[Aggregate]] = {
    VisitEnded.kind: Visit,
    InvitationClosed.kind: Visit,
    MaterialsSupplemented.kind: Case,
    CaseAccepted.kind: Case,
    CorrectionNotified.kind: Case,
    CaseDeclined.kind: Case,
    CaseNumbered.kind: Case,
    CaseDecided.kind: Case,
}
"""Which aggregate each kind that does not create one belongs to."""


def evolve(aggregate: Aggregate | None, record: Record) -> Judgement:
    """Judge one record against the aggregate it names.

    The same record again changes nothing. A record whose base is not here is held; one whose
    base is no longer the head is taken if its step is still lawful, otherwise it conflicts.
    """
    kind = record.body.kind
    if isinstance(record.body, EpochOpened):
        return Evolved(None)
    if kind not in _STEPS:
        return Held("journal.unknown_kind")
    if aggregate is None:
        if kind not in _CREATING:
            return Held("journal.base_missing")
        if record.base:
            return Held("journal.base_missing")
        made = _STEPS[kind](None, record.body, record)
        return made if isinstance(made, Refused) else Evolved(made)
    if aggregate.knows(record.record_id):
        return Evolved(aggregate)
    if kind in _CREATING:
        return Conflict("journal.created_twice")
    if not isinstance(aggregate, _OF_KIND[kind]):
        return Refused("journal.wrong_aggregate")
    if not aggregate.knows(record.base):
        return Held("journal.base_missing")
    made = _STEPS[kind](aggregate, record.body, record)
    if not isinstance(made, Refused):
        return Evolved(made)
    return made if record.base == aggregate.head else Conflict(made.code)


def _step(
    kind: type[AnyBody],
) -> Callable[
    [Callable[[Any, AnyBody, Record], Aggregate | Refused]],
    Callable[[Any, AnyBody, Record], Aggregate | Refused],
]:
    """Register the function that applies one kind of body."""

    def register(
        function: Callable[[Any, AnyBody, Record], Aggregate | Refused],
    ) -> Callable[[Any, AnyBody, Record], Aggregate | Refused]:
        _STEPS[kind.kind] = function
        return function

    return register


def _line(record: Record, actor: Actor) -> Step:
    return Step(record.record_id, record.body.kind, record.at, actor)


def _next(aggregate: Shaped, record: Record, actor: Actor, **changes: Any) -> Shaped:
    """Return the aggregate with changes, its history longer by this record."""
    return msgspec.structs.replace(
        aggregate,
        head=record.record_id,
        history=(*aggregate.history, _line(record, actor)),
        **changes,
    )


@_step(VisitOpened)
def _visit_opened(_: None, body: VisitOpened, record: Record) -> Visit:
    return Visit(
        visit_id=record.aggregate_id,
        head=record.record_id,
        visitor=body.visitor,
        window=body.window,
        clerk=body.clerk,
        opened_at=body.opened_at,
        history=(_line(record, body.clerk),),
    )


@_step(VisitEnded)
def _visit_ended(visit: Visit, body: VisitEnded, record: Record) -> Visit | Refused:
    if visit.ended_at:
        return Refused("visit.already_ended")
    invitation = "invited" if body.invited_to_rate else ""
    return _next(
        visit, record, body.clerk,
        ended_at=record.at, originals=body.originals, invitation=invitation,
    )  # fmt: skip


@_step(InvitationClosed)
def _invitation_closed(visit: Visit, body: InvitationClosed, record: Record) -> Visit | Refused:
    if visit.invitation != "invited":
        return Refused("rating.not_invited")
    return _next(visit, record, Actor("visitor"), invitation=body.how)


@_step(CaseReceived)
def _case_received(_: None, body: CaseReceived, record: Record) -> Case | Refused:
    if not body.receipt_number or not body.item_code:
        return Refused("case.incomplete_record")
    return Case(
        case_id=record.aggregate_id,
        head=record.record_id,
        state=CaseState.RECEIVED,
        receipt_number=body.receipt_number,
        visit_id=body.visit_id,
        item_code=body.item_code,
        item_version=body.item_version,
        item_name=body.item_name,
        organ=body.organ,
        regime=body.regime,
        applicant=body.applicant,
        visitor=body.visitor,
        capacity=body.capacity,
        answers=body.answers,
        materials=body.materials,
        form=body.form,
        received_at=body.received_at,
        respond_by=body.respond_by,
        provisional=body.respond_by_provisional,
        window=body.window,
        clerk=body.clerk,
        token=body.token,
        origin=record.origin,
        offline=body.offline,
        on_the_spot=body.on_the_spot,
        history=(_line(record, body.clerk),),
    )


@_step(MaterialsSupplemented)
def _materials_supplemented(
    case: Case, body: MaterialsSupplemented, record: Record
) -> Case | Refused:
    merged = _merge(case.materials, body.materials)
    if case.state is CaseState.RECEIVED:
        # What can be corrected on the spot is corrected on the spot (art. 32(1)(3)); the
        # clock that runs since the receipt is not touched.
        return _next(case, record, body.clerk, materials=merged, form={**case.form, **body.form})
    if case.state is CaseState.AWAITING_CORRECTION:
        return _next(
            case, record, body.clerk,
            state=CaseState.RECEIVED, materials=merged, form={**case.form, **body.form},
            respond_by=body.respond_by,
        )  # fmt: skip
    if case.state is CaseState.ACCEPTED and case.deferred:
        lacking = {m.material_id for m in merged if m.status is not MaterialStatus.RECEIVED}
        left = tuple(m for m in case.deferred if m in lacking)
        return _next(
            case, record, body.clerk,
            materials=merged, deferred=left, cure_by=case.cure_by if left else "",
        )  # fmt: skip
    return Refused("case.nothing_to_supplement")


def _merge(
    old: tuple[MaterialEntry, ...], new: tuple[MaterialEntry, ...]
) -> tuple[MaterialEntry, ...]:
    """Replace entries of the same material, keep the others, add the rest at the end."""
    fresh = {entry.material_id: entry for entry in new}
    kept = tuple(fresh.pop(entry.material_id, entry) for entry in old)
    return kept + tuple(fresh.values())


@_step(CaseAccepted)
def _case_accepted(case: Case, body: CaseAccepted, record: Record) -> Case | Refused:
    """Acceptance (受理): only what was received, and only when nothing lacks.

    What silence has accepted is accepted whatever lacks, from the receipt, without conditions.
    """
    if case.state is not CaseState.RECEIVED:
        return Refused(_wrong_state(case))
    if body.deemed:
        if not _silence_accepted(case, record) or body.deferred:
            return Refused("case.not_deemed")
        return _next(
            case, record, body.clerk,
            state=CaseState.ACCEPTED, accepted_at=body.accepted_at, decide_by=body.decide_by,
            provisional=body.decide_by_provisional, deemed=True,
        )  # fmt: skip
    if body.deferred and not body.applicant_agreed:
        return Refused("case.deferral_needs_consent")
    deferred = set(body.deferred)
    open_entries = [m for m in case.materials if m.status is not MaterialStatus.RECEIVED]
    if any(m.material_id not in deferred for m in open_entries):
        return Refused("case.materials_lacking")
    return _next(
        case, record, body.clerk,
        state=CaseState.ACCEPTED, accepted_at=body.accepted_at, decide_by=body.decide_by,
        provisional=body.decide_by_provisional, deferred=body.deferred, cure_by=body.cure_by,
    )  # fmt: skip


def _silence_accepted(case: Case, record: Record) -> bool:
    """Whether the limit on the receipt is past and the regime takes silence as acceptance."""
    late = bool(case.respond_by) and to_local(record.at).date().isoformat() > case.respond_by
    return late and clock_of(case.regime).silence == "accepted"


@_step(CorrectionNotified)
def _correction_notified(case: Case, body: CorrectionNotified, record: Record) -> Case | Refused:
    """One complete notice (art. 32(1)(4)); a second one only for what the first listed."""
    if case.state is not CaseState.RECEIVED:
        return Refused(_wrong_state(case))
    if not body.items:
        return Refused("case.empty_notice")
    if case.notices:
        listed = {item.material_id for notice in case.notices for item in notice}
        if any(item.material_id not in listed for item in body.items) and not body.repeat_reason:
            return Refused("case.second_notice_needs_reason")
    return _next(
        case, record, body.clerk,
        state=CaseState.AWAITING_CORRECTION, notices=(*case.notices, body.items),
        notified_at=body.notified_at,
    )  # fmt: skip


@_step(CaseDeclined)
def _case_declined(case: Case, body: CaseDeclined, record: Record) -> Case | Refused:
    """Non-acceptance needs a reason, a basis and a second person's confirmation."""
    if case.state is not CaseState.RECEIVED:
        return Refused(_wrong_state(case))
    if not body.reason.strip() or not body.basis.strip():
        return Refused("case.decline_needs_reason")
    if not body.confirmed_by.id or body.confirmed_by.id == body.clerk.id:
        return Refused("case.decline_needs_second_person")
    decline = Decline(
        body.decline_kind, body.reason, body.basis, body.go_to, body.declined_at,
        body.go_to_address, body.go_to_phone,
    )  # fmt: skip
    return _next(case, record, body.clerk, state=CaseState.NOT_ACCEPTED, decline=decline)


@_step(CaseNumbered)
def _case_numbered(case: Case, body: CaseNumbered, record: Record) -> Case | Refused:
    if record.origin != HUB_ORIGIN:
        return Refused("case.number_only_from_hub")
    if case.case_number and case.case_number != body.case_number:
        return Refused("case.number_twice")
    return _next(case, record, Actor("system"), case_number=body.case_number)


@_step(CaseDecided)
def _case_decided(case: Case, body: CaseDecided, record: Record) -> Case | Refused:
    """A decision follows an acceptance, has a document, and withholds nothing uncured."""
    if case.state is not CaseState.ACCEPTED:
        return Refused(_wrong_state(case))
    if not body.document_number.strip():
        return Refused("case.decision_needs_document")
    if body.outcome is not Outcome.GRANTED and not (body.reason.strip() and body.basis.strip()):
        return Refused("case.refusal_needs_reason")
    if body.outcome is Outcome.GRANTED and case.deferred:
        return Refused("case.deferred_not_cured")
    decision = Decision(
        body.outcome, body.decided_at, body.document_number, body.reason, body.basis,
        body.decider, body.enforcement_number,
    )  # fmt: skip
    return _next(case, record, body.decider, state=CaseState.DECIDED, decision=decision)


def _wrong_state(case: Case) -> str:
    return f"case.not_while_{case.state.value.lower()}"


@_step(RatingGiven)
def _rating_given(_: None, body: RatingGiven, record: Record) -> Rating | Refused:
    """A rating comes from a citizen's device and has a grade from 1 to 5."""
    if body.grade not in (1, 2, 3, 4, 5):
        return Refused("rating.no_such_grade")
    if not body.device or body.scope not in RatingScope:
        return Refused("rating.needs_device")
    return Rating(
        rating_id=record.aggregate_id,
        head=record.record_id,
        scope=body.scope.value,
        subject_id=body.subject_id,
        grade=body.grade,
        reasons=body.reasons,
        reasons_version=body.reasons_version,
        comment=body.comment,
        device=body.device,
        channel=body.channel,
        rated_at=body.rated_at,
        ordinal=body.ordinal,
        history=(_line(record, Actor("visitor")),),
    )


@_step(DocumentIssued)
def _document_issued(_: None, body: DocumentIssued, record: Record) -> Document:
    return Document(
        document_id=record.aggregate_id,
        head=record.record_id,
        document_kind=body.document_kind,
        number=body.number,
        case_id=body.case_id,
        template_version=body.template_version,
        digest=body.digest,
        view=bytes(body.view),
        issued_at=body.issued_at,
        signature=body.signature,
        history=(_line(record, Actor("system")),),
    )
