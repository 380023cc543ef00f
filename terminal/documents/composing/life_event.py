"""The one receipt of a life event, composed from its application and its cases."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.clock import to_local
from terminal.documents import views as paper
from terminal.documents.composing.base import (
    Occasion,
    house_head,
    limit_of,
    material_of,
    moment,
    offline_note,
    party_of,
    provisional,
    visitor_of,
)
from terminal.domain.aggregates import LifeEventApplication
from terminal.domain.case import Case
from terminal.domain.catalogue import Fate, Regime, ServiceItem, Way
from terminal.domain.life_event import STRICTEST
from terminal.domain.parties import MaterialEntry
from terminal.domain.regime import committed_limit, limit_basis

Child = tuple[Case, ServiceItem]


def life_event_receipt(
    application: LifeEventApplication, children: Sequence[Child], occasion: Occasion
) -> paper.LifeEventReceiptView:
    """Return the receipt that stands for the receipt of each item; `children` in their order."""
    received = to_local(application.applied_at).date()
    calendar = occasion.calendar
    counted = ""
    if not calendar.is_working_day(received):
        counted = calendar.next_working_day(received).isoformat()
    groups = _groups(children)
    return paper.LifeEventReceiptView(
        head=house_head(occasion.hall, application.receipt_number, occasion),
        receipt_number=application.receipt_number,
        event=application.event_name,
        items=tuple(_item(case, item, counted, occasion) for case, item in children),
        applicant=party_of(application.applicant, occasion.texts),
        visitor=visitor_of(children[0][0], occasion.texts),
        materials=tuple(
            material_of(_strictest(group)[2], occasion.texts)
            for group in groups
            if not _strictest(group)[2].lacking
        ),
        shared=tuple(one for group in groups if (one := _shared(group)) is not None),
        received_at=moment(application.applied_at),
        query_url="",
        offline=offline_note(occasion),
        entry_hash=occasion.entry_hash,
        phone=occasion.phone,
    )


def _item(case: Case, item: ServiceItem, counted: str, occasion: Occasion) -> paper.LifeEventItem:
    owed = case.state.value == "RECEIVED"
    reply_due = case.respond_by if owed and case.regime is Regime.LICENSING else ""
    names = {entry.material_id: entry.name for entry in case.materials}
    return paper.LifeEventItem(
        name=case.item_name,
        organ=case.organ,
        regime=case.regime,
        receipt_number=case.receipt_number,
        state=case.state.value,
        reply_due=reply_due,
        decision_due=case.decide_by,
        limit=limit_of(committed_limit(item), limit_basis(item)),
        clock_from=counted if owed else "",
        cure_due=case.cure_by,
        deferred=tuple(names[one] for one in case.deferred),
        provisional=provisional(occasion, reply_due, case.decide_by, case.cure_by),
    )


Group = list[tuple[Case, ServiceItem, MaterialEntry]]


def _groups(children: Sequence[Child]) -> list[Group]:
    """Put the entries of the same paper together, as they were asked for together."""
    found: dict[tuple[str, str, int], Group] = {}
    for case, item in children:
        seen: dict[tuple[str, str], int] = {}
        for entry in case.materials:
            name = (entry.name.strip(), entry.kind.value)
            seen[name] = seen.get(name, 0) + 1
            found.setdefault((*name, seen[name]), []).append((case, item, entry))
    return list(found.values())


def _strictest(group: Group) -> tuple[Case, ServiceItem, MaterialEntry]:
    return min(group, key=lambda one: STRICTEST.index(one[2].fate))


def _shared(group: Group) -> paper.SharedOriginal | None:
    """Say who keeps an original that others wanted, too, and got a copy of."""
    keeper, _, kept = _strictest(group)
    if kept.fate is not Fate.ORIGINAL_KEPT or kept.way is not Way.PAPER or kept.lacking:
        return None
    copied = [
        case.item_name
        for case, item, entry in group
        if entry.fate is Fate.COPY and _wanted_original(item, entry.material_id)
    ]
    if not copied:
        return None
    return paper.SharedOriginal(name=kept.name, kept_for=keeper.item_name, copied_for=tuple(copied))


def _wanted_original(item: ServiceItem, material_id: str) -> bool:
    return any(m.id == material_id and m.fate in STRICTEST[:3] for m in item.materials)
