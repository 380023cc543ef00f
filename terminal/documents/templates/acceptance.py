"""Acceptance notice (受理通知书)."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import AnyNode, Fields, Layout, Row, Space, Table, Text
from terminal.documents.templates import common, framing
from terminal.documents.views import AcceptanceView
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime
from terminal.domain.regime import procedure_of
from terminal.errors import RuleRefused

BODY = {
    Regime.LICENSING: "acceptance.licensing",
    Regime.REAL_ESTATE_REGISTRATION: "acceptance.real_estate",
    Regime.MARKET_ENTITY_REGISTRATION: "acceptance.market_entity",
    Regime.OTHER_BY_GUIDE: "acceptance.other",
}
"""The sentence that accepts, by regime."""

DEEMED_OUTCOME = {
    Regime.LICENSING: "acceptance.outcome_licensing",
    Regime.REAL_ESTATE_REGISTRATION: "acceptance.outcome_real_estate",
}
"""Regimes whose law lets silence accept; no other paper may say so (rules 1, Regimes)."""


def acceptance(view: AcceptanceView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the acceptance notice's layout.

    Raises `RuleRefused`: `document.incomplete`, `document.licensing_law_quoted`,
    `document.deemed_not_for_regime`.
    """
    common.check_notice("acceptance", view)
    common.require("acceptance", accepted_on=view.accepted_on, decision_due=view.decision_due)
    if view.deemed and view.regime not in DEEMED_OUTCOME:
        raise RuleRefused("document.deemed_not_for_regime", item=view.item.name)
    for limit in (view.limit, view.statutory_limit):
        if limit is not None:
            common.check_basis("acceptance", view.regime, (limit.basis,))
    blocks: common.Blocks = [
        ("body", _body(view, wording)),
        ("materials", _materials(view, wording)),
        ("originals", _originals(view, wording)),
        ("special", _special(view, wording)),
        ("consent", [common.paragraph(wording.plain("acceptance.not_consent"))]),
        ("facts", [Space(height=2), Fields(rows=tuple(_facts(view, wording)))]),
    ]
    title = wording.plain("title.acceptance")
    return framing.finish_notice(view, blocks, title=title, copy=copy, wording=wording)


def _body(view: AcceptanceView, wording: Wording) -> list[AnyNode]:
    data = {
        "submitted_on": dates.long_day(view.submitted_on, wording),
        "item": view.item.name,
        "receipt_number": view.receipt_number,
        "basis": common.joined(view.basis, wording),
        "accepted_on": dates.long_day(view.accepted_on, wording),
        "due": dates.due_day(view.decision_due),
        "weekday": dates.weekday(view.decision_due, wording),
    }
    if view.deemed:
        outcome = wording.plain(DEEMED_OUTCOME[view.regime])
        sentence = wording("acceptance.deemed", outcome=outcome, **data)
    else:
        sentence = wording(BODY[view.regime], **data)
    return [common.salutation(view.applicant.name, wording), common.paragraph(sentence)]


def _materials(view: AcceptanceView, wording: Wording) -> list[AnyNode]:
    if not view.materials:
        return []
    rows = tuple([common.material_row(line, wording) for line in view.materials])
    heading = Text(text=wording.plain("labels.materials"), bold=True)
    return [heading, Table(columns=common.material_table(view.materials, wording), rows=rows)]


def _originals(view: AcceptanceView, wording: Wording) -> list[AnyNode]:
    """Say what was given back and what is kept where no receipt for materials has said so."""
    if not procedure_of(view.regime).on_the_spot_only:
        return []
    return common.originals_block(view.materials, wording)


def _special(view: AcceptanceView, wording: Wording) -> list[AnyNode]:
    if not view.special_procedures:
        return []
    named = [
        wording("acceptance.special_item", name=procedure.name, duration=procedure.duration)
        if procedure.duration
        else procedure.name
        for procedure in view.special_procedures
    ]
    sentence = wording("acceptance.special", procedures=common.joined(named, wording))
    return [common.paragraph(sentence)]


def _facts(view: AcceptanceView, wording: Wording) -> list[Row]:
    label = wording.plain
    rows = common.item_rows(view, wording)
    submitted = dates.long_day(view.submitted_on, wording)
    accepted = dates.long_day(view.accepted_on, wording)
    rows.append(Row(label=label("labels.submitted_on"), value=submitted, half=True))
    rows.append(Row(label=label("labels.accepted_on"), value=accepted, half=True))
    rows.append(common.due_row("labels.decision_due", view.decision_due, wording))
    pairs = (("labels.limit", view.limit), ("labels.statutory_limit", view.statutory_limit))
    for key, limit in pairs:
        if limit is not None:
            value = common.limit_text(limit, wording)
            if limit.basis:
                value = wording("format.person", name=value, detail=limit.basis)
            rows.append(Row(label=label(key), value=value, half=True))
    return rows
