"""The hall's board: open, due, late; terminals and their last contact; ratings with what
they are a share of. Every share says of what."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.desk.desk import Clock, clock_of
from hub.desk.session import Session
from hub.store import entries, people, projections
from hub.web.progress import state_name
from hub.web.site import Site, language_of, say_moment
from terminal.domain.case import Case

SILENT_MINUTES = 30
LISTS = ("open", "due_today", "late")


class TerminalLine(msgspec.Struct, frozen=True):
    """A terminal on the board."""

    label: str
    name: str
    contact: str
    state: str
    icon: str
    tone: str


class CaseLine(msgspec.Struct, frozen=True):
    """A case on the board: no person is named there."""

    receipt_number: str
    item_name: str
    organ: str
    state: str
    clock: Clock


class Board:
    """The board's route; it is reached by signed-in accounts only."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request, session: Session) -> Response:
        """Show the figures, of the whole hall for a supervisor, otherwise of the organ."""
        organ = None if session.account.supervisor else session.account.organ
        wanted = request.query_params.get("list", "")
        wanted = wanted if wanted in LISTS else ""
        found = await self._site.run(self._read, organ, wanted)
        texts, today = language_of(request), self._site.today()
        return self._site.page(
            request,
            "board.html",
            session=session,
            counts=found["counts"],
            ratings=found["ratings"],
            journal=found["journal"],
            terminals=[self._terminal(one, texts, today) for one in found["terminals"]],
            listed=wanted,
            cases=[
                CaseLine(
                    case.receipt_number,
                    case.item_name,
                    case.organ,
                    state_name(case, texts),
                    clock_of(case, texts, self._site),
                )
                for case in found["cases"]
            ],
        )

    def _read(self, organ: str | None, wanted: str) -> dict[str, Any]:
        today = self._site.today().isoformat()
        with self._site.hub.store.reading() as database:
            cases = projections.open_cases(database, organ) if wanted else []
            return {
                "counts": projections.board_counts(database, organ, today),
                "ratings": projections.rating_counts(database),
                "journal": entries.counts(database),
                "terminals": people.terminals(database),
                "cases": [case for case in cases if _listed(case, wanted, today)],
            }

    def _terminal(self, terminal: people.TerminalData, texts: Any, today: Any) -> TerminalLine:
        silent = self._site.hub.now() - terminal.last_contact > SILENT_MINUTES * 60_000
        if terminal.revoked_at:
            state, icon, tone = texts("hub.board.revoked"), "circle-x", "muted"
        elif silent:
            state = texts("hub.board.silent", minutes=SILENT_MINUTES)
            icon, tone = "wifi-off", "bad"
        else:
            state, icon, tone = texts("hub.board.in_touch"), "wifi", "good"
        contact = say_moment(terminal.last_contact, texts, today)
        return TerminalLine(terminal.label, terminal.name, contact, state, icon, tone)


def _listed(case: Case, wanted: str, today: str) -> bool:
    if wanted == "due_today":
        return case.due == today
    if wanted == "late":
        return bool(case.due) and case.due < today
    return True
