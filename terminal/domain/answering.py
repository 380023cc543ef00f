"""Answering an application (受理、补正、不予受理): what windows and departments' desks share.

Pure functions: what an acceptance promises, who gives the answer, what a notice lists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import msgspec

from terminal.clock import to_local
from terminal.domain import deadlines
from terminal.domain.calendar import DueDate, WorkingDayCalendar, undecided
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem, TimeLimit, asked_materials
from terminal.domain.materials import came, missing, received
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.records import (
    CaseAccepted,
    CaseDeclined,
    CorrectionItem,
    CorrectionNotified,
    MaterialsSupplemented,
)
from terminal.domain.regime import committed_limit
from terminal.errors import InvalidInput


class Limits(msgspec.Struct, frozen=True):
    """The last days of a decision: as promised and by law; None where nothing says one."""

    committed: DueDate | None
    statutory: DueDate | None

    @property
    def decide_by(self) -> DueDate | None:
        """The shorter of promise and law."""
        dates = [due for due in (self.committed, self.statutory) if due is not None]
        return min(dates, key=lambda due: due.date) if dates else None


def limits_of(
    item: ServiceItem,
    accepted_on: dt.date,
    calendar: WorkingDayCalendar,
    clock: deadlines.RegimeClock,
    expires: str = "",
) -> Limits:
    """Return the limits of what is accepted on a day; the regime's own where the item has none.

    `clock` is the regime's, as the hall's policy makes it shorter; a renewal is decided before
    the licence `expires` (art. 50).
    """
    statutory, longest = item.statutory, clock.longest(joint=item.joint)
    if statutory is None and longest is not None:
        statutory = TimeLimit(longest, basis=clock.source)
    promised = committed_limit(item) or statutory

    def end(limit: TimeLimit | None) -> DueDate | None:
        if limit is None:
            return None
        due = deadlines.add_period(accepted_on, limit.amount, limit.unit, calendar)
        if accepted_on.isoformat() <= expires < due.date.isoformat():
            return DueDate(dt.date.fromisoformat(expires))
        return due

    return Limits(end(promised), end(statutory))


def due_now(case: Case, calendar: WorkingDayCalendar) -> dt.date | None:
    """Return the organ's next legal date by the notices that are out; None when none runs.

    What was printed provisionally holds for the citizen, and never moves later; where a notice
    since makes it earlier, the organ keeps the earlier one. A date that a correction, a special
    procedure or an extension has moved stays as that paper says.
    """
    if not case.due:
        return None
    printed, since = dt.date.fromisoformat(case.due), 0
    if case.state is CaseState.RECEIVED:
        since = 0 if case.forwarding is not None or case.notified_at else case.received_at
    elif case.due == case.decide_by and not case.suspensions and case.extension is None:
        since = case.accepted_at
    if not case.provisional or not since:
        return printed
    return deadlines.settled(to_local(since).date(), printed, calendar)


def provisional_now(case: Case, calendar: WorkingDayCalendar) -> bool:
    """Say whether the next legal date is provisional still: the mark goes with the notice."""
    return case.provisional and undecided(case.received_at, case.due, calendar)


def desk_answers(case: Case, item: ServiceItem) -> frozenset[str]:
    """Return the kinds of records by which the organ's own desk answers, not the window.

    All that a window may not do: nothing of papers that are another place's, and only what its
    authority (窗口权限) and the guide let it.
    """
    if case.state is CaseState.AWAITING_CORRECTION:
        brought = frozenset({MaterialsSupplemented.kind})
        return brought if _not_windows(case, item) else frozenset()
    if case.state is not CaseState.RECEIVED or (case.forwarding and not case.arrived_at):
        return frozenset()
    answers: set[str] = set()
    if _not_windows(case, item):
        answers |= {CaseAccepted.kind, CorrectionNotified.kind, MaterialsSupplemented.kind}
    if _not_windows(case, item) or not item.authority.may_decline:
        answers.add(CaseDeclined.kind)
    return frozenset(answers)


def to_register(case: Case, item: ServiceItem) -> tuple[MaterialEntry, ...]:
    """Return what lacks of a case that a window may only receive and the organ's desk answers.

    The window registers it when it is brought there. Empty for a case that a window may accept
    (there the intake goes on), and for one of another place (its papers go there).
    """
    waits = case.state in (CaseState.RECEIVED, CaseState.AWAITING_CORRECTION)
    if not waits or case.forwarding is not None or not _not_windows(case, item):
        return ()
    return tuple(one for one in case.materials if one.status is not MaterialStatus.RECEIVED)


def answer_due(
    case: Case, brought_on: dt.date, calendar: WorkingDayCalendar, clock: deadlines.RegimeClock
) -> str:
    """Return by when an answer is owed once something was brought; after a notice it runs anew.

    What is brought before any notice leaves the day as it was (art. 32(1)(3)).
    """
    if case.state is not CaseState.AWAITING_CORRECTION:
        return case.respond_by
    due = deadlines.accept_by(brought_on, calendar, case.regime, clock)
    return due.date.isoformat() if due else ""


def _not_windows(case: Case, item: ServiceItem) -> bool:
    """Say whether no window may accept this case or ask for corrections."""
    return case.forwarding is not None or not windows_answer(item)


def windows_answer(item: ServiceItem) -> bool:
    """Say whether windows accept the item or ask for corrections (窗口权限), by its guide."""
    return item.guide and item.authority.may_accept


def may_follow(materials: Iterable[MaterialEntry], item: ServiceItem) -> tuple[str, ...]:
    """Return the ids of what may follow an acceptance (容缺), if nothing else lacks.

    All that is open is what the applicant chose to bring later and the guide lets come later;
    otherwise nothing may follow.
    """
    open_entries = [one for one in materials if one.status is not MaterialStatus.RECEIVED]
    later = {one.id for one in item.materials if one.deferrable and item.conditional_acceptance}
    lawful = all(
        one.status is MaterialStatus.DEFERRED and one.material_id in later for one in open_entries
    )
    return tuple(one.material_id for one in open_entries) if lawful else ()


def correction_items(materials: Iterable[MaterialEntry]) -> tuple[CorrectionItem, ...]:
    """Return all that lacks or is defective, each with the standard that it must meet."""
    return tuple(
        CorrectionItem(entry.material_id, entry.name, entry.defect, entry.standard)
        for entry in materials
        if entry.lacking
    )


def noticeable(case: Case, item: ServiceItem) -> tuple[MaterialEntry, ...]:
    """Return what a notice may list: what was recorded, then what else the guide asks for."""
    known = {entry.material_id for entry in case.materials}
    return case.materials + tuple(
        missing(material)
        for material in asked_materials(item, case.answers)
        if material.id not in known
    )


def with_faults(
    entries: Iterable[MaterialEntry], faults: Mapping[str, str]
) -> tuple[MaterialEntry, ...]:
    """Return the entries that have a fault, by id, as they stand once it is found.

    What is not here and has no words is missing; anything else is defective in these words.
    Raises `InvalidInput` (`desk.needs_defect`) for what was handed in and has no words.
    """
    found = []
    for entry in entries:
        if entry.material_id not in faults:
            continue
        words = faults[entry.material_id].strip() or entry.defect
        here = entry.status in (MaterialStatus.RECEIVED, MaterialStatus.DEFECTIVE)
        if here and not words:
            raise InvalidInput("desk.needs_defect", name=entry.name)
        status = MaterialStatus.DEFECTIVE if words else MaterialStatus.MISSING
        found.append(msgspec.structs.replace(entry, status=status, defect=words))
    return tuple(found)


def brought(case: Case, item: ServiceItem, ids: Collection[str]) -> tuple[MaterialEntry, ...]:
    """Return the entries of what lacked and was brought in order, by id."""
    guide = {material.id: material for material in item.materials}
    return tuple(
        received(guide[entry.material_id]) if entry.material_id in guide else came(entry)
        for entry in case.materials
        if entry.material_id in ids and entry.status is not MaterialStatus.RECEIVED
    )
