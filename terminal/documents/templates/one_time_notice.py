"""One-time notice (一次性告知单): the whole guide of an item on paper, before anybody applies."""

from __future__ import annotations

from terminal.documents.layout import (
    Align,
    AnyNode,
    Column,
    Fields,
    Layout,
    Row,
    Space,
    Table,
    Text,
)
from terminal.documents.templates import common, framing
from terminal.documents.views import GuideMaterial, OneTimeNoticeView, Remedies
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime


def one_time_notice(view: OneTimeNoticeView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of what must be known before applying, told once.

    Raises `RuleRefused`: `document.incomplete` without place or phones, `document.no_remedies`,
    `document.licensing_law_quoted` for a basis that is not this regime's.
    """
    common.check_head("one_time_notice", view.head)
    common.require(
        "one_time_notice",
        item=view.item,
        place=view.place,
        hours=view.hours,
        phone=view.phone,
        complaint_phone=view.complaint_phone,
    )
    common.check_basis("one_time_notice", view.regime, view.basis)
    for limit in (view.statutory, view.committed):
        if limit is not None:
            common.check_basis("one_time_notice", view.regime, (limit.basis,))
    remedies = common.check_remedies("one_time_notice", view.head.organ, view.remedies)
    blocks: common.Blocks = [
        ("body", [common.paragraph(wording("one_time_notice.intro", item=view.item))]),
        ("facts", [Fields(rows=tuple(_facts(view, wording)))]),
        ("materials", _materials(view.materials, wording)),
        ("limits", _special(view, wording)),
        ("remedies", [common.paragraph(_remedies(remedies, wording))]),
    ]
    title = wording.plain("title.one_time_notice")
    return framing.finish_sheet(view, blocks, title=title, copy=copy, wording=wording)


def _facts(view: OneTimeNoticeView, wording: Wording) -> list[Row]:
    label = wording.plain
    rows = [Row(label=label("labels.item"), value=view.item, bold=True)]
    if view.scenario:
        rows.append(Row(label=label("labels.scenario"), value=view.scenario))
    basis = common.joined(view.basis, wording) or label("one_time_notice.no_basis")
    conditions = view.conditions or label("one_time_notice.no_conditions")
    rows += [
        Row(label=label("labels.organ"), value=view.head.organ),
        Row(label=label("labels.basis"), value=basis),
        Row(label=label("labels.conditions"), value=conditions),
        Row(label=label("labels.flow"), value=view.flow),
    ]
    pairs = (("labels.statutory_limit", view.statutory), ("labels.limit", view.committed))
    for key, limit in pairs:
        if limit is not None:
            value = common.limit_text(limit, wording)
            rows.append(Row(label=label(key), value=value, half=True))
    fee = label("one_time_notice.free")
    if view.fee:
        basis = view.fee_basis or label("one_time_notice.no_basis")
        fee = wording("one_time_notice.fee", fee=view.fee, basis=basis)
    rows += [
        Row(label=label("labels.fee"), value=fee),
        Row(label=label("labels.handling_place"), value=view.place),
        Row(label=label("labels.hours"), value=view.hours),
        Row(label=label("labels.consult_phone"), value=view.phone, half=True),
        Row(label=label("labels.complaint_phone"), value=view.complaint_phone, half=True),
    ]
    return rows


def _materials(materials: tuple[GuideMaterial, ...], wording: Wording) -> list[AnyNode]:
    label = wording.plain
    heading = Text(text=label("one_time_notice.materials"), bold=True)
    if not materials:
        return [heading, common.paragraph(label("one_time_notice.no_materials"))]
    columns = (
        Column(label("labels.serial"), 0.08, Align.CENTRE),
        Column(label("labels.material"), 0.28),
        Column(label("one_time_notice.column_form"), 0.18),
        Column(label("one_time_notice.column_source"), 0.16),
        Column(label("labels.standard"), 0.3),
    )
    rows = tuple([_row(number, one, wording) for number, one in enumerate(materials, 1)])
    return [Space(height=1), heading, Table(columns=columns, rows=rows)]


def _row(number: int, material: GuideMaterial, wording: Wording) -> tuple[str, ...]:
    name = material.name
    if not material.required:
        optional = wording.plain("one_time_notice.optional")
        name = wording("format.person", name=name, detail=optional)
    quantity = wording("format.quantity", copies=material.copies)
    form = wording("format.form_quantity", form=material.form, quantity=quantity)
    return str(number), name, form, material.source, material.standard


def _special(view: OneTimeNoticeView, wording: Wording) -> list[AnyNode]:
    if view.regime is not Regime.LICENSING:
        return []
    return [common.paragraph(wording.plain("one_time_notice.special"))]


def _remedies(remedies: Remedies, wording: Wording) -> str:
    key = "one_time_notice.remedies_first" if remedies.review_first else "one_time_notice.remedies"
    return wording(key, review_organ=remedies.review_organ, court=remedies.court)
