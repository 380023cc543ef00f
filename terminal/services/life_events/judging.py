"""Reviewing a life event: one list of questions and papers, and what may be done with each item.

Pure functions. The merged draft is an ordinary one whose item is the event itself; taken
apart, each item has a draft and a review of its own, by the same rules as a single intake.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from terminal.domain.catalogue import LifeEvent, Regime, ServiceItem, WindowAuthority
from terminal.domain.life_event import Merged, answers_for, copies_for, entries_for, form_for, merge
from terminal.domain.policy import HallRules
from terminal.ids import record_id
from terminal.services import drafts
from terminal.services.review import decide_by, forwarding_to, review
from terminal.services.views import (
    Act,
    Due,
    EventPart,
    IntakeDraft,
    Law,
    MaterialLine,
    Permission,
    Problem,
    Review,
)

PREFIX = "life-event/"
"""Before the event's id in the item code of a merged draft."""

_FALLS_BACK: dict[Act, tuple[Act, ...]] = {
    Act.RECEIVE: (Act.RECEIVE, Act.ACCEPT),
    Act.ACCEPT: (Act.ACCEPT, Act.RECEIVE),
    Act.ACCEPT_CONDITIONALLY: (Act.ACCEPT_CONDITIONALLY, Act.ACCEPT, Act.RECEIVE),
    Act.NOTIFY_CORRECTION: (Act.NOTIFY_CORRECTION, Act.ACCEPT, Act.RECEIVE),
}
"""What is done with an item for which the asked act is not lawful, the first lawful one."""


class Judged(msgspec.Struct, frozen=True):
    """A merged review and the reviews of its items, in the order of the event."""

    review: Review
    items: tuple[Review, ...]

    def plan(self, act: Act) -> tuple[Act, ...]:
        """Return what is done with each item; call it when the act is allowed only."""
        return tuple(_chosen(act, one) or act for one in self.items)


def application_id(action_id: str) -> str:
    """Return the id of the application that an action creates."""
    return record_id(action_id, "life-event", "id")


def judge(
    draft: IntakeDraft,
    event: LifeEvent,
    items: Sequence[ServiceItem],
    today: date,
    rules: HallRules,
    departments: str,
) -> Judged:
    """Return the whole state of a merged draft on this day."""
    fitting = [
        item
        for item in items
        if draft.applicant.kind.value in item.serves and item.code not in draft.left_out
    ]
    draft, merged, own = _settled(draft, event, fitting, departments)
    own_drafts = [
        _where_it_goes(_of_item(index, draft, merged, fitting), item, today, rules)
        for index, item in enumerate(fitting)
    ]
    reviews = tuple(
        review(one, item, today, rules) for one, item in zip(own_drafts, fitting, strict=True)
    )
    base = review(draft, own, today, rules)
    names = [item.name for item in fitting]
    uses = {each.material.id: tuple(names[use.item] for use in each.uses)
            for each in merged.materials}  # fmt: skip
    whole = msgspec.structs.replace(
        base,
        materials=tuple(
            MaterialLine(line.material, line.entry, line.ways, uses[line.material.id])
            for line in base.materials
        ),
        problems=_problems(base, reviews),
        law=_law(base.law, reviews),
        permissions=tuple(_permission(act, draft, reviews) for act in Act),
        parts=_parts(items, fitting, reviews, draft.left_out),
    )
    return Judged(msgspec.structs.replace(whole, step=_step(whole)), reviews)


def _settled(
    draft: IntakeDraft, event: LifeEvent, items: Sequence[ServiceItem], departments: str
) -> tuple[IntakeDraft, Merged, ServiceItem]:
    """Fill in what is known already, and return the draft with what it is asked now."""
    merged = merge(items, draft.answers)
    own = _as_item(event, merged, items, departments)
    return drafts.prefilled(draft, own), merged, own


def _as_item(
    event: LifeEvent, merged: Merged, items: Sequence[ServiceItem], departments: str
) -> ServiceItem:
    """Return the event as one item, whose rules are those that hold for all of its items."""
    accepting = any(item.authority.may_accept for item in items)
    return ServiceItem(
        code=PREFIX + event.id,
        name=event.name,
        department=departments,
        guide=any(item.guide for item in items),
        sample=event.sample,
        regime=Regime.OTHER_BY_GUIDE,
        authority=WindowAuthority.ACCEPT if accepting else WindowAuthority.RECEIVE_ONLY,
        serves=("PERSON", "ORGANISATION") if items else (),
        conditional_acceptance=any(item.conditional_acceptance for item in items),
        questions=merged.questions,
        materials=tuple(each.material for each in merged.materials),
        fields=tuple(each.field for each in merged.fields),
    )


