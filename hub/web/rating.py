"""The citizen's rating page: voluntary, nothing preselected, written by nobody's session."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub import judge
from hub.consequences import rating_id
from hub.store import projections
from hub.web.progress import Found, code_of, look_up, next_ordinal
from hub.web.site import FormTooLarge, Site, address, language_of, read_form
from terminal.domain.rating import LONGEST_COMMENT, Grade, check_rating, load_reasons
from terminal.domain.records import RatingGiven, RatingScope
from terminal.errors import InvalidInput, TerminalError
from terminal.protocol.entry import Draft
from terminal.protocol.query_code import QueryCode
from terminal.protocol.suites import STANDARD

DEVICE = "web"
CHANNEL = "qr"


class Choice(NamedTuple):
    """What a form says; `grade` None when nothing was chosen."""

    grade: int | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""


class RatingPage:
    """The routes of the rating page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        """Ask for a rating."""
        code = code_of(request)
        found = await self._site.run(look_up, self._site, code) if code else None
        if found is None or code is None:
            return await self._site.not_found(request)
        return self._form(request, code, found, Choice())

    async def give(self, request: Request) -> Response:
        """Take a rating, or say kindly what is missing."""
        code = code_of(request)
        found = await self._site.run(look_up, self._site, code) if code else None
        if found is None or code is None:
            return await self._site.not_found(request)
        texts = language_of(request)
        try:
            choice = read_choice(await read_form(request))
        except FormTooLarge:
            error = InvalidInput(
                "rating.comment_long", count=f"> {LONGEST_COMMENT}", longest=LONGEST_COMMENT
            )
            return self._form(request, code, found, Choice(), error.sentence(texts), 413)
        if choice.grade is None:
            said = texts("hub.rating_page.none_chosen")
            return self._form(request, code, found, choice, said, 400)
        if not _ordinal(found):
            return self._form(request, code, found, choice, "", 409)
        try:
            check_rating(choice.grade, choice.reasons, choice.comment)
            await self._site.run(give, self._site, code, found, choice)
        except TerminalError as error:
            return self._form(request, code, found, choice, error.sentence(texts), 400)
        return self._site.go(address(request, f"/p/{code.receipt_number}", rated="1"))

    def _form(
        self,
        request: Request,
        code: QueryCode,
        found: Found,
        choice: Choice,
        problem: str = "",
        status: int = 200,
    ) -> Response:
        texts = language_of(request)
        known = load_reasons()
        closed = ""
        if not _ordinal(found):
            for_good = found.case is None or not found.case.state.open
            closed = texts(f"hub.rating_page.closed{'_for_good' if for_good else ''}")
        return self._site.page(
            request,
            "rate.html",
            status,
            receipt_number=code.receipt_number,
            item_name=found.case.item_name if found.case else "",
            back=address(request, f"/p/{code.receipt_number}"),
            action=address(request, f"/p/{code.receipt_number}/rate"),
            closed=closed,
            grades=[(grade, grade.name_in(texts), known.of(grade)) for grade in Grade],
            choice=choice,
            longest=LONGEST_COMMENT,
            problem=problem,
        )


def read_choice(fields: list[tuple[str, str]]) -> Choice:
    """Read the form; reasons that belong to a grade which was not chosen are left out."""
    grade: int | None = None
    reasons: list[str] = []
    comment = ""
    for name, value in fields:
        if name == "grade" and value in ("1", "2", "3", "4", "5"):
            grade = int(value)
        elif name == "reason":
            reasons.append(value)
        elif name == "comment":
            # Browsers send line ends as CR LF.
            comment = value.replace("\r\n", "\n").strip()
    chosen = tuple(dict.fromkeys(one for one in reasons if grade and one.startswith(str(grade))))
    return Choice(grade, chosen, comment)


def _ordinal(found: Found) -> int:
    if found.case is None:
        return 0 if found.kept else 1
    return next_ordinal(found.case, [one[0] for one in found.ratings])


def give(site: Site, code: QueryCode, found: Found, choice: Choice) -> None:
    """Write a rating as the hub's entry, or keep it until its receipt arrives."""
    hub = site.hub
    assert choice.grade is not None
    body = RatingGiven(
        scope=RatingScope.MATTER,
        subject_id=found.case.case_id if found.case else "",
        grade=choice.grade,
        reasons=choice.reasons,
        reasons_version=load_reasons().version,
        comment=choice.comment,
        device=DEVICE,
        channel=CHANNEL,
        rated_at=hub.now(),
        ordinal=_ordinal(found),
    )
    if found.case is None:
        with hub.store.writing() as database:
            projections.keep_rating(
                database, code.receipt_number, code.token, msgspec.json.encode(body), hub.now()
            )
        return
    name = rating_id(found.case.case_id, body.ordinal)
    # A form that is sent twice is one rating: the action is made from what was rated.
    action = STANDARD.digest(name.encode()).hex()
    judge.act(hub, [Draft(name, "", body)], action)
