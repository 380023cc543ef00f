"""Views of the papers of the house, which belong to no case or to all of its history."""

from __future__ import annotations

from terminal.documents.views.parts import DocumentHead, Party, Remedies, TimeLimit, View
from terminal.domain.catalogue import Regime


class SheetView(View, frozen=True, kw_only=True):
    """What all of them share; `subject` names the sheet in the file's metadata."""

    head: DocumentHead
    receipt_number: str = ""
    query_url: str = ""
    notes: tuple[str, ...] = ()


class GuideMaterial(View, frozen=True, kw_only=True):
    """A material of the guide: form, count and source as they are told beforehand."""

    name: str
    form: str
    copies: int
    source: str = ""
    standard: str = ""
    required: bool = True


class OneTimeNoticeView(
    SheetView, frozen=True, kw_only=True, tag_field="document", tag="one_time_notice"
):
    """One-time notice (一次性告知单): the guide of an item, for anybody who asks."""

    regime: Regime
    item: str
    basis: tuple[str, ...]
    conditions: str
    flow: str
    fee: str
    place: str
    hours: str
    phone: str
    complaint_phone: str
    materials: tuple[GuideMaterial, ...]
    remedies: Remedies | None
    fee_basis: str = ""
    scenario: str = ""
    statutory: TimeLimit | None = None
    committed: TimeLimit | None = None


class SuccessorLine(View, frozen=True, kw_only=True):
    """A case that falls due soon, and who goes on with it."""

    receipt_number: str
    item: str
    due: str
    successor: str


class OpenLine(View, frozen=True, kw_only=True):
    """Something that stands open at a hand-over: what it is, and what it is about."""

    kind: str
    text: str


class ShiftHandoverView(
    SheetView, frozen=True, kw_only=True, tag_field="document", tag="shift_handover"
):
    """Shift hand-over (交接班表), signed by both sides; `facts` by the names of `ShiftFacts`."""

    outgoing: str
    incoming: str
    handed_over_at: str
    facts: tuple[tuple[str, int], ...]
    successors: tuple[SuccessorLine, ...] = ()
    details: tuple[OpenLine, ...] = ()
    unsent_due: str = ""
    remark: str = ""


class ComplaintSlipView(
    SheetView, frozen=True, kw_only=True, tag_field="document", tag="complaint_slip"
):
    """Slip for a matter that could not be done (反映问题受理单); it names nobody accused."""

    number: str
    filed_at: str
    answer_due: str
    text: str
    phone: str
    complainant: Party | None = None
    hotline_number: str = ""


class QueueTicketView(
    SheetView, frozen=True, kw_only=True, tag_field="document", tag="queue_ticket"
):
    """Queue ticket (号票): the number that is called, and how many wait before it."""

    number: str
    queue: str
    taken_at: str
    ahead: int = 0
    lane: str = ""


class BlankReceiptView(
    SheetView, frozen=True, kw_only=True, tag_field="document", tag="blank_receipt"
):
    """A receipt printed ahead, to be written by hand while the machine is dead (手写收件凭证)."""

    number: str
    phone: str
    rows: int = 8


class HistoryLine(View, frozen=True, kw_only=True):
    """One step of a case: when, what, by whom, where, with which papers."""

    at: str
    kind: str
    actor: str
    place: str = ""
    papers: tuple[str, ...] = ()


class CaseHistoryView(
    SheetView, frozen=True, kw_only=True, tag_field="document", tag="case_history"
):
    """Everything that happened to a case (办件全过程), oldest first."""

    item: str
    applicant: str
    first_contact: str
    lines: tuple[HistoryLine, ...]
    case_number: str = ""
