"""A case at the desk: everything known of it, and the acts that are possible now."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.blobs import Blobs
from hub.desk import doing, papers
from hub.desk.acting import handled, in_other_hands, may_see
from hub.desk.acts import DeskActs
from hub.desk.case_facts import facts_of
from hub.desk.case_forms import ACTS, THINGS, Forms, consequence
from hub.desk.clock import clock_of
from hub.desk.doing import Typed
from hub.desk.entrance import Entrance, forged
from hub.desk.fields import Form
from hub.desk.forms import own_form, read_fields
from hub.desk.grounds import grounds_of, rules_for
from hub.desk.session import Session
from hub.desk.words import staff_state, step_names
from hub.store import conflicts, projections
from hub.web.site import HEADERS, Site, language_of, say_moment
from terminal.domain.aggregates import Document
from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.records import CaseAccepted
from terminal.errors import TerminalError
from terminal.texts import Texts

_SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "application/pdf"})
_LONGEST_ACTION = 64


class Scan(msgspec.Struct, frozen=True):
    """A scan of a material; `here` False while it is still on its way."""

    hash: str
    name: str
    here: bool


class MaterialRow(msgspec.Struct, frozen=True):
    """A material with its scans; what is not `here` has neither fate nor count."""

    entry: MaterialEntry
    scans: tuple[Scan, ...]
    here: bool


class Said(msgspec.Struct, frozen=True):
    """A form field or an answer by its name in the catalogue, or by its id without one."""

    name: str
    value: str


class Step(msgspec.Struct, frozen=True):
    """A line of the history: what, and when by whom where."""

    name: str
    detail: str


class Paper(msgspec.Struct, frozen=True):
    """A document that was issued, by name, number and day."""

    name: str
    detail: str


class Sent(msgspec.Struct, frozen=True):
    """A form that came back: what was typed, what is wrong, or what it would do."""

    key: str
    values: dict[str, str]
    problem: str = ""
    consequence: str = ""


class CasePage:
    """The routes of one case."""

    def __init__(self, site: Site, blobs: Blobs, entrance: Entrance) -> None:
        self._site = site
        self._entrance = entrance
        self._blobs = blobs

    async def show(self, request: Request, session: Session) -> Response:
        """Show a case of the own organ."""
        case = await self._visible(request, session)
        if case is None:
            return await self._site.not_found(request)
        return await self._page(request, session, case)

    async def act(self, request: Request, session: Session) -> Response:
        """Do what a form of the case asks for, or show it again with what is wrong."""
        fields = dict(await read_fields(request))
        if not own_form(fields, session):
            return forged(self._site, request, session)
        act = request.path_params["act"]
        case = await self._visible(request, session)
        if case is None or act not in ACTS:
            return await self._site.not_found(request)
        # No page shows a password again.
        password = fields.pop("second_password", "")
        texts = language_of(request)
        key = f"check-{fields.get('material_id', '')}" if act == "check" else act
        action = fields.get("action", "")[:_LONGEST_ACTION]
        try:
            given = doing.read(act, Typed(fields, texts))
            forms = await self._forms(case, session, texts)
            offered = {form.key for form in forms}
            said = ""
            if key in offered:
                said = await self._site.run(self._consequence, act, case, given, texts)
            if fields.get("again") or (said and not fields.get("confirmed")):
                said = "" if fields.get("again") else said
                sent = Sent(key, fields, consequence=said)
                return await self._page(request, session, case, sent)
            if act == "decline":
                name = fields.get("second_name", "").strip()
                given["second"] = await self._entrance.second(request, name, password)
            await self._site.run(self._do, session, act, case, given, action)
        except TerminalError as error:
            sent = Sent(key, fields, problem=error.sentence(texts))
            fresh = await self._visible(request, session) or case
            return await self._page(request, session, fresh, sent, doing.status_of(error))
        return self._site.go(f"/desk/cases/{case.case_id}?done={act}")

    async def _forms(self, case: Case, session: Session, texts: Texts) -> list[Form]:
        today, calendar = self._site.today(), self._site.hub.calendar
        grounds = await self._site.run(grounds_of, self._site.hub, case)
        return Forms(case, session.account, today, calendar, texts, grounds).possible()

    def _consequence(self, act: str, case: Case, given: dict[str, Any], texts: Texts) -> str:
        hub = self._site.hub
        limits = rules_for(hub, case).policy.clock(case.regime)
        return consequence(act, case, given, self._site.today(), hub.calendar, limits, texts)

    def _do(
        self, session: Session, act: str, case: Case, given: dict[str, Any], action: str
    ) -> None:
        doing.do(DeskActs(self._site.hub, session.account), act, case, given, action)

    async def scan(self, request: Request, session: Session) -> Response:
        """Return a scan of a case of the own organ."""
        case = await self._visible(request, session)
        if case is None:
            return await self._site.not_found(request)
        wanted = request.path_params["sha256"]
        blobs = {blob.hash: blob for entry in case.materials for blob in entry.blobs}
        data = await self._site.run(self._blobs.read, wanted) if wanted in blobs else None
        if data is None:
            return await self._site.not_found(request)
        media = blobs[wanted].media_type
        shown = media if media in _SHOWN_TYPES else "application/octet-stream"
        headers = HEADERS | {
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": "inline" if media in _SHOWN_TYPES else "attachment",
        }
        return Response(data, 200, headers, media_type=shown)

    async def paper(self, request: Request, session: Session) -> Response:
        """Return a paper of the department as PDF, or say what it still lacks."""
        case = await self._visible(request, session)
        kind = request.path_params["kind"]
        if case is None or kind not in papers.papers_of(case):
            return await self._site.not_found(request)
        try:
            data = await self._site.run(self._make, case, kind)
        except TerminalError as error:
            said = error.sentence(language_of(request))
            return await self._page(request, session, case, Sent("", {}, problem=said), 409)
        headers = HEADERS | {"Content-Disposition": f'inline; filename="{kind}.pdf"'}
        return Response(data, 200, headers, media_type="application/pdf")

    def _make(self, case: Case, kind: str) -> bytes:
        return papers.pdf(*papers.sheet_of(self._site.hub, case, kind))

    async def _visible(self, request: Request, session: Session) -> Case | None:
        """Return the case that the address names if this account may see it."""
        case = await self._site.run(self._load, request.path_params["case_id"])
        return case if case is not None and may_see(session.account, case) else None

    def _load(self, case_id: str) -> Case | None:
        with self._site.hub.store.reading() as database:
            found = projections.load(database, case_id)
        return found if isinstance(found, Case) else None

    def _around(self, case: Case) -> tuple[ServiceItem | None, list[Document], bool]:
        with self._site.hub.store.reading() as database:
            item = projections.item(database, case.item_code, case.item_version)
            documents = projections.documents_of(database, case.case_id)
            return item, documents, conflicts.stands(database, case.case_id)

    async def _page(
        self,
        request: Request,
        session: Session,
        case: Case,
        sent: Sent | None = None,
        status: int = 200,
    ) -> Response:
        texts, today = language_of(request), self._site.today()
        account, done = session.account, request.query_params.get("done", "")
        item, documents, disputed = await self._site.run(self._around, case)
        forms = await self._forms(case, session, texts)
        keys = {form.key for form in forms}
        other = in_other_hands(account, case) and case.claimed_by is not None
        return self._site.page(
            request,
            "case.html",
            status,
            session=session,
            case=case,
            state=staff_state(case, texts),
            clock=clock_of(case, texts, self._site),
            facts=facts_of(case, texts, today),
            materials=[self._material(entry) for entry in case.materials],
            deferred=[one.name for one in case.materials if one.material_id in case.deferred],
            form=_form(case, item),
            answers=_answers(case, item),
            papers=_papers(documents, texts, self._site),
            own_papers=_own_papers(case, documents, texts),
            steps=_steps(case, texts, self._site),
            disputed=disputed,
            handled=handled(account, case),
            other_hands=case.claimed_by.name if other and case.claimed_by else "",
            forms=[self._fresh(form, sent) for form in forms],
            sent=sent,
            # The form is not possible any more: what was wrong is said above the others.
            problem=sent.problem if sent and sent.key not in keys else "",
            done=texts(f"desk.act.{done}.done") if done in ACTS else "",
            thing_rows=range(THINGS),
            say_moment=lambda at: say_moment(at, texts, today),
        )

    def _fresh(self, form: Form, sent: Sent | None) -> Form:
        """Give a form its action: made when it opens, kept while it is corrected."""
        kept = sent.values.get("action", "") if sent and sent.key == form.key else ""
        action = kept[:_LONGEST_ACTION] or self._site.hub.randomness.uuid7()
        return msgspec.structs.replace(form, action=action)

    def _material(self, entry: MaterialEntry) -> MaterialRow:
        scans = tuple(
            Scan(blob.hash, blob.name, self._blobs.has(blob.hash)) for blob in entry.blobs
        )
        here = entry.status in (MaterialStatus.RECEIVED, MaterialStatus.DEFECTIVE)
        return MaterialRow(entry, scans, here)


def _own_papers(case: Case, documents: list[Document], texts: Texts) -> list[tuple[str, str]]:
    """Return the department's papers of a case, each with its name; an acceptance by its paper."""
    names = {kind: texts(f"desk.paper.{kind}") for kind in papers.papers_of(case)}
    if CaseAccepted.kind in names and any(one.document_kind == "conditional" for one in documents):
        names[CaseAccepted.kind] = texts("hub.paper.conditional")
    return list(names.items())


