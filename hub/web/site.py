"""What all pages share: templates, texts, icons, security headers, the page for "not here"."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import Executor
from functools import cache
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.hub import Hub
from terminal.clock import to_local
from terminal.domain import deadlines
from terminal.domain.calendar import DueDate
from terminal.texts import DEFAULT_LANGUAGE, RESOURCES, Texts

Result = TypeVar("Result")

STAFF = "/desk"
"""Where the pages of staff begin; everything else is a citizen's."""

_LANGUAGE = "yichuang_language"

MAX_FORM_BYTES = 32 << 10
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The address holds the receipt's token: it is told to nobody.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STATIC = {"site.css": "text/css", "mark.svg": "image/svg+xml"}


class FormTooLarge(Exception):
    """A form has more bytes than any of ours can have."""


@cache
def icon(name: str) -> Markup:
    """Return a shipped icon as inline SVG, hidden from screen readers: words stand beside it."""
    text = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).strip()
    # The file is ours, not a visitor's.
    return Markup(text.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))


class Site:
    """The pages of one hub; blocking work runs on `executor`."""

    def __init__(self, hub: Hub, executor: Executor) -> None:
        self.hub = hub
        self.executor = executor
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(RESOURCES / "web"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Run blocking work off the loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, function, *arguments)

    def today(self) -> dt.date:
        """Return the hall's calendar day."""
        return to_local(self.hub.now()).date()

    def page(self, request: Request, template: str, status: int = 200, **data: object) -> Response:
        """Render a template in the language of the request."""
        texts = language_of(request)
        body = self._templates.get_template(template).render(
            texts=texts,
            icon=icon,
            lang="zh-CN" if texts.language == "zh" else "en",
            # The answer to a form stands at no address of its own, and a link from it would lose
            # what was typed.
            other_language=other_language(request) if request.method == "GET" else "",
            **data,
        )
        answer = Response(body, status, HEADERS, media_type="text/html")
        if "lang" in request.query_params and request.url.path.startswith(STAFF):
            # The desk's own links and forms do not name the language again.
            language = texts.language
            secure = request.url.scheme == "https"
            answer.set_cookie(
                _LANGUAGE, language, path=STAFF, secure=secure, httponly=True, samesite="strict"
            )
        return answer

    def go(self, address: str) -> Response:
        """Send a browser on after a form, so that a reload repeats nothing."""
        return RedirectResponse(address, 303, HEADERS)

    async def not_found(self, request: Request, _: Exception | None = None) -> Response:
        """Answer what is not here, or is not for this visitor, in the same words."""
        staff = request.url.path.startswith(STAFF)
        return self.page(request, "missing.html", 404, staff=staff)

    async def failed(self, request: Request, _: Exception) -> Response:
        """Answer when the hub itself failed; what happened is in its log."""
        return self.page(request, "failed.html", 500)

    async def static(self, request: Request) -> Response:
        """Return the style sheet or the mark."""
        name = request.path_params["name"]
        if name not in _STATIC:
            return await self.not_found(request)
        headers = HEADERS | {"Cache-Control": "max-age=3600"}
        data = (RESOURCES / "web" / name).read_bytes()
        return Response(data, 200, headers, media_type=_STATIC[name])


def language_of(request: Request) -> Texts:
    """Return the texts of the language that the address names; Chinese otherwise.

    At the desk it is the one that was chosen last.
    """
    chosen = DEFAULT_LANGUAGE
    if request.url.path.startswith(STAFF):
        chosen = request.cookies.get(_LANGUAGE, chosen)
    return Texts(request.query_params.get("lang", chosen))


def other_language(request: Request) -> str:
    """Return the address of the same page in the other language."""
    target = language_of(request)("hub.page.language_code")
    plain = target == DEFAULT_LANGUAGE and not request.url.path.startswith(STAFF)
    return address(request, lang="" if plain else target)


def address(request: Request, path: str = "", **changes: str) -> str:
    """Return an address with this request's query, parts of it changed or (empty) dropped."""
    query = dict(request.query_params) | changes
    kept = {name: value for name, value in query.items() if value}
    return f"{path or request.url.path}?{urlencode(kept)}" if kept else path or request.url.path


async def read_form(request: Request) -> list[tuple[str, str]]:
    """Read a form's fields in order; more than any form of ours can hold is `FormTooLarge`."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > MAX_FORM_BYTES:
            raise FormTooLarge
    try:
        return parse_qsl(data.decode("ascii"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return []


def say_moment(milliseconds: int, texts: Texts, today: dt.date) -> str:
    """Say a moment as the pages do: 11-23 周一 10:44."""
    moment = to_local(milliseconds)
    return texts(
        "hub.page.moment",
        date=deadlines.say_day(moment.date(), texts, today),
        weekday=deadlines.weekday_name(moment.date(), texts),
        time=f"{moment:%H:%M}",
    )


def say_due(due: str, texts: Texts, today: dt.date, *, provisional: bool = False) -> str:
    """Say a due date of a case: 最迟 11-30（周一，含当日）."""
    date = DueDate(dt.date.fromisoformat(due), provisional=provisional)
    return deadlines.say_latest(date, texts, today)
