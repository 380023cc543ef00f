"""Complaints on the spot (办不成事反映): taken by a window, never closed by it."""

from __future__ import annotations

import msgspec

from terminal.clock import to_local
from terminal.domain.aggregates import Complaint
from terminal.domain.parties import Party
from terminal.domain.records import ComplaintFiled
from terminal.errors import InvalidInput
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.services.casework.acting import Office
from terminal.services.numbering import Numbering
from terminal.services.staff import clerk_of
from terminal.services.views import Session
from terminal.store import aggregates, journal
from terminal.store.database import Transaction

ANSWER_DAYS = 5
"""Working days until the answer, where the hall has not said otherwise."""


class ComplaintRequest(msgspec.Struct, frozen=True):
    """What a visitor says could not be done; everything but the words is optional."""

    text: str
    against: str = ""
    complainant: Party = Party("")
    case_id: str = ""
    hotline_number: str = ""


class ComplaintsService:
    """Takes complaints down. Any thread may call it."""

    def __init__(self, office: Office, numbering: Numbering) -> None:
        self._office = office
        self._numbering = numbering

    def file(self, request: ComplaintRequest, session: Session, action_id: str = "") -> Complaint:
        """Take a complaint down with a number and the date of its answer."""
        if not request.text.strip():
            raise InvalidInput("complaint.incomplete")
        office = self._office
        action = action_id or office.new_action()
        complaint_id = record_id(action, "complaint", "id")

        def write(db: Transaction) -> Complaint:
            if not journal.records_of_action(db, action):
                body = self._body(db, request, session)
                office.journal.append(db, action, [Draft(complaint_id, "", body)])
            found = aggregates.load(db, complaint_id)
            assert isinstance(found, Complaint)
            return found

        complaint = office.ledger.write(write)
        office.events.publish("complaint_filed", complaint_id)
        office.events.publish("journal_changed")
        return complaint

    def _body(self, db: Transaction, request: ComplaintRequest, session: Session) -> ComplaintFiled:
        now = self._office.now()
        day = to_local(now).date()
        answer_by = self._office.rules().calendar.add_working_days(day, ANSWER_DAYS)
        return ComplaintFiled(
            number=self._numbering.complaint_number(db, day),
            text=request.text.strip(),
            against=request.against.strip(),
            complainant=request.complainant,
            window=self._office.desk.window,
            taken_by=clerk_of(session, self._office.desk.window),
            filed_at=now,
            answer_by=answer_by.date.isoformat(),
            case_id=request.case_id,
            hotline_number=request.hotline_number.strip(),
        )
