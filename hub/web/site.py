"""What all pages share."""

from __future__ import annotations

from concurrent.futures import Executor

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hub.hub import Hub


class Site:
    """The pages of one hub."""

    def __init__(self, hub: Hub, executor: Executor) -> None:
        self.hub = hub
        self.executor = executor

    async def not_found(self, request: Request, _: Exception) -> Response:
        """Answer what is not here."""
        return PlainTextResponse("not found", 404)
