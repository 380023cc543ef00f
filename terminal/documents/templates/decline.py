"""Non-acceptance notice (不予受理通知书): reason, where to go, remedies."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import AnyNode, Layout
from terminal.documents.templates import common, framing
from terminal.documents.views import DeclineView
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime
from terminal.domain.records import DeclineKind
from terminal.errors import RuleRefused


def decline(view: DeclineView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the non-acceptance notice's layout.

    Raises `RuleRefused`: `document.no_remedies` without reconsideration organ and court by name
    (rules 1, Refusal); `document.no_competent_organ` when the citizen is sent elsewhere without
    being told where; `document.incomplete`.
    """
    common.check_notice("decline", view)
    remedies = common.check_remedies("decline", view.head.organ, view.remedies)
    blocks: common.Blocks = [
        ("body", _body(view, wording)),
        ("returned", _returned(view, wording)),
        ("remedies", common.remedies_nodes(remedies, wording)),
    ]
    title = wording.plain("title.decline")
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def _body(view: DeclineView, wording: Wording) -> list[AnyNode]:
    intro = wording(
        "decline.intro",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
    )
    nodes: list[AnyNode] = [
        common.salutation(view.applicant.name, wording),
        common.paragraph(intro),
        common.paragraph(_decision(view, wording)),
    ]
    if view.reason and view.kind is not DeclineKind.OTHER:
        nodes.append(
            common.paragraph(wording("decline.explanation", reason=common.sentence_of(view.reason)))
        )
    return nodes


def _decision(view: DeclineView, wording: Wording) -> str:
    basis = common.joined(view.basis, wording)
    if view.kind is DeclineKind.NO_LICENCE_NEEDED:
        licence = view.regime is Regime.LICENSING
        key = "decline.no_licence_needed" if licence else "decline.not_needed_other"
        return wording(key, basis=basis)
    if view.kind is DeclineKind.NOT_COMPETENT:
        organ = view.competent
        if organ is None or not (organ.name and organ.address and organ.phone):
            raise RuleRefused("document.no_competent_organ", item=view.item.name)
        competent = wording(
            "decline.competent", name=organ.name, address=organ.address, phone=organ.phone
        )
        return wording("decline.not_competent", competent=competent, basis=basis)
    common.require("decline", reason=view.reason)
    return wording("decline.other", reason=common.sentence_of(view.reason), basis=basis)


def _returned(view: DeclineView, wording: Wording) -> list[AnyNode]:
    nodes: list[AnyNode] = []
    for key, lines in (("returned", view.returned), ("to_collect", view.to_collect)):
        if lines:
            materials = common.counted(lines, wording)
            nodes.append(common.paragraph(wording(f"decline.{key}", materials=materials)))
    return nodes
