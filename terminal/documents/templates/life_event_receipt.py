"""Receipt of one matter (一件事收件凭证): one paper, every item with its number and its dates."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import AnyNode, Column, Fields, Layout, Qr, Row, Space, Table, Text
from terminal.documents.templates import common, framing
from terminal.documents.views import Fate
from terminal.documents.views.life_event import LifeEventItem, LifeEventReceiptView
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime

NAME = "life_event_receipt"


def life_event_receipt(view: LifeEventReceiptView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the receipt's layout.

    For each item that is only received it carries what the item's own receipt would: the date
    of the answer and what silence means for a licence, the limit with its basis for the rest.
    Raises `RuleRefused` (`document.incomplete`) for an item without them.
    """
    _check(view)
    blocks: common.Blocks = [
        ("facts", [Fields(rows=tuple(_facts(view, wording)))]),
        ("items", _items(view, wording)),
        ("materials", _materials(view, wording)),
        ("originals", _originals(view, wording)),
        ("sentence", _sentences(view, wording)),
        ("offline", _offline(view, wording)),
    ]
    caption = [wording.plain("receipt.qr"), wording.plain("receipt.qr_voluntary")]
    if view.entry_hash:
        name = wording.plain("labels.entry_hash")
        caption.append(wording("format.named_number", name=name, number=view.entry_hash))
    closing: list[AnyNode] = [Qr(payload=view.query_url, caption=tuple(caption))]
    return framing.finish_sheet(
        view, blocks, title=wording.plain(f"title.{NAME}"), copy=copy, wording=wording,
        closing=closing,
    )  # fmt: skip


def _check(view: LifeEventReceiptView) -> None:
    common.check_head(NAME, view.head)
    common.require(
        NAME,
        receipt_number=view.receipt_number,
        event=view.event,
        items=view.items,
        applicant=view.applicant.name,
        received_at=view.received_at,
        query_url=view.query_url,
    )
    for item in view.items:
        common.require(NAME, organ=item.organ, item_receipt_number=item.receipt_number)
        if item.state == "ACCEPTED":
            common.require(NAME, decision_due=item.decision_due)
        elif item.regime is Regime.LICENSING and item.state == "RECEIVED":
            common.require(NAME, reply_due=item.reply_due)
        if item.deferred:
            common.require(NAME, cure_due=item.cure_due)
        if item.limit is not None and item.limit.basis:
            common.check_basis(NAME, item.regime, (item.limit.basis,))


def _facts(view: LifeEventReceiptView, wording: Wording) -> list[Row]:
    label = wording.plain
    rows = [Row(label=label("labels.life_event"), value=view.event, bold=True)]
    rows += common.people_rows(view.applicant, view.visitor, wording)
    received = dates.long_minute(view.received_at, wording)
    place = wording("labels.hall_window", hall=view.head.hall, window=view.head.window)
    rows.append(Row(label=label("labels.received_at"), value=received))
    rows.append(Row(label=label("labels.place"), value=place))
    rows.append(Row(label=label("labels.clerk_receive"), value=view.head.clerk, half=True))
    if view.phone:
        rows.append(Row(label=label("labels.consult_phone"), value=view.phone, half=True))
    return rows


def _items(view: LifeEventReceiptView, wording: Wording) -> list[AnyNode]:
    label = wording.plain
    columns = (
        Column(label("life_event.column_item"), 0.36),
        Column(label("labels.receipt_number"), 0.38),
        Column(label("life_event.column_standing"), 0.26),
    )
    rows = tuple(
        (
            wording("format.person", name=item.name, detail=item.organ),
            item.receipt_number,
            _standing(item, wording),
        )
        for item in view.items
    )
    count = wording("life_event.items", count=len(view.items))
    return [Space(height=2), Text(text=count, bold=True), Table(columns=columns, rows=rows)]


def _standing(item: LifeEventItem, wording: Wording) -> str:
    due = item.decision_due if item.state == "ACCEPTED" else item.reply_due
    word = wording.plain(f"life_event.state_{item.state}")
    if not due or item.state == "AWAITING_CORRECTION":
        return word
    weekday = dates.weekday(due, wording)
    return wording(
        f"life_event.due_{item.state}", state=word, due=dates.due_day(due), weekday=weekday
    )