def _form(case: Case, item: ServiceItem | None) -> list[Said]:
    labels = {field.id: field.label for field in item.fields} if item else {}
    return [Said(labels.get(name, name), value) for name, value in case.form.items()]


def _answers(case: Case, item: ServiceItem | None) -> list[Said]:
    asked = {question.id: question for question in item.questions} if item else {}
    said = []
    for name, value in case.answers.items():
        question = asked.get(name)
        options = {option.id: option.label for option in question.options} if question else {}
        said.append(Said(question.text if question else name, options.get(value, value)))
    return said


def _papers(documents: list[Document], texts: Texts, site: Site) -> list[Paper]:
    today, found = site.today(), []
    for one in documents:
        key = f"hub.paper.{one.document_kind}"
        name = texts(key) if texts.has(key) else texts("hub.paper.other")
        number = one.official_number or one.number
        moment = say_moment(one.issued_at, texts, today)
        found.append(Paper(name, texts("hub.page.paper_number", number=number, date=moment)))
    return found


def _steps(case: Case, texts: Texts, site: Site) -> list[Step]:
    today, found = site.today(), []
    for step, name in step_names(case, texts):
        detail = " · ".join(
            filter(None, (say_moment(step.at, texts, today), step.actor.name, step.actor.place))
        )
        found.append(Step(name, detail))
    return found
