"""Conditional acceptance: the organ's notice (容缺受理通知书), the applicant's undertaking."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import Align, AnyNode, Column, Layout, Space, Table
from terminal.documents.templates import common, framing
from terminal.documents.views import (
    ConditionalView,
    CureClock,
    DeferredMaterial,
    UndertakingView,
)
from terminal.documents.wording import Wording


def conditional(view: ConditionalView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the notice that the organ has accepted with materials to follow.

    Raises `RuleRefused` (`document.incomplete`) without materials, their standards or the day.
    """
    _check("conditional", view)
    common.require("conditional", accepted_on=view.accepted_on)
    blocks: common.Blocks = [
        ("body", _notice_body(view, wording)),
        ("materials", deferred_table(view.deferred, wording)),
        ("clock", _clock(view, wording)),
        ("copies", [common.paragraph(wording.plain("conditional.copies"))]),
    ]
    title = wording.plain("title.conditional")
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def undertaking(view: UndertakingView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the applicant's undertaking; it is signed, not sealed by the organ."""
    _check("undertaking", view)
    data = {
        "due": dates.due_day(view.cure_due),
        "weekday": dates.weekday(view.cure_due, wording),
    }
    body = wording("undertaking.body", item=view.item.name, receipt_number=view.receipt_number)
    points = (
        wording("undertaking.first", **data),
        wording.plain("undertaking.second"),
        wording.plain("undertaking.third"),
    )
    listed: list[AnyNode] = [
        common.paragraph(wording("format.numbered", n=number, text=point))
        for number, point in enumerate(points, 1)
    ]
    basis = common.joined(view.basis, wording)
    blocks: common.Blocks = [
        (
            "body",
            [common.salutation(view.head.organ, wording), common.paragraph(body), *listed],
        ),
        ("materials", deferred_table(view.deferred, wording)),
        ("basis", [common.paragraph(wording("undertaking.basis", basis=basis))]),
        ("copies", [common.paragraph(wording.plain("undertaking.copies"))]),
    ]
    closing = _undertaker(view, wording, copy)
    title = wording.plain("title.undertaking")
    return framing.finish_notice(
        view, blocks, title=title, copy=copy, wording=wording, closing=closing
    )


def _check(document: str, view: ConditionalView | UndertakingView) -> None:
    common.check_notice(document, view)
    common.require(document, cure_due=view.cure_due, deferred=view.deferred)
    for material in view.deferred:
        common.require(document, material=material.name, standard=material.standard)


def _notice_body(view: ConditionalView, wording: Wording) -> list[AnyNode]:
    intro = wording(
        "conditional.intro",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
        basis=common.joined(view.basis, wording),
        accepted_on=dates.long_day(view.accepted_on, wording),
    )
    materials = [
        wording(
            "conditional.material",
            name=material.name,
            standard=common.sentence_of(material.standard),
        )
        for material in view.deferred
    ]
    body = wording(
        "conditional.body",
        due=dates.due_day(view.cure_due),
        weekday=dates.weekday(view.cure_due, wording),
        materials=common.joined(materials, wording),
    )
    return [
        common.salutation(view.applicant.name, wording),
        common.paragraph(intro),
        common.paragraph(body),
    ]


def deferred_table(deferred: tuple[DeferredMaterial, ...], wording: Wording) -> list[AnyNode]:
    """Return the table of materials that follow later, each with its standard."""
    label = wording.plain
    columns = (
        Column(label("labels.serial"), 0.08, Align.CENTRE),
        Column(label("labels.material"), 0.34),
        Column(label("labels.quantity"), 0.12, Align.CENTRE),
        Column(label("labels.standard"), 0.46),
    )
    rows = tuple(
        [
            (
                str(number),
                material.name,
                wording("format.quantity", copies=material.copies),
                material.standard,
            )
            for number, material in enumerate(deferred, 1)
        ]
    )
    return [Space(height=1), Table(columns=columns, rows=rows), Space(height=1)]


def _clock(view: ConditionalView, wording: Wording) -> list[AnyNode]:
    runs = view.clock is CureClock.RUNS
    key = "conditional.clock_runs" if runs else "conditional.clock_from_cure"
    nodes: list[AnyNode] = [common.paragraph(wording.plain(key))]
    if view.decision_due and runs:
        sentence = wording(
            "conditional.decision_due",
            due=dates.due_day(view.decision_due),
            weekday=dates.weekday(view.decision_due, wording),
        )
        nodes.append(common.paragraph(sentence))
    places = common.joined(view.places, wording) or wording.plain("correction.places")
    nodes.append(common.paragraph(wording("conditional.places", places=places)))
    return nodes


def _undertaker(view: UndertakingView, wording: Wording, copy: common.Copy) -> list[AnyNode]:
    labels = ("common.undertaker", "common.undertaken_at")
    nodes = framing.signature_block(view, wording, copy, labels)
    code = framing.query_block(view, wording)
    if code is not None:
        nodes.append(code)
    return nodes
