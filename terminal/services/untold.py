"""待告知: which papers of a department the applicants were not told of, kept until they change."""

from __future__ import annotations

from collections.abc import Mapping

from terminal.domain.aggregates import Document
from terminal.domain.telling import Out, Owed, untold
from terminal.store import lists
from terminal.store.database import Transaction

_Basis = tuple[tuple[Owed, ...], tuple[tuple[str, str], ...]]
"""What is owed, and the documents with their newest records, by which it was looked for."""


def out_of(document: Document) -> Out:
    """Return what of a document says whether somebody was told."""
    return Out(document.document_kind, document.issued_at, document.signed is not None)


class Untold:
    """Which papers of which cases are still owed; documents are read only when one changed.

    Belongs to one thread at a time. What was told stays told.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Basis, tuple[Owed, ...]]] = {}

    def left(
        self, db: Transaction, owed: Mapping[str, tuple[Owed, ...]]
    ) -> dict[str, tuple[Owed, ...]]:
        """Return what of the papers of each case the applicant was not told."""
        marks = lists.document_marks(db, list(owed))
        known, self._known = self._known, {}
        for case_id, wanted in owed.items():
            basis = (wanted, marks.get(case_id, ()))
            before = known.get(case_id)
            if before is None or before[0] != basis:
                papers = map(out_of, lists.documents_of_case(db, case_id))
                before = (basis, untold(wanted, papers))
            self._known[case_id] = before
        return {case_id: left for case_id, (_, left) in self._known.items()}
