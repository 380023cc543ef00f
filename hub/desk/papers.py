"""The department's papers, the same as a window would print: extension, decision and others."""

from __future__ import annotations

from typing import Any

import msgspec

from hub.enrol import PUBLIC_URL
from hub.hub import Hub
from hub.seals import seal_of
from hub.store import people, projections
from terminal.documents import Copy, content_digest, decode_view, render
from terminal.documents.composing import Occasion, department, desk
from terminal.documents.composing.since import copy_since
from terminal.documents.views import DocumentView, Payment
from terminal.domain.aggregates import Document
from terminal.domain.case import Case
from terminal.domain.catalogue import Organ, ServiceItem
from terminal.domain.parties import Actor
from terminal.domain.records import (
    CaseAccepted,
    CaseDecided,
    CaseDeclined,
    CaseExtended,
    CaseSuspended,
    CorrectionNotified,
    CureFailed,
    MaterialsHandedOver,
    MaterialsSupplemented,
    MaterialsTakenOver,
)
from terminal.errors import NotFound
from terminal.protocol.query_code import query_url
from terminal.texts import Texts

ANSWERS = {
    MaterialsSupplemented.kind: ("supplement",),
    CorrectionNotified.kind: ("correction",),
    CaseAccepted.kind: ("acceptance", "conditional"),
    CaseDeclined.kind: ("decline",),
}
"""Answers to an application that the desk gives, with the kinds of their papers."""

COPY_CHECK = "copy_check"
"""The desk's own sheet for copies that it compared (复印件核对单), which comes beside a receipt."""

_STEPS = {
    CaseSuspended.kind: ("special_procedure",),
    CaseExtended.kind: ("extension",),
    CaseDecided.kind: ("decision_grant", "decision_refuse"),
    CureFailed.kind: ("cure_failed",),
}
"""Steps of the procedure whose papers are issued with them, too."""

HALL_PHONE = "12345"
"""Printed where the department's data name no phone: the government's service line."""


def papers_of(case: Case) -> tuple[str, ...]:
    """Return the kinds of records of which the case has a paper of the department, newest last.

    `COPY_CHECK` among them is no record's: it is the sheet of the copies that the desk compared.
    """
    kinds = _answers_of(case)
    if any(one.compared and one.compared.by.kind == "department" for one in case.materials):
        kinds.append(COPY_CHECK)
    if case.papers is not None:
        kinds.append(MaterialsHandedOver.kind)
    if case.suspensions:
        kinds.append(CaseSuspended.kind)
    if case.extension is not None:
        kinds.append(CaseExtended.kind)
    if case.decision is not None:
        kinds.append(_ending(case))
    return tuple(kinds)


def _answers_of(case: Case) -> list[str]:
    """Return the answers of the desk that gave out a paper.

    What was brought has a receipt where it answers a notice; what the desk itself found to be
    wrong, and told with the next notice, has none.
    """
    given, told = set(), False
    for step in case.history:
        if step.actor.kind == "department" and (told or step.kind != MaterialsSupplemented.kind):
            given.add(step.kind)
        if step.kind in (CorrectionNotified.kind, MaterialsSupplemented.kind):
            told = step.kind == CorrectionNotified.kind
    return [kind for kind in ANSWERS if kind in given]


def paper_of(hub: Hub, case: Case, record_kind: str) -> DocumentView:
    """Return the paper of the case's last record of a kind as it was issued, or is composed now.

    `record_kind` is the kind of an entry: `case_extended`, `case_suspended`, `case_decided`,
    `cure_failed`, `materials_handed_over` or `materials_taken_over`, one of `ANSWERS`, or
    `COPY_CHECK`. Raises `NotFound('document.not_found')` where the case has no such paper.
    """
    return sheet_of(hub, case, record_kind)[0]


def sheet_of(hub: Hub, case: Case, record_kind: str) -> tuple[DocumentView, Copy]:
    """Return a paper as `paper_of`, with what came to it since: number, seal, signature.

    One that was never issued, since it lacked what the law asks for, is composed as the case
    stands; it has no seal.
    """
    kind = record_kind
    if kind == CaseDecided.kind and case.decision is not None:
        kind = _ending(case)
    with hub.store.reading() as database:
        issued = _issued(database, case, kind)
        if issued is not None and kind in papers_of(case):
            view = decode_view(issued.view)
            return view, copy_since(issued, view, seal_of(database, issued))
        if kind in ANSWERS or kind == COPY_CHECK:
            raise NotFound("document.not_found", number=case.receipt_number)
        return with_code(hub, database, case, _composed(hub, case, kind)), Copy()


def _composed(hub: Hub, case: Case, record_kind: str) -> DocumentView:
    wanted = record_kind
    if wanted == MaterialsTakenOver.kind:
        wanted = MaterialsHandedOver.kind
    if wanted not in papers_of(case):
        raise NotFound("document.not_found", number=case.receipt_number)
    actor, at = _last(case, record_kind)
    case, item = as_competent(case, item_of(hub, case))
    return compose(case, item, wanted, occasion_of(hub, case, actor, at))


