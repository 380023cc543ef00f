"""What wants doing: one tab a kind of work, the most urgent first; and a case's whole history."""

from __future__ import annotations

import threading
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from terminal.clock import today
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.records import Outcome
from terminal.domain.telling import Owed, owed_papers
from terminal.services.cases import case_row
from terminal.services.casework.acting import Office
from terminal.services.casework.silence import Silence, silence_of
from terminal.services.kept_cases import KeptCases
from terminal.services.untold import Untold
from terminal.services.views import CaseRow, Session
from terminal.store import lists
from terminal.store.database import Transaction

SOON_DAYS = 2
"""Working days left at which a case counts as due soon: today it shows what is red tomorrow."""

LISTS_KEPT = 2
"""The list of whoever is signed in, and that of all."""

UNFINISHED = tuple(state.value for state in CaseState if not state.over)
WANTED = (*UNFINISHED, CaseState.NOT_ACCEPTED.value)
"""States of cases that may want something: of what was not accepted the applicant is told."""

EVERY = tuple(state.value for state in CaseState)
ENDED = tuple(state.value for state in CaseState if state.over)


class Tab(StrEnum):
    """The tabs of 我的办件, in their order."""

    TO_CHECK = "to_check"
    TO_TELL = "to_tell"
    AWAITING_CORRECTION = "awaiting_correction"
    DEFERRED = "deferred"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    DEEMED = "deemed"
    TO_MAKE_READY = "to_make_ready"
    TO_HAND_OUT = "to_hand_out"
    RETURNED = "returned"
    TO_FORWARD = "to_forward"
    COMMITMENTS = "commitments"
    IN_HAND = "in_hand"


class TodoRow(msgspec.Struct, frozen=True):
    """A case in a tab: `until` is the date that counts there, `left` its working days.

    `owed` are the department's papers of which the applicant was not told yet.
    """

    case: CaseRow
    tabs: tuple[Tab, ...]
    until: date | None
    left: int | None
    originals: int
    silence: Silence | None = None
    owed: tuple[Owed, ...] = ()


class TodoList(msgspec.Struct, frozen=True):
    """All rows with their tabs, and how many stand in each."""

    rows: tuple[TodoRow, ...]
    counts: dict[str, int]

    def of(self, tab: Tab) -> tuple[TodoRow, ...]:
        """Return the rows of one tab, the nearest date first."""
        return tuple(row for row in self.rows if tab in row.tabs)


class TodoService:
    """Sorts the open cases of a window. Any thread may call it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock, self._search_lock = threading.Lock(), threading.Lock()
        self._findable: KeptCases[_Findable] = KeptCases()
        self._kept: dict[str, tuple[KeptCases[TodoRow], Untold]] = {}

    def mine(self, session: Session, *, of_all: bool = False) -> TodoList:
        """Return what wants doing of this clerk's cases, or of all that are known here."""
        on, calendar = today(self._office.clock), self._office.rules().calendar
        staff = "" if of_all else session.staff_id
        with self._lock:
            kept, untold = self._kept.pop(staff) if staff in self._kept else (KeptCases(), Untold())
            found = self._office.ledger.read(
                lambda db: _renewed(db, kept, untold, staff, on, calendar)
            )
            while len(self._kept) >= LISTS_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[staff] = (kept, untold)
        rows = [row for row in found if row.tabs]
        rows.sort(key=lambda row: (row.until or date.max, row.case.received_at, row.case.case_id))
        counts = {tab.value: sum(tab in row.tabs for row in rows) for tab in Tab}
        return TodoList(tuple(rows), counts)

    def ended(
        self, session: Session, *, of_all: bool = False, limit: int = 500
    ) -> tuple[TodoRow, ...]:
        """Return cases that are over, the newest first."""
        on, calendar = today(self._office.clock), self._office.rules().calendar
        staff = "" if of_all else session.staff_id

        def read(db: Transaction) -> list[TodoRow]:
            found = lists.cases(db, staff=staff, states=ENDED, limit=limit)
            sync = lists.sync_states(db, [case.case_id for case in found])
            return [
                TodoRow(
                    case_row(case, on, calendar, sync.get(case.case_id, "")), (), None, None,
                    len(case.kept_originals),
                )
                for case in found
            ]  # fmt: skip

        return tuple(self._office.ledger.read(read))

    def search(self, words: str, limit: int = 50) -> tuple[CaseRow, ...]:
        """Find cases known here by a number of theirs, applicant or matter, the newest first.

        A receipt written by hand is found by its own number, too: so it says itself. Only what
        has changed since the last search is read.
        """
        wanted = words.strip().casefold().replace(" ", "")
        if not wanted:
            return ()
        on, calendar = today(self._office.clock), self._office.rules().calendar

        def read(db: Transaction) -> list[CaseRow]:
            known = self._findable.rows(
                db, "", EVERY, (on, calendar), lambda case: _findable(case, on, calendar)
            )
            found = [one.row for one in known.values() if one.matches(wanted)]
            found.sort(key=lambda row: (row.received_at, row.receipt_number), reverse=True)
            sync = lists.sync_states(db, [row.case_id for row in found[:limit]])
            return [
                msgspec.structs.replace(row, sync=sync.get(row.case_id, ""))
                for row in found[:limit]
            ]

        with self._search_lock:
            return tuple(self._office.ledger.read(read))


class _Findable(NamedTuple):
    """What of a case is searched, each kind in one text, and its line in the list."""

    numbers: str
    names: str
    row: CaseRow

    def matches(self, wanted: str) -> bool:
        plain = wanted.replace("-", "")
        return (bool(plain) and plain in self.numbers) or wanted in self.names


