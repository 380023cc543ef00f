"""Signatures on the citizen's screen, bound to a document's digest, or the reason for none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from terminal.domain.aggregates import Document
from terminal.domain.capacity import capacity_of
from terminal.domain.case import Case
from terminal.domain.parties import Actor, Capacity, Party
from terminal.domain.records import CaseWithdrawn, DocumentSigned
from terminal.errors import NotFound, RuleRefused
from terminal.protocol.entry import Draft
from terminal.protocol.suites import STANDARD
from terminal.services.blobs import BlobsService
from terminal.services.casework.acting import Done, Office
from terminal.services.views import Session
from terminal.store import aggregates, journal
from terminal.store.database import Transaction


def digest_of(words: Sequence[str]) -> str:
    """Return the digest of sentences that a person reads and signs where no document exists yet."""
    return STANDARD.digest("\n".join(words).encode()).hex()


class Withdrawal(msgspec.Struct, frozen=True):
    """Who withdraws a case and why; the identity was checked by card or by eye.

    Personal data: its `repr` shows none of it.
    """

    signer: Party
    capacity: str
    reason: str = ""
    strokes: bytes = b""

    def __repr__(self) -> str:
        return f"Withdrawal({self.capacity})"


def capacity_to_withdraw(case: Case, person: Party) -> Capacity | None:
    """Return in which capacity a person may withdraw by what the case says, or None."""
    power = case.power
    return capacity_of(case, person, agent=power is not None and power.may_withdraw)


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

    def sign(
        self, document_ids: tuple[str, ...], strokes: bytes, signer: str, action_id: str = ""
    ) -> None:
        """Record the receiver's one signature of these documents: of all, or of none.

        One that bears a signature already keeps it. The same action again changes nothing.
        Raises `RuleRefused('document.already_signed')` when none waits for a signature.
        """
        picture = self.keep(strokes, digest_of(document_ids))

        def make(document: Document) -> DocumentSigned:
            return DocumentSigned(
                document.digest, signer, self._office.now(), self._device, picture
            )

        self._record(document_ids, make, (picture,), action_id)

    def not_signed(
        self,
        document_ids: tuple[str, ...],
        signer: str,
        reason: str,
        witness: str,
        action_id: str = "",
    ) -> None:
        """Record why nobody signed and who saw it; a notice is never blocked by it.

        Of all these documents, or of none, as with `sign`.
        """
        seen_by = Actor("witness", name=witness.strip())

        def make(document: Document) -> DocumentSigned:
            return DocumentSigned(
                document.digest, signer, self._office.now(), self._device,
                not_signed=reason.strip(), witness=seen_by,
            )  # fmt: skip

        self._record(document_ids, make, (), action_id)

    def withdraw(
        self, case_id: str, withdrawal: Withdrawal, session: Session, action_id: str = ""
    ) -> Done:
        """Withdraw a case by the applicant's own act, signed on the citizen's screen.

        What is signed is the sentence of withdrawal with the receipt number, the signer and the
        reason; its digest is kept beside the signature.
        """
        case, signer = self._office.case(case_id), withdrawal.signer
        reason = withdrawal.reason.strip()
        words = (case.receipt_number, case.item_name, case.applicant.name)
        digest = digest_of((*words, signer.name, withdrawal.capacity, reason))
        picture = self.keep(withdrawal.strokes, digest)

        def make(_: Case) -> CaseWithdrawn:
            return CaseWithdrawn(
                reason, self._office.now(), self._device, digest, picture,
                signer, withdrawal.capacity, identity_checked=True,
            )  # fmt: skip

        return self._office.act(case_id, make, session, action_id=action_id, blobs=(picture,))

    def _record(
        self,
        document_ids: tuple[str, ...],
        make: Callable[[Document], DocumentSigned],
        blobs: tuple[str, ...],
        action_id: str,
    ) -> None:
        """Write an entry for each document in one action; the same action again is done."""
        office, action = self._office, action_id or self._office.new_action()

        def write(db: Transaction) -> bool:
            if journal.records_of_action(db, action):
                return False
            found = [_document(db, one) for one in document_ids]
            waiting = [one for one in found if one.signed is None or one.signed.not_signed]
            drafts = [
                Draft(one.document_id, one.head, make(one), blobs=blobs) for one in waiting or found
            ]
            office.journal.append(db, action, drafts)
            return True

        if office.ledger.write(write):
            for document_id in document_ids:
                office.events.publish("document_signed", document_id)
            office.events.publish("journal_changed")


def _document(db: Transaction, document_id: str) -> Document:
    found = aggregates.load(db, document_id)
    if not isinstance(found, Document):
        raise NotFound("document.not_found", number=document_id)
    return found
