"""Steps of a document: issued, signed, numbered, sealed."""

from __future__ import annotations

from terminal.domain.aggregates import Document, Seal, Signing
from terminal.domain.evolve.judgement import Refused, advance, born, changes, creates
from terminal.domain.parties import Actor
from terminal.domain.records import (
    HUB_ORIGIN,
    DocumentIssued,
    DocumentNumbered,
    DocumentSealed,
    DocumentSigned,
    Record,
)


@creates(DocumentIssued)
def _document_issued(_: None, body: DocumentIssued, record: Record) -> Document:
    return born(Document, record, Actor("system"), view=bytes(body.view))


@changes(DocumentSigned, Document)
def _document_signed(
    document: Document, body: DocumentSigned, record: Record
) -> Document | Refused:
    """A signature belongs to the digest that was shown; without one a reason and a witness."""
    if document.signed is not None and not document.signed.not_signed:
        return Refused("document.already_signed")
    if body.digest != document.digest:
        return Refused("document.other_digest")
    if body.not_signed:
        if body.witness is None or not body.witness.name.strip():
            return Refused("document.not_signed_needs_witness")
    elif not body.strokes or not body.device:
        return Refused("document.needs_strokes")
    signing = Signing(
        body.signer, body.signed_at, body.device, body.strokes, body.not_signed, body.witness
    )
    actor = Actor("visitor") if body.strokes else body.witness or Actor("system")
    return advance(document, record, actor, signed=signing)


@changes(DocumentNumbered, Document)
def _document_numbered(
    document: Document, body: DocumentNumbered, record: Record
) -> Document | Refused:
    """The organ's own number is given by the hub, once; the printed one stays beside it."""
    if record.origin != HUB_ORIGIN:
        return Refused("document.number_only_from_hub")
    if document.official_number:
        return Refused("document.number_twice")
    return advance(document, record, Actor("system"), official_number=body.number)


@changes(DocumentSealed, Document)
def _document_sealed(
    document: Document, body: DocumentSealed, record: Record
) -> Document | Refused:
    """A seal is a seal service's signature over this document's digest, never a picture."""
    if body.digest != document.digest:
        return Refused("document.other_digest")
    if not body.signature or not body.check_code:
        return Refused("document.seal_without_signature")
    seal = Seal(body.service, body.certificate, body.signature, body.check_code, body.sealed_at)
    return advance(document, record, Actor("system"), seal=seal)
