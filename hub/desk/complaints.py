"""The supervisor's page of complaints (办不成事反映): to answer, to call back, closed."""

from __future__ import annotations

import datetime as dt

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.desk.acts import DeskActs
from hub.desk.clock import RED_AT
from hub.desk.doing import Typed
from hub.desk.filed_page import FiledPage, Sent
from hub.desk.session import Session
from hub.store import filed
from hub.store.people import Account
from hub.web.paging import PER_PAGE, Part, asked_for, paging, part_of
from hub.web.site import language_of, say_due, say_moment
from terminal.domain import deadlines
from terminal.domain.aggregates import Complaint
from terminal.texts import Texts

TABS = ("owed", "answered", "closed")


class Line(msgspec.Struct, frozen=True):
    """A complaint in words."""

    complaint_id: str
    number: str
    text: str
    against: str
    by: str
    phone: str
    window: str
    filed: str
    due: str
    tone: str
    case: str
    hotline: str
    answer: str
    mended: bool
    called: bool
    satisfied: bool
    remark: str
    action: str


class Complaints(FiledPage):
    """The routes of complaints; they are the supervisor's alone."""

    home = "/desk/complaints"
    named = "complaint_id"

    def _allowed(self, account: Account) -> bool:
        return account.supervisor

    def _record(self, session: Session, about: str, typed: Typed, action: str) -> str:
        """Record the answer, or (`call`) the call back."""
        desk = DeskActs(self._site.hub, session.account)
        if typed.text("step") == "call":
            desk.call_back(about, typed.yes("satisfied"), typed.text("remark"), action)
            return f"{self.home}?tab=answered&done=call"
        desk.answer_complaint(about, typed.text("answer"), typed.yes("mended"), action)
        return f"{self.home}?tab=owed&done=answer"

    async def _page(
        self, request: Request, session: Session, sent: Sent, status: int = 200
    ) -> Response:
        texts = language_of(request)
        tab = request.query_params.get("tab", TABS[0])
        if sent.fields.get("step") == "call":
            tab = "answered"
        tab = tab if tab in TABS else TABS[0]
        number = asked_for(request)
        found, receipts, counts, part = await self._site.run(self._read, tab, number)
        lines = [self._line(one, receipts, texts) for one in found]
        done = request.query_params.get("done", "")
        return self._site.page(
            request,
            "complaints.html",
            status,
            session=session,
            lines=lines,
            tab=tab,
            tabs=[(name, texts(f"desk.complaint.{name}"), counts[name]) for name in TABS],
            paging=paging(request, part, lines, self.home),
            page=part.number,
            done=texts(f"desk.complaint.done_{done}") if done in ("answer", "call") else "",
            **sent.beside([line.complaint_id for line in lines]),
        )

    def _read(
        self, tab: str, number: int
    ) -> tuple[list[Complaint], dict[str, tuple[str, str]], dict[str, int], Part]:
        with self._site.hub.store.reading() as database:
            counts = {one: filed.complaint_count(database, one) for one in TABS}
            part = part_of(number, counts[tab])
            found = filed.complaints(database, tab, offset=part.offset, limit=PER_PAGE)
            receipts = filed.receipts_of(database, [one.case_id for one in found if one.case_id])
            return found, receipts, counts, part

    def _line(self, one: Complaint, receipts: dict[str, tuple[str, str]], texts: Texts) -> Line:
        today = self._site.today()
        return Line(
            complaint_id=one.complaint_id,
            number=one.number,
            text=one.text,
            against=one.against,
            by=one.complainant.name,
            phone=one.complainant.phone,
            window=one.window,
            filed=say_moment(one.filed_at, texts, today),
            due=say_due(one.answer_by, texts, today),
            tone=self._tone(one, today),
            case=" · ".join(receipts.get(one.case_id, ())),
            hotline=one.hotline_number,
            answer=one.answer,
            mended=one.mended,
            called=bool(one.called_at),
            satisfied=one.satisfied,
            remark=one.called_remark,
            action=self._site.hub.randomness.uuid7(),
        )

    def _tone(self, one: Complaint, today: dt.date) -> str:
        if one.answered_at:
            return ""
        due = dt.date.fromisoformat(one.answer_by)
        left = deadlines.working_days_left(today, due, self._site.hub.calendar)
        return "bad" if due <= today else "warning" if left <= RED_AT else ""
