"""The result desk: what is ready, how it goes out, who received it (出件、送达)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from terminal.domain.case import Case
from terminal.domain.parties import Actor, Party
from terminal.domain.records import (
    CaseDelivered,
    CourierReturned,
    CourierSent,
    DeliveryAgreed,
    DeliveryWay,
    ResultReady,
    ResultReminded,
    ResultThing,
)
from terminal.errors import InvalidInput
from terminal.services.casework.acting import Done, Office
from terminal.services.staff import clerk_of
from terminal.services.views import Session


class Reception(msgspec.Struct, frozen=True):
    """Who received what: the facts of a delivery receipt (送达回证).

    `signature` is the SHA-256 of a kept signature; without one `not_signed` says why and
    `witness` who saw it. `trace` is the proof of a delivery that was not at the window.
    """

    receiver: Party
    capacity: str
    way: DeliveryWay = DeliveryWay.WINDOW
    identity_checked: bool = False
    signature: str = ""
    not_signed: str = ""
    witness: str = ""
    trace: str = ""


class ResultDesk:
    """Hands results out and records the proof. Any thread may call it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def make_ready(
        self, case_id: str, things: Sequence[ResultThing], session: Session, action_id: str = ""
    ) -> Done:
        """Register what the result consists of, ready to be collected (出件)."""

        def make(_: Case) -> ResultReady:
            return ResultReady(tuple(things), self._office.now(), self._clerk(session), self._place)

        return self._office.act(case_id, make, session, action_id=action_id)

    def remind(self, case_id: str, how: str, session: Session, action_id: str = "") -> Done:
        """Record that the applicant was reminded to collect the result."""

        def make(_: Case) -> ResultReminded:
            return ResultReminded(how.strip(), self._office.now(), self._clerk(session))

        return self._office.act(case_id, make, session, action_id=action_id)

    def agree(
        self,
        case_id: str,
        way: DeliveryWay,
        session: Session,
        *,
        consent: bool = False,
        recipient: str = "",
        address: str = "",
        phone: str = "",
        signature: str = "",
        action_id: str = "",
    ) -> Done:
        """Confirm the way and address of delivery (送达地址及方式确认书)."""

        def make(_: Case) -> DeliveryAgreed:
            return DeliveryAgreed(
                way, consent, self._clerk(session), self._office.now(), recipient.strip(),
                address.strip(), phone.strip(), signature,
            )  # fmt: skip

        blobs = [signature] if signature else []
        return self._office.act(case_id, make, session, action_id=action_id, blobs=blobs)

    def send(
        self,
        case_id: str,
        company: str,
        tracking_number: str,
        session: Session,
        action_id: str = "",
    ) -> Done:
        """Give the result to a courier; it is delivered only when the receiver has it."""

        def make(_: Case) -> CourierSent:
            return CourierSent(
                company.strip(), tracking_number.strip(), self._office.now(), self._clerk(session)
            )

        return self._office.act(case_id, make, session, action_id=action_id)

    def came_back(self, case_id: str, reason: str, session: Session, action_id: str = "") -> Done:
        """Take back what the courier could not hand over."""

        def make(_: Case) -> CourierReturned:
            return CourierReturned(reason.strip(), self._office.now(), self._clerk(session))

        return self._office.act(case_id, make, session, action_id=action_id)

    def deliver(
        self, case_ids: Sequence[str], reception: Reception, session: Session, action_id: str = ""
    ) -> tuple[Done, ...]:
        """Hand several results over to one person, each with its own delivery receipt.

        Raises what stops the first that cannot be delivered; those before it stand, and the
        same action id again goes on behind them.
        """
        if not case_ids:
            raise InvalidInput("case.delivery_incomplete")
        action = action_id or self._office.new_action()
        return tuple(
            self._deliver(case_id, reception, session, f"{action}/{case_id}")
            for case_id in case_ids
        )

    def _deliver(self, case_id: str, reception: Reception, session: Session, action: str) -> Done:
        witness = Actor("witness", name=reception.witness) if reception.witness.strip() else None

        def make(case: Case) -> CaseDelivered:
            number = case.decision.document_number if case.decision else ""
            documents = tuple(thing.name for thing in case.results) or (number,)
            return CaseDelivered(
                way=reception.way,
                receiver=reception.receiver,
                capacity=reception.capacity,
                documents=documents,
                delivered_at=self._office.now(),
                actor=self._clerk(session),
                identity_checked=reception.identity_checked,
                signature=reception.signature,
                not_signed=reception.not_signed.strip(),
                witness=witness,
                trace=reception.trace.strip(),
            )

        blobs = [reception.signature] if reception.signature else []
        return self._office.act(case_id, make, session, action_id=action, blobs=blobs)

    def _clerk(self, session: Session) -> Actor:
        return clerk_of(session, self._place)

    @property
    def _place(self) -> str:
        return self._office.desk.window
