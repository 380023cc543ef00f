"""Which page lies where: citizens' progress and rating, the departments' desk, the board."""

from __future__ import annotations

from starlette.routing import Route

from hub.web.site import Site


def page_routes(site: Site) -> list[Route]:
    """Return the routes of all pages."""
    return []
