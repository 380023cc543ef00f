"""What came to a document after it was made: the organ's number, a seal, the signature."""

from __future__ import annotations

from terminal.clock import to_local
from terminal.documents.templates.common import Copy, Sealed
from terminal.documents.views import DocumentView, Signing
from terminal.domain.aggregates import Document, Seal


def signing_since(document: Document, view: DocumentView) -> Signing | None:
    """Return who signed a document or why nobody did: since it was made, or in its view."""
    signed = document.signed
    if signed is None:
        return getattr(view, "signing", None)
    return Signing(
        signed=not signed.not_signed,
        reason=signed.not_signed,
        witness=signed.witness.name if signed.witness else "",
        signer=signed.signer,
        signed_at=_iso(signed.signed_at),
        picture=signed.strokes,
    )


def copy_since(document: Document, view: DocumentView, seal: Seal | None) -> Copy:
    """Return a document's first print with what came since; `seal` is one that was verified."""
    return Copy(
        official_number=document.official_number,
        sealed=Sealed(seal.service, seal.check_code, _iso(seal.sealed_at)) if seal else None,
        signing=signing_since(document, view),
    )


def _iso(at: int) -> str:
    return to_local(at).isoformat(timespec="seconds")
