"""Steps that end a case before its decision: the applicant's withdrawal, and 作废."""

from __future__ import annotations

from terminal.clock import to_local
from terminal.domain.case import Case, CaseState, Ending
from terminal.domain.evolve.judgement import Refused, advance, changes, wrong_state
from terminal.domain.parties import Actor, Capacity, Party, PartyKind
from terminal.domain.records import CaseVoided, CaseWithdrawn, Record

_VOIDABLE = (CaseState.RECEIVED, CaseState.AWAITING_CORRECTION, CaseState.ACCEPTED)


@changes(CaseWithdrawn, Case)
def _case_withdrawn(case: Case, body: CaseWithdrawn, record: Record) -> Case | Refused:
    """Possible until the decision, and only by the applicant's own signed act."""
    if not case.state.open:
        return wrong_state(case)
    if not body.signature or not body.document_digest or not body.device:
        return Refused("case.withdrawal_needs_signature")
    if body.signer is not None and not _known(case, body, body.signer):
        return Refused("case.withdrawal_needs_identity")
    actor = Actor("visitor", name=body.signer.name if body.signer is not None else "")
    ending = Ending(body.kind, body.reason, body.withdrawn_at, actor, signature=body.signature)
    return advance(case, record, actor, state=CaseState.WITHDRAWN, ending=ending)


def _known(case: Case, body: CaseWithdrawn, signer: Party) -> bool:
    """Say whether it was checked who signed; who signs as the applicant has the same number."""
    if not body.identity_checked or not body.capacity:
        return False
    number = case.applicant.identity_number.upper()
    own = body.capacity == Capacity.SELF and case.applicant.kind is PartyKind.PERSON
    return not (own and number) or signer.identity_number.upper() == number


@changes(CaseVoided, Case)
def _case_voided(case: Case, body: CaseVoided, record: Record) -> Case | Refused:
    """On the day of its making, with a reason and a second person; the number stays used."""
    if case.state not in _VOIDABLE:
        return wrong_state(case)
    if not body.reason.strip():
        return Refused("case.reason_missing")
    if not body.confirmed_by.id or body.confirmed_by.id == body.clerk.id:
        return Refused("case.void_needs_second_person")
    # A late entry began on paper earlier: its own day is the day on which it was entered.
    made, now = to_local(case.history[0].at).date(), to_local(record.at).date()
    if made != now:
        return Refused("case.void_same_day_only")
    ending = Ending(
        body.kind, body.reason, body.voided_at, body.clerk, body.confirmed_by,
        body.paper_returned,
    )  # fmt: skip
    return advance(case, record, body.clerk, state=CaseState.VOID, ending=ending)
