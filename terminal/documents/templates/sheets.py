"""Papers before and beside a case: one-time notice, complaint slip, ticket, blanks, history."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from terminal.documents import dates
from terminal.documents.layout import (
    Align,
    AnyNode,
    Break,
    Column,
    Cut,
    Fields,
    Layout,
    Paper,
    Row,
    Rule,
    Signatures,
    Size,
    Space,
    Table,
    Text,
)
from terminal.documents.templates import common, framing
from terminal.documents.views import (
    BlankReceiptView,
    CaseHistoryView,
    ComplaintSlipView,
    HistoryLine,
    QueueTicketView,
    ShiftHandoverView,
)
from terminal.documents.wording import Wording


def complaint_slip(view: ComplaintSlipView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of a complaint's slip; it never names whom it is about."""
    common.check_head("complaint_slip", view.head)
    common.require(
        "complaint_slip",
        number=view.number,
        filed_at=view.filed_at,
        answer_due=view.answer_due,
        text=view.text,
        phone=view.phone,
    )
    label = wording.plain
    rows = [
        Row(label=label("labels.filed_at"), value=dates.long_minute(view.filed_at, wording)),
        common.due_row("labels.answer_due", view.answer_due, wording),
    ]
    if view.complainant is not None and view.complainant.name:
        rows.append(Row(label=label("labels.complainant"), value=view.complainant.name))
    if view.receipt_number:
        rows.append(Row(label=label("labels.receipt_number"), value=view.receipt_number))
    if view.hotline_number:
        rows.append(Row(label=label("complaint_slip.hotline"), value=view.hotline_number))
    rows.append(Row(label=label("complaint_slip.text"), value=view.text))
    rows.append(Row(label=label("labels.clerk_handle"), value=view.head.clerk))
    body = wording(
        "complaint_slip.body",
        filed_at=dates.long_minute(view.filed_at, wording),
        due=dates.due_day(view.answer_due),
        weekday=dates.weekday(view.answer_due, wording),
    )
    blocks: common.Blocks = [
        ("body", [common.paragraph(body)]),
        ("facts", [Fields(rows=tuple(rows))]),
        ("private", [common.paragraph(label("complaint_slip.private"))]),
        ("ask", [common.paragraph(wording("complaint_slip.ask", phone=view.phone))]),
    ]
    closing: list[AnyNode] = [
        Signatures(labels=(label("labels.complainant"), label("common.signed_at")))
    ]
    title = label("title.complaint_slip")
    return framing.finish_sheet(
        view, blocks, title=title, copy=copy, wording=wording, closing=closing
    )


