"""The hub as an ASGI application: the terminals' API, the citizens' and departments' pages."""

from __future__ import annotations

from concurrent.futures import Executor

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from hub import openapi
from hub.api import Api
from hub.hub import Hub
from hub.pages import page_routes
from hub.web.site import Site
from terminal.struct_types import make_ready


def make_app(hub: Hub, executor: Executor, *, api: bool = True) -> Starlette:
    """Return the application; without `api` the pages only, for the citizens' address."""
    make_ready()
    site = Site(hub, executor)
    routes: list[BaseRoute] = [Route("/healthz", _health, methods=["GET"])]
    if api:
        routes += [*Api(hub, executor).routes(), openapi.route()]
    routes += page_routes(site)
    handlers = {404: site.not_found, 405: site.not_found, 500: site.failed}
    return Starlette(routes=routes, exception_handlers=handlers)


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok")
