"""Papers of the house: guides, complaint slips, tickets, blanks printed ahead, hand-overs.

They belong to no step of a case, so the journal does not keep them; numbers of blanks are kept
in the ledger, for a late entry is held against them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from terminal.clock import Clock, today
from terminal.documents import HallWording, PrinterProfile, lay_out, render
from terminal.documents.composing import house
from terminal.documents.composing.base import moment
from terminal.documents.pdf import render_pdf
from terminal.documents.templates.sheets import stacked
from terminal.documents.views import (
    BlankReceiptView,
    DocumentView,
    HistoryLine,
    OpenLine,
    kind_of,
)
from terminal.documents.wording import default_wording
from terminal.domain.aggregates import Complaint, ShiftHandover
from terminal.domain.case import Case
from terminal.domain.catalogue import Answers
from terminal.errors import InvalidInput
from terminal.services.casework.acting import Items
from terminal.services.casework.shifts import ShiftFacts
from terminal.services.casework.todo import HistoryService
from terminal.services.numbering import Numbering
from terminal.services.papers import PAPER_OF_KIND, PaperMaker
from terminal.services.printing import PrintingService
from terminal.services.views import Session
from terminal.store import aggregates, blanks
from terminal.store.database import Ledger, Transaction
from terminal.texts import DEFAULT_LANGUAGE

MOST_BLANKS = 500


class SheetsService:
    """Makes papers of the house and prints them. Any thread may call it; it blocks."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        clock: Clock,
        items: Items,
        papers: PaperMaker,
        numbering: Numbering,
        history: HistoryService,
        printing: PrintingService,
        profile: PrinterProfile,
        wording: HallWording | None,
        window: Callable[[], str],
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._items = items
        self._papers = papers
        self._numbering = numbering
        self._history = history
        self._printing = printing
        self._profile = profile
        self._wording = wording
        self._window = window

    # Views

    def one_time_notice(
        self, item_code: str, session: Session | None = None, answers: Answers | None = None
    ) -> DocumentView:
        """Return the guide of an item (一次性告知单); with answers, of that scenario alone."""
        item = self._items.item(item_code)
        return house.one_time_notice(item, answers or {}, self._papers.occasion_of(
            self._clerk(session), self._now()
        ))  # fmt: skip

    def complaint_slip(self, complaint: Complaint, session: Session) -> DocumentView:
        """Return the slip of a complaint (反映问题受理单)."""
        occasion = self._papers.occasion_of(session.name, self._now())
        return house.complaint_slip(complaint, occasion)

    def shift_handover(
        self, handover: ShiftHandover, session: Session, facts: ShiftFacts | None = None
    ) -> DocumentView:
        """Return a shift's hand-over (交接班表); `facts` as they were give its details."""
        occasion = self._papers.occasion_of(session.name, self._now())
        cases = self._ledger.read(lambda db: _cases(db, handover.successors))
        due = facts.unsent_due if facts else None
        return house.shift_handover(
            handover, occasion, cases, _details(facts), due.isoformat() if due else ""
        )

    def case_history(self, case_id: str, session: Session | None = None) -> DocumentView:
        """Return everything that happened to a case (办件全过程)."""
        found = self._history.of(case_id)
        wording = default_wording(DEFAULT_LANGUAGE)
        lines = tuple(
            HistoryLine(
                at=moment(line.at),
                kind=line.kind,
                actor=line.actor
                or wording.plain(
                    "case_history.visitor"
                    if line.actor_kind == "visitor"
                    else "case_history.system"
                ),
                place=line.place,
                papers=line.papers,
            )
            for line in found.lines
        )
        occasion = self._papers.occasion_of(self._clerk(session), self._now())
        return house.case_history(found.case, found.first_contact, lines, occasion)

    def queue_ticket(self, number: str, queue: str, ahead: int, lane: str = "") -> DocumentView:
        """Return a queue ticket (号票)."""
        occasion = self._papers.occasion_of(self._window(), self._now())
        return house.queue_ticket(number, queue, ahead, occasion, lane)

    def blanks(self, count: int, session: Session | None = None) -> tuple[BlankReceiptView, ...]:
        """Return receipts to be written by hand, under numbers that are kept from now on.

        Raises `InvalidInput('document.blank_count')`.
        """
        if not 1 <= count <= MOST_BLANKS:
            raise InvalidInput("document.blank_count")
        now, day = self._now(), today(self._clock)

        def lease(db: Transaction) -> list[str]:
            numbers = [self._numbering.blank_number(db, day) for _ in range(count)]
            for number in numbers:
                blanks.add(db, number, now)
            return numbers

        occasion = self._papers.occasion_of(self._clerk(session), now)
        return tuple(house.blank_receipt(number, occasion) for number in self._ledger.write(lease))

    def free_blanks(self) -> tuple[str, ...]:
        """Return the numbers that were printed ahead here and are not used yet."""
        return self._ledger.read(blanks.free)

    # Paper

    def pdf(self, view: DocumentView) -> bytes:
        """Return a sheet as PDF."""
        return render(view, "pdf", wording=self._wording)

    def png(self, view: DocumentView) -> bytes:
        """Return a sheet as a picture, for a look at it."""
        return render(view, "png", wording=self._wording)

    def text(self, view: DocumentView) -> str:
        """Return a sheet as plain text."""
        return render(view, "text", wording=self._wording).decode()

    def pdf_of_blanks(self, views: Sequence[BlankReceiptView]) -> bytes:
        """Return blanks as one PDF, each on a page of its own."""
        return render_pdf(stacked([lay_out(view, wording=self._wording) for view in views]))

    def print(self, view: DocumentView) -> str:
        """Print a sheet on its own kind of paper; returns the job's id. Nothing of it is kept."""
        device = PAPER_OF_KIND[kind_of(view)]
        data = self.pdf(view)
        if device == "receipt_printer":
            data = render(view, "escpos", profile=self._profile, wording=self._wording)
        return self._printing.print_loose(device, data, kind_of(view))

    def print_blanks(self, count: int, session: Session | None = None) -> str:
        """Print blanks ahead on A4; returns the job's id."""
        data = self.pdf_of_blanks(self.blanks(count, session))
        return self._printing.print_loose("a4_printer", data, "blank_receipt")

    def _now(self) -> int:
        return self._clock.now().corrected

    def _clerk(self, session: Session | None) -> str:
        """Return who gives a sheet out; at a kiosk or a command it is the place itself."""
        return session.name if session is not None else self._window()


def _cases(db: Transaction, successors: dict[str, str]) -> tuple[Case, ...]:
    found = (aggregates.load(db, case_id) for case_id in successors)
    return tuple(case for case in found if isinstance(case, Case))


def _details(facts: ShiftFacts | None) -> tuple[OpenLine, ...]:
    """Name what must be seen by the next: visits, originals, results. For the office only."""
    if facts is None:
        return ()
    lines = [OpenLine(kind="open_visits", text=name) for name in facts.open_visits]
    lines += [OpenLine(kind="parked_visits", text=name) for name in facts.parked_visits]
    lines += [
        OpenLine(kind="kept_originals", text=f"{name} {number}")
        for number, name in facts.kept_originals
    ]
    lines += [
        OpenLine(kind="to_hand_out", text=f"{row.item_name} {row.receipt_number}")
        for row in facts.to_hand_out
    ]
    return tuple(lines)
