"""Receipt for materials (收件凭证), and the receipt for another place (代收凭证)."""

from __future__ import annotations

import msgspec

from terminal.documents import dates
from terminal.documents.layout import (
    Align,
    AnyNode,
    Cut,
    Fields,
    Layout,
    Paper,
    Qr,
    Row,
    Rule,
    Size,
    Space,
    Table,
    Text,
)
from terminal.documents.templates import common, framing
from terminal.documents.views import Fate, ReceiptView
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime
from terminal.errors import RuleRefused

SLIP_RULE = Rule(dashed=True, only=Paper.THERMAL_80)
"""Parts of a slip are set apart by a line, those of A4 by their forms."""

NOT_AT_THE_DESK = (Fate.COMMITMENT, Fate.DEFERRED)
"""Fates of what was not handed in; it is named in a sentence, not in the table."""


def receipt(view: ReceiptView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the receipt's layout.

    Raises `RuleRefused`: `document.incomplete`; `document.receipt_not_for_regime` for real
    estate registration, which is accepted or declined in writing on the spot and has no receipt
    phase (wording 1), unless it is received for another place.
    """
    _check(view)
    blocks: common.Blocks = [
        ("number", _number(view, wording)),
        ("facts", [Fields(rows=tuple(_facts(view, wording))), SLIP_RULE]),
        ("materials", _materials(view, wording)),
        ("originals", common.originals_block(view.materials, wording)),
        ("deferred", _deferred(view, wording)),
        (
            "sentence",
            [SLIP_RULE, *common.with_legal_text(lambda one: _sentences(view, one), wording)],
        ),
        ("offline", common.with_legal_text(lambda one: _offline(view, one), wording)),
        ("notes", [Text(text=note) for note in view.notes]),
        ("added", [Text(text=added) for added in wording.document("receipt").after]),
        ("query", _query(view, wording)),
        ("hints", _hints(wording)),
    ]
    forwarded = view.forwarding is not None
    title = wording.plain("title.receipt_forwarding" if forwarded else "title.receipt")
    layout = framing.finish(
        view, blocks, title=title, paper=Paper.THERMAL_80, copy=copy, wording=wording
    )
    # Behind everything: a hall that moves blocks must not have the slip cut in its middle.
    return msgspec.structs.replace(layout, nodes=(*layout.nodes, Cut()))


def _check(view: ReceiptView) -> None:
    common.check_head("receipt", view.head)
    common.require(
        "receipt",
        receipt_number=view.receipt_number,
        item=view.item.name,
        applicant=view.applicant.name,
        received_at=view.received_at,
        query_url=view.query_url,
    )
    if view.forwarding is not None:
        common.require("receipt", organ=view.forwarding.organ, due=view.forwarding.due)
        return
    if view.regime is Regime.REAL_ESTATE_REGISTRATION:
        raise RuleRefused("document.receipt_not_for_regime", item=view.item.name)
    if view.regime is Regime.LICENSING:
        common.require("receipt", reply_due=view.reply_due)
    elif view.limit is not None:
        common.require("receipt", basis=view.limit.basis)
        common.check_basis("receipt", view.regime, (view.limit.basis,))


def _number(view: ReceiptView, wording: Wording) -> list[AnyNode]:
    label = wording.plain("labels.receipt_number")
    return [
        Text(text=label, size=Size.SMALL, align=Align.CENTRE),
        Text(text=view.receipt_number, size=Size.LARGE, bold=True, align=Align.CENTRE),
        Rule(),
    ]


def _facts(view: ReceiptView, wording: Wording) -> list[Row]:
    rows = common.item_rows(view, wording)
    rows += common.people_rows(view.applicant, view.visitor, wording)
    label = wording.plain
    received = dates.long_minute(view.received_at, wording)
    place = wording("labels.hall_window", hall=view.head.hall, window=view.head.window)
    if view.handwritten:
        rows.append(Row(label=label("labels.handwritten"), value=view.handwritten, bold=True))
    rows.append(Row(label=label("labels.received_at"), value=received))
    rows.append(Row(label=label("labels.place"), value=place))
    forwarding = view.forwarding
    if forwarding is not None:
        rows.append(Row(label=label("labels.competent_organ"), value=forwarding.organ))
        contact = " ".join(part for part in (forwarding.place, forwarding.phone) if part)
        if contact:
            rows.append(Row(label=label("labels.contact"), value=contact))
    rows.append(Row(label=label("labels.clerk_receive"), value=view.head.clerk, half=True))
    if view.phone:
        rows.append(Row(label=label("labels.consult_phone"), value=view.phone, half=True))
    return rows


def _materials(view: ReceiptView, wording: Wording) -> list[AnyNode]:
    lines = [line for line in view.materials if line.fate not in NOT_AT_THE_DESK]
    heading = Text(text=wording.plain("labels.materials"), bold=True)
    if not lines:
        return [heading, Text(text=wording.plain("receipt.no_materials"))]
    rows = tuple([common.material_row(line, wording) for line in lines])
    return [heading, Table(columns=common.material_table(lines, wording), rows=rows)]


def _deferred(view: ReceiptView, wording: Wording) -> list[AnyNode]:
    nodes: list[AnyNode] = []
    committed = [line.name for line in view.materials if line.fate is Fate.COMMITMENT]
    if committed:
        names = common.joined(committed, wording)
        nodes.append(Text(text=wording("receipt.commitment", materials=names)))
    deferred = [material.name for material in view.deferred]
    if deferred:
        common.require("receipt", cure_due=view.cure_due)
        due = view.cure_due or ""
        sentence = wording(
            "receipt.deferred",
            due=dates.due_day(due),
            weekday=dates.weekday(due, wording),
            materials=common.joined(deferred, wording),
        )
        nodes.append(Text(text=sentence))
    return nodes


def _sentences(view: ReceiptView, wording: Wording) -> list[AnyNode]:
    """Choose the sentences of the receipt by regime and place (wording 1)."""
    if view.forwarding is not None:
        sentence = wording(
            "receipt.forwarding",
            organ=view.forwarding.organ,
            due=dates.due_day(view.forwarding.due),
            weekday=dates.weekday(view.forwarding.due, wording),
        )
        nodes: list[AnyNode] = [Text(text=sentence)]
        nodes.append(Text(text=wording.plain("receipt.not_consent")))
    elif view.regime is Regime.LICENSING:
        due = view.reply_due or ""
        sentence = wording(
            "receipt.licensing",
            organ=view.head.organ,
            received_at=dates.long_minute(view.received_at, wording),
            due=dates.due_day(due),
            weekday=dates.weekday(due, wording),
            received_on=dates.long_day(view.received_at, wording),
        )
        nodes = [Text(text=sentence)]
    elif view.limit is not None:
        limit = common.limit_text(view.limit, wording)
        sentence = wording("receipt.other", limit=limit, basis=view.limit.basis)
        nodes = [Text(text=sentence), Text(text=wording.plain("receipt.not_consent"))]
    else:
        nodes = [
            Text(text=wording.plain("receipt.other_without_limit")),
            Text(text=wording.plain("receipt.not_consent")),
        ]
    if view.handwritten:
        nodes.append(Text(text=_from_handwritten(view, wording)))
    if view.clock_from:
        nodes.append(Text(text=_rest_day(view, view.clock_from, wording)))
    if view.calendar_provisional:
        nodes.append(Text(text=wording.plain("format.provisional")))
    return nodes


def _from_handwritten(view: ReceiptView, wording: Wording) -> str:
    """Say that both papers are of one receipt, and whose time counts."""
    entered = dates.long_minute(view.head.issued_at, wording)
    return wording("receipt.from_handwritten", entered_at=entered, number=view.handwritten)


def _rest_day(view: ReceiptView, clock_from: str, wording: Wording) -> str:
    received = dates.parse_day(view.received_at)
    weekend = received.weekday() >= 5
    key = "receipt.rest_day" if weekend else "receipt.rest_day_holiday"
    return wording(
        key,
        weekday=dates.weekday(view.received_at, wording),
        date=dates.due_day(clock_from),
    )


def _offline(view: ReceiptView, wording: Wording) -> list[AnyNode]:
    if view.offline is None:
        return []
    common.require(
        "receipt", look_up_after=view.offline.look_up_after, offline_phone=view.offline.phone
    )
    sentence = wording(
        "receipt.offline",
        look_up_after=dates.due_day(view.offline.look_up_after),
        phone=view.offline.phone,
    )
    return [Text(text=sentence)]


def _query(view: ReceiptView, wording: Wording) -> list[AnyNode]:
    caption = [wording.plain("receipt.qr"), wording.plain("receipt.qr_voluntary")]
    pairs = (("labels.query_code", view.query_code), ("labels.entry_hash", view.entry_hash))
    for key, value in pairs:
        if value:
            name = wording.plain(key)
            caption.append(wording("format.named_number", name=name, number=value))
    return [Space(height=1), Qr(payload=view.query_url, caption=tuple(caption))]


def _hints(wording: Wording) -> list[AnyNode]:
    thermal = Text(text=wording.plain("receipt.thermal"), size=Size.SMALL, only=Paper.THERMAL_80)
    return [SLIP_RULE, thermal]
