"""Signatures on the citizen's screen, bound to a document's digest, or the reason for none."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.domain.aggregates import Document
from terminal.domain.case import Case
from terminal.domain.parties import Actor
from terminal.domain.records import CaseWithdrawn, DocumentSigned
from terminal.errors import NotFound, RuleRefused
from terminal.protocol.entry import Draft
from terminal.protocol.suites import STANDARD
from terminal.services.blobs import BlobsService
from terminal.services.casework.acting import Done, Office
from terminal.services.views import Session
from terminal.store import aggregates


def digest_of(words: Sequence[str]) -> str:
    """Return the digest of sentences that a person reads and signs where no document exists yet."""
    return STANDARD.digest("\n".join(words).encode()).hex()


class SigningService:
    """Keeps what a person signed. Any thread may call it; strokes are a PNG picture."""

    def __init__(self, office: Office, blobs: BlobsService, device: str) -> None:
        self._office = office
        self._blobs = blobs
        self._device = device

    def keep(self, strokes: bytes, digest: str) -> str:
        """Keep the picture of a signature; returns its SHA-256.

        Raises `RuleRefused('document.needs_strokes')` when nothing was drawn.
        """
        if not strokes:
            raise RuleRefused("document.needs_strokes")
        return self._blobs.keep(strokes, f"signature-{digest[:12]}.png").hash

    def sign(self, document_id: str, strokes: bytes, signer: str) -> None:
        """Record the receiver's signature of a document."""
        document = self._document(document_id)
        picture = self.keep(strokes, document.digest)
        self._record(document, DocumentSigned(
            document.digest, signer, self._office.now(), self._device, picture
        ), (picture,))  # fmt: skip

    def not_signed(self, document_id: str, signer: str, reason: str, witness: str) -> None:
        """Record why nobody signed and who saw it; a notice is never blocked by it."""
        document = self._document(document_id)
        self._record(document, DocumentSigned(
            document.digest, signer, self._office.now(), self._device,
            not_signed=reason.strip(), witness=Actor("witness", name=witness.strip()),
        ), ())  # fmt: skip

    def withdraw(
        self, case_id: str, reason: str, strokes: bytes, session: Session, action_id: str = ""
    ) -> Done:
        """Withdraw a case by the applicant's own act, signed on the citizen's screen.

        What is signed is the sentence of withdrawal with the receipt number and the reason;
        its digest is kept beside the signature.
        """
        case = self._office.case(case_id)
        digest = digest_of((case.receipt_number, case.item_name, case.applicant.name, reason))
        picture = self.keep(strokes, digest)

        def make(_: Case) -> CaseWithdrawn:
            return CaseWithdrawn(reason.strip(), self._office.now(), self._device, digest, picture)

        return self._office.act(case_id, make, session, action_id=action_id, blobs=(picture,))

    def _document(self, document_id: str) -> Document:
        found = self._office.ledger.read(lambda db: aggregates.load(db, document_id))
        if not isinstance(found, Document):
            raise NotFound("document.not_found", number=document_id)
        return found

    def _record(self, document: Document, body: DocumentSigned, blobs: tuple[str, ...]) -> None:
        office, action = self._office, self._office.new_action()
        draft = Draft(document.document_id, document.head, body, blobs=blobs)
        office.ledger.write(lambda db: office.journal.append(db, action, [draft]))
        office.events.publish("document_signed", document.document_id)
        office.events.publish("journal_changed")
