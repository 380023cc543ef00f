"""Answering an application at the competent organ's own desk (受理、补正告知、不予受理).

Windows answer what their authority lets them; everything else is answered here, with the same
papers, each under the organ's own number; so are the papers of the steps that follow.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from hub.desk import numbering, papers
from hub.hub import Hub
from hub.store import projections
from terminal.documents import content_digest, encode_view, kind_of, lay_out
from terminal.documents.composing import desk, intake
from terminal.documents.composing.steps import correction_supplement
from terminal.documents.views import DocumentView
from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.domain.evolve import Evolved, Refused, evolve
from terminal.domain.records import (
    HUB_ORIGIN,
    Body,
    CaseAccepted,
    CaseDeclined,
    CorrectionNotified,
    DocumentIssued,
    MaterialsSupplemented,
    Record,
)
from terminal.errors import RuleRefused
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.protocol.suites import STANDARD

log = logging.getLogger(__name__)


def drafts_of(
    hub: Hub, database: Any, case: Case, item: ServiceItem, bodies: Sequence[Body], action_id: str
) -> list[Draft]:
    """Return the entries of an answer: its steps in their order, then the papers they give out.

    Numbers are taken in the act's own transaction. Raises `RuleRefused` with the rule's code
    when a step is not lawful, or when a paper lacks what the law asks for.
    """
    now, before = hub.now(), len(case.history)
    drafts: list[Draft] = []
    for body in bodies:
        if isinstance(body, CaseAccepted):
            number = numbering.next_case_number(database, case, now)
            body = msgspec.structs.replace(body, case_number=number)
        made = record_id(action_id, case.case_id, body.kind)
        record = Record(made, case.case_id, case.head, HUB_ORIGIN, now, body)
        judged = evolve(case, record)
        if isinstance(judged, Refused):
            raise RuleRefused(judged.code)
        if not isinstance(judged, Evolved) or not isinstance(judged.aggregate, Case):
            raise RuleRefused("case.incomplete_record")
        drafts.append(Draft(case.case_id, case.head, body))
        case = judged.aggregate
    taken = [step for step in case.history[before:] if step.kind in papers.ANSWERS]
    case, item = papers.as_competent(case, item)
    occasion = papers.occasion_of(hub, case, taken[-1].actor, now)
    views: list[DocumentView | None] = []
    match bodies[-1]:
        case MaterialsSupplemented(materials=brought):
            known = projections.documents_of(database, case.case_id)
            issued = tuple(one.document_kind for one in known)
            occasion = msgspec.structs.replace(occasion, issued=issued)
            views.append(correction_supplement(case, item, occasion))
            views.append(desk.copy_check(brought, case, item, occasion))
        case CaseAccepted(deferred=deferred):
            make = intake.conditional if deferred else intake.acceptance
            views.append(make(case, item, occasion))
        case CorrectionNotified():
            views.append(intake.correction(case, item, occasion))
        case CaseDeclined():
            views.append(intake.decline(case, item, occasion))
    papers_made = [_issued(hub, database, case, one, action_id) for one in views if one]
    return drafts + papers_made


def step_of(
    hub: Hub, database: Any, case: Case, item: ServiceItem, body: Body, action_id: str
) -> list[Draft]:
    """Return the entry of a step of the procedure, and of the paper that it gives out.

    A paper that lacks what the law asks for (remedies on file) stops no decision that was made:
    it is composed later, when somebody asks for it and what lacked is there.
    """
    now = hub.now()
    body = numbering.numbered(database, case, body, now)
    draft = Draft(case.case_id, case.head, body)
    if not numbering.paper_of(body):
        return [draft]
    made = record_id(action_id, case.case_id, body.kind)
    judged = evolve(case, Record(made, case.case_id, case.head, HUB_ORIGIN, now, body))
    if not isinstance(judged, Evolved) or not isinstance(judged.aggregate, Case):
        return [draft]
    after, item = papers.as_competent(judged.aggregate, item)
    occasion = papers.occasion_of(hub, after, after.history[-1].actor, now)
    try:
        view = papers.compose(after, item, body.kind, occasion)
        return [draft, _issued(hub, database, after, view, action_id)]
    except RuleRefused as lacking:
        log.info("no paper with the step: %s", lacking.code)
        return [draft]


def _issued(hub: Hub, database: Any, case: Case, view: DocumentView, action_id: str) -> Draft:
    """Return the entry of a paper with the organ's number, the hub's code and its signature."""
    now, kind = hub.now(), kind_of(view)
    series = numbering.series_head(database, case, kind)
    number = view.head.official_number or numbering.next_number(database, series, now)
    if number:
        head = msgspec.structs.replace(view.head, official_number=number)
        view = msgspec.structs.replace(view, head=head)
    digest = content_digest(view)
    view = papers.with_code(hub, database, case, view)
    lay_out(view)
    body = DocumentIssued(
        document_kind=kind,
        number=view.head.number,
        case_id=case.case_id,
        template_version=view.head.template_version,
        digest=digest,
        view=msgspec.Raw(encode_view(view)),
        issued_at=now,
        signature=STANDARD.sign(hub.keys.signing, digest.encode()).hex(),
        series=series,
        official_number=number,
    )
    document_id = record_id(action_id, case.case_id, f"document-{kind}")
    return Draft(document_id, "", body, needs=(case.head,))
