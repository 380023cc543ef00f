"""The citizen's progress page behind the receipt's QR code.

The token in the address is what opens it; before the entry has arrived the terminal's
signature does. Everything else gets one and the same page that reveals nothing.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub import tree
from hub.store import entries, people, projections, terminal_keys
from hub.tree import Standing
from hub.web.rating_check import log_lines
from hub.web.site import Site, address, language_of, say_due, say_moment
from terminal.clock import to_local
from terminal.domain import deadlines
from terminal.domain.aggregates import Document, Rating
from terminal.domain.case import Case, CaseState, Step
from terminal.domain.masking import mask_name
from terminal.domain.parties import PartyKind
from terminal.domain.records import RatingScope
from terminal.domain.regime import procedure_of
from terminal.protocol import entry as protocol
from terminal.protocol.entry import EntryError, short_hash
from terminal.protocol.query_code import QueryCode, parse_query_url, verify
from terminal.texts import Texts

_PAPERS = ("receipt", "acceptance", "correction", "decline", "conditional", "undertaking")


class Line(msgspec.Struct, frozen=True):
    """One step on the line: `mark` is done, now or later."""

    mark: str
    title: str
    detail: str = ""


class Paper(msgspec.Struct, frozen=True):
    """A document of the case; `same` when it is the one whose code was scanned."""

    name: str
    detail: str
    same: bool


class Notice(msgspec.Struct, frozen=True):
    """What is owed by the citizen, or what was decided, in lines."""

    title: str
    lines: tuple[str, ...]


class Given(msgspec.Struct, frozen=True):
    """A rating that was given; its grade is shown to nobody who holds the paper."""

    text: str
    detail: str
    unchanged: bool
    log: tuple[str, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """What a scanned code opens: a case, or (None) a receipt that is still on its way."""

    case: Case | None
    documents: tuple[Document, ...] = ()
    ratings: tuple[tuple[Rating, str, bool, Standing | None], ...] = ()
    kept: bool = False


class Progress:
    """The route of the progress page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        """Show where a case is."""
        code = code_of(request)
        found = await self._site.run(look_up, self._site, code) if code else None
        if found is None or code is None:
            return await self._site.not_found(request)
        links: dict[str, Any] = {
            "rate_link": address(request, f"/p/{code.receipt_number}/rate", rated=""),
            "thanks": request.query_params.get("rated") == "1",
            "receipt_number": code.receipt_number,
        }
        texts = language_of(request)
        if found.case is None:
            return self._site.page(request, "arriving.html", kept=found.kept, **links)
        case = found.case
        today = self._site.today()
        return self._site.page(
            request,
            "progress.html",
            case=case,
            applicant=_shown_name(case),
            state=state_name(case, texts),
            tone=_tone(case),
            due=_due(case, texts, today),
            late=bool(case.due) and dt.date.fromisoformat(case.due) < today,
            notices=_notices(case, texts, today),
            lines=_lines(case, texts, today),
            papers=_papers(found.documents, code, texts, today),
            ratings=[_given(*one, texts, today) for one in found.ratings],
            may_rate=next_ordinal(case, [one[0] for one in found.ratings]),
            **links,
        )


def code_of(request: Request) -> QueryCode | None:
    """Read the scanned code out of the address; its signature may be missing by now."""
    receipt = request.path_params["receipt"]
    # Only path and query are the visitor's; the host is whatever name led here.
    code = parse_query_url(f"http://hub/p/{receipt}?{request.url.query}")
    if code is not None:
        return code
    token = request.query_params.get("t", "")
    return QueryCode(receipt, token, b"", b"") if token else None


def look_up(site: Site, code: QueryCode) -> Found | None:
    """Return what the code opens, or None: for a wrong token and for no such case alike."""
    with site.hub.store.reading() as database:
        case = projections.case_by_receipt(database, code.receipt_number)
        if case is None:
            if not _signed_by_a_terminal(database, code):
                return None
            kept = projections.kept_ratings(database, code.receipt_number)
            return Found(None, kept=any(one.token == code.token for one in kept))
        if not hmac.compare_digest(case.token.encode(), code.token.encode()):
            return None
        ratings = [
            rating
            for rating in projections.ratings_of(database, [case.case_id, case.visit_id])
            if rating.scope == RatingScope.MATTER or rating.subject_id == case.visit_id
        ]
        return Found(
            case,
            tuple(projections.documents_of(database, case.case_id)),
            tuple((rating, *_verified(database, rating)) for rating in ratings),
        )


def _signed_by_a_terminal(database: Any, code: QueryCode) -> bool:
    """Say whether a terminal of the receipt's number signed the code."""
    parts = code.receipt_number.split("-")
    if len(parts) != 6 or not code.signature:
        return False
    return any(
        verify(code, key)
        for terminal in people.terminals(database)
        if terminal.label == parts[1] and not terminal.revoked_at
        for key in terminal_keys.public_keys(database, terminal.id)
    )


def _verified(database: Any, rating: Rating) -> tuple[str, bool, Standing | None]:
    """Return a rating's hash, whether its bytes still have it, and its place in the log."""
    effect = entries.effect_of(database, rating.head)
    stored = entries.entry_by_hash(database, effect.entry_hash) if effect else None
    if stored is None:
        return "", False, None
    standing = tree.place_of(database, stored.entry.hash)
    try:
        record = protocol.to_record(stored.entry, protocol.check(stored.entry))
    except EntryError:
        return stored.entry.hash, False, standing
    body: Any = record.body if record else None
    same = body is not None and (body.grade, body.reasons, body.comment) == (
        rating.grade,
        rating.reasons,
        rating.comment,
    )
    return stored.entry.hash, same, standing


