"""What the pages of filed things share: complaints and refusals, each for one kind of account."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from hub.desk import doing
from hub.desk.doing import Typed
from hub.desk.entrance import forged
from hub.desk.forms import own_form, read_fields
from hub.desk.session import Session
from hub.store.people import Account
from hub.web.site import Site, language_of
from terminal.errors import TerminalError

_LONGEST_ACTION = 64


class Sent(NamedTuple):
    """A form that came back: which thing it was about, what was typed, what is wrong with it."""

    about: str = ""
    fields: Mapping[str, str] = MappingProxyType({})
    problem: str = ""

    def beside(self, shown: Sequence[str]) -> dict[str, object]:
        """Return what a template needs; a thing that is not in the list has no line to stand at."""
        here = self.about in shown
        return {
            "sent_id": self.about if here else "",
            "given": self.fields if here else {},
            "problem": self.problem,
        }


class FiledPage(ABC):
    """A list with a form beside each line; whoever may not see it is told that it is not there.

    `home` is the list's address, `named` the part of a form's that says which thing it is about.
    """

    home: ClassVar[str]
    named: ClassVar[str]

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request, session: Session) -> Response:
        """Show the list of the tab that the address names."""
        if not self._allowed(session.account):
            return await self._site.not_found(request)
        return await self._page(request, session, Sent())

    async def record(self, request: Request, session: Session) -> Response:
        """Record what was sent about one thing; what is refused comes back with its sentence."""
        fields = dict(await read_fields(request))
        if not own_form(fields, session):
            return forged(self._site, request, session)
        if not self._allowed(session.account):
            return await self._site.not_found(request)
        about, texts = request.path_params[self.named], language_of(request)
        action = fields.get("action", "")[:_LONGEST_ACTION]
        try:
            after = await self._site.run(self._record, session, about, Typed(fields, texts), action)
        except TerminalError as error:
            sent = Sent(about, fields, error.sentence(texts))
            return await self._page(request, session, sent, doing.status_of(error))
        return self._site.go(after)

    @abstractmethod
    def _allowed(self, account: Account) -> bool:
        """Say whether this account may see the list and act on it."""

    @abstractmethod
    def _record(self, session: Session, about: str, typed: Typed, action: str) -> str:
        """Do what the form asks for and return where to go on; raises `TerminalError`."""

    @abstractmethod
    async def _page(
        self, request: Request, session: Session, sent: Sent, status: int = 200
    ) -> Response:
        """Return the list, with what was sent beside its line."""
