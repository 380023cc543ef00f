"""What the forms of the case page work with: the bridge, who acts, and the case as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from terminal.context import Context
from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.errors import NotFound
from terminal.services.casework.todo import CaseHistory
from terminal.services.life_events.service import EventProgress
from terminal.services.views import CaseRow, DocumentView, Session
from ui.bridge import Bridge
from ui.widgets.keys import LegalGuard
from ui.window.casework.signature import SignatureDesk


class Clerking(msgspec.Struct, frozen=True):
    """Shared by the case page and its forms."""

    bridge: Bridge
    session: Session
    guard: LegalGuard
    signatures: SignatureDesk

    @property
    def ctx(self) -> Context:
        """The open core."""
        assert self.bridge.ctx is not None
        return self.bridge.ctx


class CaseFile(msgspec.Struct, frozen=True):
    """One case with all that the page shows; `item` is None when the catalogue lost it.

    `siblings` are other cases of the same applicant whose results can go out in one hand-over.
    """

    case: Case
    history: CaseHistory
    documents: tuple[DocumentView, ...]
    item: ServiceItem | None
    siblings: tuple[Case, ...] = ()


def read_file(ctx: Context, case_id: str) -> CaseFile:
    """Return a case by id or receipt number with everything about it; for a read thread."""
    case = ctx.cases.case(case_id)
    try:
        item: ServiceItem | None = ctx.catalogue.item(case.item_code, case.item_version)
    except NotFound:
        item = None
    return CaseFile(
        case,
        ctx.history.of(case.case_id),
        ctx.cases.documents(case.case_id),
        item,
        ctx.collecting.beside(case),
    )


def look_up(ctx: Context, number: str) -> Case | EventProgress:
    """Return what a scanned receipt is about: a case, or one matter with all of its cases.

    Raises `NotFound` when this machine knows neither.
    """
    try:
        return ctx.cases.case(number)
    except NotFound:
        return ctx.life_events.progress(number)


def search(ctx: Context, words: str) -> tuple[CaseRow, ...] | EventProgress:
    """Find cases by what was typed; the number of one matter finds the matter."""
    found = ctx.todo.search(words)
    if found:
        return found
    try:
        return ctx.life_events.progress(words.strip().upper())
    except NotFound:
        return ()


Call = Callable[[], object]
"""What a form does on a thread of the core."""


def lines(words: Iterable[str]) -> tuple[str, ...]:
    """Return the sentences that say something."""
    return tuple(word for word in words if word)
