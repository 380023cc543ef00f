"""The departments' desk: sign in, a queue with clocks, a case with its papers, a decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.blobs import Blobs
from hub.desk import decisions
from hub.desk.forms import own_form, read_fields
from hub.desk.session import Session, Sessions
from hub.store import projections
from hub.web.progress import state_name
from hub.web.site import (
    HEADERS,
    Site,
    language_of,
    say_due,
    say_moment,
)
from terminal.domain import deadlines
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem
from terminal.domain.parties import MaterialEntry
from terminal.domain.records import Outcome
from terminal.domain.regime import procedure_of
from terminal.errors import TerminalError
from terminal.texts import Texts

TABS: dict[str, tuple[str, ...]] = {
    "to_decide": (CaseState.ACCEPTED,),
    "open": (CaseState.RECEIVED, CaseState.AWAITING_CORRECTION, CaseState.ACCEPTED),
    "done": (CaseState.DECIDED, CaseState.NOT_ACCEPTED),
}
_SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "application/pdf"})
_RED_AT = 2
"""Working days left at which a clock turns red."""

Handler = Callable[[Request, Session], Awaitable[Response]]


class Clock(msgspec.Struct, frozen=True):
    """A case's clock: words, icon and tone say the same."""

    text: str
    left: str
    icon: str
    tone: str


class Row(msgspec.Struct, frozen=True):
    """One line of the queue."""

    case: Case
    state: str
    clock: Clock


class Scan(msgspec.Struct, frozen=True):
    """A scan of a material; `here` False while it is still on its way."""

    hash: str
    name: str
    here: bool


class MaterialRow(msgspec.Struct, frozen=True):
    """A material with its scans."""

    entry: MaterialEntry
    scans: tuple[Scan, ...]


class Said(msgspec.Struct, frozen=True):
    """A form field or an answer by its name in the catalogue, or by its id without one."""

    name: str
    value: str