def _materials(view: LifeEventReceiptView, wording: Wording) -> list[AnyNode]:
    """Name each material once, as it lies on the desk once."""
    away = (Fate.COMMITMENT, Fate.DEFERRED)
    lines = [line for line in view.materials if line.fate not in away]
    committed = [line.name for line in view.materials if line.fate is Fate.COMMITMENT]
    nodes: list[AnyNode] = [Space(height=2)]
    heading = Text(text=wording.plain("labels.materials"), bold=True)
    if lines:
        rows = tuple(common.material_row(line, wording) for line in lines)
        nodes += [heading, Table(columns=common.material_table(lines, wording), rows=rows)]
    else:
        nodes += [heading, Text(text=wording.plain("receipt.no_materials"))]
    if committed:
        names = common.joined(committed, wording)
        nodes.append(common.paragraph(wording("receipt.commitment", materials=names)))
    return nodes


def _originals(view: LifeEventReceiptView, wording: Wording) -> list[AnyNode]:
    returned = [
        line
        for line in view.materials
        if line.fate in (Fate.ORIGINAL_SEEN_RETURNED, Fate.ORIGINAL_SEEN_COPY_KEPT)
    ]
    kept = [line for line in view.materials if line.fate is Fate.ORIGINAL_KEPT]
    collected = [line for line in kept if not line.filed]
    filed = [line for line in kept if line.filed]
    nodes: list[AnyNode] = []
    if returned:
        names = common.counted(returned, wording)
        nodes.append(_bold(wording("receipt.originals_returned", returned=names)))
    if collected:
        names = common.counted(collected, wording)
        nodes.append(_bold(wording("receipt.originals_kept", kept=names)))
    if filed:
        names = common.counted(filed, wording)
        nodes.append(common.paragraph(wording("receipt.originals_filed", filed=names)))
    for one in view.shared:
        sentence = wording(
            "life_event.shared_original",
            name=one.name,
            kept_for=one.kept_for,
            copied_for=common.joined(one.copied_for, wording),
        )
        nodes.append(common.paragraph(sentence))
    return nodes


def _sentences(view: LifeEventReceiptView, wording: Wording) -> list[AnyNode]:
    """Say of each item what its own receipt would say, in its own regime's words."""
    nodes: list[AnyNode] = [Space(height=2)]
    for item in view.items:
        sentence = wording(
            "life_event.of_item", item=item.name, sentence=_of_item(item, view, wording)
        )
        nodes.append(common.paragraph(sentence))
    for clock_from in sorted({item.clock_from for item in view.items if item.clock_from}):
        weekend = dates.parse_day(view.received_at).weekday() >= 5
        key = "receipt.rest_day" if weekend else "receipt.rest_day_holiday"
        sentence = wording(
            key, weekday=dates.weekday(view.received_at, wording), date=dates.due_day(clock_from)
        )
        nodes.append(common.paragraph(sentence))
    nodes.append(common.paragraph(wording.plain("life_event.one_visit")))
    nodes.append(common.paragraph(wording.plain("receipt.not_consent")))
    if any(item.provisional for item in view.items):
        nodes.append(common.paragraph(wording.plain("format.provisional")))
    return nodes


def _of_item(item: LifeEventItem, view: LifeEventReceiptView, wording: Wording) -> str:
    if item.state == "AWAITING_CORRECTION":
        return wording.plain("life_event.corrected")
    if item.deferred:
        return wording(
            "receipt.deferred",
            due=dates.due_day(item.cure_due),
            weekday=dates.weekday(item.cure_due, wording),
            materials=common.joined(item.deferred, wording),
        )
    if item.state == "ACCEPTED":
        weekday = dates.weekday(item.decision_due, wording)
        return wording("life_event.accepted", due=dates.due_day(item.decision_due), weekday=weekday)
    if item.regime is Regime.LICENSING:
        return wording(
            "life_event.licensing",
            organ=item.organ,
            received_at=dates.long_minute(view.received_at, wording),
            due=dates.due_day(item.reply_due),
            weekday=dates.weekday(item.reply_due, wording),
            received_on=dates.long_day(view.received_at, wording),
        )
    if item.limit is not None and item.limit.basis:
        limit = common.limit_text(item.limit, wording)
        return wording("receipt.other", limit=limit, basis=item.limit.basis)
    return wording.plain("receipt.other_without_limit")


def _offline(view: LifeEventReceiptView, wording: Wording) -> list[AnyNode]:
    if view.offline is None:
        return []
    common.require(NAME, look_up_after=view.offline.look_up_after, phone=view.offline.phone)
    sentence = wording(
        "receipt.offline",
        look_up_after=dates.due_day(view.offline.look_up_after),
        phone=view.offline.phone,
    )
    return [common.paragraph(sentence)]


def _bold(text: str) -> Text:
    return Text(text=text, bold=True)
