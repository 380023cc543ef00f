"""待告知: a department's papers come out of this window's printer, to be handed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from terminal.documents import views as paper
from terminal.documents.composing import Occasion, department
from terminal.domain.aggregates import Document
from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.domain.records import CaseDecided, CaseExtended, CaseSuspended, CureFailed
from terminal.domain.telling import Owed, decision_papers, is_of, owed_papers, untold
from terminal.errors import NotFound, RuleRefused
from terminal.services.casework.acting import Office
from terminal.services.issuing import Issuer
from terminal.services.papers import ready
from terminal.services.printing import document_view, queue_document
from terminal.services.untold import out_of
from terminal.services.views import DocumentView
from terminal.store import aggregates, lists, print_jobs
from terminal.store.database import Transaction

_COMPOSED: dict[str, Callable[[Case, ServiceItem, Occasion], paper.DocumentView]] = {
    CaseExtended.kind: department.extension,
    CaseSuspended.kind: department.special_procedure,
    CaseDecided.kind: department.decision,
    CureFailed.kind: department.cure_failed,
}
"""What a desk may record without a paper, for want of data at the hub: the window composes it."""


class TellingService:
    """Prints what a department has told. Any thread may call it."""

    def __init__(self, office: Office, occasion: Callable[[str, int], Occasion]) -> None:
        self._office = office
        self._occasion = occasion

    def print(self, case_id: str, action_id: str) -> tuple[DocumentView, ...]:
        """Print what of a department's papers the applicant was not told, and its decision.

        One that the desk has issued comes out as it was issued; one that it could only record
        is composed from the case, in the organ's name and with its number, and issued. What was
        printed here already is only returned. Raises `NotFound`, and `RuleRefused`:
        `case.nothing_to_tell` where nothing is owed, `case.paper_under_way` where a step is
        here and its paper is not yet.
        """
        office = self._office
        views = office.ledger.write(lambda db: self._print(db, case_id, action_id))
        for view in views:
            for job in view.jobs:
                office.events.publish("print_job_changed", job.job_id, job.state)
        office.events.publish("journal_changed")
        office.wake_printer()
        return views

    def _print(self, db: Transaction, case_id: str, action_id: str) -> tuple[DocumentView, ...]:
        office = self._office
        case = aggregates.load(db, case_id)
        if not isinstance(case, Case):
            raise NotFound("case.not_found", number=case_id)
        documents = lists.documents_of_case(db, case_id)
        owed = (*untold(owed_papers(case), map(out_of, documents)), *decision_papers(case))
        if not owed:
            raise RuleRefused("case.nothing_to_tell", number=case.receipt_number)
        found: list[Document] = []
        for one in owed:
            document = _paper_of(one, documents)
            if document is None:
                document = self._issued(db, case, one, f"{action_id}/{one.step.kind}")
            elif not print_jobs.of_document(db, document.document_id):
                queue_document(db, document, office.randomness.uuid7(), office.now())
            found.append(document)
        return tuple(document_view(db, document) for document in found)

    def _issued(self, db: Transaction, case: Case, owed: Owed, action_id: str) -> Document:
        compose = _COMPOSED.get(owed.step.kind)
        if compose is None:
            raise RuleRefused("case.paper_under_way", number=case.receipt_number)
        item = self._office.items.item(case.item_code, case.item_version)
        view = compose(case, item, self._occasion(owed.step.actor.name, owed.step.at))
        issuer = Issuer(self._office.journal, self._office.randomness, self._office.desk)
        # Never dated before its step: a clock that is behind would not know its own paper.
        at = max(self._office.now(), owed.step.at)
        issuer.issue(db, action_id, case, [ready(view)], at)
        document = _paper_of(owed, lists.documents_of_case(db, case.case_id))
        assert document is not None
        return document


def _paper_of(owed: Owed, documents: Sequence[Document]) -> Document | None:
    """Return the newest document that is the paper which is owed."""
    return next((one for one in reversed(documents) if is_of(owed, out_of(one))), None)
