"""Documents as they were issued: found by number, rendered again to the same content."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from terminal.clock import Clock, to_local
from terminal.documents import Copy, HallWording, PrinterProfile, decode_view, lay_out, render
from terminal.documents.composing.since import copy_since
from terminal.documents.pdf import render_pdf
from terminal.documents.render import FORMATS, Format
from terminal.documents.templates.sheets import stacked
from terminal.documents.views import DocumentView, Signing
from terminal.domain.aggregates import Document, Seal
from terminal.domain.policy import SealService
from terminal.domain.wiping import is_wiped
from terminal.errors import InvalidInput, NotFound, RuleRefused
from terminal.protocol.seals import SealAnswer, holds
from terminal.store import aggregates, lists
from terminal.store.database import Ledger
from terminal.store.print_jobs import StoredJob

IN_TWO_COPIES = ("conditional", "undertaking", "commitment")
"""Papers that say 一式两份: both come out of the first print, and neither is a reprint."""

FORMAT_OF_DEVICE: dict[str, Format] = {"receipt_printer": "escpos", "a4_printer": "pdf"}


class DocumentsService:
    """Renders issued documents; the same view and version give the same paper.

    `picture` returns a kept signature by its SHA-256, `wording` is what the hall adds, `seals`
    are the seal services whose signatures count.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        profile: PrinterProfile,
        picture: Callable[[str], bytes],
        wording: HallWording | None = None,
        seals: Callable[[], Mapping[str, SealService]] = dict,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._profile = profile
        self._picture = picture
        self._wording = wording
        self._seals = seals

    def find(self, kind: str, number: str) -> Document:
        """Return a document by kind and number, its own or its case's receipt number."""
        document = self._ledger.read(lambda db: lists.document_by_number(db, kind, number))
        if document is None:
            raise NotFound("document.not_found", number=number)
        return document

    def document(self, document_id: str) -> Document:
        """Return a document by its id."""
        document = self._ledger.read(lambda db: aggregates.load(db, document_id))
        if not isinstance(document, Document):
            raise NotFound("document.not_found", number=document_id)
        return document

    def render(self, document: Document, format: str, copy: Copy | None = None) -> bytes:
        """Return a document as text, escpos, png or pdf; `copy` marks a reprint."""
        for known in FORMATS:
            if format == known:
                if is_wiped(document):
                    raise RuleRefused("document.wiped")
                view = decode_view(document.view)
                return render(
                    view,
                    known,  # type: ignore[arg-type]
                    copy=self._since(document, view, copy or Copy()),
                    profile=self._profile,
                    wording=self._wording,
                )
        raise InvalidInput("document.unknown_format", format=format)

    def render_job(self, document: Document, job: StoredJob) -> bytes:
        """Return what a printer gets for a job; a later print says that it is one."""
        copy = None
        if job.copy == 1 and document.document_kind in IN_TWO_COPIES:
            return self._twice(document)
        if job.copy > 1:
            at = to_local(self._clock.now().corrected).isoformat(timespec="seconds")
            copy = Copy(job.copy, at)
        return self.render(document, FORMAT_OF_DEVICE[job.device], copy)

    def _twice(self, document: Document) -> bytes:
        """Return the first print of a paper of which applicant and organ keep one each."""
        if is_wiped(document):
            raise RuleRefused("document.wiped")
        view = decode_view(document.view)
        made = lay_out(view, copy=self._since(document, view, Copy()), wording=self._wording)
        return render_pdf(stacked((made, made)))

    def _since(self, document: Document, view: DocumentView, copy: Copy) -> Copy:
        """Add what came to a document after it was made: number, seal, signature."""
        since = copy_since(document, view, self._seal(document))
        picture = self._signature(since.signing)
        return msgspec.structs.replace(since, count=copy.count, at=copy.at, picture=picture)

    def _seal(self, document: Document) -> Seal | None:
        """Return the seal that a service of the hall has signed for this very document."""
        seal = document.seal
        if seal is None:
            return None
        services = self._seals()
        answer = SealAnswer(seal.certificate, seal.check_code, seal.sealed_at, seal.signature)
        return seal if holds(document, answer, services.get(seal.service)) else None

    def _signature(self, signing: Signing | None) -> bytes:
        """Return the picture of a signature; without it the paper still says who signed."""
        if signing is None or not signing.picture:
            return b""
        try:
            return self._picture(signing.picture)
        except NotFound:
            return b""
