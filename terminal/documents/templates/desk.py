"""Papers over the desk: supplemented materials, withdrawal, void, originals, hand-over."""

from __future__ import annotations

import msgspec

from terminal.documents import dates
from terminal.documents.layout import (
    Align,
    AnyNode,
    Column,
    Cut,
    Fields,
    Layout,
    Paper,
    Qr,
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
    HandoverSlipView,
    OriginalsReturnedView,
    SupplementKind,
    SupplementView,
    VoidNoteView,
    WithdrawalView,
)
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime

_LINE = Rule(dashed=True, only=Paper.THERMAL_80)


def supplement(view: SupplementView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the receipt for supplemented materials.

    Raises `RuleRefused` (`document.incomplete`) without materials, code or, after a correction
    notice of a licence, the day of the answer.
    """
    common.check_case("supplement", view)
    common.require(
        "supplement",
        materials=view.materials,
        received_at=view.received_at,
        query_url=view.query_url,
    )
    answer = view.answers is SupplementKind.CORRECTION
    if answer and not view.answered and view.regime is Regime.LICENSING:
        common.require("supplement", reply_due=view.reply_due)
    if view.outstanding:
        common.require("supplement", cure_due=view.cure_due)
    number = Text(text=view.receipt_number, size=Size.LARGE, bold=True, align=Align.CENTRE)
    label = Text(text=wording.plain("labels.receipt_number"), size=Size.SMALL, align=Align.CENTRE)
    blocks: common.Blocks = [
        ("number", [label, number, Rule()]),
        ("facts", [Fields(rows=tuple(_supplement_facts(view, wording))), _LINE]),
        (
            "materials",
            common.materials_block(view.materials, wording.plain("labels.materials"), wording),
        ),
        ("originals", common.originals_block(view.materials, wording)),
        (
            "sentence",
            [_LINE, *common.with_legal_text(lambda one: _supplement_sentences(view, one), wording)],
        ),
        ("offline", _offline(view, wording)),
        ("notes", [Text(text=note) for note in view.notes]),
        ("added", [Text(text=text) for text in wording.document("supplement").after]),
        ("query", [Space(height=1), _code(view, wording)]),
        ("hints", [_LINE, _thermal(wording)]),
    ]
    layout = framing.finish(
        view,
        blocks,
        title=wording.plain("title.supplement"),
        paper=Paper.THERMAL_80,
        copy=copy,
        wording=wording,
    )
    return msgspec.structs.replace(layout, nodes=(*layout.nodes, Cut()))


def _supplement_facts(view: SupplementView, wording: Wording) -> list[Row]:
    label = wording.plain
    rows = common.item_rows(view, wording)
    rows += common.people_rows(view.applicant, view.visitor, wording)
    place = framing.joined_place(view.head.hall, view.head.window, wording)
    received = dates.long_minute(view.received_at, wording)
    rows.append(Row(label=label("labels.number"), value=common.grouped(view.head.number)))
    rows.append(Row(label=label("labels.received_at"), value=received))
    rows.append(Row(label=label("labels.place"), value=place))
    rows.append(Row(label=label("labels.clerk_receive"), value=view.head.clerk, half=True))
    if view.phone:
        rows.append(Row(label=label("labels.consult_phone"), value=view.phone, half=True))
    return rows


def _supplement_sentences(view: SupplementView, wording: Wording) -> list[AnyNode]:
    received = dates.long_minute(view.received_at, wording)
    correction = view.answers is SupplementKind.CORRECTION
    deferred = view.answers is SupplementKind.DEFERRED
    key = f"supplement.{view.answers.value.lower()}"
    texts = [wording(key, organ=view.head.organ, received_at=received)]
    if correction and view.reply_due:
        licensing = view.regime is Regime.LICENSING
        texts.append(
            wording(
                "supplement.licensing" if licensing else "supplement.reply",
                due=dates.due_day(view.reply_due),
                weekday=dates.weekday(view.reply_due, wording),
                received_on=dates.long_day(view.received_at, wording),
            )
        )
    if deferred and view.outstanding:
        texts.append(
            wording(
                "supplement.outstanding",
                materials=common.joined(view.outstanding, wording),
                due=dates.due_day(view.cure_due),
                weekday=dates.weekday(view.cure_due, wording),
            )
        )
    elif deferred:
        texts.append(wording.plain("supplement.complete"))
    texts.append(wording.plain("receipt.not_consent"))
    if view.calendar_provisional:
        texts.append(wording.plain("format.provisional"))
    return [Text(text=text) for text in texts]


def _offline(view: SupplementView, wording: Wording) -> list[AnyNode]:
    if view.offline is None:
        return []
    sentence = wording(
        "receipt.offline",
        look_up_after=dates.due_day(view.offline.look_up_after),
        phone=view.offline.phone,
    )
    return [Text(text=sentence)]


def _code(view: SupplementView, wording: Wording) -> Qr:
    caption = [wording.plain("receipt.qr"), wording.plain("receipt.qr_voluntary")]
    if view.entry_hash:
        name = wording.plain("labels.entry_hash")
        caption.append(wording("format.named_number", name=name, number=view.entry_hash))
    return Qr(payload=view.query_url, caption=tuple(caption))


def _thermal(wording: Wording) -> Text:
    return Text(text=wording.plain("receipt.thermal"), size=Size.SMALL, only=Paper.THERMAL_80)


def withdrawal(view: WithdrawalView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the applicant's withdrawal, signed by the applicant alone."""
    common.check_case("withdrawal", view)
    common.require("withdrawal", submitted_on=view.submitted_on, withdrawn_at=view.withdrawn_at)
    body = wording(
        "withdrawal.body",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
    )
    texts = [body]
    if view.reason.strip():
        reason = common.sentence_of(view.reason)
        texts.append(wording("withdrawal.reason", reason=reason))
    texts.append(wording.plain("withdrawal.known"))
    if view.to_collect:
        names = common.counted(view.to_collect, wording)
        texts.append(wording("withdrawal.collect", materials=names))
    salutation = common.salutation(view.head.organ, wording)
    blocks: common.Blocks = [
        ("body", [salutation, *map(common.paragraph, texts)]),
    ]
    closing = framing.signature_block(
        view, wording, copy, ("common.undertaker_plain", "common.undertaken_at")
    )
    code = framing.query_block(view, wording)
    return framing.finish_notice(
        view,
        blocks,
        title=wording.plain("title.withdrawal"),
        copy=copy,
        wording=wording,
        closing=[*closing, code] if code else closing,
    )


def void_note(view: VoidNoteView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the record that a case was made void, signed by two persons."""
    common.check_case("void_note", view)
    common.require(
        "void_note",
        voided_at=view.voided_at,
        reason=view.reason,
        confirmed_by=view.confirmed_by,
    )
    body = wording(
        "void_note.body",
        receipt_number=view.receipt_number,
        item=view.item.name,
        voided_at=dates.long_minute(view.voided_at, wording),
    )
    paper = "void_note.paper_returned" if view.paper_returned else "void_note.paper_not_returned"
    texts = (
        body,
        wording("void_note.reason", reason=common.sentence_of(view.reason)),
        wording.plain(paper),
        wording.plain("void_note.effect"),
    )
    rows = (
        Row(label=wording.plain("void_note.made_by"), value=view.head.clerk, half=True),
        Row(label=wording.plain("void_note.confirmed_by"), value=view.confirmed_by, half=True),
    )
    labels = (wording.plain("void_note.made_by"), wording.plain("void_note.confirmed_by"))
    blocks: common.Blocks = [
        ("body", [common.paragraph(text) for text in texts]),
        ("facts", [Space(height=2), Fields(rows=rows)]),
    ]
    return framing.finish_notice(
        view,
        blocks,
        title=wording.plain("title.void_note"),
        copy=copy,
        wording=wording,
        closing=[Signatures(labels=labels)],
    )


def originals_returned(view: OriginalsReturnedView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the slip by which the owner signs for originals."""
    common.check_case("originals_returned", view)
    common.require(
        "originals_returned",
        materials=view.materials,
        returned_at=view.returned_at,
        receiver=view.receiver,
    )
    body = wording(
        "originals_returned.body",
        returned_at=dates.long_minute(view.returned_at, wording),
        receiver=view.receiver,
    )
    blocks: common.Blocks = [
        ("body", [common.paragraph(body)]),
        ("materials", [_given_back(view, wording)]),
        ("facts", [Space(height=2), Fields(rows=tuple(common.item_rows(view, wording)))]),
    ]
    return framing.finish_notice(
        view,
        blocks,
        title=wording.plain("title.originals_returned"),
        copy=copy,
        wording=wording,
        closing=framing.signature_block(view, wording, copy),
    )


def _given_back(view: OriginalsReturnedView, wording: Wording) -> Table:
    columns = (
        Column(wording.plain("originals_returned.material"), 0.7),
        Column(wording.plain("labels.quantity"), 0.3, Align.CENTRE),
    )
    rows = tuple([common.material_row(line, wording)[:2] for line in view.materials])
    return Table(columns=columns, rows=rows)


def handover_slip(view: HandoverSlipView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the hand-over of papers, with lines for both sides."""
    common.check_case("handover_slip", view)
    common.require("handover_slip", pages=view.pages, handed_over_at=view.handed_over_at)
    organ = view.head.organ
    label = wording.plain
    rows = common.item_rows(view, wording)
    heading = label("handover_slip.materials")
    rows.append(Row(label=label("labels.receipt_number"), value=view.receipt_number))
    rows.append(Row(label=label("labels.applicant"), value=view.applicant.name, half=True))
    rows.append(Row(label=label("handover_slip.from"), value=view.head.clerk, half=True))
    handed = dates.long_minute(view.handed_over_at, wording)
    pages = wording("handover_slip.pages", pages=view.pages)
    rows.append(Row(label=label("labels.handed_over_at"), value=handed, half=True))
    rows.append(Row(label=label("labels.pages"), value=pages, half=True, bold=True))
    if view.official:
        rows += _taken(view, wording)
    body: list[AnyNode] = [common.paragraph(wording("handover_slip.body", organ=organ))]
    if view.pages_taken and view.pages_taken != view.pages:
        remark = common.sentence_of(view.remark)
        body.append(common.paragraph(wording("handover_slip.differs", remark=remark)))
    blocks: common.Blocks = [
        ("body", body),
        ("facts", [Fields(rows=tuple(rows))]),
        ("materials", common.materials_block(view.materials, heading, wording)),
    ]
    count, time = label("handover_slip.to_count"), label("handover_slip.signed_at")
    closing: list[AnyNode] = [
        Signatures(labels=(label("handover_slip.from_signed"), time)),
        Signatures(labels=(label("handover_slip.to_signed"), count, time)),
    ]
    return framing.finish_notice(
        view,
        blocks,
        title=label("title.handover_slip"),
        copy=copy,
        wording=wording,
        closing=closing,
        people=False,
    )


def _taken(view: HandoverSlipView, wording: Wording) -> list[Row]:
    label = wording.plain
    common.require("handover_slip", taken_over_at=view.taken_over_at)
    pages = wording("handover_slip.pages", pages=view.pages_taken)
    taken = dates.long_minute(view.taken_over_at, wording)
    return [
        Row(label=label("labels.taken_over_at"), value=taken, half=True),
        Row(label=label("labels.pages_taken"), value=pages, half=True, bold=True),
        Row(label=label("labels.taken_by"), value=view.official),
    ]