def shift_handover(view: ShiftHandoverView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of a shift hand-over, signed by both sides; for the office only."""
    common.check_head("shift_handover", view.head)
    common.require(
        "shift_handover",
        outgoing=view.outgoing,
        incoming=view.incoming,
        handed_over_at=view.handed_over_at,
    )
    label = wording.plain
    body = wording(
        "shift_handover.body",
        outgoing=view.outgoing,
        incoming=view.incoming,
        at=dates.long_minute(view.handed_over_at, wording),
        window=view.head.window,
    )
    columns = (
        Column(label("shift_handover.column_fact"), 0.75),
        Column(label("shift_handover.column_count"), 0.25, Align.CENTRE),
    )
    rows = tuple([(label(f"shift_handover.{name}"), str(count)) for name, count in view.facts])
    nodes: list[AnyNode] = [common.paragraph(body), Table(columns=columns, rows=rows)]
    if not any(count for _, count in view.facts):
        nodes.append(common.paragraph(label("shift_handover.nothing")))
    if view.unsent_due:
        unsent = wording(
            "shift_handover.unsent_due",
            due=dates.due_day(view.unsent_due),
            weekday=dates.weekday(view.unsent_due, wording),
        )
        nodes.append(common.paragraph(unsent, bold=True))
    blocks: common.Blocks = [
        ("body", nodes),
        ("successors", _successors(view, wording)),
        ("details", _details(view, wording)),
    ]
    if view.remark:
        remark = wording("shift_handover.remark", remark=view.remark)
        blocks.append(("remark", [common.paragraph(remark)]))
    closing: list[AnyNode] = [
        Signatures(labels=(label("shift_handover.outgoing"), label("shift_handover.incoming")))
    ]
    title = label("title.shift_handover")
    return framing.finish_sheet(
        view, blocks, title=title, copy=copy, wording=wording, closing=closing
    )


def _successors(view: ShiftHandoverView, wording: Wording) -> list[AnyNode]:
    if not view.successors:
        return []
    label = wording.plain
    columns = (
        Column(label("labels.receipt_number"), 0.38),
        Column(label("labels.item"), 0.26),
        Column(label("phone_list.column_due"), 0.18),
        Column(label("shift_handover.column_successor"), 0.2),
    )
    rows = tuple(
        [
            (one.receipt_number, one.item, _due(one.due, wording), one.successor)
            for one in view.successors
        ]
    )
    return [
        Text(text=label("shift_handover.successors"), bold=True),
        Table(columns=columns, rows=rows),
    ]


def _due(day: str, wording: Wording) -> str:
    """Return the last day under the column 最迟, with its weekday; nothing for none."""
    if not day:
        return ""
    return wording(
        "shift_handover.due", due=dates.due_day(day), weekday=dates.weekday(day, wording)
    )


def _details(view: ShiftHandoverView, wording: Wording) -> list[AnyNode]:
    if not view.details:
        return []
    label = wording.plain
    columns = (
        Column(label("shift_handover.column_fact"), 0.36),
        Column(label("shift_handover.details"), 0.64),
    )
    rows = tuple([(label(f"shift_handover.{one.kind}"), one.text) for one in view.details])
    return [Space(height=1), Table(columns=columns, rows=rows)]


def queue_ticket(view: QueueTicketView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of a queue ticket: the number large, what to do when it was missed."""
    common.check_head("queue_ticket", view.head)
    common.require("queue_ticket", number=view.number, queue=view.queue, taken_at=view.taken_at)
    label = wording.plain
    rows = [
        Row(label=label("labels.queue"), value=view.queue),
        Row(label=label("labels.taken_at"), value=dates.long_minute(view.taken_at, wording)),
    ]
    if view.lane:
        rows.append(Row(label=label("labels.lane"), value=view.lane))
    ahead = label("queue_ticket.none_ahead")
    if view.ahead:
        ahead = wording("queue_ticket.ahead", ahead=view.ahead)
    blocks: common.Blocks = [
        (
            "number",
            [Text(text=view.number, size=Size.TITLE, bold=True, align=Align.CENTRE), Rule()],
        ),
        ("facts", [Fields(rows=tuple(rows))]),
        ("ahead", [Text(text=ahead, bold=True, align=Align.CENTRE)]),
        (
            "hints",
            [
                Text(text=label("queue_ticket.missed")),
                Text(text=label("queue_ticket.anybody")),
                *[Text(text=text) for text in wording.document("queue_ticket").after],
                Rule(dashed=True, only=Paper.THERMAL_80),
                Text(text=label("receipt.thermal"), size=Size.SMALL, only=Paper.THERMAL_80),
            ],
        ),
    ]
    layout = framing.finish(
        view,
        blocks,
        title=label("title.queue_ticket"),
        paper=Paper.THERMAL_80,
        copy=copy,
        wording=wording,
    )
    return msgspec.structs.replace(layout, nodes=(*layout.nodes, Cut()))


def blank_receipt(view: BlankReceiptView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of a receipt to be written by hand, under its printed number."""
    common.check_head("blank_receipt", view.head)
    common.require("blank_receipt", number=view.number, phone=view.phone, rows=view.rows)
    label = wording.plain
    number = Text(text=view.number, size=Size.LARGE, bold=True, align=Align.CENTRE)
    empty = [
        Row(label=label("labels.applicant"), value=" ", half=True),
        Row(label=label("labels.phone"), value=" ", half=True),
        Row(label=label("labels.item"), value=" "),
        Row(label=label("labels.organ"), value=" "),
        Row(label=label("labels.received_at"), value=label("blank_receipt.time")),
        Row(label=label("labels.place"), value=" "),
    ]
    columns = (
        Column(label("labels.serial"), 0.1, Align.CENTRE),
        Column(label("labels.material"), 0.4),
        Column(label("blank_receipt.column_kind"), 0.18),
        Column(label("labels.quantity"), 0.12),
        Column(label("blank_receipt.column_fate"), 0.2),
    )
    rows = tuple([(str(row), "", "", "", "") for row in range(1, view.rows + 1)])
    sentences = [
        common.paragraph(label(f"blank_receipt.{key}"))
        for key in ("licence", "other", "originals", "not_consent")
    ]
    later = wording("blank_receipt.later", phone=view.phone)
    blocks: common.Blocks = [
        ("when", [number, Text(text=label("blank_receipt.when"), size=Size.SMALL)]),
        ("facts", [Fields(rows=tuple(empty), tall=9.0)]),
        ("materials", [Table(columns=columns, rows=rows, tall=8.0)]),
        ("sentence", [*sentences]),
        ("later", [common.paragraph(later)]),
        ("copies", [Text(text=label("blank_receipt.copies"), size=Size.SMALL)]),
    ]
    closing: list[AnyNode] = [
        Signatures(
            labels=(label("blank_receipt.applicant_signed"), label("blank_receipt.clerk_signed"))
        )
    ]
    title = label("title.blank_receipt")
    return framing.finish_sheet(
        view, blocks, title=title, copy=copy, wording=wording, closing=closing
    )


def stacked(layouts: Sequence[Layout]) -> Layout:
    """Return several A4 sheets as one, each beginning on a page of its own.

    The foot loses what differs from sheet to sheet; raises `ValueError` without any.
    """
    if not layouts:
        raise ValueError("nothing to print")
    nodes: list[AnyNode] = []
    for layout in layouts:
        nodes += [Break(), *layout.nodes] if nodes else layout.nodes
    first = layouts[0]
    shared = tuple([part for part in first.footer if all(part in one.footer for one in layouts)])
    return msgspec.structs.replace(
        first, nodes=tuple(nodes), footer=shared, page_label="", subject=first.title
    )


def case_history(view: CaseHistoryView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of everything that happened to a case, oldest first."""
    common.check_head("case_history", view.head)
    common.require(
        "case_history",
        receipt_number=view.receipt_number,
        item=view.item,
        applicant=view.applicant,
        lines=view.lines,
    )
    label = wording.plain
    rows = [
        Row(label=label("labels.item"), value=view.item, bold=True),
        Row(label=label("labels.receipt_number"), value=view.receipt_number),
    ]
    if view.case_number:
        rows.append(Row(label=label("labels.case_number"), value=view.case_number))
    rows.append(Row(label=label("labels.applicant"), value=view.applicant, half=True))
    rows.append(Row(label=label("case_history.first_contact"), value=view.first_contact, half=True))
    names = ("at", "step", "actor", "place", "papers")
    columns = tuple(
        [
            Column(label(f"case_history.column_{name}"), share)
            for name, share in zip(names, (0.24, 0.16, 0.15, 0.19, 0.26), strict=True)
        ]
    )
    table = Table(columns=columns, rows=tuple([_step(line, wording) for line in view.lines]))
    blocks: common.Blocks = [
        ("facts", [Fields(rows=tuple(rows)), Space(height=2)]),
        ("steps", [table]),
    ]
    title = label("title.case_history")
    return framing.finish_sheet(view, blocks, title=title, copy=copy, wording=wording)


def _step(line: HistoryLine, wording: Wording) -> tuple[str, ...]:
    key = f"step.{line.kind}"
    titles = [wording.plain(f"title.{kind}") for kind in line.papers]
    return (
        dates.short_minute(line.at),
        wording.plain(key) if wording.has(key) else line.kind,
        line.actor,
        line.place,
        common.joined(titles, wording),
    )
