"""The hub's real routes without server, event loop and sockets: one call is one request.

Nothing of what is called waits, so the coroutine of a route runs to its end at the first
step. What a server adds is tested with the hub itself.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, cast

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Match, Route

from hub.api import Api
from hub.hub import Hub
from terminal.sync.transport import HttpReply

First = TypeVar("First")
Result = TypeVar("Result")


class _InlineApi(Api):
    """Blocking work is done at once, in the caller's thread."""

    async def _run(self, function: Callable[..., Result], *arguments: object) -> Result:
        return function(*arguments)

    async def _both(
        self, first: Callable[[], First], second: Callable[[], Result]
    ) -> tuple[First, Result]:
        return first(), second()


class DirectLine:
    """Calls a hub's routes."""

    def __init__(self, hub: Hub) -> None:
        api = _InlineApi(hub, cast(Executor, None))
        self._routes = [route for route in api.routes() if isinstance(route, Route)]

    def call(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        path, _, query = path.partition("?")
        scope: dict[str, Any] = {
            "type": "http", "method": method, "path": path, "root_path": "", "headers": raw,
            "query_string": query.encode(),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        for route in self._routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                request = Request({**scope, **found}, receive)
                return _reply(_finish(route.endpoint(request)), headers or {})
        return HttpReply(404, b"")


def _finish(coroutine: Coroutine[Any, Any, Response]) -> Response:
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return cast(Response, finished.value)
    coroutine.close()
    raise AssertionError("a route waits for something")


def _reply(response: Response, asked: dict[str, str]) -> HttpReply:
    headers = {name.decode(): value.decode() for name, value in response.raw_headers}
    if not isinstance(response, FileResponse):
        return HttpReply(response.status_code, bytes(response.body), headers)
    with open(response.path, "rb") as file:
        data = file.read()
    start = asked.get("Range", "")
    if start.startswith("bytes="):
        offset = int(start.removeprefix("bytes=").partition("-")[0])
        return HttpReply(206 if offset < len(data) else 416, data[offset:], headers)
    return HttpReply(200, data, headers)