def _of_item(
    index: int, draft: IntakeDraft, merged: Merged, items: Sequence[ServiceItem]
) -> IntakeDraft:
    """Return the draft that a single intake of this item would have."""
    item = items[index]
    own = IntakeDraft(
        action_id=record_id(draft.action_id, item.code, "life-event-item"),
        visit_id=draft.visit_id,
        visit_opened_at=draft.visit_opened_at,
        visitor=draft.visitor,
        applicant=draft.applicant,
        item_code=item.code,
        item_version=item.version,
        capacity=draft.capacity,
        answers=answers_for(item, draft.answers),
        materials=entries_for(index, merged, items, draft.materials),
        form=form_for(index, merged, draft.form),
        lanes=draft.lanes,
        power=draft.power,
        guardian_consents=draft.guardian_consents,
        parent_id=application_id(draft.action_id),
        copied_here=copies_for(index, merged, draft.materials),
    )
    return drafts.prefilled(own, item)


def _where_it_goes(
    draft: IntakeDraft, item: ServiceItem, today: date, rules: HallRules
) -> IntakeDraft:
    """Send on what another place's organ decides: the other items are not held up by it."""
    there = item.elsewhere
    if there is None:
        return draft
    forwarding = forwarding_to(there.organ, there.place, there.phone, today, rules.calendar)
    return msgspec.structs.replace(draft, forwarding=forwarding)


def _problems(base: Review, reviews: Sequence[Review]) -> tuple[Problem, ...]:
    """Return the people's faults of every item, and the faults of the one form; each once."""
    people = [p for one in reviews for p in one.problems if _of_people(p)]
    mine = [p for p in base.problems if not _of_people(p) or not reviews]
    return tuple({(p.where, p.code): p for p in (*people, *mine)}.values())


def _of_people(problem: Problem) -> bool:
    return problem.where.startswith(("visitor.", "applicant."))


def _law(base: Law, reviews: Sequence[Review]) -> Law:
    """Return the dates of the matter: the first answer, the last promise, the first cure."""
    answers = [one.law for one in reviews if one.law.respond_by is not None]
    first = min(answers, key=lambda law: _day(law.respond_by), default=None)
    promises = [due for one in reviews if (due := decide_by(one.law)) is not None]
    cures = [
        one.law.cure_by
        for one in reviews
        if one.law.cure_by is not None and one.permission(Act.ACCEPT_CONDITIONALLY).allowed
    ]
    return msgspec.structs.replace(
        base,
        respond_by=first.respond_by if first else None,
        silence_accepts=bool(first and first.silence_accepts),
        committed_by=max(promises, key=_day, default=None),
        statutory_by=None,
        cure_by=min(cures, key=_day, default=None),
        basis=(),
    )


def _day(due: Due | None) -> date:
    return due.on if due is not None else date.max


def _chosen(act: Act, one: Review) -> Act | None:
    """Return what this act comes to for one item; None when nothing is lawful."""
    return next((a for a in _FALLS_BACK[act] if one.permission(a).allowed), None)


def _permission(act: Act, draft: IntakeDraft, reviews: Sequence[Review]) -> Permission:
    """Say whether an act is lawful for the matter: for one item at least, and none stays out."""
    if draft.forwarding is not None or draft.paper is not None:
        return Permission(act, False, "life_event.singly_only")
    if act is Act.DECLINE:
        return Permission(act, False, "life_event.decline_singly")
    if not reviews:
        return Permission(act, False, "life_event.no_item_fits")
    if act is Act.ACCEPT:
        waits = next((p for p in _of_act(act, reviews)
                      if p.code == "act.accept_conditionally_instead"), None)  # fmt: skip
        if waits is not None:
            return waits
    if act is not Act.RECEIVE and not any(one.permission(act).allowed for one in reviews):
        return msgspec.structs.replace(_of_act(act, reviews)[0], allowed=False)
    for one in reviews:
        if _chosen(act, one) is None:
            return one.permission(_FALLS_BACK[act][0])
    return Permission(act, True)


def _of_act(act: Act, reviews: Sequence[Review]) -> list[Permission]:
    return [one.permission(act) for one in reviews]


def _parts(
    items: Sequence[ServiceItem],
    fitting: Sequence[ServiceItem],
    reviews: Sequence[Review],
    chosen_out: Sequence[str],
) -> tuple[EventPart, ...]:
    """Return a line for every item of the event, also for those that stay out."""
    by_code = {item.code: one for item, one in zip(fitting, reviews, strict=True)}
    lines = []
    for item in items:
        organ = item.organ.name if item.organ else item.department
        one = by_code.get(item.code)
        if one is None:
            out = item.code in chosen_out
            lines.append(
                EventPart(
                    item.code, item.name, organ, None, None, None, None, left_out=True,
                    by_choice=out,
                )
            )  # fmt: skip
            continue
        conditional = _chosen(Act.ACCEPT_CONDITIONALLY, one)
        why = one.permission(Act.ACCEPT)
        lines.append(
            EventPart(
                item_code=item.code,
                item_name=item.name,
                organ=organ,
                accepting=conditional,
                why=None if why.allowed else why,
                respond_by=one.law.respond_by,
                decide_by=decide_by(one.law),
                lacking=one.lacking,
            )
        )
    return tuple(lines)


def _step(whole: Review) -> str:
    """Name what wants attention first, as for a single item."""
    if any(_of_people(problem) for problem in whole.problems):
        return "visitor"
    if whole.open_questions:
        return "scenario"
    if whole.lacking:
        return "materials"
    return "form" if any(p.where.startswith("form.") for p in whole.problems) else "review"
