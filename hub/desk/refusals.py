"""The legal department's page: every filed "no" with its reason, basis and paper, to review."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.desk.acts import DeskActs
from hub.desk.doing import Typed
from hub.desk.filed_page import FiledPage, Sent
from hub.desk.session import Session
from hub.store import filed, projections
from hub.store.people import Account
from hub.web.paging import PER_PAGE, Part, asked_for, paging, part_of
from hub.web.site import language_of, say_moment
from terminal.domain.aggregates import Document, NegativeOutcome
from terminal.texts import Texts

TABS = ("filed", "reviewed")
_TEXTS = {"filed": "open", "reviewed": "reviewed"}


class Line(msgspec.Struct, frozen=True):
    """A filed refusal in words; `own` when this account said it."""

    outcome_id: str
    case_id: str
    receipt_number: str
    kind: str
    item_name: str
    reason: str
    basis: str
    said_by: str
    said_at: str
    papers: tuple[str, ...]
    own: bool
    reviewed: bool
    upheld: bool
    opinion: str
    reviewed_by: str
    action: str


class Refusals(FiledPage):
    """The routes of filed refusals of the own organ; they are the legal department's alone."""

    home = "/desk/refusals"
    named = "outcome_id"

    def _allowed(self, account: Account) -> bool:
        return account.legal

    def _record(self, session: Session, about: str, typed: Typed, action: str) -> str:
        """Record an opinion about one."""
        desk = DeskActs(self._site.hub, session.account)
        upheld = typed.yes("upheld")
        desk.review_negative_outcome(about, upheld, typed.text("opinion"), action)
        return f"{self.home}?done=1"

    async def _page(
        self, request: Request, session: Session, sent: Sent, status: int = 200
    ) -> Response:
        texts, organ = language_of(request), session.account.organ
        tab = request.query_params.get("tab", TABS[0])
        tab = tab if tab in TABS else TABS[0]
        number = asked_for(request)
        found, papers, counts, part = await self._site.run(self._read, organ, tab, number)
        lines = [self._line(one, papers, session, texts) for one in found]
        return self._site.page(
            request,
            "refusals.html",
            status,
            session=session,
            lines=lines,
            tab=tab,
            tabs=[(name, texts(f"desk.refusal.{_TEXTS[name]}"), counts[name]) for name in TABS],
            empty=texts(f"desk.refusal.empty_{_TEXTS[tab]}"),
            paging=paging(request, part, lines, self.home),
            page=part.number,
            done=request.query_params.get("done") == "1",
            **sent.beside([line.outcome_id for line in lines]),
        )

    def _read(
        self, organ: str, tab: str, number: int
    ) -> tuple[list[NegativeOutcome], dict[str, list[Document]], dict[str, int], Part]:
        with self._site.hub.store.reading() as database:
            counts = {one: filed.refusal_count(database, organ, one) for one in TABS}
            part = part_of(number, counts[tab])
            found = filed.refusals(database, organ, tab, offset=part.offset, limit=PER_PAGE)
            papers = {one.case_id: projections.documents_of(database, one.case_id) for one in found}
            return found, papers, counts, part

    def _line(
        self,
        one: NegativeOutcome,
        papers: dict[str, list[Document]],
        session: Session,
        texts: Texts,
    ) -> Line:
        today = self._site.today()
        names = []
        for paper in papers.get(one.case_id, []):
            key = f"hub.paper.{paper.document_kind}"
            name = texts(key) if texts.has(key) else texts("hub.paper.other")
            number = paper.official_number or paper.number
            names.append(texts("desk.refusal.paper_of", name=name, number=number))
        reviewer = one.reviewer
        return Line(
            outcome_id=one.outcome_id,
            case_id=one.case_id,
            receipt_number=one.receipt_number,
            kind=texts(f"desk.refusal.kind.{one.outcome.value}"),
            item_name=one.item_name,
            reason=one.reason,
            basis=one.basis,
            said_by=" · ".join(filter(None, (one.said_by.name, one.said_by.place))),
            said_at=say_moment(one.said_at, texts, today),
            papers=tuple(names),
            own=session.account.name == one.said_by.id
            or session.account.display_name == one.said_by.name,
            reviewed=reviewer is not None,
            upheld=one.upheld,
            opinion=one.opinion,
            reviewed_by=texts(
                "desk.refusal.reviewed_by",
                name=reviewer.name,
                moment=say_moment(one.reviewed_at, texts, today),
            )
            if reviewer is not None
            else "",
            action=self._site.hub.randomness.uuid7(),
        )
