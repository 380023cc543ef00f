"""The supervisor's page of complaints (办不成事反映): to answer, to call back, closed."""

from __future__ import annotations

import datetime as dt

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.desk import doing
from hub.desk.acts import DeskActs
from hub.desk.clock import RED_AT
from hub.desk.doing import Typed
from hub.desk.entrance import forged
from hub.desk.forms import own_form, read_fields
from hub.desk.session import Session
from hub.store import filed
from hub.web.site import Site, language_of, say_due, say_moment
from terminal.domain import deadlines
from terminal.domain.aggregates import Complaint
from terminal.errors import TerminalError
from terminal.texts import Texts

TABS = ("owed", "answered", "closed")
_LONGEST_ACTION = 64


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
    action: str


class Complaints:
    """The routes of complaints; they are the supervisor's alone."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request, session: Session) -> Response:
        """Show what is to answer, to call back, or closed."""
        if not session.account.supervisor:
            return await self._site.not_found(request)
        return await self._page(request, session)

    async def answer(self, request: Request, session: Session) -> Response:
        """Record the answer, or (`called`) the call back."""
        fields = dict(await read_fields(request))
        if not own_form(fields, session):
            return forged(self._site, request, session)
        if not session.account.supervisor:
            return await self._site.not_found(request)
        complaint_id, texts = request.path_params["complaint_id"], language_of(request)
        step = "call" if fields.get("step") == "call" else "answer"
        try:
            action = fields.get("action", "")[:_LONGEST_ACTION]
            await self._site.run(
                self._record, session, complaint_id, step, Typed(fields, texts), action
            )
        except TerminalError as error:
            return await self._page(
                request, session, (complaint_id, fields, error.sentence(texts)),
                doing.status_of(error),
            )  # fmt: skip
        tab = "answered" if step == "call" else "owed"
        return self._site.go(f"/desk/complaints?tab={tab}&done={step}")

    def _record(
        self, session: Session, complaint_id: str, step: str, typed: Typed, action: str
    ) -> None:
        desk = DeskActs(self._site.hub, session.account)
        if step == "call":
            desk.call_back(complaint_id, typed.yes("satisfied"), typed.text("remark"), action)
        else:
            desk.answer_complaint(complaint_id, typed.text("answer"), typed.yes("mended"), action)

    async def _page(
        self,
        request: Request,
        session: Session,
        sent: tuple[str, dict[str, str], str] | None = None,
        status: int = 200,
    ) -> Response:
        texts = language_of(request)
        tab = request.query_params.get("tab", TABS[0])
        if sent is not None and sent[1].get("step") == "call":
            tab = "answered"
        tab = tab if tab in TABS else TABS[0]
        found, receipts, counts = await self._site.run(self._read, tab)
        lines = [self._line(one, receipts, texts) for one in found]
        shown = sent is not None and any(line.complaint_id == sent[0] for line in lines)
        done = request.query_params.get("done", "")
        return self._site.page(
            request,
            "complaints.html",
            status,
            session=session,
            lines=lines,
            tab=tab,
            tabs=[(name, texts(f"desk.complaint.{name}"), counts[name]) for name in TABS],
            sent_id=sent[0] if sent and shown else "",
            given=sent[1] if sent and shown else {},
            problem=sent[2] if sent else "",
            done=texts(f"desk.complaint.done_{done}") if done in ("answer", "call") else "",
        )

    def _read(self, tab: str) -> tuple[list[Complaint], dict[str, tuple[str, str]], dict[str, int]]:
        with self._site.hub.store.reading() as database:
            found = filed.complaints(database, tab)
            receipts = filed.receipts_of(database, [one.case_id for one in found if one.case_id])
            return found, receipts, {one: filed.complaint_count(database, one) for one in TABS}

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
            action=self._site.hub.randomness.uuid7(),
        )

    def _tone(self, one: Complaint, today: dt.date) -> str:
        if one.answered_at:
            return ""
        due = dt.date.fromisoformat(one.answer_by)
        left = deadlines.working_days_left(today, due, self._site.hub.calendar)
        return "bad" if due <= today else "warning" if left <= RED_AT else ""