def compose(case: Case, item: ServiceItem, record_kind: str, occasion: Occasion) -> DocumentView:
    """Compose the paper of the case's last record of a kind; both in the organ's own name."""
    if record_kind == CaseExtended.kind:
        return department.extension(case, item, occasion)
    if record_kind == CaseSuspended.kind:
        return department.special_procedure(case, item, occasion)
    if record_kind == CureFailed.kind:
        return department.cure_failed(case, item, occasion)
    if record_kind == MaterialsHandedOver.kind:
        return desk.handover_slip(case, item, occasion)
    return department.decision(case, item, occasion)


def payment_notice(
    hub: Hub,
    case: Case,
    official: Actor,
    payments: tuple[Payment, ...],
    pay_due: str,
    places: tuple[str, ...],
    total: str = "",
) -> DocumentView:
    """Return a payment notice (缴费通知书), each fee with its basis."""
    occasion = occasion_of(hub, case, official, hub.now())
    notice = department.payment_notice(
        case, item_of(hub, case), occasion, payments, pay_due, places, total
    )
    with hub.store.reading() as database:
        return with_code(hub, database, case, notice)


def with_code(hub: Hub, database: Any, case: Case, view: DocumentView) -> DocumentView:
    """Return a paper with the code that leads to its case and proves it, as windows' papers have.

    The hub signs it with its own key, which every enrolled terminal knows.
    """
    public_url = people.fact(database, PUBLIC_URL)
    if not public_url or not case.token:
        return view
    url = query_url(
        public_url, case.receipt_number, case.token, content_digest(view), hub.keys.signing
    )
    return msgspec.structs.replace(view, query_url=url)


def pdf(view: DocumentView, copy: Copy | None = None) -> bytes:
    """Return a paper as PDF; raises `RuleRefused` for one that lacks what the law asks for."""
    return render(view, "pdf", copy=copy)


def _issued(database: Any, case: Case, record_kind: str) -> Document | None:
    """Return the last paper of a step that was issued with it, or None.

    A step of the procedure says its paper's number: an earlier one of the kind is not taken; of
    the sheets of compared copies, none of a window is.
    """
    if record_kind == COPY_CHECK:
        return _sheet_of_copies(database, case)
    kinds = ANSWERS.get(record_kind) or _STEPS.get(record_kind, ())
    found = [
        one for one in projections.documents_of(database, case.case_id)
        if one.document_kind in kinds
    ]  # fmt: skip
    number = _number_of(case, record_kind)
    if number:
        found = [one for one in found if number in (one.official_number, one.number)]
    return max(found, key=lambda one: one.issued_at, default=None)


def _sheet_of_copies(database: Any, case: Case) -> Document | None:
    found = [
        one for one in projections.documents_of(database, case.case_id)
        if one.document_kind == COPY_CHECK
        and decode_view(one.view).head.window == case.competent_organ
    ]  # fmt: skip
    return max(found, key=lambda one: one.issued_at, default=None)


def _number_of(case: Case, record_kind: str) -> str:
    if record_kind == CaseSuspended.kind and case.suspensions:
        return case.suspensions[-1].document_number
    if record_kind == CaseExtended.kind and case.extension is not None:
        return case.extension.document_number
    if record_kind in (CaseDecided.kind, CureFailed.kind) and case.decision is not None:
        return case.decision.document_number
    return ""


def _ending(case: Case) -> str:
    """Return which record decided: a cure that failed ends a case, too."""
    kinds = [step.kind for step in case.history]
    return CureFailed.kind if CureFailed.kind in kinds else CaseDecided.kind


def _last(case: Case, kind: str) -> tuple[Actor, int]:
    for step in reversed(case.history):
        if step.kind == kind:
            return step.actor, step.at
    last = case.history[-1]
    return last.actor, last.at


def as_competent(case: Case, item: ServiceItem) -> tuple[Case, ServiceItem]:
    """Return both as the competent organ's papers name them: in its name, with its data.

    Of an organ that is another than the item's nothing more is known here than its name.
    """
    organ = case.competent_organ
    if organ == case.organ:
        return case, item
    return (
        msgspec.structs.replace(case, organ=organ),
        msgspec.structs.replace(item, organ=Organ(organ)),
    )


def occasion_of(hub: Hub, case: Case, actor: Actor, at: int) -> Occasion:
    return Occasion(
        hall="",
        window=case.organ,
        clerk=actor.name or case.organ,
        phone=HALL_PHONE,
        at=at,
        calendar=hub.calendar,
        texts=Texts(),
    )


def item_of(hub: Hub, case: Case) -> ServiceItem:
    """Return the item in the version that the case began with.

    As it is published now where the hub never had that one; a bare one where it has none.
    """
    with hub.store.reading() as database:
        return item_within(database, case)


def item_within(database: Any, case: Case) -> ServiceItem:
    """Return the item as `item_of`, in a transaction that is going on."""
    found = projections.item(database, case.item_code, case.item_version)
    if found is not None:
        return found
    return ServiceItem(case.item_code, case.item_name, case.organ, regime=case.regime)
