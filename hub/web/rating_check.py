"""The page behind a rating slip: whether a rating is still as it was given, and where it stands.

The entry's hash in the address cannot be guessed. The page shows no grade, no words and nobody:
whoever finds the slip learns nothing, the rated least of all.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub import tree
from hub.store import entries, trees
from hub.tree import Standing
from hub.web.site import Site, language_of, say_moment
from terminal.domain.records import RatingGiven
from terminal.protocol import entry as protocol
from terminal.protocol.entry import EntryError, short_hash
from terminal.texts import Texts

_HASH = re.compile(r"[0-9a-f]{64}")
_ON_PHONE = "web"


class Checked(msgspec.Struct, frozen=True):
    """A rating that was found; `given_at` and `phone` None when its bytes cannot be read."""

    unchanged: bool
    given_at: int | None
    phone: bool
    standing: Standing | None


class RatingCheck:
    """The route of the page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        """Show whether the rating of this hash is unchanged."""
        digest = request.path_params["hash"]
        if not _HASH.fullmatch(digest):
            return await self._site.not_found(request)
        found = await self._site.run(self._look_up, digest)
        texts = language_of(request)
        lines: list[str] = []
        if found is not None:
            if found.given_at is not None:
                date = say_moment(found.given_at, texts, self._site.today())
                lines.append(texts("rating_log.page.given_at", date=date))
                lines.append(texts(f"rating_log.page.{'phone' if found.phone else 'window'}"))
            lines += log_lines(found.standing, texts)
        return self._site.page(
            request,
            "rating_check.html",
            200 if found else 404,
            found=found,
            short=short_hash(digest),
            digest=" ".join(digest[i : i + 8] for i in range(0, 64, 8)),
            lines=lines,
        )

    def _look_up(self, digest: str) -> Checked | None:
        with self._site.hub.store.reading() as database:
            stored = entries.entry_by_hash(database, digest)
            if stored is None or stored.kind != RatingGiven.kind:
                # A leaf without its entry is a rating that was deleted here.
                standing = tree.place_of(database, digest)
                return Checked(False, None, False, standing) if standing else None
            kept = trees.kept_by_hash(database, [digest])[digest]
            given = _read(kept.entry)
            return Checked(
                not tree.problem_of(kept, digest),
                given.rated_at if given else None,
                given is not None and given.device == _ON_PHONE,
                tree.place_of_record(database, stored),
            )


def _read(entry: protocol.Entry) -> RatingGiven | None:
    try:
        record = protocol.to_record(entry)
    except EntryError:
        return None
    body: Any = record.body if record else None
    return body if isinstance(body, RatingGiven) else None


def log_lines(standing: Standing | None, texts: Texts) -> list[str]:
    """Say where a rating stands in the log, or that it is on its way there."""
    if standing is None:
        return [texts("rating_log.seen.waiting")]
    return [
        texts("rating_log.seen.number", number=standing.number),
        texts("rating_log.seen.root", root=standing.root, size=standing.size),
    ]
