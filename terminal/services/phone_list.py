"""The phone list: whom to call when the network is gone and a legal date comes near."""

from __future__ import annotations

import msgspec

from terminal.clock import Clock, to_local
from terminal.documents.pdf import render_pdf
from terminal.documents.templates.phone_list import PhoneLine, PhoneListView, phone_list
from terminal.documents.wording import default_wording
from terminal.domain.case import Case
from terminal.domain.deadlines import clock_of
from terminal.domain.masking import mask_name
from terminal.domain.parties import Party, PartyKind
from terminal.services.printing import PrintingService
from terminal.services.views import Session
from terminal.store import aggregates, standing
from terminal.store.database import Ledger, Transaction
from terminal.texts import DEFAULT_LANGUAGE

MOST = 300
"""Lines of one list, the nearest dates first: more can nobody call in a day."""

TITLE = "phone-list"


class ListPrinted(msgspec.Struct, frozen=True):
    """What went to the printer: its job, and how many cases stand on the list."""

    job_id: str
    count: int


class PhoneListService:
    """Makes the list anew each time; nothing of it is kept."""

    def __init__(
        self, ledger: Ledger, clock: Clock, printing: PrintingService, hall: str, window: str
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._printing = printing
        self._hall = hall
        self._window = window

    def view(self, session: Session) -> PhoneListView:
        """Return whom to call, the nearest legal date first.

        Cases that wait for an answer, and those whose date runs and that have not arrived.
        """

        def read(db: Transaction) -> tuple[list[PhoneLine], int]:
            ids, count = standing.owed(db, MOST), standing.count_owed(db)
            cases = [case for case in (aggregates.load(db, one) for one in ids) if case]
            return [_line(case) for case in cases if isinstance(case, Case)], count

        lines, count = self._ledger.read(read)
        return PhoneListView(
            hall=self._hall,
            window=self._window,
            clerk=session.name,
            made_at=to_local(self._clock.now().corrected).isoformat(timespec="seconds"),
            lines=tuple(lines),
            more=max(count - len(lines), 0),
        )

    def pdf(self, session: Session) -> bytes:
        """Return the list as PDF."""
        return _rendered(self.view(session))

    def print(self, session: Session) -> ListPrinted:
        """Send the list to the A4 printer; its bytes stay in memory until it is printed."""
        view = self.view(session)
        job_id = self._printing.print_loose("a4_printer", _rendered(view), TITLE)
        return ListPrinted(job_id, len(view.lines))


def _rendered(view: PhoneListView) -> bytes:
    return render_pdf(phone_list(view, default_wording(DEFAULT_LANGUAGE)))


def _line(case: Case) -> PhoneLine:
    lacking = tuple(entry.name for entry in case.lacking)
    act = standing.act_of(case)
    if act == "answer" and lacking:
        act = "correct"
    return PhoneLine(
        receipt_number=case.receipt_number,
        item=case.item_name,
        applicant=_name(case.applicant),
        phone=case.applicant.phone or case.visitor.phone,
        due=case.due,
        act=act,
        materials=lacking,
        silence=act in ("answer", "correct") and clock_of(case.regime).silence == "accepted",
    )


def _name(party: Party) -> str:
    return mask_name(party.name) if party.kind is PartyKind.PERSON else party.name
