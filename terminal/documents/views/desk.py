"""Views of the papers that go over the desk: materials, results, addresses, endings."""

from __future__ import annotations

from enum import StrEnum

from terminal.documents.views.base import CaseView
from terminal.documents.views.parts import MaterialLine, Party, View
from terminal.domain.records import DeliveryWay


class SupplementKind(StrEnum):
    """What supplemented materials answer (补充材料的原因)."""

    CORRECTION = "CORRECTION"
    DEFERRED = "DEFERRED"
    ADDED = "ADDED"


class SupplementView(CaseView, frozen=True, kw_only=True, tag_field="document", tag="supplement"):
    """Receipt for supplemented materials (补充材料收件凭证), on the receipt printer.

    After a correction notice a licence's `reply_due` runs anew; what is added before an answer
    leaves the day of the earlier receipt as it is; after a conditional acceptance `outstanding`
    names what is still owed, until `cure_due`. `answered`: the same act has accepted or
    declined, so no answer is awaited.
    """

    answers: SupplementKind
    materials: tuple[MaterialLine, ...]
    received_at: str
    reply_due: str | None = None
    answered: bool = False
    outstanding: tuple[str, ...] = ()
    cure_due: str = ""


class CopyLine(View, frozen=True, kw_only=True):
    """Copies of one paper; `returned`: its original is back in the citizen's hands."""

    name: str
    copies: int = 1
    returned: bool = True


class CopyCheckView(CaseView, frozen=True, kw_only=True, tag_field="document", tag="copy_check"):
    """Copies made at the desk, compared with their originals (复印件核对单); for the file."""

    copies: tuple[CopyLine, ...]
    compared_at: str
    checker: str


class WithdrawalView(CaseView, frozen=True, kw_only=True, tag_field="document", tag="withdrawal"):
    """The applicant's withdrawal (撤回申请书); `to_collect` are kept originals."""

    submitted_on: str
    withdrawn_at: str
    reason: str = ""
    to_collect: tuple[MaterialLine, ...] = ()


class VoidNoteView(CaseView, frozen=True, kw_only=True, tag_field="document", tag="void_note"):
    """Record that a case was made void (作废记录), by two persons."""

    voided_at: str
    reason: str
    confirmed_by: str
    paper_returned: bool


class OriginalsReturnedView(
    CaseView, frozen=True, kw_only=True, tag_field="document", tag="originals_returned"
):
    """Originals that were kept went back to their owner (原件退还凭证)."""

    materials: tuple[MaterialLine, ...]
    returned_at: str
    receiver: str


class HandoverSlipView(
    CaseView, frozen=True, kw_only=True, tag_field="document", tag="handover_slip"
):
    """Hand-over of the papers to the department (综合窗口交接单), signed by both sides."""

    materials: tuple[MaterialLine, ...]
    pages: int
    handed_over_at: str
    official: str = ""
    pages_taken: int = 0
    taken_over_at: str = ""
    remark: str = ""


class DeliveryAddressView(
    CaseView, frozen=True, kw_only=True, tag_field="document", tag="delivery_address"
):
    """Address and way of delivery (送达地址及方式确认书): electronic only with consent.

    Address and phone come whole: what is masked nobody can confirm.
    """

    way: DeliveryWay
    consent: bool
    agreed_at: str
    recipient: str = ""
    address: str = ""
    contact: str = ""


class CourierSlipView(
    CaseView, frozen=True, kw_only=True, tag_field="document", tag="courier_slip"
):
    """What goes by courier (邮寄信息单); address and phone come whole, the courier needs them.

    `forwarded`: materials on their way to the competent organ, not a result to the applicant.
    """

    recipient: str
    address: str
    contact: str
    contents: tuple[str, ...]
    company: str
    tracking_number: str
    sent_at: str
    forwarded: bool = False


class ThingLine(View, frozen=True, kw_only=True):
    """A thing or paper of the result with its own number."""

    name: str
    number: str = ""
    count: int = 1


class ResultHandoverView(
    CaseView, frozen=True, kw_only=True, tag_field="document", tag="result_handover"
):
    """What was collected at the result desk (结果领取单)."""

    things: tuple[ThingLine, ...]
    receiver: Party
    capacity: str
    handed_over_at: str


class DeliveryReceiptView(
    CaseView, frozen=True, kw_only=True, tag_field="document", tag="delivery_receipt"
):
    """Delivery receipt (送达回证): receiver, document, how, where, when, signed by whom."""

    receiver: Party
    capacity: str
    documents: tuple[str, ...]
    way: DeliveryWay
    place: str
    delivered_at: str
    trace: str = ""
