"""Commitment letter (告知承诺书): told by the organ, promised by the applicant."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import AnyNode, Column, Layout, Space, Table, Text
from terminal.documents.templates import common, framing
from terminal.documents.views import CommitmentView
from terminal.documents.wording import Wording
from terminal.domain.parties import Capacity
from terminal.errors import RuleRefused


def commitment(view: CommitmentView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the commitment letter's layout: what is told above, what is promised below.

    Raises `RuleRefused`: `document.incomplete` without a proof, its duty or its content;
    `document.commitment_not_authorised` for an agent whose power of attorney does not name it.
    """
    common.check_notice("commitment", view)
    common.require("commitment", lines=view.lines)
    for line in view.lines:
        common.require("commitment", material=line.name, duty=line.duty, content=line.content)
        common.check_basis("commitment", view.regime, (line.duty,))
    agent = view.visitor is not None and view.visitor.capacity is Capacity.AGENT
    if agent and not view.authorised:
        raise RuleRefused("document.commitment_not_authorised")
    blocks: common.Blocks = [
        ("told", _told(view, wording)),
        ("promised", _promised(view, wording, agent)),
    ]
    closing: list[AnyNode] = [
        *framing.signature_block(
            view, wording, copy, ("common.undertaker", "common.undertaken_at")
        ),
        framing.seal_block(view, wording, copy),
    ]
    title = wording.plain("title.commitment")
    return framing.finish_notice(
        view, blocks, title=title, copy=copy, wording=wording, closing=closing
    )


def _told(view: CommitmentView, wording: Wording) -> list[AnyNode]:
    label = wording.plain
    columns = (
        Column(label("labels.proof"), 0.28),
        Column(label("labels.duty"), 0.34),
        Column(label("labels.content"), 0.38),
    )
    intro = wording("commitment.intro", item=view.item.name, receipt_number=view.receipt_number)
    checked = label("commitment.checked_no_day")
    if view.check_by:
        checked = wording(
            "commitment.checked",
            due=dates.due_day(view.check_by),
            weekday=dates.weekday(view.check_by, wording),
        )
    basis = wording("commitment.basis", basis=common.joined(view.basis, wording))
    return [
        Text(text=wording("commitment.told", organ=view.head.organ), bold=True),
        common.paragraph(intro),
        Table(
            columns=columns,
            rows=tuple([(line.name, line.duty, line.content) for line in view.lines]),
        ),
        common.paragraph(label("commitment.liability")),
        common.paragraph(label("commitment.choice") + checked),
        common.paragraph(basis),
    ]


def _promised(view: CommitmentView, wording: Wording, agent: bool) -> list[AnyNode]:
    nodes: list[AnyNode] = [
        Space(height=2),
        Text(text=wording.plain("commitment.promised"), bold=True),
    ]
    names = "”“".join(line.name for line in view.lines)
    nodes.append(common.paragraph(wording("commitment.promise", name=names)))
    last = wording.plain("commitment.copies")
    if agent and view.visitor is not None:
        last = wording("commitment.agent", name=view.visitor.name) + last
    nodes.append(common.paragraph(last))
    return nodes
