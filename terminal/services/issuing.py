"""Issuing papers: journal entry and print job of each, in the transaction of its act."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from terminal.documents import encode_view, lay_out
from terminal.domain.aggregates import Document
from terminal.domain.case import Case
from terminal.domain.records import DocumentIssued
from terminal.ids import Randomness, record_id
from terminal.protocol.entry import Draft
from terminal.protocol.query_code import query_url
from terminal.protocol.suites import STANDARD
from terminal.services.numbering import LeasedNumber, next_leased_of
from terminal.services.papers import Paper
from terminal.services.printing import queue_document
from terminal.store import aggregates, journal
from terminal.store.database import Transaction
from terminal.store.journal import Journal


class Desk(msgspec.Struct, frozen=True):
    """Facts of this desk that acts need; `connected` says whether the hub answers now."""

    window: str
    public_url: Callable[[], str]
    connected: Callable[[], bool]
    signing_key: bytes


class Subject(msgspec.Struct, frozen=True):
    """What papers can be about beside a case: its id, its number and code, its newest record."""

    case_id: str
    receipt_number: str
    token: str
    head: str


class Issuer:
    """Writes papers into the journal and queues their print jobs."""

    def __init__(self, journal: Journal, randomness: Randomness, desk: Desk) -> None:
        self._journal = journal
        self._randomness = randomness
        self._desk = desk

    def issue(
        self,
        db: Transaction,
        action_id: str,
        case: Case | Subject,
        papers: Sequence[Paper],
        at: int,
        leased: LeasedNumber | None = None,
    ) -> list[journal.Written]:
        """Issue the papers of an act about a case, inside the act's transaction.

        A paper that lacks what the law asks for raises, and with it nothing of the act is
        saved. Its id follows from the action, so the same action issues it once. Where a block of
        the organ's numbers is left, the paper bears its own; otherwise it says that the number
        follows, and the hub gives it. `leased` is one that the act itself has taken for its paper.
        """
        drafts = [self._draft(db, action_id, case, paper, at, leased) for paper in papers]
        written = self._journal.append(db, action_id, drafts)
        for draft in drafts:
            document = aggregates.load(db, draft.aggregate_id)
            assert isinstance(document, Document)
            queue_document(db, document, self._randomness.uuid7(), at)
        return written

    def _draft(
        self, db: Transaction, action_id: str, case: Case | Subject, paper: Paper, at: int,
        taken: LeasedNumber | None,
    ) -> Draft:  # fmt: skip
        leased = None
        if taken is not None and paper.view.head.official_number == taken.number:
            leased, paper = taken, msgspec.structs.replace(paper, series=taken.head)
        elif paper.series:
            leased = next_leased_of(db, self._journal.origin, paper.series, at)
        if leased is not None and leased is not taken:
            paper = paper.with_official_number(leased.number)
        url = query_url(
            self._desk.public_url(), case.receipt_number, case.token, paper.digest,
            self._desk.signing_key,
        )  # fmt: skip
        view = paper.with_query_url(url)
        lay_out(view)
        body = DocumentIssued(
            document_kind=paper.kind,
            number=paper.number,
            case_id=case.case_id,
            template_version=view.head.template_version,
            digest=paper.digest,
            view=msgspec.Raw(encode_view(view)),
            issued_at=at,
            signature=STANDARD.sign(self._desk.signing_key, paper.digest.encode()).hex(),
            series=paper.series,
            official_number=leased.number if leased is not None else "",
        )
        document_id = document_id_of(action_id, case.case_id, paper.kind)
        needs = (case.head, leased.lease) if leased is not None else (case.head,)
        return Draft(document_id, "", body, needs=needs)


def document_id_of(action_id: str, case_id: str, kind: str) -> str:
    """Return the id of the document of a kind that an action issues for a case."""
    return record_id(action_id, case_id, f"document-{kind}")
