"""Entries of the intake: received, supplemented, accepted, corrected, declined, numbered.

Dates are ISO strings (`2026-11-23`), moments integer milliseconds since 1970.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from terminal.domain.catalogue import Regime
from terminal.domain.parties import Actor, Capacity, MaterialEntry, Party, PowerOfAttorney
from terminal.domain.records.base import Body


class Lane(StrEnum):
    """Flags under which somebody was served; each is counted.

    绿色通道, 延时服务, 预约, 收件即受理.
    """

    PRIORITY = "PRIORITY"
    EXTENDED_HOURS = "EXTENDED_HOURS"
    APPOINTMENT = "APPOINTMENT"
    ACCEPTED_ON_RECEIPT = "ACCEPTED_ON_RECEIPT"


class Forwarding(msgspec.Struct, frozen=True):
    """Where papers that were received for another place go (代收代办、代收转办).

    `forward_by` is the last day of the forwarding, a clock of its own.
    """

    organ: str
    place: str
    forward_by: str
    phone: str = ""


class LateEntry(msgspec.Struct, frozen=True):
    """A handwritten receipt that is entered later (补录): the clock starts at the paper.

    `paper_number` is the number printed ahead, `written_at` the paper's time, `scan` the
    SHA-256 of the paper's scan, `confirmed_by` a second person.
    """

    paper_number: str
    written_at: int
    confirmed_by: Actor
    scan: str = ""


class CaseReceived(Body, frozen=True):
    """Materials were received (收件): the clock starts here.

    `parent_id` is the life event's application; `legal_review` says that a weighty licence
    needs one before its decision; `check_by` is the date by which commitments are checked.
    `cure_by` is the day until which the applicant undertook to bring what comes later, where
    the organ's own desk accepts (容缺); nothing is owed by it before that acceptance.
    `joint`: several organs handle it together; `expires` is the last day of the licence that is
    to be renewed (延续).
    """

    kind: ClassVar[str] = "case_received"
    receipt_number: str
    visit_id: str
    item_code: str
    item_version: str
    item_name: str
    organ: str
    regime: Regime
    applicant: Party
    visitor: Party
    capacity: Capacity
    answers: dict[str, str]
    materials: tuple[MaterialEntry, ...]
    form: dict[str, str]
    received_at: int
    respond_by: str
    respond_by_provisional: bool
    window: str
    clerk: Actor
    token: str
    offline: bool = False
    on_the_spot: bool = False
    lanes: tuple[Lane, ...] = ()
    parent_id: str = ""
    forwarding: Forwarding | None = None
    late_entry: LateEntry | None = None
    legal_review: bool = False
    check_by: str = ""
    power: PowerOfAttorney | None = None
    guardian_consents: bool = False
    cure_by: str = ""
    joint: bool = False
    expires: str = ""


class MaterialsSupplemented(Body, frozen=True):
    """The applicant brought what a correction notice or a conditional acceptance asked for.

    `check_by` is the date by which commitments that came with it are checked.
    """

    kind: ClassVar[str] = "materials_supplemented"
    materials: tuple[MaterialEntry, ...]
    form: dict[str, str]
    supplemented_at: int
    respond_by: str
    clerk: Actor
    check_by: str = ""


class CaseAccepted(Body, frozen=True):
    """The application was accepted (受理); conditional when `deferred` names materials.

    `deemed`: silence past the limit has accepted it (Licensing Law art. 32(1)(4)); then
    `accepted_at` is the receipt of the materials, not the day on which this was written down.
    `case_number` comes from a block that the hub has leased to this terminal; empty: the hub
    gives it.
    """

    kind: ClassVar[str] = "case_accepted"
    accepted_at: int
    decide_by: str
    decide_by_provisional: bool
    basis: tuple[str, ...]
    clerk: Actor
    deferred: tuple[str, ...] = ()
    cure_by: str = ""
    applicant_agreed: bool = False
    deemed: bool = False
    case_number: str = ""


class CorrectionItem(msgspec.Struct, frozen=True):
    """One missing or defective material and the standard that it must meet."""

    material_id: str
    name: str
    defect: str
    standard: str


class CorrectionNotified(Body, frozen=True):
    """The one complete correction notice was given (一次性告知)."""

    kind: ClassVar[str] = "correction_notified"
    notified_at: int
    items: tuple[CorrectionItem, ...]
    basis: tuple[str, ...]
    clerk: Actor
    repeat_reason: str = ""


class DeclineKind(StrEnum):
    """Why an application is not accepted."""

    NO_LICENCE_NEEDED = "NO_LICENCE_NEEDED"
    NOT_COMPETENT = "NOT_COMPETENT"
    OTHER = "OTHER"


class CaseDeclined(Body, frozen=True):
    """The application was not accepted (不予受理); filed as a negative outcome."""

    kind: ClassVar[str] = "case_declined"
    declined_at: int
    decline_kind: DeclineKind
    reason: str
    basis: str
    go_to: str
    clerk: Actor
    confirmed_by: Actor
    go_to_address: str = ""
    go_to_phone: str = ""


class CaseNumbered(Body, frozen=True):
    """The hub gave the case its number (办件编号)."""

    kind: ClassVar[str] = "case_numbered"
    case_number: str
