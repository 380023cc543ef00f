"""A case's whole history on paper (办件全过程): who, where, when, with which papers."""

from __future__ import annotations

from terminal.clock import Clock, to_local
from terminal.documents import render
from terminal.documents.views import CaseHistoryView, DocumentHead, HistoryLine
from terminal.domain.wiping import is_wiped
from terminal.errors import RuleRefused
from terminal.services.casework.todo import HistoryService
from terminal.services.papers import Place
from terminal.services.printing import PrintingService
from terminal.services.views import Session
from terminal.texts import Texts

TITLE = "case-history"


class HistorySheetService:
    """Composes the sheet and prints it; it is kept nowhere. Any thread may call it."""

    def __init__(
        self, history: HistoryService, printing: PrintingService, place: Place, clock: Clock
    ) -> None:
        self._history = history
        self._printing = printing
        self._place = place
        self._clock = clock
        self._texts = Texts(place.language)

    def view(self, case_id: str, session: Session) -> CaseHistoryView:
        """Return the sheet's content; raises `NotFound`, or `RuleRefused` for a wiped case."""
        found = self._history.of(case_id)
        case = found.case
        if is_wiped(case):
            raise RuleRefused("case.wiped")
        head = DocumentHead(
            organ=case.organ,
            number=case.receipt_number,
            issued_at=_moment(self._clock.now().corrected),
            hall=self._place.hall,
            window=self._place.window,
            clerk=session.name,
            language=self._place.language,
        )
        return CaseHistoryView(
            head=head,
            receipt_number=case.receipt_number,
            case_number=case.case_number,
            item=case.item_name,
            applicant=case.applicant.name,
            first_contact=found.first_contact,
            lines=tuple(
                HistoryLine(
                    at=_moment(line.at),
                    kind=line.kind,
                    actor=line.actor or self._texts(f"casework.actor.{line.actor_kind}"),
                    place=line.place,
                    papers=line.papers,
                )
                for line in found.lines
            ),
        )

    def print(self, case_id: str, session: Session) -> str:
        """Send the sheet to the A4 printer; returns its print job's id."""
        data = render(self.view(case_id, session), "pdf")
        return self._printing.print_loose("a4_printer", data, TITLE)


def _moment(milliseconds: int) -> str:
    return to_local(milliseconds).isoformat(timespec="seconds")
