"""Shift hand-over and end of day (交接班): what stands open, signed by both sides."""

from __future__ import annotations

from datetime import date

import msgspec

from terminal.clock import today
from terminal.domain.aggregates import ShiftHandover, Visit
from terminal.domain.case import Case
from terminal.domain.records import Lane, ShiftHandedOver
from terminal.errors import RuleRefused
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.services.blank_book import BlankBook, book_of
from terminal.services.casework.acting import Office
from terminal.services.casework.todo import SOON_DAYS, UNFINISHED, Tab, TodoService
from terminal.services.kept_drafts import unsaved_parked
from terminal.services.lanes import count_lanes
from terminal.services.staff import clerk_of
from terminal.services.views import CaseRow, Session
from terminal.store import aggregates, blanks, lists, print_jobs, standing
from terminal.store.database import Transaction
from terminal.store.tables.ledger import AggregateRow

PRINTERS = ("receipt_printer", "a4_printer")


class ShiftFacts(msgspec.Struct, frozen=True):
    """What an end of day looks at; dates where one is the earliest legal one."""

    open_visits: tuple[str, ...]
    parked_visits: tuple[str, ...]
    kept_originals: tuple[tuple[str, str], ...]
    failed_prints: int
    unsent: int
    unsent_due: date | None
    to_hand_out: tuple[CaseRow, ...]
    due_soon: tuple[CaseRow, ...]
    lanes: dict[Lane, int] = {}
    blanks: BlankBook = BlankBook()

    @property
    def counts(self) -> dict[str, int]:
        """The figures that go into the hand-over's record."""
        return {
            "open_visits": len(self.open_visits),
            "parked_visits": len(self.parked_visits),
            "kept_originals": len(self.kept_originals),
            "failed_prints": self.failed_prints,
            "unsent": self.unsent,
            "to_hand_out": len(self.to_hand_out),
            "due_soon": len(self.due_soon),
            "blanks_taken": len(self.blanks.taken),
        }

    @property
    def clear(self) -> bool:
        """Whether nothing stands open at all."""
        return not any(self.counts.values())

    @property
    def record(self) -> dict[str, int]:
        """What the hand-over keeps: what stands open, how people were served, the blanks."""
        served = {f"lane_{lane.value}": count for lane, count in self.lanes.items()}
        book = self.blanks.counts if self.blanks.printed else {}
        return {**self.counts, **served, **book}


class ShiftService:
    """Looks at a shift's end and records the hand-over. Any thread may call it."""

    def __init__(self, office: Office, todo: TodoService) -> None:
        self._office = office
        self._todo = todo

    def facts(self, session: Session) -> ShiftFacts:
        """Return what stands open at this window now."""
        rows = self._todo.mine(session, of_all=True)
        soon = today(self._office.clock)

        def read(db: Transaction) -> ShiftFacts:
            visits = [
                visit
                for visit in aggregates.select(db, "visit", AggregateRow.state != "ended")
                if isinstance(visit, Visit)
            ]
            cases = [case for case in lists.cases(db, states=UNFINISHED) if isinstance(case, Case)]
            counts = standing.counts(db)
            served = [case for case in lists.cases(db) if isinstance(case, Case)]
            return ShiftFacts(
                open_visits=tuple(v.visitor.name for v in visits if not v.parked_at),
                parked_visits=(
                    *(v.visitor.name for v in visits if v.parked_at),
                    *(visitor.name for visitor in unsaved_parked(db, session.staff_id)),
                ),
                kept_originals=tuple(
                    (case.receipt_number, entry.name)
                    for case in cases
                    for entry in case.kept_originals
                ),
                failed_prints=sum(
                    len(print_jobs.in_state(db, device, state))
                    for device in PRINTERS
                    for state in ("failed", "unknown")
                ),
                unsent=counts.written - counts.acknowledged,
                unsent_due=date.fromisoformat(counts.due) if counts.due else None,
                to_hand_out=tuple(row.case for row in rows.of(Tab.TO_HAND_OUT)),
                lanes=count_lanes(served, soon),
                blanks=book_of(blanks.printed(db)),
                due_soon=tuple(
                    row.case
                    for row in rows.rows
                    if row.until is not None and (row.until < soon or (row.left or 0) <= SOON_DAYS)
                ),
            )

        return self._office.ledger.read(read)

    def hand_over(
        self,
        session: Session,
        second_name: str,
        second_password: str,
        successors: dict[str, str] | None = None,
        remark: str = "",
        action_id: str = "",
    ) -> ShiftHandover:
        """Record a hand-over that both sides have signed; due cases get a named successor.

        `successors` maps case ids to names. Raises `RuleRefused` when a due case has none.
        """
        facts = self.facts(session)
        named = {key: name.strip() for key, name in (successors or {}).items() if name.strip()}
        if any(row.case_id not in named for row in facts.due_soon):
            raise RuleRefused("handover.successor_missing")
        office = self._office
        second = office.staff.second_person(second_name, second_password, session)
        action = action_id or office.new_action()
        handover_id = record_id(action, "handover", "id")
        body = ShiftHandedOver(
            window=office.desk.window,
            outgoing=clerk_of(session, office.desk.window),
            incoming=second,
            handed_over_at=office.now(),
            facts=facts.record,
            successors=named,
            remark=remark.strip(),
        )

        def write(db: Transaction) -> ShiftHandover:
            if aggregates.load(db, handover_id) is None:
                office.journal.append(db, action, [Draft(handover_id, "", body)])
            made = aggregates.load(db, handover_id)
            assert isinstance(made, ShiftHandover)
            return made

        handover = office.ledger.write(write)
        office.events.publish("journal_changed")
        return handover
