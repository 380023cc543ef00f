"""Long lists page by page: how many there are, which of them are shown, and the way on."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from starlette.requests import Request

from hub.web.site import address

PER_PAGE = 100

_LONGEST_NUMBER = 6


class Part(msgspec.Struct, frozen=True):
    """The part of a list that a page shows, from 1; `exact` False: there are more than counted."""

    number: int
    count: int
    exact: bool = True

    @property
    def offset(self) -> int:
        """How many lines come before it."""
        return (self.number - 1) * PER_PAGE


class Paging(msgspec.Struct, frozen=True):
    """What a page says of its part: first and last line, and the addresses beside it, or empty."""

    first: int
    last: int
    count: str
    before: str
    after: str


def part_of(number: int, count: int, *, most: int = 0) -> Part:
    """Return the part that can be shown: the last one where fewer are left than were asked for.

    `most` is as far as the list was counted, 0 for one that was counted to its end.
    """
    exact = not most or count < most
    last = max(-(-count // PER_PAGE), 1)
    return Part(min(number, last) if exact else number, count, exact)


def asked_for(request: Request) -> int:
    """Return the number of the page that an address asks for; anything else is the first."""
    text = request.query_params.get("page", "")
    plain = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return max(int(text), 1) if plain else 1


def paging(request: Request, part: Part, shown: Sequence[object], path: str = "") -> Paging | None:
    """Return what to say of a part; None where all there is stands on the one page.

    `path` is the list's own, where a form that came back has another.
    """
    last = part.offset + len(shown)
    more = last < part.count if part.exact else len(shown) == PER_PAGE
    if part.number == 1 and not more:
        return None
    count = str(part.count) if part.exact else f"{part.count}+"

    def at(number: int) -> str:
        return address(request, path, page=str(number) if number > 1 else "", done="")

    return Paging(
        min(part.offset + 1, last),
        last,
        count,
        at(part.number - 1) if part.number > 1 else "",
        at(part.number + 1) if more else "",
    )
