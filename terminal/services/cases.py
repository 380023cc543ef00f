"""Cases for screens: my open ones with their clocks, one with its history."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from terminal.clock import Clock, today
from terminal.domain.answering import due_now, provisional_now
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.deadlines import working_days_left
from terminal.domain.telling import Owed, owed_papers
from terminal.domain.wiping import is_wiped
from terminal.errors import NotFound
from terminal.services.kept_cases import KeptCases
from terminal.services.printing import document_view
from terminal.services.untold import Untold
from terminal.services.views import CaseCounts, CaseRow, DocumentView, Session
from terminal.store import aggregates, lists
from terminal.store.database import Ledger, Transaction

OPEN_STATES = tuple(state.value for state in CaseState if state.open)
COUNTED = (*OPEN_STATES, CaseState.NOT_ACCEPTED.value)
"""Of what was not accepted the applicant may still have to be told."""


def case_row(case: Case, on: date, calendar: WorkingDayCalendar, sync: str) -> CaseRow:
    """Return a case as a line of a list.

    `light` is red when overdue or due today, yellow when due on the next working day, green
    otherwise, empty when no clock of the organ runs; a provisional date counts as notices since
    have made it, if that is earlier.
    """
    due = due_now(case, calendar)
    left = working_days_left(on, due, calendar) if due else None
    light = ""
    if left is not None and due is not None:
        light = "green"
        if due <= on or left <= 0:
            light = "red"
        elif left == 1:
            light = "yellow"
    return CaseRow(
        case_id=case.case_id,
        receipt_number=case.receipt_number,
        case_number=case.case_number,
        item_name=case.item_name,
        applicant=case.applicant.name,
        state=case.state,
        due=due,
        days_left=left,
        provisional=provisional_now(case, calendar),
        light=light,
        received_at=case.received_at,
        sync=sync,
        offline=case.offline,
        wiped=is_wiped(case),
    )


class _Counted(NamedTuple):
    """What is counted of a case."""

    state: CaseState
    due: date | None
    days_left: int | None
    deferred: bool
    owed: tuple[Owed, ...]


class CasesService:
    """Reads cases of this terminal; any thread may call it."""

    def __init__(
        self, ledger: Ledger, calendar: Callable[[], WorkingDayCalendar], clock: Clock
    ) -> None:
        self._ledger = ledger
        self._calendar = calendar
        self._clock = clock
        self._lock = threading.Lock()
        self._counted: KeptCases[_Counted] = KeptCases()
        self._untold = Untold()
        self._counted_for = ""

    def mine(self, session: Session, *, all_states: bool = False) -> tuple[CaseRow, ...]:
        """Return my cases, the most urgent first; those without a clock come last."""
        states = () if all_states else OPEN_STATES
        on, calendar = today(self._clock), self._calendar()

        def read(db: Transaction) -> list[CaseRow]:
            found = lists.cases(db, staff=session.staff_id, states=states)
            sync = lists.sync_states(db, [case.case_id for case in found])
            return [case_row(case, on, calendar, sync.get(case.case_id, "")) for case in found]

        rows = self._ledger.read(read)
        return tuple(sorted(rows, key=lambda row: (row.due or date.max, row.received_at)))

    def counts(self, session: Session) -> CaseCounts:
        """Count my open cases by what they want of me."""
        on, calendar = today(self._clock), self._calendar()

        def make(case: Case) -> _Counted:
            row = case_row(case, on, calendar, "")
            owed = owed_papers(case)
            return _Counted(row.state, row.due, row.days_left, bool(case.deferred), owed)

        def read(db: Transaction) -> tuple[list[_Counted], int]:
            found = self._counted.rows(db, session.staff_id, COUNTED, (on, calendar), make)
            owed = {one: counted.owed for one, counted in found.items() if counted.owed}
            left = self._untold.left(db, owed)
            for one in (one for one, still in left.items() if not still):
                # What was told stays told: it is not asked about again.
                self._counted.keep(one, found[one]._replace(owed=()))
            return [one for one in found.values() if one.state.open], sum(map(bool, left.values()))

        with self._lock:
            if self._counted_for != session.staff_id:
                self._counted, self._counted_for = KeptCases(), session.staff_id
            cases, to_tell = self._ledger.read(read)
        dated = [(case, case.due) for case in cases if case.due is not None]
        return CaseCounts(
            overdue=sum(due < on for _, due in dated),
            due_today=sum(due == on for _, due in dated),
            due_tomorrow=sum(case.days_left == 1 for case, due in dated if due > on),
            received=sum(case.state is CaseState.RECEIVED for case in cases),
            awaiting_correction=sum(case.state is CaseState.AWAITING_CORRECTION for case in cases),
            deferred=sum(case.deferred for case in cases),
            open=len(cases),
            to_tell=to_tell,
        )

    def case(self, case_id: str) -> Case:
        """Return a case by its id or receipt number; raises `NotFound`."""

        def read(db: Transaction) -> Case | None:
            found = aggregates.load(db, case_id)
            return found if isinstance(found, Case) else lists.case_by_number(db, case_id)

        case = self._ledger.read(read)
        if case is None:
            raise NotFound("case.not_found", number=case_id)
        return case

    def documents(self, case_id: str) -> tuple[DocumentView, ...]:
        """Return the documents of a case with their print jobs, oldest first."""
        return tuple(
            self._ledger.read(
                lambda db: [
                    document_view(db, document) for document in lists.documents_of_case(db, case_id)
                ]
            )
        )
