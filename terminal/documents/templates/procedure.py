"""Papers while a case is decided: extension, special procedure, payment notice."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import Align, AnyNode, Column, Fields, Layout, Row, Space, Table
from terminal.documents.templates import common, framing
from terminal.documents.views import ExtensionView, PaymentNoticeView, SpecialProcedureView
from terminal.documents.wording import Wording


def extension(view: ExtensionView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the notice that the decision takes longer, with the reason (art. 42).

    Raises `RuleRefused` (`document.incomplete`, `document.licensing_law_quoted`).
    """
    common.check_notice("extension", view)
    common.require(
        "extension",
        accepted_on=view.accepted_on,
        due_before=view.due_before,
        decision_due=view.decision_due,
        days=view.days,
        reason=view.reason,
        approved_by=view.approved_by,
    )
    body = wording(
        "extension.body",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
        accepted_on=dates.long_day(view.accepted_on, wording),
        before=dates.due_day(view.due_before),
        before_weekday=dates.weekday(view.due_before, wording),
        reason=common.sentence_of(view.reason),
        basis=common.joined(view.basis, wording),
        approved_by=view.approved_by,
        days=view.days,
        due=dates.due_day(view.decision_due),
        weekday=dates.weekday(view.decision_due, wording),
        outcome=wording.plain(f"outcome.{view.regime}"),
    )
    rows = [
        *common.item_rows(view, wording),
        Row(label=wording.plain("labels.approved_by"), value=view.approved_by),
        common.due_row("labels.decision_due", view.decision_due, wording),
    ]
    blocks: common.Blocks = [
        ("body", [common.salutation(view.applicant.name, wording), common.paragraph(body)]),
        ("once", [common.paragraph(wording.plain("extension.once"))]),
        ("facts", [Space(height=2), Fields(rows=tuple(rows))]),
    ]
    title = wording.plain("title.extension")
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def special_procedure(view: SpecialProcedureView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the notice how long a special procedure takes (art. 45).

    Raises `RuleRefused` (`document.incomplete`, `document.licensing_law_quoted`).
    """
    common.check_notice("special_procedure", view)
    common.require(
        "special_procedure",
        procedure=view.procedure,
        began_on=view.began_on,
        planned_end=view.planned_end,
        decision_due=view.decision_due,
    )
    body = wording(
        "special_procedure.body",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
        procedure=view.procedure,
        basis=common.joined(view.basis, wording),
    )
    time = wording(
        "special_procedure.time",
        began_on=dates.long_day(view.began_on, wording),
        end=dates.due_day(view.planned_end),
        end_weekday=dates.weekday(view.planned_end, wording),
        days=view.days,
    )
    due = wording(
        "special_procedure.due",
        due=dates.due_day(view.decision_due),
        weekday=dates.weekday(view.decision_due, wording),
        outcome=wording.plain(f"outcome.{view.regime}"),
    )
    rows = [
        *common.item_rows(view, wording),
        Row(label=wording.plain("labels.procedure"), value=view.procedure),
        common.due_row("labels.planned_end", view.planned_end, wording),
        common.due_row("labels.decision_due", view.decision_due, wording),
    ]
    blocks: common.Blocks = [
        ("body", [common.salutation(view.applicant.name, wording), common.paragraph(body)]),
        ("time", [common.paragraph(time)]),
        ("after", [common.paragraph(wording.plain("special_procedure.after"))]),
        ("due", [common.paragraph(due)]),
        ("facts", [Space(height=2), Fields(rows=tuple(rows))]),
    ]
    title = wording.plain("title.special_procedure")
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def payment_notice(view: PaymentNoticeView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the notice of fees, each with its basis.

    Raises `RuleRefused` (`document.incomplete`) for a fee without amount or basis.
    """
    common.check_notice("payment_notice", view)
    common.require(
        "payment_notice", payments=view.payments, pay_due=view.pay_due, places=view.places
    )
    for payment in view.payments:
        common.require(
            "payment_notice", fee=payment.name, amount=payment.amount, fee_basis=payment.basis
        )
        common.check_basis("payment_notice", view.regime, (payment.basis,))
    body = wording(
        "payment_notice.body",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
    )
    blocks: common.Blocks = [
        ("body", [common.salutation(view.applicant.name, wording), common.paragraph(body)]),
        ("payments", _payments(view, wording)),
        ("due", [common.paragraph(_pay_until(view, wording))]),
        ("only", [common.paragraph(wording.plain("payment_notice.only"))]),
    ]
    title = wording.plain("title.payment_notice")
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def _payments(view: PaymentNoticeView, wording: Wording) -> list[AnyNode]:
    columns = (
        Column(wording.plain("payment_notice.column_name"), 0.34),
        Column(wording.plain("payment_notice.column_amount"), 0.2, Align.RIGHT),
        Column(wording.plain("payment_notice.column_basis"), 0.46),
    )
    rows = tuple([(one.name, one.amount, one.basis) for one in view.payments])
    nodes: list[AnyNode] = [Space(height=1), Table(columns=columns, rows=rows)]
    if view.total:
        total = wording("payment_notice.total", total=view.total)
        nodes.append(common.paragraph(total, bold=True))
    return nodes


def _pay_until(view: PaymentNoticeView, wording: Wording) -> str:
    return wording(
        "payment_notice.due",
        due=dates.due_day(view.pay_due),
        weekday=dates.weekday(view.pay_due, wording),
        places=common.joined(view.places, wording),
    )
