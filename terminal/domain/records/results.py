"""Entries about the result: made ready (出件), handed over (送达), closed (办结)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from terminal.domain.parties import Actor, Party
from terminal.domain.records.base import Body


class ResultThing(msgspec.Struct, frozen=True):
    """A thing or paper of the result: a certificate, a seal, a key, a booklet.

    `number` is the blank's or the certificate's own number, where it has one; `spoiled` are the
    numbers of blanks that were spoiled while it was made (作废空白证照), so that none is missing
    unexplained.
    """

    name: str
    number: str = ""
    count: int = 1
    electronic: bool = False
    spoiled: tuple[str, ...] = ()


class ResultReady(Body, frozen=True):
    """The result lies at the result desk, or is electronically there (出件)."""

    kind: ClassVar[str] = "result_ready"
    things: tuple[ResultThing, ...]
    ready_at: int
    actor: Actor
    place: str = ""


class ResultReminded(Body, frozen=True):
    """The applicant was reminded to collect the result; says how."""

    kind: ClassVar[str] = "result_reminded"
    how: str
    reminded_at: int
    actor: Actor


class DeliveryWay(StrEnum):
    """How a result or decision reaches the applicant (送达方式)."""

    WINDOW = "WINDOW"
    COURIER = "COURIER"
    ELECTRONIC = "ELECTRONIC"
    PUBLIC_NOTICE = "PUBLIC_NOTICE"


class DeliveryAgreed(Body, frozen=True):
    """Address and way of delivery were confirmed; electronic only with consent."""

    kind: ClassVar[str] = "delivery_agreed"
    way: DeliveryWay
    consent: bool
    clerk: Actor
    agreed_at: int
    recipient: str = ""
    address: str = ""
    phone: str = ""
    signature: str = ""


class CourierSent(Body, frozen=True):
    """The result is on its way by courier; delivered only when the receiver has it."""

    kind: ClassVar[str] = "courier_sent"
    company: str
    tracking_number: str
    sent_at: int
    clerk: Actor


class CourierReturned(Body, frozen=True):
    """The courier brought the result back; it lies at the result desk again."""

    kind: ClassVar[str] = "courier_returned"
    reason: str
    returned_at: int
    clerk: Actor


class CaseDelivered(Body, frozen=True):
    """The delivery receipt (送达回证): who received what, how, when, signed by whom.

    A window's delivery needs the receiver's checked identity and a signature, or the reason
    why nobody signed with a witness; electronic delivery needs consent and its trace.
    """

    kind: ClassVar[str] = "case_delivered"
    way: DeliveryWay
    receiver: Party
    capacity: str
    documents: tuple[str, ...]
    delivered_at: int
    actor: Actor
    identity_checked: bool = False
    signature: str = ""
    not_signed: str = ""
    witness: Actor | None = None
    trace: str = ""


class CaseClosed(Body, frozen=True):
    """The case is over (办结); without a decision and its delivery only for a recorded reason."""

    kind: ClassVar[str] = "case_closed"
    closed_at: int
    actor: Actor
    reason: str = ""


class CaseArchived(Body, frozen=True):
    """The file went into the archive (归档)."""

    kind: ClassVar[str] = "case_archived"
    archived_at: int
    shelf: str
    actor: Actor
