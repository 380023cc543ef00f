"""The department's queues: a tab for each thing that waits, with its count and its clocks.

What a tab holds is chosen, counted and cut into pages by the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.desk.clock import RED_AT, Clock, clock_of
from hub.desk.session import Session
from hub.desk.words import staff_state
from hub.store import marks, projections, queues
from hub.store.marks import Mark
from hub.store.people import Account
from hub.store.queues import CLOCKED
from hub.web.paging import PER_PAGE, Part, asked_for, paging, part_of
from hub.web.site import Site, language_of, say_moment
from terminal.domain.answering import windows_answer
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import in_force

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


class Listing(NamedTuple):
    """Cases that can be counted (to `most`, if it says one), and read by `offset` and `limit`.

    `late` counts those past their day; None where that is none of them, or each.
    """

    total: Callable[[], int]
    read: Callable[..., list[Case]]
    most: int = 0
    late: Callable[[], int] | None = None


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
        number = asked_for(request)
        cases, part, counted = await self._site.run(self._read, account, tabs, tab, words, number)
        texts, today = language_of(request), self._site.today()
        rows = [
            Row(
                case,
                staff_state(case, texts),
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
            found=part.count if part.exact else f"{part.count}+",
            paging=paging(request, part, rows),
        )

    def _read(
        self, account: Account, tabs: tuple[str, ...], tab: str, words: str, number: int
    ) -> tuple[list[Case], Part, list[Tab]]:
        with self._site.hub.store.reading() as database:
            listings = {name: self._listing(database, account, name) for name in tabs}
            counts = {name: listing.total() for name, listing in listings.items()}
            if words:
                shown = _search(database, account.organ, words)
                part = part_of(number, shown.total(), most=shown.most)
            else:
                shown = listings[tab]
                part = part_of(number, counts[tab], most=shown.most)
            cases = shown.read(offset=part.offset, limit=PER_PAGE)
            counted = [_tab(name, listings[name], counts[name]) for name in tabs]
        return cases, part, counted

    def _listing(self, database: Any, account: Account, tab: str) -> Listing:
        """Return what a tab holds."""
        organ, day = account.organ, self._site.today()
        today = day.isoformat()
        match tab:
            case "to_answer":
                who = _own_items(database, organ, day)
                waiting = _marked(database, Mark.TO_ANSWER, organ, who=who)
                late = _marked(database, Mark.TO_ANSWER, organ, who=who, before=today)
                return waiting._replace(late=late.total)
            case "claim":
                return _by_state(database, organ, [CaseState.ACCEPTED])
            case "mine":
                return _marked(database, Mark.CLAIMED, organ, who=account.name)
            case "suspended":
                return _by_state(database, organ, [CaseState.SUSPENDED])
            case "soon":
                return _by_state(database, organ, CLOCKED, since=today, before=self._soon())
            case "overdue":
                return _by_state(database, organ, CLOCKED, before=today)
            case "uncured":
                return _marked(database, Mark.DEFERRED, organ, before=today)
            case "open":
                return _by_state(database, organ, _OPEN)
            case "done":
                return Listing(
                    partial(queues.ended_count, database, organ),
                    partial(queues.ended, database, organ),
                    queues.MOST_COUNTED,
                )
        return _marked(database, _MARKED[tab], organ)

    def _soon(self) -> str:
        """Return the first day that is not soon: the one after `RED_AT` working days."""
        calendar = self._site.hub.calendar
        last = calendar.add_working_days(self._site.today(), RED_AT + 1).date
        return last.isoformat()


def _tab(name: str, listing: Listing, count: int) -> Tab:
    late = name in ("overdue", "uncured") or (listing.late is not None and listing.late() > 0)
    more = "+" if listing.most and count >= listing.most else ""
    return Tab(name, f"{count}{more}", "bad" if count and late else "")


def _by_state(
    database: Any, organ: str, states: Sequence[CaseState], since: str = "", before: str = ""
) -> Listing:
    which = database, organ, states
    return Listing(
        partial(queues.count, *which, since=since, before=before),
        partial(queues.by_state, *which, since=since, before=before),
    )


def _marked(database: Any, mark: Mark, organ: str, **which: Any) -> Listing:
    def read(offset: int, limit: int) -> list[Case]:
        ids = marks.listed(database, mark, organ, offset=offset, limit=limit, **which)
        return queues.marked(database, ids)

    return Listing(partial(marks.count, database, mark, organ, **which), read)


def _search(database: Any, organ: str, words: str) -> Listing:
    return Listing(
        partial(queues.search_count, database, organ, words),
        partial(queues.search, database, organ, words),
        queues.MOST_COUNTED,
    )


def _own_items(database: Any, organ: str, today: dt.date) -> list[str]:
    """Return the items of which this desk answers the received cases, not a window.

    What the guide of the case's own version says counts, while the window's authority lasts; of
    an item without one nobody but the organ answers. What another place has sent has no item
    here: it is always the desk's.
    """
    own = [""]
    for key in marks.whose(database, Mark.TO_ANSWER, organ):
        item = projections.item(database, *marks.item_of_key(key)) if key else None
        if key and (item is None or not windows_answer(in_force(item, today))):
            own.append(key)
    return own
