"""The forms of an answer to an application: what each does, and what it asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from hub.desk.fields import LINE, LONG, SHORT, Choice, Field, Row
from hub.desk.grounds import Grounds, Undertaking
from hub.web.site import say_due
from terminal.domain.answering import brought, noticeable
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Fate
from terminal.domain.deadlines import accept_by, say_day
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.records import (
    Body,
    CaseAccepted,
    CaseDeclined,
    CorrectionNotified,
    DeclineKind,
    MaterialsSupplemented,
)
from terminal.texts import Texts

ANSWERS: dict[str, type[Body]] = {
    "accept": CaseAccepted,
    "accept_conditionally": CaseAccepted,
    "supplement": MaterialsSupplemented,
    "correct": CorrectionNotified,
    "decline": CaseDeclined,
}
"""The acts in the order in which a page shows them, with what each writes."""


def possible(act: str, case: Case, grounds: Grounds | None) -> bool:
    """Say whether an answer is the desk's to give, and can be given now."""
    kind = ANSWERS[act]
    if grounds is None or kind.kind not in grounds.may:
        return False
    if act == "accept_conditionally":
        return grounds.undertaking is not None and grounds.deemed_from is None
    complete = all(one.status is MaterialStatus.RECEIVED for one in case.materials)
    if kind is CaseAccepted:
        return complete or grounds.deemed_from is not None
    if kind is MaterialsSupplemented:
        return not complete
    return grounds.deemed_from is None


def does(
    act: str,
    case: Case,
    grounds: Grounds,
    texts: Texts,
    today: dt.date,
    calendar: WorkingDayCalendar,
) -> str:
    """Say what an answer does to the clock, with the date where one follows from today."""
    key = f"desk.act.{act}"

    def say(due: dt.date, provisional: bool) -> str:
        return say_due(due.isoformat(), texts, today, provisional=provisional)

    if act == "accept_conditionally" and grounds.undertaking is not None:
        return _on_condition(case, grounds, grounds.undertaking, texts, say)
    if act == "accept":
        due = grounds.limits.decide_by
        if due is None:
            return texts(f"{key}.does_plain")
        latest = say(due.date, due.provisional)
        if grounds.deemed_from is None:
            return texts(f"{key}.does", latest=latest)
        since = say_day(grounds.deemed_from, texts, today)
        return texts(f"{key}.does_deemed", since=since, latest=latest)
    if act == "supplement" and case.state is CaseState.AWAITING_CORRECTION:
        anew = accept_by(today, calendar, case.regime, grounds.clock)
        if anew is not None:
            return texts(f"{key}.does", latest=say(anew.date, anew.provisional))
        return texts(f"{key}.does_plain")
    if act == "supplement" or not case.respond_by:
        return texts(f"{key}.does_plain")
    return texts(
        f"{key}.does", latest=say(dt.date.fromisoformat(case.respond_by), case.provisional)
    )


def _on_condition(
    case: Case,
    grounds: Grounds,
    undertaking: Undertaking,
    texts: Texts,
    say: Callable[[dt.date, bool], str],
) -> str:
    """Say what follows until when, and until when the organ decides meanwhile."""
    key = "desk.act.accept_conditionally"
    due = grounds.limits.decide_by
    if due is None:
        return texts("desk.act.accept.does_plain")
    later = [one.name for one in case.materials if one.material_id in undertaking.deferred]
    return texts(
        f"{key}.does_signed" if undertaking.signed_at else f"{key}.does",
        names=texts("desk.frame.list").join(later),
        cure=say(dt.date.fromisoformat(undertaking.cure_by), False),
        latest=say(due.date, due.provisional),
    )


def fields_of(act: str, case: Case, grounds: Grounds, texts: Texts) -> tuple[Field, ...]:
    """Return the fields of an answer's form."""
    match act:
        case "accept_conditionally" if grounds.undertaking and not grounds.undertaking.signed_at:
            choices = (
                Choice("yes", texts("desk.choice.undertaken_yes"), "circle-check", "good"),
                Choice("no", texts("desk.choice.undertaken_no"), "circle-x", "bad"),
            )
            return (Field("undertaken", "radio", texts("desk.field.undertaken"), choices=choices),)
        case "supplement":
            copied = _copied(case, grounds)
            rows = tuple(
                _row(entry, texts, copied=entry.material_id in copied)
                for entry in case.materials
                if entry.status is not MaterialStatus.RECEIVED
            )
            return (Field("brought", "materials", texts("desk.field.brought"), rows=rows),)
        case "correct":
            rows = tuple(_row(entry, texts, words=True) for entry in noticeable(case, grounds.item))
            faults = Field("faults", "materials", texts("desk.field.faults"), rows=rows)
            if not case.notices:
                return (faults,)
            return (faults, _area("repeat_reason", texts))
        case "decline":
            kinds = tuple(
                Choice(one.value, texts(f"desk.decline.{one.value}")) for one in DeclineKind
            )
            return (
                Field("decline_kind", "select", texts("desk.field.decline_kind"), choices=kinds),
                _area("decline_reason", texts),
                _area("decline_basis", texts),
                _text("go_to", texts, LINE),
                _text("go_to_address", texts, LINE),
                _text("go_to_phone", texts, SHORT),
                _text("second_name", texts, SHORT),
                _text("second_password", texts, LINE, kind="password"),
            )
    return ()


def _copied(case: Case, grounds: Grounds) -> set[str]:
    """Return the materials of which a copy is made and compared here once they are brought."""
    ids = {entry.material_id for entry in case.materials}
    here = brought(case, grounds.item, ids)
    return {one.material_id for one in here if one.fate is Fate.ORIGINAL_SEEN_COPY_KEPT}


def _row(entry: MaterialEntry, texts: Texts, *, words: bool = False, copied: bool = False) -> Row:
    lacks = entry.status is not MaterialStatus.RECEIVED
    note = [texts(f"hub.status.{entry.status.value}")]
    if entry.standard:
        note.append(texts("hub.page.standard", standard=entry.standard))
    if copied:
        note.append(texts("desk.act.supplement.compares"))
    return Row(
        entry.material_id, entry.name, " · ".join(note), words and lacks, words,
        entry.defect if words else "",
    )  # fmt: skip


def _text(name: str, texts: Texts, longest: int, kind: str = "text") -> Field:
    return Field(name, kind, texts(f"desk.field.{name}"), longest=longest)


def _area(name: str, texts: Texts) -> Field:
    return Field(name, "area", texts(f"desk.field.{name}"), longest=LONG)
