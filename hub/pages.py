"""Which page lies where: citizens' progress and rating, the departments' desk, the board."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.desk.desk import desk_routes
from hub.desk.entrance import Entrance
from hub.web.board import Board
from hub.web.friday import FridayPage
from hub.web.progress import Progress
from hub.web.rating import RatingPage
from hub.web.rating_check import RatingCheck
from hub.web.site import Site


def page_routes(site: Site) -> list[Route]:
    """Return the routes of all pages."""
    progress, rating = Progress(site), RatingPage(site)
    check, friday = RatingCheck(site), FridayPage(site)
    entrance, board = Entrance(site), Board(site)

    async def to_board(_: Request) -> Response:
        return site.go("/desk/board")

    async def to_desk(_: Request) -> Response:
        return site.go("/desk")

    return [
        Route("/", to_desk, methods=["GET"]),
        Route("/static/{name}", site.static, methods=["GET"]),
        Route("/p/{receipt}", progress.show, methods=["GET"]),
        Route("/p/{receipt}", progress.show_with_fact, methods=["POST"]),
        Route("/p/{receipt}/rate", rating.show, methods=["GET"]),
        Route("/p/{receipt}/rate", rating.give, methods=["POST"]),
        Route("/r/{hash}", check.show, methods=["GET"]),
        Route("/board", to_board, methods=["GET"]),
        *desk_routes(site, entrance),
        Route("/desk/friday", entrance.guarded(friday.show), methods=["GET"]),
        Route("/desk/friday/sheet", entrance.guarded(friday.print), methods=["GET"]),
        Route("/desk/board", entrance.guarded(board.show), methods=["GET"]),
        Route("/desk/board/silent", entrance.guarded(board.silent), methods=["GET"]),
        Route("/desk/board/conflicts/{hash}", entrance.guarded(board.resolve), methods=["POST"]),
    ]
