"""A request that breaks off half way is no defect of the hub."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette

from hub.api import Api
from hub.hub import Hub
from terminal.protocol import wire


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", [wire.PATH_PUSH, wire.PATH_WAIT])
def test_half_a_request_is_dropped_without_a_word(
    hub: Hub, executor: ThreadPoolExecutor, loop: asyncio.AbstractEventLoop, path: str
) -> None:
    app = Starlette(routes=list(Api(hub, executor).routes()))
    said: list[dict[str, Any]] = []
    coming = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    loop.run_until_complete(app(scope, receive, send))  # type: ignore[arg-type]
    assert said[0]["status"] == 400
