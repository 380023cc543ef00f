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
from hub.web import progress_words as words
from hub.web.progress_words import Notice
from hub.web.rating_check import log_lines
from hub.web.site import FormTooLarge, Site, address, language_of, read_form, say_moment
from terminal.clock import to_local
from terminal.domain import deadlines
from terminal.domain.aggregates import Document, LifeEventApplication, Rating
from terminal.domain.case import Case
from terminal.domain.records import RatingScope
from terminal.protocol import entry as protocol
from terminal.protocol.entry import EntryError, short_hash
from terminal.protocol.query_code import QueryCode, parse_query_url, verify
from terminal.texts import Texts

_FACT_LENGTH = 4
_OFFICE_PAPERS = ("handover_slip", "copy_check")
"""Papers of the office alone, which the applicant never gets."""


class Paper(msgspec.Struct, frozen=True):
    """A document of the case; `same` when it is the one whose code was scanned."""

    name: str
    detail: str
    same: bool


class Given(msgspec.Struct, frozen=True):
    """A rating that was given; its grade is shown to nobody who holds the paper."""

    text: str
    detail: str
    unchanged: bool
    log: tuple[str, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """What a scanned code opens: a case, or (None) a receipt that is still on its way.

    `twins`: other cases carry the same number (a cloned or restored disk), so the page asks for
    a second fact before it shows anything. `parent` is the application for one matter that the
    case belongs to, or that the code itself opens; `siblings` are its cases.
    """

    case: Case | None
    documents: tuple[Document, ...] = ()
    ratings: tuple[tuple[Rating, str, bool, Standing | None], ...] = ()
    kept: bool = False
    twins: tuple[Case, ...] = ()
    parent: LifeEventApplication | None = None
    siblings: tuple[Case, ...] = ()


class Sibling(msgspec.Struct, frozen=True):
    """One item of a matter: where it stands."""

    item_name: str
    organ: str
    state: str
    tone: str
    due: str
    notices: tuple[Notice, ...]


class Progress:
    """The routes of the progress page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        """Show where a case is."""
        return await self._answer(request, "")

    async def show_with_fact(self, request: Request) -> Response:
        """Show a case whose number another one carries too, to who knows a second fact."""
        try:
            fields = dict(await read_form(request))
        except FormTooLarge:
            fields = {}
        return await self._answer(request, fields.get("fact", "").strip() or "?")

    async def _answer(self, request: Request, fact: str) -> Response:
        code = code_of(request)
        found = await self._site.run(look_up, self._site, code) if code else None
        if found is None or code is None:
            return await self._site.not_found(request)
        if found.twins:
            named = [one for one in found.twins if fact and knows(one, fact)]
            if len(named) != 1:
                return self._ask(request, code, wrong=bool(fact))
            found = await self._site.run(open_case, self._site, named[0])
        links: dict[str, Any] = {
            "rate_link": address(request, f"/p/{code.receipt_number}/rate", rated=""),
            "thanks": request.query_params.get("rated") == "1",
            "receipt_number": code.receipt_number,
        }
        texts = language_of(request)
        if found.case is None and found.parent is not None:
            return self._matter(request, found, code, texts)
        if found.case is None:
            return self._site.page(request, "arriving.html", kept=found.kept, **links)
        case = found.case
        today = self._site.today()
        return self._site.page(
            request,
            "progress.html",
            case=case,
            applicant=words.shown_name(case),
            state=words.state_name(case, texts),
            tone=words.tone_of(case),
            due=words.due_of(case, texts, today),
            owed=words.owed_by(case, texts),
            owes=words.owes(case),
            parent=_parent_line(found, texts),
            late=bool(case.due) and dt.date.fromisoformat(case.due) < today,
            notices=words.notices_of(case, texts, today),
            lines=words.lines_of(case, texts, today),
            papers=_papers(found.documents, code, texts, today),
            ratings=[_given(*one, texts, today) for one in found.ratings],
            may_rate=next_ordinal(case, [one[0] for one in found.ratings]),
            **links,
        )

    def _ask(self, request: Request, code: QueryCode, *, wrong: bool) -> Response:
        return self._site.page(
            request,
            "second_fact.html",
            409 if wrong else 200,
            receipt_number=code.receipt_number,
            action=address(request),
            wrong=wrong,
        )

    def _matter(self, request: Request, found: Found, code: QueryCode, texts: Texts) -> Response:
        """Show one matter: a line for the whole, a card for each of its items."""
        today, parent = self._site.today(), found.parent
        assert parent is not None
        siblings = [
            Sibling(
                one.item_name,
                one.organ,
                words.state_name(one, texts),
                words.tone_of(one),
                words.due_of(one, texts, today),
                tuple(words.notices_of(one, texts, today)) if words.owes(one) else (),
            )
            for one in found.siblings
        ]
        owed = sum(words.owes(one) for one in found.siblings)
        return self._site.page(
            request,
            "matter.html",
            parent=_parent_line(found, texts),
            owed=texts("progress.parent_owed", count=owed) if owed else "",
            received=say_moment(parent.applied_at, texts, today),
            window=parent.window,
            siblings=siblings,
            papers=_papers(found.documents, code, texts, today),
            receipt_number=code.receipt_number,
        )


def _parent_line(found: Found, texts: Texts) -> str:
    parent = found.parent
    if parent is None:
        return ""
    over = sum(case.state.over for case in found.siblings)
    total = len(parent.case_ids)
    return texts("progress.parent", name=parent.event_name, total=total, over=over)


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
    """Return what the code opens, or None: for a wrong token and for no such case alike.

    The token says which of two cases of one number is meant; they are told apart by a second
    fact all the same, because a disk that was cloned may have cloned the paper too.
    """
    with site.hub.store.reading() as database:
        cases = projections.cases_by_receipt(database, code.receipt_number)
        matter = projections.matter_by_receipt(database, code.receipt_number)
        if not cases and matter is None:
            if not _signed_by_a_terminal(database, code):
                return None
            kept = projections.kept_ratings(database, code.receipt_number)
            return Found(None, kept=any(one.token == code.token for one in kept))
        mine = [one for one in cases if _same(one.token, code.token)]
        if len(cases) > 1:
            first = _open(database, mine[0]) if mine else None
            return msgspec.structs.replace(first, twins=tuple(mine)) if first else None
        if mine:
            return _open(database, mine[0])
        if matter is None or not _same(matter.token, code.token):
            return None
        return Found(
            None,
            tuple(projections.documents_of(database, matter.application_id)),
            parent=matter,
            siblings=_children(database, matter),
        )


def open_case(site: Site, case: Case) -> Found:
    """Return what the page shows of a case."""
    with site.hub.store.reading() as database:
        return _open(database, case)


def knows(case: Case, fact: str) -> bool:
    """Say whether a second fact fits: the end of the applicant's identity number or code."""
    number = case.applicant.identity_number or case.applicant.credit_code
    end = number[-_FACT_LENGTH:].upper()
    return len(end) == _FACT_LENGTH and _same(end, fact.upper())


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _open(database: Any, case: Case) -> Found:
    ratings = [
        rating
        for rating in projections.ratings_of(database, [case.case_id, case.visit_id])
        if rating.scope == RatingScope.MATTER or rating.subject_id == case.visit_id
    ]
    parent = projections.load(database, case.parent_id) if case.parent_id else None
    matter = parent if isinstance(parent, LifeEventApplication) else None
    return Found(
        case,
        tuple(projections.documents_of(database, case.case_id)),
        tuple((rating, *_verified(database, rating)) for rating in ratings),
        parent=matter,
        siblings=_children(database, matter) if matter else (),
    )


def _children(database: Any, matter: LifeEventApplication) -> tuple[Case, ...]:
    """Return the cases of a matter in its order, as far as they have arrived."""
    found = projections.load_many(database, matter.case_ids)
    cases = (found.get(name) for name in matter.case_ids)
    return tuple(one for one in cases if isinstance(one, Case))


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


def _papers(
    documents: tuple[Document, ...], code: QueryCode, texts: Texts, today: dt.date
) -> list[Paper]:
    papers = []
    for document in documents:
        if document.document_kind in _OFFICE_PAPERS:
            continue
        known = texts.has(f"hub.paper.{document.document_kind}")
        kind = document.document_kind if known else "other"
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
