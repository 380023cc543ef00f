"""Correction notice (补正材料一次性告知书): told once, everything."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import Align, AnyNode, Column, Layout, Space, Table
from terminal.documents.templates import common, framing
from terminal.documents.views import CorrectionView, Deficiency
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime


def correction(view: CorrectionView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the correction notice's layout.

    Raises `RuleRefused` (`document.incomplete`) without deficiencies, without the standard of
    one of them, or without the handler's phone (rules 4).
    """
    common.check_notice("correction", view)
    common.require("correction", deficiencies=view.deficiencies, phone=view.phone)
    for deficiency in view.deficiencies:
        common.require("correction", material=deficiency.name, standard=deficiency.standard)
    blocks: common.Blocks = [
        ("body", _body(view, wording)),
        ("deficiencies", _table(view.deficiencies, wording)),
        ("closing", _closing(view, wording)),
    ]
    title = wording.plain("title.correction")
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def _body(view: CorrectionView, wording: Wording) -> list[AnyNode]:
    sentence = wording(
        "correction.body",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
        basis=common.joined(view.basis, wording),
    )
    nodes: list[AnyNode] = [
        common.salutation(view.applicant.name, wording),
        common.paragraph(sentence),
    ]
    if view.repeated and view.added:
        added = common.joined(view.added, wording)
        key = "repeated_added" if len(view.added) < len(view.deficiencies) else "all_added"
        nodes.append(common.paragraph(wording(f"correction.{key}", materials=added)))
    elif view.repeated:
        nodes.append(common.paragraph(wording.plain("correction.repeated")))
    if view.repeated and view.repeat_reason:
        reason = common.sentence_of(view.repeat_reason)
        nodes.append(common.paragraph(wording("correction.repeat_reason", reason=reason)))
    return nodes


def _table(deficiencies: tuple[Deficiency, ...], wording: Wording) -> list[AnyNode]:
    label = wording.plain
    columns = (
        Column(label("labels.serial"), 0.08, Align.CENTRE),
        Column(label("labels.material"), 0.32),
        Column(label("labels.problem"), 0.2),
        Column(label("labels.standard"), 0.4),
    )
    rows = tuple(
        [
            (
                str(number),
                deficiency.name,
                deficiency.problem or wording.plain("correction.missing"),
                deficiency.standard,
            )
            for number, deficiency in enumerate(deficiencies, 1)
        ]
    )
    return [Space(height=1), Table(columns=columns, rows=rows), Space(height=1)]


def _closing(view: CorrectionView, wording: Wording) -> list[AnyNode]:
    places = common.joined(view.places, wording) or wording.plain("correction.places")
    nodes: list[AnyNode] = [common.paragraph(wording("correction.closing", places=places))]
    if view.regime is Regime.LICENSING:
        nodes.append(common.paragraph(wording.plain("correction.licensing_effect")))
    if view.expiry_rule:
        nodes.append(common.paragraph(view.expiry_rule))
    return nodes
