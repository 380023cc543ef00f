"""Coming in and going out: the sign-in page, the guard before every page of the desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from hub.desk.forms import own_form, read_fields
from hub.desk.session import COOKIE, Session, Sessions
from hub.store.people import Account
from hub.web.site import Site, language_of
from terminal.errors import NotAllowed

Handler = Callable[[Request, Session], Awaitable[Response]]


class Entrance:
    """Sign in, sign out, and who may reach a handler."""

    def __init__(self, site: Site) -> None:
        self._site = site
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
        expired = request.query_params.get("expired") and COOKIE in request.cookies
        return self._page(request, "hub.desk.expired" if expired else "")

    async def sign_in(self, request: Request) -> Response:
        """Check name and password."""
        fields = dict(await read_fields(request))
        client = request.client.host if request.client else ""
        name = fields.get("account", "").strip()
        minutes = self._sessions.wait_minutes(name, client)
        if minutes:
            return self._page(request, "hub.desk.too_often", 429, name, minutes=minutes)
        cookie = await self._site.run(
            self._sessions.sign_in, name, fields.get("password", ""), client
        )
        if cookie is None:
            return self._page(request, "hub.desk.wrong", 401, name)
        response = self._site.go("/desk")
        self._sessions.set_cookie(request, response, cookie)
        return response

    async def second(self, request: Request, name: str, password: str) -> Account | None:
        """Return who confirms somebody's act with name and password; None when they are wrong.

        Raises `NotAllowed` (`desk.second_too_often`) after too many failures.
        """
        client = request.client.host if request.client else ""
        minutes = self._sessions.wait_minutes(name, client)
        if minutes:
            raise NotAllowed("desk.second_too_often", minutes=minutes)
        return await self._site.run(self._sessions.verified, name, password, client)

    async def sign_out(self, request: Request, session: Session) -> Response:
        """End the session."""
        if not own_form(dict(await read_fields(request)), session):
            return forged(self._site, request, session)
        await self._site.run(self._sessions.end, session)
        response = self._site.go("/desk/sign-in")
        self._sessions.drop_cookie(response)
        return response

    def _page(
        self, request: Request, problem: str, status: int = 200, name: str = "", **data: object
    ) -> Response:
        said = language_of(request)(problem, **data) if problem else ""
        return self._site.page(request, "sign_in.html", status, problem=said, name=name)


def forged(site: Site, request: Request, session: Session) -> Response:
    """Answer a form that came from nowhere of ours."""
    words = language_of(request)("hub.desk.sealed_off")
    return site.page(request, "notice.html", 403, session=session, words=words)
