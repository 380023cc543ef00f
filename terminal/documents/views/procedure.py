"""Views of the papers between acceptance and decision: all of the organ, all on A4."""

from __future__ import annotations

from terminal.documents.views.base import NoticeView
from terminal.documents.views.parts import DeferredMaterial, Remedies, View


class CommitmentLine(View, frozen=True, kw_only=True):
    """One proof that a commitment replaces: what makes it due, and what it certifies."""

    name: str
    duty: str
    content: str


class CommitmentView(NoticeView, frozen=True, kw_only=True, tag_field="document", tag="commitment"):
    """Commitment letter (告知承诺书): told by the organ, given freely by the applicant.

    `check_by` is the day by which the commitment is checked; `authorised` says that an agent's
    power of attorney names commitments.
    """

    lines: tuple[CommitmentLine, ...]
    check_by: str = ""
    authorised: bool = False


class ExtensionView(NoticeView, frozen=True, kw_only=True, tag_field="document", tag="extension"):
    """Extension (延期告知书): the reason, who approved it, the day before and the day now."""

    accepted_on: str
    due_before: str
    decision_due: str
    days: int
    reason: str
    approved_by: str


class SpecialProcedureView(
    NoticeView, frozen=True, kw_only=True, tag_field="document", tag="special_procedure"
):
    """Special procedure (特别程序告知书): how long its time does not count, its planned end.

    `days` counts the working days from the day after `began_on` to `planned_end`; `decision_due`
    is the last day of the decision if the procedure lasts until then.
    """

    procedure: str
    began_on: str
    planned_end: str
    days: int
    decision_due: str


class DecisionBase(NoticeView, frozen=True, kw_only=True):
    """What both decisions share; `outcome` is the regime's name for it, such as 不予登记.

    `decider` and `enforcement_number` name the person who decided, `authority` the document by
    which a chief representative did so at the window.
    """

    outcome: str
    decided_on: str
    decider: str
    enforcement_number: str = ""
    authority: str = ""
    remedies: Remedies | None = None


class DecisionGrantView(
    DecisionBase, frozen=True, kw_only=True, tag_field="document", tag="decision_grant"
):
    """Granting decision (准予…决定书); `result` is handed over by `deliver_due`."""

    result: str = ""
    deliver_due: str = ""
    conditions: str = ""


class DecisionRefuseView(
    DecisionBase, frozen=True, kw_only=True, tag_field="document", tag="decision_refuse"
):
    """Refusing or terminating decision (不予…决定书、终止办理决定书): reasons and remedies."""

    reason: str
    terminated: bool = False


class CureFailedView(
    NoticeView, frozen=True, kw_only=True, tag_field="document", tag="cure_failed"
):
    """What became of a conditional acceptance whose materials did not come (容缺逾期处理告知书)."""

    missing: tuple[DeferredMaterial, ...]
    cure_due: str
    ended_on: str
    reason: str
    remedies: Remedies | None


class Payment(View, frozen=True, kw_only=True):
    """One fee: its name, the amount as it is written, and its basis."""

    name: str
    amount: str
    basis: str


class PaymentNoticeView(
    NoticeView, frozen=True, kw_only=True, tag_field="document", tag="payment_notice"
):
    """Payment notice (缴费通知书): each fee with its basis, by when and where it is paid."""

    payments: tuple[Payment, ...]
    pay_due: str
    places: tuple[str, ...]
    total: str = ""
