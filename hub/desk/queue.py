"""The department's queues: a tab for each thing that waits, with its count and its clocks."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.desk import papers
from hub.desk.clock import RED_AT, Clock, clock_of
from hub.desk.session import Session
from hub.store import marks, queues
from hub.store.marks import MOST, Mark
from hub.store.people import Account
from hub.store.queues import CLOCKED
from hub.web.progress_words import state_name
from hub.web.site import Site, language_of, say_moment
from terminal.domain.answering import desk_answers
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem
from terminal.domain.records import CaseAccepted

TABS = (
    "claim",
    "to_answer",
    "mine",
    "to_sign",
    "arriving",
    "soon",
    "overdue",
    "suspended",
    "legal_review",
    "not_ready",
    "uncured",
    "commitment",
    "open",
    "done",
)
LEGAL_TABS = ("legal_review",)
"""What the legal department has a queue of; refusals have a page of their own."""

_LONGEST_SEARCH = 60
_OPEN = tuple(state for state in CaseState if state.open)
_MARKED = {
    "to_sign": Mark.TO_SIGN,
    "arriving": Mark.ARRIVING,
    "legal_review": Mark.LEGAL_REVIEW,
    "not_ready": Mark.NOT_READY,
    "commitment": Mark.COMMITMENT,
}


class Row(msgspec.Struct, frozen=True):
    """One line of the queue."""

    case: Case
    state: str
    clock: Clock
    hands: str
    received: str


class Tab(msgspec.Struct, frozen=True):
    """A tab with how much lies in it."""

    name: str
    count: str
    tone: str = ""


class Queue:
    """The route of the queues."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request, session: Session) -> Response:
        """Show the organ's cases of a tab, or what a search found, the nearest date first."""
        account = session.account
        if account.supervisor:
            return self._site.go("/desk/board")
        tabs = LEGAL_TABS if account.legal else TABS
        wanted = request.query_params.get("tab", "")
        words = request.query_params.get("words", "").strip()[:_LONGEST_SEARCH]
        tab = wanted if wanted in tabs else tabs[0]
        cases, counted = await self._site.run(self._read, account, tabs, tab, words)
        texts, today = language_of(request), self._site.today()
        rows = [
            Row(
                case,
                state_name(case, texts),
                clock_of(case, texts, self._site),
                case.claimed_by.name if case.claimed_by is not None and case.state.open else "",
                say_moment(case.received_at, texts, today),
            )
            for case in cases
        ]
        return self._site.page(
            request,
            "queue.html",
            session=session,
            rows=rows,
            tab="" if words else tab,
            tabs=counted,
            words=words,
            most=MOST if len(rows) == MOST else 0,
        )

    def _read(
        self, account: Account, tabs: tuple[str, ...], tab: str, words: str
    ) -> tuple[list[Case], list[Tab]]:
        with self._site.hub.store.reading() as database:
            if words:
                cases = queues.search(database, account.organ, words)
            else:
                cases = self._cases(database, account, tab)
            return cases, [self._tab(database, account, name) for name in tabs]

    def _cases(self, database: Any, account: Account, tab: str) -> list[Case]:
        organ, today = account.organ, self._site.today().isoformat()
        match tab:
            case "to_answer":
                return _to_answer(database, organ)
            case "claim":
                return queues.by_state(database, organ, [CaseState.ACCEPTED])
            case "mine":
                return queues.claimed_by(database, organ, account.name)
            case "suspended":
                return queues.by_state(database, organ, [CaseState.SUSPENDED])
            case "soon":
                return queues.by_state(database, organ, CLOCKED, since=today, before=self._soon())
            case "overdue":
                return queues.by_state(database, organ, CLOCKED, before=today)
            case "uncured":
                ids = marks.listed(database, Mark.DEFERRED, organ, before=today)
                return queues.marked(database, ids)
            case "open":
                return queues.by_state(database, organ, _OPEN)
            case "done":
                return queues.ended(database, organ)
        return queues.marked(database, marks.listed(database, _MARKED[tab], organ))

    def _tab(self, database: Any, account: Account, tab: str) -> Tab:
        organ, today = account.organ, self._site.today().isoformat()
        match tab:
            case "to_answer":
                waiting = _to_answer(database, organ)
                found = len(waiting)
                late = any(case.due and case.due < today for case in waiting)
                return Tab(tab, str(found), "bad" if late else "")
            case "claim":
                found = queues.count(database, organ, [CaseState.ACCEPTED])
            case "mine":
                found = marks.count(database, Mark.CLAIMED, organ, who=account.name)
            case "suspended":
                found = queues.count(database, organ, [CaseState.SUSPENDED])
            case "soon":
                found = queues.count(database, organ, CLOCKED, since=today, before=self._soon())
            case "overdue":
                found = queues.count(database, organ, CLOCKED, before=today)
            case "uncured":
                found = marks.count(database, Mark.DEFERRED, organ, before=today)
            case "open":
                found = queues.count(database, organ, _OPEN)
            case "done":
                found = queues.ended_count(database, organ)
                more = "+" if found >= queues.MOST_COUNTED else ""
                return Tab(tab, f"{found}{more}")
            case _:
                found = marks.count(database, _MARKED[tab], organ)
        bad = tab in ("overdue", "uncured") and found
        return Tab(tab, str(found), "bad" if bad else "")

    def _soon(self) -> str:
        """Return the first day that is not soon: the one after `RED_AT` working days."""
        calendar = self._site.hub.calendar
        last = calendar.add_working_days(self._site.today(), RED_AT + 1).date
        return last.isoformat()


def _to_answer(database: Any, organ: str) -> list[Case]:
    """Return the applications that this desk answers, not a window; the nearest date first."""
    items: dict[tuple[str, str], ServiceItem] = {}
    found = []
    for case in queues.by_state(database, organ, [CaseState.RECEIVED]):
        key = case.item_code, case.item_version
        if key not in items:
            items[key] = papers.item_within(database, case)
        if CaseAccepted.kind in desk_answers(case, items[key]):
            found.append(case)
    return found
