"""The hall's board: open, due, late; terminals and their last contact; ratings with what
they are a share of. Every share says of what, every figure opens its list."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.desk.desk import Clock, clock_of
from hub.desk.forms import own_form, read_fields
from hub.desk.resolving import resolve
from hub.desk.session import Session
from hub.desk.words import staff_state
from hub.store import people, projections
from hub.web.site import Site, language_of, say_moment
from hub.web.trouble import LISTS as TROUBLES
from hub.web.trouble import Trouble
from terminal.errors import TerminalError
from terminal.texts import Texts

LISTS = ("open", "due_today", "late")

_EVER = "0001-01-01"
"""Before every date that a case may be due on."""


class CaseLine(msgspec.Struct, frozen=True):
    """A case on the board: no person is named there."""

    receipt_number: str
    item_name: str
    organ: str
    state: str
    clock: Clock


class Board:
    """The board's routes; they are reached by signed-in accounts only."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._trouble = Trouble(site)

    async def show(self, request: Request, session: Session) -> Response:
        """Show the figures, of the whole hall for a supervisor, otherwise of the organ."""
        return await self._page(request, session)

    async def silent(self, request: Request, session: Session) -> Response:
        """Show the silent terminals as a sheet to print, for whoever goes there or calls."""
        if not session.account.supervisor:
            return await self._site.not_found(request)
        texts = language_of(request)
        rows = await self._site.run(self._trouble.rows, "silent", texts)
        moment = say_moment(self._site.hub.now(), texts, self._site.today())
        return self._site.page(request, "silent.html", rows=rows, made=moment, session=session)

    async def resolve(self, request: Request, session: Session) -> Response:
        """Record a supervisor's resolution of a conflict."""
        fields = dict(await read_fields(request))
        if not own_form(fields, session):
            words = language_of(request)("hub.desk.sealed_off")
            return self._site.page(request, "notice.html", 403, session=session, words=words)
        if not session.account.supervisor:
            return await self._site.not_found(request)
        digest = request.path_params["hash"]
        try:
            await self._site.run(
                resolve, self._site.hub, session.account, digest, fields.get("reason", "")
            )
        except TerminalError as error:
            said = error.sentence(language_of(request))
            return await self._page(
                request, session, wanted="conflict", problem=said, problem_of=digest, status=409
            )
        return self._site.go("/desk/board?list=conflict&done=1")

    async def _page(
        self,
        request: Request,
        session: Session,
        *,
        wanted: str = "",
        problem: str = "",
        problem_of: str = "",
        status: int = 200,
    ) -> Response:
        supervisor = session.account.supervisor
        organ = None if supervisor else session.account.organ
        wanted = wanted or request.query_params.get("list", "")
        known = LISTS + (TROUBLES if supervisor else ())
        wanted = wanted if wanted in known else ""
        texts = language_of(request)
        found = await self._site.run(self._read, organ, wanted, supervisor, texts)
        return self._site.page(
            request,
            "board.html",
            status,
            session=session,
            listed=wanted if wanted in LISTS else "",
            trouble=wanted if wanted in TROUBLES else "",
            problem=problem,
            problem_of=problem_of,
            done=request.query_params.get("done") == "1",
            supervisor=supervisor,
            cases=[
                CaseLine(
                    case.receipt_number,
                    case.item_name,
                    case.organ,
                    staff_state(case, texts),
                    clock_of(case, texts, self._site),
                )
                for case in found.pop("cases")
            ],
            **found,
        )

    def _read(
        self, organ: str | None, wanted: str, supervisor: bool, texts: Texts
    ) -> dict[str, Any]:
        day = self._site.today()
        today, trouble = day.isoformat(), self._trouble
        days = {"due_today": (today, today), "late": (_EVER, (day - dt.timedelta(1)).isoformat())}
        first, last = days.get(wanted, ("", ""))
        with self._site.hub.store.reading() as database:
            listed = wanted in LISTS
            found: dict[str, Any] = {
                "counts": projections.board_counts(database, organ, today),
                "ratings": projections.rating_counts(database),
                "cases": projections.open_cases(database, organ, first, last) if listed else [],
                "terminals": [trouble.terminal(one, texts) for one in people.terminals(database)],
            }
        found["figures"] = trouble.figures() if supervisor else {}
        found["rows"] = trouble.rows(wanted, texts) if supervisor and wanted in TROUBLES else []
        return found