def next_ordinal(case: Case, ratings: list[Rating]) -> int:
    """Return which rating may be given now: 1, 2 after the case has ended, 0 for none."""
    if not ratings:
        return 1
    ended = _ended_at(case)
    if len(ratings) == 1 and ended and ratings[0].rated_at < ended:
        return 2
    return 0


def _ended_at(case: Case) -> int:
    if case.decision is not None:
        return case.decision.decided_at
    return case.decline.declined_at if case.decline is not None else 0


def _shown_name(case: Case) -> str:
    party = case.applicant
    return party.name if party.kind is PartyKind.ORGANISATION else mask_name(party.name)


def state_name(case: Case, texts: Texts) -> str:
    """Return the state in words; a decided case says how it was decided."""
    key = case.decision.outcome.value if case.decision else case.state.value
    return texts(f"hub.state.{key}", refusal=procedure_of(case.regime).refusal)


def _tone(case: Case) -> str:
    """Return the colour's name of the state; the words beside it say the same."""
    match case.state:
        case CaseState.AWAITING_CORRECTION:
            return "warning"
        case CaseState.NOT_ACCEPTED:
            return "bad"
        case CaseState.DECIDED:
            granted = case.decision is not None and case.decision.outcome == "GRANTED"
            return "good" if granted else "bad"
    return "accent"


def _due(case: Case, texts: Texts, today: dt.date) -> str:
    if not case.due:
        return ""
    key = "due_respond" if case.state is CaseState.RECEIVED else "due_decide"
    latest = say_due(case.due, texts, today, provisional=case.provisional)
    return texts(f"hub.page.{key}", latest=latest)


def _notices(case: Case, texts: Texts, today: dt.date) -> list[Notice]:
    notices: list[Notice] = []
    if case.state is CaseState.AWAITING_CORRECTION and case.notices:
        lines = tuple(
            line
            for item in case.notices[-1]
            for line in (
                f"{item.name}：{item.defect}" if item.defect else item.name,
                texts("hub.page.standard", standard=item.standard) if item.standard else "",
            )
            if line
        )
        notices.append(Notice(texts("hub.page.lacking"), lines))
    if case.deferred and case.cure_by:
        names = {entry.material_id: entry.name for entry in case.materials}
        title = texts("hub.page.deferred", latest=say_due(case.cure_by, texts, today))
        notices.append(Notice(title, tuple(names.get(one, one) for one in case.deferred)))
    if case.decline is not None:
        said = [texts("hub.page.decline_reason", reason=case.decline.reason)]
        said.append(texts("hub.page.decline_basis", basis=case.decline.basis))
        if case.decline.go_to:
            said.append(texts("hub.page.decline_go_to", place=case.decline.go_to))
        notices.append(Notice(texts("hub.state.NOT_ACCEPTED"), tuple(said)))
    if case.decision is not None:
        said = [texts("hub.page.decision", number=case.decision.document_number)]
        if case.decision.reason:
            said.append(texts("hub.page.decision_reason", reason=case.decision.reason))
        if case.decision.basis:
            said.append(texts("hub.page.decision_basis", basis=case.decision.basis))
        notices.append(Notice(state_name(case, texts), tuple(said)))
    return notices


def _lines(case: Case, texts: Texts, today: dt.date) -> list[Line]:
    """Return what was done with dates, what is going on now, and what comes after it."""
    lines = [
        Line("done", texts(f"hub.step.{step.kind}"), _where(case, step, texts, today))
        for step in case.history
        if texts.has(f"hub.step.{step.kind}")
    ]

    def name(step: str) -> str:
        return texts(f"hub.step.{step}")

    match case.state:
        case CaseState.RECEIVED:
            lines += [Line("now", name("answer")), Line("later", name("decide"))]
        case CaseState.AWAITING_CORRECTION:
            lines += [Line("now", name("correct")), Line("later", name("answer"))]
        case CaseState.ACCEPTED:
            lines += [Line("now", name("review")), Line("later", name("decide"))]
            lines.append(Line("later", name("collect")))
        case CaseState.DECIDED:
            if case.decision is not None and case.decision.outcome == "GRANTED":
                lines.append(Line("now", name("collect")))
    return lines


def _where(case: Case, step: Step, texts: Texts, today: dt.date) -> str:
    """Say when and where a step was made: the window, or the organ for what is its act."""
    moment = say_moment(step.at, texts, today)
    organ_acts = ("case_accepted", "case_decided", "case_declined")
    place = case.organ if step.kind in organ_acts else step.actor.place or case.window
    return texts("hub.page.place", moment=moment, place=place)


def _papers(
    documents: tuple[Document, ...], code: QueryCode, texts: Texts, today: dt.date
) -> list[Paper]:
    papers = []
    for document in documents:
        kind = document.document_kind if document.document_kind in _PAPERS else "other"
        day = deadlines.say_day(_day(document.issued_at), texts, today)
        papers.append(
            Paper(
                texts(f"hub.paper.{kind}"),
                texts("hub.page.paper_number", number=document.number, date=day),
                bool(code.digest) and document.digest.startswith(code.digest.hex()),
            )
        )
    return papers


def _day(milliseconds: int) -> dt.date:
    return to_local(milliseconds).date()


def _given(
    rating: Rating,
    digest: str,
    unchanged: bool,
    standing: Standing | None,
    texts: Texts,
    today: dt.date,
) -> Given:
    return Given(
        texts("hub.page.rated" if unchanged else "hub.page.rated_changed"),
        texts(
            "hub.page.rated_at",
            date=say_moment(rating.rated_at, texts, today),
            hash=short_hash(digest),
        ),
        unchanged,
        tuple(log_lines(standing, texts)),
    )
