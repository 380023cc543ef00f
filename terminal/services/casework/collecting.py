"""The result desk and the person in front of it: what is agreed, collected and signed for."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from terminal.domain.capacity import capacity_of
from terminal.domain.case import Case, CaseState
from terminal.domain.parties import Capacity, Party
from terminal.domain.records import DeliveryWay, Outcome
from terminal.domain.wiping import is_wiped
from terminal.errors import InvalidInput, RuleRefused
from terminal.services.casework.acting import Done, Office
from terminal.services.casework.results import Reception, ResultDesk
from terminal.services.casework.signing import SigningService, digest_of
from terminal.services.casework.window import WindowCasework
from terminal.services.views import Session
from terminal.store import lists

AT_THE_DESK = (CaseState.DECIDED.value, CaseState.RESULT_READY.value)
SIGNED_FOR = frozenset(
    {"delivery_receipt", "result_handover", "originals_returned", "delivery_address"}
)
"""Papers of the result desk on which the signature of the person in front of it stands."""


class Collection(msgspec.Struct, frozen=True):
    """Who takes what, and how it was signed for.

    `words` is what the receiver read on the citizen's screen and signed; `strokes` the PNG
    picture of the signature, or `not_signed` with `witness`. `originals` are material ids by
    case. Personal data: its `repr` shows none of it.
    """

    case_ids: tuple[str, ...]
    receiver: Party
    capacity: str
    words: tuple[str, ...]
    originals: dict[str, tuple[str, ...]] = {}
    strokes: bytes = b""
    not_signed: str = ""
    witness: str = ""

    def __repr__(self) -> str:
        return f"Collection({len(self.case_ids)} cases)"


class Agreement(msgspec.Struct, frozen=True):
    """The way of delivery that a person has chosen, and how that was signed.

    `words`, `strokes`, `not_signed` and `witness` as in `Collection`. Personal data: its `repr`
    shows none of it.
    """

    way: DeliveryWay
    signer: str
    words: tuple[str, ...]
    consent: bool = False
    recipient: str = ""
    address: str = ""
    phone: str = ""
    strokes: bytes = b""
    not_signed: str = ""
    witness: str = ""

    def __repr__(self) -> str:
        return f"Agreement({self.way.value})"


def to_collect(case: Case) -> bool:
    """Say whether the result, or the decision of a refusal, can be handed over at the desk."""
    if case.decision is None or is_wiped(case):
        return False
    if case.courier is not None and not case.courier.returned_at:
        return False
    granted = case.decision.outcome is Outcome.GRANTED
    return case.state is (CaseState.RESULT_READY if granted else CaseState.DECIDED)


def capacity_to_collect(case: Case, receiver: Party) -> Capacity | None:
    """Return in which capacity a person may collect by what the case says, or None."""
    power = case.power
    return capacity_of(case, receiver, agent=power is not None and power.may_collect)


class CollectingService:
    """The whole hand-over as one act of the clerk. Any thread may call it."""

    def __init__(
        self,
        office: Office,
        results: ResultDesk,
        casework: WindowCasework,
        signing: SigningService,
    ) -> None:
        self._office = office
        self._results = results
        self._casework = casework
        self._signing = signing

    def beside(self, case: Case) -> tuple[Case, ...]:
        """Return other cases of the same applicant that can be collected now, oldest first."""
        key = _key(case.applicant)
        if not key or is_wiped(case):
            return ()
        found = self._office.ledger.read(lambda db: lists.cases(db, states=AT_THE_DESK, limit=0))
        return tuple(
            other
            for other in reversed(found)
            if other.case_id != case.case_id and to_collect(other) and _key(other.applicant) == key
        )

    def hand_over(
        self, collection: Collection, session: Session, action_id: str
    ) -> tuple[Done, ...]:
        """Hand results and originals over to one person, who signs once for all of it.

        The signature is kept once, bound to what was read, and to each delivery receipt that
        is issued. Raises what stops the first that cannot be delivered; those before it stand,
        and the same action id again goes on behind them.
        """
        if not collection.case_ids and not collection.originals:
            raise InvalidInput("case.delivery_incomplete")
        picture = ""
        if collection.strokes:
            picture = self._signing.keep(collection.strokes, digest_of(collection.words))
        done: list[Done] = []
        if collection.case_ids:
            reception = Reception(
                collection.receiver, collection.capacity, identity_checked=True,
                signature=picture, not_signed=collection.not_signed, witness=collection.witness,
            )  # fmt: skip
            done += self._results.deliver(collection.case_ids, reception, session, action_id)
        for case_id, material_ids in collection.originals.items():
            done.append(
                self._casework.return_originals(
                    case_id, material_ids, collection.receiver.name, session, signature=picture,
                    not_signed=collection.not_signed, witness=collection.witness,
                    action_id=f"{action_id}/originals/{case_id}",
                )
            )  # fmt: skip
        self._bind(done, collection, collection.receiver.name, action_id)
        return tuple(done)

    def agree(self, case_id: str, agreement: Agreement, session: Session, action_id: str) -> Done:
        """Confirm the way of delivery as it was signed (送达地址及方式确认书).

        Raises `RuleRefused('case.electronic_needs_consent')` for electronic delivery without
        the applicant's own signature: nobody consents by silence.
        """
        if agreement.way is DeliveryWay.ELECTRONIC and not agreement.strokes:
            raise RuleRefused("case.electronic_needs_consent")
        picture = ""
        if agreement.strokes:
            picture = self._signing.keep(agreement.strokes, digest_of(agreement.words))
        done = self._results.agree(
            case_id, agreement.way, session, consent=agreement.consent,
            recipient=agreement.recipient, address=agreement.address, phone=agreement.phone,
            signature=picture, action_id=action_id,
        )  # fmt: skip
        self._bind([done], agreement, agreement.signer, action_id)
        return done

    def _bind(
        self,
        done: Sequence[Done],
        signed: Collection | Agreement,
        signer: str,
        action_id: str,
    ) -> None:
        """Bind the signature, or its refusal, to the papers that wait for it: once to each.

        So it is with what an earlier try of the same action has issued and could not bind.
        """
        papers = tuple(
            document.document_id
            for each in done
            for document in each.documents
            if document.kind in SIGNED_FOR
        )
        action = f"{action_id}/signature"
        if papers and signed.strokes:
            self._signing.sign(papers, signed.strokes, signer, action)
        elif papers and signed.not_signed:
            self._signing.not_signed(papers, signer, signed.not_signed, signed.witness, action)


def _key(party: Party) -> str:
    return (party.credit_code or party.identity_number).strip().upper()