class Desk:
    """The desk's routes."""

    def __init__(self, site: Site, blobs: Blobs) -> None:
        self._site = site
        self._blobs = blobs
        self._sessions = Sessions(site.hub)

    def guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Let a handler be reached by a signed-in account only; forms need the page's token."""

        async def guard(request: Request) -> Response:
            session = await self._site.run(self._sessions.read, request)
            if session is None:
                return self._site.go("/desk/sign-in?expired=1")
            return await handler(request, session)

        return guard

    async def sign_in_page(self, request: Request) -> Response:
        """Ask who it is."""
        expired = request.query_params.get("expired") and request.cookies
        return self._sign_in(request, "hub.desk.expired" if expired else "")

    async def sign_in(self, request: Request) -> Response:
        """Check name and password."""
        fields = dict(await read_fields(request))
        name, client = fields.get("account", "").strip(), _client(request)
        minutes = self._sessions.wait_minutes(name, client)
        if minutes:
            return self._sign_in(request, "hub.desk.too_often", 429, name, minutes=minutes)
        cookie = await self._site.run(
            self._sessions.sign_in, name, fields.get("password", ""), client
        )
        if cookie is None:
            return self._sign_in(request, "hub.desk.wrong", 401, name)
        response = self._site.go("/desk")
        self._sessions.set_cookie(request, response, cookie)
        return response

    def _sign_in(
        self, request: Request, problem: str, status: int = 200, name: str = "", **data: object
    ) -> Response:
        said = language_of(request)(problem, **data) if problem else ""
        return self._site.page(request, "sign_in.html", status, problem=said, name=name)

    async def sign_out(self, request: Request, session: Session) -> Response:
        """End the session."""
        if not own_form(dict(await read_fields(request)), session):
            return self._forged(request, session)
        await self._site.run(self._sessions.end, session)
        response = self._site.go("/desk/sign-in")
        self._sessions.drop_cookie(response)
        return response

    async def queue(self, request: Request, session: Session) -> Response:
        """Show the organ's cases, the nearest date first."""
        if session.account.supervisor:
            return self._site.go("/desk/board")
        tab = request.query_params.get("tab", "to_decide")
        tab = tab if tab in TABS else "to_decide"
        cases = await self._site.run(self._cases, session.account.organ, tab)
        texts, today = language_of(request), self._site.today()
        rows = [Row(case, state_name(case, texts), self._clock(case, texts)) for case in cases]
        return self._site.page(
            request,
            "queue.html",
            session=session,
            rows=rows,
            tab=tab,
            tabs=list(TABS),
            say_moment=lambda at: say_moment(at, texts, today),
        )

    def _cases(self, organ: str, tab: str) -> list[Case]:
        with self._site.hub.store.reading() as database:
            return projections.cases(database, organ, TABS[tab])

    def _clock(self, case: Case, texts: Texts) -> Clock:
        return clock_of(case, texts, self._site)

    async def case(self, request: Request, session: Session) -> Response:
        """Show a case of the own organ."""
        case = await self._site.run(self._load, request.path_params["case_id"])
        if case is None or not decisions.may_see(session.account, case):
            return await self._site.not_found(request)
        return await self._case_page(request, session, case)

    def _item(self, code: str) -> ServiceItem | None:
        with self._site.hub.store.reading() as database:
            return projections.item(database, code)

    def _load(self, case_id: str) -> Case | None:
        with self._site.hub.store.reading() as database:
            found = projections.load(database, case_id)
        return found if isinstance(found, Case) else None

    async def _case_page(
        self,
        request: Request,
        session: Session,
        case: Case,
        *,
        problem: str = "",
        status: int = 200,
        given: dict[str, str] | None = None,
    ) -> Response:
        texts, today = language_of(request), self._site.today()
        names = {entry.material_id: entry.name for entry in case.materials}
        given = given or {}
        item = await self._site.run(self._item, case.item_code)
        defaults = {
            "outcome": "",
            "document_number": "",
            "enforcement_number": session.account.enforcement_number,
            "reason": "",
            "basis": "",
            # Made when the form opens: the same form sent twice is one decision.
            "action": self._site.hub.randomness.uuid7(),
        }
        return self._site.page(
            request,
            "case.html",
            status,
            session=session,
            case=case,
            state=state_name(case, texts),
            clock=self._clock(case, texts),
            materials=[self._material(entry) for entry in case.materials],
            deferred=[names.get(one, one) for one in case.deferred],
            form=_form(case, item),
            answers=_answers(case, item),
            refusal=procedure_of(case.regime).refusal,
            handled=decisions.handled(session.account, case),
            decidable=case.state is CaseState.ACCEPTED,
            done=request.query_params.get("done") == "1",
            problem=problem,
            given=defaults | given,
            say_moment=lambda at: say_moment(at, texts, today),
            step_name=lambda kind: _step_name(kind, texts),
        )

    def _material(self, entry: MaterialEntry) -> MaterialRow:
        scans = tuple(
            Scan(blob.hash, blob.name, self._blobs.has(blob.hash)) for blob in entry.blobs
        )
        return MaterialRow(entry, scans)

    async def scan(self, request: Request, session: Session) -> Response:
        """Return a scan of a case of the own organ."""
        case = await self._site.run(self._load, request.path_params["case_id"])
        if case is None or not decisions.may_see(session.account, case):
            return await self._site.not_found(request)
        wanted = request.path_params["sha256"]
        blobs = {blob.hash: blob for entry in case.materials for blob in entry.blobs}
        data = await self._site.run(self._blobs.read, wanted) if wanted in blobs else None
        if data is None:
            return await self._site.not_found(request)
        media = blobs[wanted].media_type
        shown = media if media in _SHOWN_TYPES else "application/octet-stream"
        headers = HEADERS | {
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": "inline" if media in _SHOWN_TYPES else "attachment",
        }
        return Response(data, 200, headers, media_type=shown)

    async def decide(self, request: Request, session: Session) -> Response:
        """Take a decision."""
        fields = dict(await read_fields(request))
        if not own_form(fields, session):
            return self._forged(request, session)
        case = await self._site.run(self._load, request.path_params["case_id"])
        if case is None or not decisions.may_see(session.account, case):
            return await self._site.not_found(request)
        texts = language_of(request)
        outcome = fields.get("outcome", "")
        if outcome not in Outcome.__members__ or not fields.get("action"):
            said = texts("hub.desk.needs_outcome")
            return await self._case_page(
                request, session, case, problem=said, status=400, given=_given(fields)
            )
        try:
            await self._site.run(self._decide, session, case, fields)
        except TerminalError as error:
            said = error.sentence(texts)
            return await self._case_page(
                request, session, case, problem=said, status=409, given=_given(fields)
            )
        return self._site.go(f"/desk/cases/{case.case_id}?done=1")

    def _decide(self, session: Session, case: Case, fields: dict[str, str]) -> None:
        decisions.decide(
            self._site.hub,
            session.account,
            case.case_id,
            outcome=Outcome(fields["outcome"]),
            document_number=fields.get("document_number", ""),
            enforcement_number=fields.get("enforcement_number", ""),
            reason=fields.get("reason", ""),
            basis=fields.get("basis", ""),
            action_id=fields["action"],
        )

    def _forged(self, request: Request, session: Session) -> Response:
        return self._site.page(
            request,
            "notice.html",
            403,
            session=session,
            words=language_of(request)("hub.desk.sealed_off"),
        )


def clock_of(case: Case, texts: Texts, site: Site) -> Clock:
    """Return a case's clock: due date and the working days that are left."""
    if not case.due:
        return Clock("", texts("hub.desk.no_due"), "minus", "muted")
    today = site.today()
    due = dt.date.fromisoformat(case.due)
    said = say_due(case.due, texts, today, provisional=case.provisional)
    left = deadlines.working_days_left(today, due, site.hub.calendar)
    if due < today:
        return Clock(said, texts.counted("hub.desk.late", max(-left, 1)), "circle-alert", "bad")
    if due == today:
        return Clock(said, texts("hub.desk.due_today"), "triangle-alert", "bad")
    tone, mark = ("warning", "clock") if left <= _RED_AT else ("good", "clock")
    return Clock(said, texts.counted("hub.desk.days_left", left), mark, tone)


def _form(case: Case, item: ServiceItem | None) -> list[Said]:
    labels = {field.id: field.label for field in item.fields} if item else {}
    return [Said(labels.get(name, name), value) for name, value in case.form.items()]


def _answers(case: Case, item: ServiceItem | None) -> list[Said]:
    asked = {question.id: question for question in item.questions} if item else {}
    said = []
    for name, value in case.answers.items():
        question = asked.get(name)
        options = {option.id: option.label for option in question.options} if question else {}
        said.append(Said(question.text if question else name, options.get(value, value)))
    return said


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _given(fields: dict[str, str]) -> dict[str, str]:
    kept = ("outcome", "document_number", "enforcement_number", "reason", "basis", "action")
    return {name: fields[name] for name in kept if fields.get(name)}


def _step_name(kind: str, texts: Texts) -> str:
    for area in ("step", "history"):
        if texts.has(f"hub.{area}.{kind}"):
            return texts(f"hub.{area}.{kind}")
    return kind
