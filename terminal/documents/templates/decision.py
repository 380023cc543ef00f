"""Decisions (准予、不予、终止办理决定书), and the end of a failed conditional acceptance."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import AnyNode, Fields, Layout, Row, Space
from terminal.documents.templates import common, framing
from terminal.documents.templates.conditional import deferred_table
from terminal.documents.views import CureFailedView, DecisionGrantView, DecisionRefuseView
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime


def decision_grant(view: DecisionGrantView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of a granting decision, named by its regime (art. 38(1), 44).

    Raises `RuleRefused` (`document.incomplete`, `document.licensing_law_quoted`).
    """
    _check("decision_grant", view)
    licensing = view.regime is Regime.LICENSING
    decision = wording(
        "decision.grant_licensing" if licensing else "decision.grant_other",
        basis=common.joined(view.basis, wording),
        outcome=view.outcome,
    )
    texts = [decision]
    if view.conditions:
        conditions = common.sentence_of(view.conditions)
        texts.append(wording("decision.conditions", conditions=conditions))
    texts.append(_deliver(view, wording))
    blocks: common.Blocks = [
        ("body", [*_intro(view, wording), *map(common.paragraph, texts)]),
        ("authority", _authority(view, wording)),
    ]
    if view.remedies is not None:
        remedies = common.check_remedies("decision_grant", view.head.organ, view.remedies)
        blocks.append(("remedies", common.remedies_nodes(remedies, wording)))
    blocks.append(("facts", _facts(view, wording)))
    title = wording("title.decision", outcome=view.outcome)
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def decision_refuse(view: DecisionRefuseView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of a refusal or termination: reasons, basis and remedies (art. 38(2)).

    Raises `RuleRefused`: `document.no_remedies` without organ and court by name,
    `document.incomplete` without the reason, `document.licensing_law_quoted`.
    """
    _check("decision_refuse", view)
    common.require("decision_refuse", reason=view.reason)
    remedies = common.check_remedies("decision_refuse", view.head.organ, view.remedies)
    decision = wording(
        "decision.terminate" if view.terminated else "decision.refuse",
        reason=common.sentence_of(view.reason),
        basis=common.joined(view.basis, wording),
        outcome=view.outcome,
    )
    again: list[AnyNode] = []
    if not view.terminated:
        again.append(common.paragraph(wording.plain("decision.again")))
    blocks: common.Blocks = [
        ("body", [*_intro(view, wording), common.paragraph(decision)]),
        ("authority", _authority(view, wording)),
        ("remedies", common.remedies_nodes(remedies, wording)),
        ("again", again),
        ("facts", _facts(view, wording)),
    ]
    outcome = view.outcome
    key = "title.decision_refuse"
    if view.terminated:
        outcome, key = wording.plain("decision.terminate_outcome"), "title.decision_terminate"
    title = wording("title.decision", outcome=outcome)
    return framing.finish_notice(
        view, blocks, title=title, copy=copy, wording=wording, title_key=key
    )


def cure_failed(view: CureFailedView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the written end of a conditional acceptance, with remedies.

    Raises `RuleRefused` (`document.no_remedies`, `document.incomplete`).
    """
    common.check_notice("cure_failed", view)
    common.require(
        "cure_failed",
        missing=view.missing,
        cure_due=view.cure_due,
        ended_on=view.ended_on,
        reason=view.reason,
    )
    remedies = common.check_remedies("cure_failed", view.head.organ, view.remedies)
    intro = wording(
        "cure_failed.intro",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
        cure_due=dates.due_day(view.cure_due),
        weekday=dates.weekday(view.cure_due, wording),
    )
    ended = wording(
        "cure_failed.ended",
        ended_on=dates.long_day(view.ended_on, wording),
        reason=common.sentence_of(view.reason),
        basis=common.joined(view.basis, wording),
    )
    blocks: common.Blocks = [
        ("body", [common.salutation(view.applicant.name, wording), common.paragraph(intro)]),
        ("materials", deferred_table(view.missing, wording)),
        ("ended", [common.paragraph(ended)]),
        ("remedies", common.remedies_nodes(remedies, wording)),
        ("again", [common.paragraph(wording.plain("cure_failed.again"))]),
    ]
    title = wording.plain("title.cure_failed")
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def _check(kind: str, view: DecisionGrantView | DecisionRefuseView) -> None:
    common.check_notice(kind, view)
    common.require(kind, outcome=view.outcome, decided_on=view.decided_on, decider=view.decider)
    common.check_basis(kind, view.regime, (view.outcome, view.authority))


def _intro(view: DecisionGrantView | DecisionRefuseView, wording: Wording) -> list[AnyNode]:
    intro = wording(
        "decision.intro",
        submitted_on=dates.long_day(view.submitted_on, wording),
        item=view.item.name,
        receipt_number=view.receipt_number,
    )
    return [common.salutation(view.applicant.name, wording), common.paragraph(intro)]


def _deliver(view: DecisionGrantView, wording: Wording) -> str:
    result = view.result or wording.plain("decision.result")
    if not view.deliver_due:
        return wording("decision.deliver_no_day", result=result)
    return wording(
        "decision.deliver",
        due=dates.due_day(view.deliver_due),
        weekday=dates.weekday(view.deliver_due, wording),
        result=result,
    )


def _authority(view: DecisionGrantView | DecisionRefuseView, wording: Wording) -> list[AnyNode]:
    if not view.authority:
        return []
    name = view.authority.strip("《》")
    return [common.paragraph(wording("decision.authority", authority=name))]


def _facts(view: DecisionGrantView | DecisionRefuseView, wording: Wording) -> list[AnyNode]:
    label = wording.plain
    decider = view.decider
    if view.enforcement_number:
        decider = wording("decision.enforcement", name=decider, number=view.enforcement_number)
    decided = dates.long_day(view.decided_on, wording)
    rows = [
        *common.item_rows(view, wording),
        Row(label=label("labels.decided_on"), value=decided),
        Row(label=label("labels.decider"), value=decider),
    ]
    return [Space(height=2), Fields(rows=tuple(rows))]
