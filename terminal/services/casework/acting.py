"""The frame of every act on a case that is here already: judge, write, issue, tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from terminal.clock import Clock, today
from terminal.documents.composing.base import decision_kind, number_to_follow
from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.domain.policy import HallRules
from terminal.domain.records import Body, CaseDecided
from terminal.errors import NotFound
from terminal.events import EventBus
from terminal.ids import Randomness
from terminal.protocol.entry import Draft
from terminal.services.acts import Circumstances
from terminal.services.cases import case_row
from terminal.services.issuing import Desk, Issuer
from terminal.services.numbering import LeasedNumber, next_leased_of
from terminal.services.papers import Paper
from terminal.services.printing import document_view
from terminal.services.staff import StaffService, clerk_of
from terminal.services.views import CaseRow, DocumentView, Session
from terminal.store import aggregates, journal, lists
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal


class Done(msgspec.Struct, frozen=True):
    """The result of an act: durable here, and the papers that it issued."""

    case: CaseRow
    documents: tuple[DocumentView, ...]
    record_ids: tuple[str, ...]
    repeated: bool = False


class Items(Protocol):
    """Where items come from."""

    def item(self, code: str, version: str = "") -> ServiceItem:
        """Return an item in a version, or its newest one; raises `NotFound`."""
        ...


class StepPapers(Protocol):
    """Composes the papers of a step that is no act of the intake."""

    def of_step(
        self, body: Body, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> tuple[Paper, ...]:
        """Return the papers that a step hands out; empty for most."""
        ...


class Office(msgspec.Struct, frozen=True):
    """What the services of this package share."""

    ledger: Ledger
    journal: Journal
    items: Items
    staff: StaffService
    papers: StepPapers
    rules: Callable[[], HallRules]
    clock: Clock
    randomness: Randomness
    events: EventBus
    desk: Desk
    wake_printer: Callable[[], None]

    def case(self, case_id: str) -> Case:
        """Return a case of this machine; raises `NotFound`."""
        found = self.ledger.read(lambda db: aggregates.load(db, case_id))
        if not isinstance(found, Case):
            raise NotFound("case.not_found", number=case_id)
        return found

    def now(self) -> int:
        """Return the moment in milliseconds, corrected by what is known of the hub's clock."""
        return self.clock.now().corrected

    def new_action(self) -> str:
        """Return the id of an act, made when its form opens."""
        return self.randomness.uuid7()

    def act(
        self,
        case_id: str,
        make: Callable[[Case], Body],
        session: Session,
        *,
        action_id: str = "",
        blobs: Sequence[str] = (),
    ) -> Done:
        """Write one step of a case with its papers; the same action again is the first answer.

        `make` composes the step from the case as it stands inside the transaction. Raises
        `RuleRefused` with the rule's sentence; then nothing is written.
        """
        action = action_id or self.new_action()
        done = self.ledger.write(
            lambda db: self._write(db, action, case_id, make, session, tuple(blobs))
        )
        self.events.publish("case_saved", done.case.case_id, done.case.state.value)
        self.events.publish("journal_changed")
        self.wake_printer()
        return done

    def _write(
        self,
        db: Transaction,
        action: str,
        case_id: str,
        make: Callable[[Case], Body],
        session: Session,
        blobs: tuple[str, ...],
    ) -> Done:
        before = journal.records_of_action(db, action)
        if before:
            return self._done(db, case_id, tuple(one.record_id for one in before), repeated=True)
        case = self._load(db, case_id)
        item = self.items.item(case.item_code, case.item_version)
        body, leased = self._numbered(db, case, item, make(case))
        needs = (leased.lease,) if leased is not None else ()
        draft = Draft(case_id, case.head, body, needs=needs, blobs=blobs)
        written = self.journal.append(db, action, [draft])
        stored = self._load(db, case_id)
        where = msgspec.structs.replace(
            self.circumstances(stored, session), issued=lists.papers_of_case(db, case_id)
        )
        papers = self.papers.of_step(body, stored, item, where, written[0].hash)
        issued = self._issuer().issue(db, action, stored, papers, where.at, leased)
        return self._done(db, case_id, tuple(one.record_id for one in (*written, *issued)))

    def _numbered(
        self, db: Transaction, case: Case, item: ServiceItem, body: Body
    ) -> tuple[Body, LeasedNumber | None]:
        """Return a decision with its paper's number: typed, of a leased block, or to follow.

        The last is the receipt's number with the kind of paper; the organ's own comes from the
        hub and stands beside it on the paper then.
        """
        if not isinstance(body, CaseDecided) or body.document_number:
            return body, None
        kind = decision_kind(body.outcome)
        head = self.rules().policy.numbers.series_head(item.organ, kind)
        leased = next_leased_of(db, self.journal.origin, head, body.decided_at)
        number = leased.number if leased is not None else number_to_follow(case, kind)
        return msgspec.structs.replace(body, document_number=number), leased

    def circumstances(self, case: Case, session: Session) -> Circumstances:
        """Return who acts where and when on a case that has its number."""
        return Circumstances(
            clerk=clerk_of(session, self.desk.window),
            window=self.desk.window,
            at=self.now(),
            receipt_number=case.receipt_number,
            token=case.token,
            offline=not self.desk.connected(),
            organ=case.organ,
        )

    def _issuer(self) -> Issuer:
        return Issuer(self.journal, self.randomness, self.desk)

    @staticmethod
    def _load(db: Transaction, case_id: str) -> Case:
        case = aggregates.load(db, case_id)
        if not isinstance(case, Case):
            raise NotFound("case.not_found", number=case_id)
        return case

    def _done(
        self, db: Transaction, case_id: str, record_ids: tuple[str, ...], *, repeated: bool = False
    ) -> Done:
        case = self._load(db, case_id)
        documents = [d for d in lists.documents_of_case(db, case_id) if d.head in record_ids]
        return Done(
            case=case_row(case, today(self.clock), self.rules().calendar, "waiting"),
            documents=tuple(document_view(db, one) for one in documents),
            record_ids=record_ids,
            repeated=repeated,
        )
