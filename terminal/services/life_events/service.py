"""Taking in a life event: one act, one transaction, one receipt; a case for every item."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from terminal.clock import today
from terminal.documents import render
from terminal.documents.composing.life_event import life_event_receipt
from terminal.domain.aggregates import LifeEventApplication
from terminal.domain.case import Case
from terminal.domain.catalogue import LifeEvent
from terminal.domain.life_event import Standing, standing
from terminal.domain.parties import Capacity, Party
from terminal.domain.records import LifeEventApplied
from terminal.errors import NotFound, RuleRefused
from terminal.protocol.entry import Draft
from terminal.protocol.query_code import new_token
from terminal.services.acts import Circumstances, Options, new_case_id
from terminal.services.cases import case_row
from terminal.services.casework.acting import Office
from terminal.services.catalogue import CatalogueService
from terminal.services.intake import IntakeService
from terminal.services.issuing import Issuer, Subject
from terminal.services.life_events.judging import (
    PREFIX,
    Judged,
    application_id,
    judge,
)
from terminal.services.numbering import Numbering
from terminal.services.papers import PaperMaker, ready
from terminal.services.printing import document_view
from terminal.services.staff import clerk_of
from terminal.services.views import (
    Act,
    CaseRow,
    DeclineRequest,
    IntakeDraft,
    Review,
    Saved,
    Session,
)
from terminal.store import aggregates, lists
from terminal.store.database import Transaction
from terminal.texts import Texts


class EventProgress(msgspec.Struct, frozen=True):
    """An application with its cases and how it stands; nothing of that is stored."""

    application: LifeEventApplication
    cases: tuple[CaseRow, ...]
    standing: Standing


class LifeEventsService:
    """What a clerk does with one matter of several items. Any thread may call it; it blocks.

    It has the methods of the intake, so that the same screens lead through both: the draft's
    item is the event (`life-event/` and its id).
    """

    def __init__(
        self,
        office: Office,
        intake: IntakeService,
        catalogue: CatalogueService,
        numbering: Numbering,
        papers: PaperMaker,
        texts: Callable[[], Texts],
    ) -> None:
        self._office = office
        self._intake = intake
        self._catalogue = catalogue
        self._numbering = numbering
        self._papers = papers
        self._texts = texts
        self._issuer = Issuer(office.journal, office.randomness, office.desk)

    # Drafts

    def start(
        self,
        visitor: Party,
        event_id: str,
        *,
        visit_id: str = "",
        visit_opened_at: int = 0,
        applicant: Party | None = None,
        capacity: Capacity = Capacity.SELF,
    ) -> IntakeDraft:
        """Open the one form of a life event."""
        event = self._event(event_id)
        draft = self._intake.start(
            visitor, event.items[0], visit_id=visit_id, visit_opened_at=visit_opened_at,
            applicant=applicant, capacity=capacity,
        )  # fmt: skip
        return msgspec.structs.replace(
            draft, item_code=PREFIX + event.id, item_version="", materials={}, form={},
            forwarding=None,
        )  # fmt: skip

    def review(self, draft: IntakeDraft, session: Session | None = None) -> Review:
        """Return the one list of questions, papers and fields, and each item's line."""
        return self._judge(draft).review

    def _judge(self, draft: IntakeDraft) -> Judged:
        event = self._event(draft.item_code)
        items = tuple(self._catalogue.item(code) for code in event.items)
        texts = self._texts()
        names = dict.fromkeys(i.organ.name if i.organ else i.department for i in items)
        departments = texts("paper.list_comma").join(names)
        day = today(self._office.clock)
        return judge(draft, event, items, day, self._office.rules(), departments)

    def _event(self, code: str) -> LifeEvent:
        return self._catalogue.life_event(code.removeprefix(PREFIX))

    # Acts

    def receive(self, draft: IntakeDraft, session: Session) -> Saved:
        """Receive the materials for every item."""
        return self._act(Act.RECEIVE, draft, session, Options())

    def accept(self, draft: IntakeDraft, session: Session) -> Saved:
        """Accept what is complete and may be accepted here, and receive the rest."""
        return self._act(Act.ACCEPT, draft, session, Options())

    def accept_conditionally(self, draft: IntakeDraft, session: Session, agreed: bool) -> Saved:
        """Accept, with deferrable materials to follow for the items that allow it."""
        if not agreed:
            raise RuleRefused("case.deferral_needs_consent")
        return self._act(Act.ACCEPT_CONDITIONALLY, draft, session, Options(agreed=True))

    def notify_correction(
        self, draft: IntakeDraft, session: Session, repeat_reason: str = ""
    ) -> Saved:
        """Give each item that lacks something its one complete notice, and accept the others."""
        return self._act(Act.NOTIFY_CORRECTION, draft, session, Options())

    def decline(self, draft: IntakeDraft, session: Session, request: DeclineRequest) -> Saved:
        """Refused: an item is declined by itself, and the others go on."""
        raise RuleRefused("life_event.decline_singly")

    def enter_late(
        self, draft: IntakeDraft, session: Session, second_name: str, second_password: str
    ) -> Saved:
        """Refused: a handwritten receipt is about one item."""
        raise RuleRefused("life_event.singly_only")

    def _act(self, act: Act, draft: IntakeDraft, session: Session, options: Options) -> Saved:
        office = self._office
        repeated = office.ledger.read(lambda db: self._again(db, draft.action_id))
        if repeated is not None:
            return repeated
        judged = self._judge(draft)
        permission = judged.review.permission(act)
        if not permission.allowed:
            raise RuleRefused(permission.code, **permission.data)
        saved = office.ledger.write(lambda db: self._write(db, act, judged, session, options))
        for row in saved.parts:
            office.events.publish("case_saved", row.case_id, row.state.value)
        office.events.publish("journal_changed")
        office.wake_printer()
        return saved

    def _write(
        self, db: Transaction, act: Act, judged: Judged, session: Session, options: Options
    ) -> Saved:
        """Write application, cases and papers: all of it or nothing."""
        draft = judged.review.draft
        again = self._again(db, draft.action_id)
        if again is not None:
            return again
        where = self._circumstances(db, session)
        body = _applied(judged, where)
        parent = application_id(draft.action_id)
        written = self._office.journal.append(db, draft.action_id, [Draft(parent, "", body)])
        for one, own in zip(judged.items, judged.plan(act), strict=True):
            self._intake.write_within(db, own, one, session, options)
        application = self._application(db, parent)
        children = [
            (case, one.item)
            for case, one in zip(self._cases(db, application), judged.items, strict=True)
        ]
        occasion = self._papers.occasion(where, written[0].hash)
        receipt = ready(life_event_receipt(application, children, occasion))
        subject = Subject(parent, application.receipt_number, application.token, application.head)
        self._issuer.issue(db, draft.action_id, subject, (receipt,), where.at)
        return self._saved(db, application)

    def _circumstances(self, db: Transaction, session: Session) -> Circumstances:
        office, now = self._office, self._office.clock.now()
        return Circumstances(
            clerk=clerk_of(session, office.desk.window),
            window=office.desk.window,
            at=now.corrected,
            receipt_number=self._numbering.receipt_number(db, now.local.date()),
            token=new_token(office.randomness.token_bytes(16)),
            offline=not office.desk.connected(),
            organ="",
        )

    # Reading

    def progress(self, number: str) -> EventProgress:
        """Return an application by its id or receipt number, and how its cases stand."""

        def read(db: Transaction) -> EventProgress | None:
            application = aggregates.load(db, number)
            if not isinstance(application, LifeEventApplication):
                application = lists.application_by_number(db, number)
            if application is None:
                return None
            cases = self._cases(db, application)
            return EventProgress(application, self._rows(cases), standing(cases))

        found = self._office.ledger.read(read)
        if found is None:
            raise NotFound("case.not_found", number=number)
        return found

    def _rows(self, cases: list[Case]) -> tuple[CaseRow, ...]:
        day, calendar = today(self._office.clock), self._office.rules().calendar
        return tuple(case_row(case, day, calendar, "waiting") for case in cases)

    def _again(self, db: Transaction, action_id: str) -> Saved | None:
        application = aggregates.load(db, application_id(action_id))
        if not isinstance(application, LifeEventApplication):
            return None
        return self._saved(db, application, repeated=True)

    def _saved(
        self, db: Transaction, application: LifeEventApplication, *, repeated: bool = False
    ) -> Saved:
        """Return the application as one saved matter: its receipt first, then the notices."""
        cases = self._cases(db, application)
        rows = self._rows(cases)
        head = msgspec.structs.replace(
            rows[0],
            case_id=application.application_id,
            receipt_number=application.receipt_number,
            item_name=application.event_name,
        )
        ids = (application.application_id, *application.case_ids)
        documents = [found for one in ids for found in lists.documents_of_case(db, one)]
        heads = [application.head, *(step.record_id for case in cases for step in case.history)]
        heads += [document.head for document in documents]
        return Saved(
            case=head,
            documents=tuple(document_view(db, document) for document in documents),
            record_ids=tuple(heads),
            offline=cases[0].offline,
            repeated=repeated,
            parts=rows,
        )

    @staticmethod
    def _application(db: Transaction, parent: str) -> LifeEventApplication:
        application = aggregates.load(db, parent)
        if not isinstance(application, LifeEventApplication):
            raise NotFound("case.not_found", number=parent)
        return application

    @staticmethod
    def _cases(db: Transaction, application: LifeEventApplication) -> list[Case]:
        found = [aggregates.load(db, case_id) for case_id in application.case_ids]
        return [case for case in found if isinstance(case, Case)]

    # Preview

    def preview(
        self,
        draft: IntakeDraft,
        session: Session,
        act: Act,
        request: DeclineRequest | None = None,
    ) -> bytes:
        """Return a PNG of the paper of the first item that the act is lawful for."""
        return self.previews(draft, session, act, first_only=True)[0]

    def previews(
        self, draft: IntakeDraft, session: Session, act: Act, *, first_only: bool = False
    ) -> tuple[bytes, ...]:
        """Return PNGs of every item's paper under this act, those that the act itself is first."""
        judged = self._judge(draft)
        permission = judged.review.permission(act)
        if not permission.allowed:
            raise RuleRefused(permission.code, **permission.data)
        plan = sorted(
            zip(judged.items, judged.plan(act), strict=True), key=lambda pair: pair[1] is not act
        )
        url = self._office.desk.public_url()
        return tuple(
            render(self._intake.preview_paper(one.draft, session, own).with_query_url(url), "png")
            for one, own in (plan[:1] if first_only else plan)
        )


def _applied(judged: Judged, where: Circumstances) -> LifeEventApplied:
    """Compose the application's entry: the one form and the answers as they were given."""
    review = judged.review
    draft = review.draft
    asked = {question.id for question in review.questions}
    fields = {field.id for field in review.fields}
    return LifeEventApplied(
        event_id=review.item.code.removeprefix(PREFIX),
        event_name=review.item.name,
        receipt_number=where.receipt_number,
        visit_id=draft.visit_id,
        applicant=draft.applicant,
        answers={key: value for key, value in draft.answers.items() if key in asked},
        form={key: value for key, value in draft.form.items() if key in fields and value},
        case_ids=tuple(new_case_id(one.draft.action_id) for one in judged.items),
        applied_at=where.at,
        window=where.window,
        clerk=where.clerk,
        token=where.token,
    )
