"""Entries about documents: issued, signed, numbered by the organ, sealed by a service."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from terminal.domain.parties import Actor
from terminal.domain.records.base import Body


class DocumentIssued(Body, frozen=True):
    """A document was made; `view` is its template's complete input as JSON.

    `series` are the words before the year in the organ's number (文号), empty for a paper that
    has none. `official_number` comes from a block that the hub has leased to this terminal;
    empty: the hub gives it.
    """

    kind: ClassVar[str] = "document_issued"
    document_kind: str
    number: str
    case_id: str
    template_version: str
    digest: str
    view: msgspec.Raw
    issued_at: int
    signature: str = ""
    series: str = ""
    official_number: str = ""


BY_POST = "邮寄送达"
"""The reason why nobody signs for a paper that goes out by post; its witness is who posts it."""


class DocumentSigned(Body, frozen=True):
    """A person signed a document on the citizen's screen, or did not, with the reason.

    The signature is bound to the document's digest; `strokes` is the SHA-256 of the kept
    picture of it. Refusal never blocks a notice: `not_signed` and a witness take its place;
    so do `BY_POST` and who posts it.
    """

    kind: ClassVar[str] = "document_signed"
    digest: str
    signer: str
    signed_at: int
    device: str
    strokes: str = ""
    not_signed: str = ""
    witness: Actor | None = None


class DocumentNumbered(Body, frozen=True):
    """The organ's own number of a document that was issued under the receipt's number."""

    kind: ClassVar[str] = "document_numbered"
    number: str


class DocumentSealed(Body, frozen=True):
    """A seal service signed the document's digest; `check_code` is printed beside the seal."""

    kind: ClassVar[str] = "document_sealed"
    digest: str
    service: str
    certificate: str
    signature: str
    check_code: str
    sealed_at: int
