"""Seals: what a seal service signs for a document, how it is asked, and whether a seal holds.

A seal is printed only when a service that the hall names has signed this very document's digest
in the name of its organ; nobody here keeps a seal's picture. Keys and signatures are Ed25519 of
the suite `std`, in hexadecimal.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from terminal.domain.aggregates import Document
from terminal.domain.policy import KIND_WORDS, SealService
from terminal.domain.records import DocumentSealed
from terminal.protocol.suites import STANDARD

SEALED_KINDS = frozenset(KIND_WORDS)
"""Papers of the organ that bear its seal; receipts, slips and the applicant's own have none."""


class SealRequest(msgspec.Struct, frozen=True):
    """What a service is asked (JSON by POST): sign this digest with this organ's seal."""

    digest: str
    organ: str
    document_kind: str
    number: str


class SealAnswer(msgspec.Struct, frozen=True):
    """What it answers: its seal's certificate, the code to check it by, when (milliseconds)."""

    certificate: str
    check_code: str
    sealed_at: int
    signature: str


class _Head(msgspec.Struct, frozen=True):
    organ: str


class _Headed(msgspec.Struct, frozen=True):
    head: _Head


_headed = msgspec.json.Decoder(_Headed)


def signed_bytes(
    digest: str, organ: str, certificate: str, check_code: str, sealed_at: int
) -> bytes:
    """Return the bytes that a service signs: a MessagePack array after the word."""
    return msgspec.msgpack.encode(
        ("document-seal", digest, organ, certificate, check_code, sealed_at)
    )


def organ_of(document: Document) -> str:
    """Return the organ in whose name a document was made; empty when its content was wiped."""
    try:
        return _headed.decode(document.view).head.organ if document.view else ""
    except msgspec.DecodeError:
        return ""


def service_for(organ: str, services: Mapping[str, SealService]) -> tuple[str, SealService] | None:
    """Return the service that seals for an organ and can be asked, with its name, or None."""
    for name, service in sorted(services.items()):
        if service.url and organ in service.organs:
            return name, service
    return None


def holds(
    document: Document,
    seal: DocumentSealed | SealAnswer,
    service: SealService | None,
) -> bool:
    """Say whether a service of the hall, for this organ, has signed this document's digest."""
    organ = organ_of(document)
    if service is None or not organ or organ not in service.organs or not seal.check_code:
        return False
    data = signed_bytes(document.digest, organ, seal.certificate, seal.check_code, seal.sealed_at)
    try:
        signature = bytes.fromhex(seal.signature)
        keys = [bytes.fromhex(key) for key in service.keys]
    except ValueError:
        return False
    return any(STANDARD.verify(key, signature, data) for key in keys)