def _findable(case: Case, on: date, calendar: WorkingDayCalendar) -> _Findable:
    paper = case.late_entry.paper_number if case.late_entry is not None else ""
    numbers = "\n".join((case.receipt_number, case.case_number, paper))
    names = "\n".join((case.applicant.name, case.visitor.name, case.item_name))
    return _Findable(
        numbers.casefold().replace("-", ""),
        names.casefold().replace(" ", ""),
        case_row(case, on, calendar, ""),
    )


def _renewed(
    db: Transaction,
    kept: KeptCases[TodoRow],
    untold: Untold,
    staff: str,
    on: date,
    calendar: WorkingDayCalendar,
) -> list[TodoRow]:
    """Return all rows of a list as they are now; only those that changed are made anew."""
    made = kept.rows(db, staff, WANTED, (on, calendar), lambda case: _row(case, on, calendar))
    owed = {one: row.owed for one, row in made.items() if row.owed}
    for one, left in untold.left(db, owed).items():
        if not left:
            # What was told stays told: this row is not asked about again.
            kept.keep(one, _told(made[one]))
        made[one] = msgspec.structs.replace(made[one], owed=left) if left else _told(made[one])
    for one, sync in kept.sync_states(db).items():
        row = made[one]
        if row.case.sync != sync:
            case = msgspec.structs.replace(row.case, sync=sync)
            made[one] = msgspec.structs.replace(row, case=case)
            kept.keep(one, made[one])
    return list(made.values())


def _row(case: Case, on: date, calendar: WorkingDayCalendar) -> TodoRow:
    row = case_row(case, on, calendar, "")
    due = row.due.isoformat() if row.due else ""
    dates: list[date] = []
    tabs: list[Tab] = []

    def put(tab: Tab, holds: bool, until: str = "") -> None:
        if holds:
            tabs.append(tab)
            if until:
                dates.append(date.fromisoformat(until))

    put(Tab.TO_CHECK, case.state is CaseState.RECEIVED and case.forwarding is None, due)
    owed = owed_papers(case)
    put(Tab.TO_TELL, bool(owed))
    put(Tab.AWAITING_CORRECTION, case.state is CaseState.AWAITING_CORRECTION)
    put(Tab.DEFERRED, bool(case.cure_due), case.cure_due)
    put(Tab.TO_MAKE_READY, _to_make_ready(case), due)
    put(Tab.TO_HAND_OUT, _to_hand_out(case), due)
    put(Tab.RETURNED, case.courier is not None and bool(case.courier.returned_at), due)
    elsewhere = case.forwarding is not None and case.state is CaseState.RECEIVED
    put(Tab.TO_FORWARD, elsewhere, due)
    put(Tab.COMMITMENTS, case.state.open and bool(case.unchecked_commitments), case.check_by)
    put(Tab.IN_HAND, case.state.open and case.accepted_at > 0, due)
    silence = silence_of(case, on)
    put(Tab.DEEMED, case.state.open and silence is not None)
    nearest = min(dates) if dates else None
    left = calendar.working_days_between(on, nearest) if nearest else None
    put(Tab.OVERDUE, nearest is not None and nearest < on)
    put(Tab.DUE_SOON, nearest is not None and nearest >= on and (left or 0) <= SOON_DAYS)
    return TodoRow(row, tuple(tabs), nearest, left, len(case.kept_originals), silence, owed)


def _told(row: TodoRow) -> TodoRow:
    tabs = tuple(tab for tab in row.tabs if tab is not Tab.TO_TELL)
    return msgspec.structs.replace(row, tabs=tabs, owed=())


def _to_make_ready(case: Case) -> bool:
    """Granted, and the result does not lie at the desk yet: without a tab it would be lost."""
    if case.state is not CaseState.DECIDED or case.decision is None:
        return False
    return case.decision.outcome is Outcome.GRANTED and not case.deferred


def _to_hand_out(case: Case) -> bool:
    if case.state is CaseState.RESULT_READY:
        return case.courier is None or bool(case.courier.returned_at)
    decided = case.state is CaseState.DECIDED and case.decision is not None
    return decided and case.decision is not None and case.decision.outcome is not Outcome.GRANTED


class HistoryLine(msgspec.Struct, frozen=True):
    """One line of a case's history: what, when, by whom and where, with which kinds of papers."""

    kind: str
    at: int
    actor_kind: str
    actor: str
    place: str
    papers: tuple[str, ...]


class CaseHistory(msgspec.Struct, frozen=True):
    """A case with everything that happened to it, oldest first, and who met the person first."""

    case: Case
    first_contact: str
    lines: tuple[HistoryLine, ...]


class HistoryService:
    """A case's whole history for the screen and the printer. Any thread may call it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def of(self, case_id: str) -> CaseHistory:
        """Return the history of a case; raises `NotFound`."""
        case = self._office.case(case_id)
        documents = self._office.ledger.read(lambda db: lists.documents_of_case(db, case_id))
        by_moment: dict[int, list[str]] = {}
        for document in documents:
            step = max(
                (one.at for one in case.history if one.at <= document.issued_at),
                default=case.history[0].at,
            )
            by_moment.setdefault(step, []).append(document.document_kind)
        shown: set[int] = set()
        lines: list[HistoryLine] = []
        for step_of in reversed(case.history):
            papers = () if step_of.at in shown else tuple(by_moment.get(step_of.at, ()))
            shown.add(step_of.at)
            actor = step_of.actor
            lines.append(
                HistoryLine(step_of.kind, step_of.at, actor.kind, actor.name, actor.place, papers)
            )
        return CaseHistory(case, case.clerk.name, tuple(reversed(lines)))
