"""Which seals hold: those that a seal service of a hall has signed, whoever brings them."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from hub.store import feeds
from terminal.domain.aggregates import Aggregate, Document, Seal
from terminal.domain.policy import SealService
from terminal.domain.records import Body, DocumentSealed
from terminal.protocol import seals
from terminal.protocol.rules import SEALS
from terminal.protocol.seals import SealAnswer

log = logging.getLogger(__name__)


def services_of(database: Any) -> dict[str, SealService]:
    """Return the seal services of all halls by name; what cannot be read is none."""
    found: dict[str, SealService] = {}
    for name in feeds.names(database, "policy/"):
        body = feeds.current(database, name).get(SEALS)
        try:
            found |= msgspec.json.decode(body, type=dict[str, SealService]) if body else {}
        except msgspec.DecodeError:
            log.warning("the seal services of %s cannot be read", name)
    return found


def lawful(database: Any, aggregate: Aggregate | None, body: Body) -> bool:
    """Say whether a seal, if a record brings one, is what a service of a hall has signed."""
    if not isinstance(body, DocumentSealed) or not isinstance(aggregate, Document):
        return True
    return seals.holds(aggregate, body, services_of(database).get(body.service))


def seal_of(database: Any, document: Document) -> Seal | None:
    """Return the seal of a document if a service of a hall has signed this very document."""
    seal = document.seal
    if seal is None:
        return None
    answer = SealAnswer(seal.certificate, seal.check_code, seal.sealed_at, seal.signature)
    service = services_of(database).get(seal.service)
    return seal if seals.holds(document, answer, service) else None
