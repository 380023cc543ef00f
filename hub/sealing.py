"""Seals from outside: asks the halls' seal services to sign papers, and checks every answer.

The entries are gone through in the order of their arrival, once; a service that is away keeps
its place waiting. Without a service in the policy nothing is asked, and every seal frame stays
empty for the wet stamp.
"""

from __future__ import annotations

import http.client
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from hub import judge
from hub.hub import Hub
from hub.seals import services_of
from hub.store import people, projections
from hub.store.statements import rows
from terminal.domain.aggregates import Document
from terminal.domain.policy import SealService
from terminal.domain.records import DocumentIssued, DocumentSealed
from terminal.errors import RuleRefused
from terminal.protocol import seals
from terminal.protocol.entry import Draft
from terminal.protocol.seals import SealAnswer, SealRequest

log = logging.getLogger(__name__)

EVERY_SECONDS = 5
_TIMEOUT_SECONDS = 10
_LONGEST_ANSWER = 64 << 10
_PAGE = 500
_UP_TO = "seals_asked_up_to"

Ask = Callable[[SealService, SealRequest], SealAnswer]


class ServiceAway(Exception):
    """A seal service cannot be reached, or answers with what is no answer."""


def go_on(hub: Hub, ask: Ask | None = None) -> int:
    """Ask for the seals of papers that arrived since the last time; returns how many came."""
    ask = ask or ask_by_http
    made = 0
    while True:
        with hub.store.reading() as database:
            services = services_of(database)
            page = _arrived(database) if services else []
        if not page:
            return made
        for entry_id, document_id in page:
            try:
                made += _sealed(hub, document_id, services, ask) if document_id else 0
            except ServiceAway as fault:
                log.warning("a seal service is away: %s", fault)
                return made
            last = entry_id
            with hub.store.writing() as database:
                people.set_fact(database, _UP_TO, str(last))


def _arrived(database: Any) -> list[tuple[int, str]]:
    """Return the next papers with the ids of their entries; an empty name only moves on."""
    up_to = int(people.fact(database, _UP_TO, "0"))
    found = rows(
        database,
        "SELECT id, kind, aggregate_id FROM entries WHERE id > ?"
        " AND id < coalesce((SELECT min(id) FROM unjudged), 9223372036854775807)"
        f" ORDER BY id LIMIT {_PAGE:d}",
        up_to,
    )
    issued = [(number, name) for number, kind, name in found if kind == DocumentIssued.kind]
    last = found[-1][0] if found else 0
    return issued if issued or not last else [(last, "")]


def _sealed(hub: Hub, document_id: str, services: Mapping[str, SealService], ask: Ask) -> int:
    """Have one paper sealed if it is one and a service seals for its organ."""
    with hub.store.reading() as database:
        document = projections.load(database, document_id)
    if not isinstance(document, Document) or document.seal is not None:
        return 0
    chosen = seals.service_for(seals.organ_of(document), services)
    if chosen is None or document.document_kind not in seals.SEALED_KINDS:
        return 0
    name, service = chosen
    number = document.official_number or document.number
    request = SealRequest(document.digest, seals.organ_of(document), document.document_kind, number)
    answer = ask(service, request)
    if not seals.holds(document, answer, service):
        # An answer that does not hold is as good as none: the frame stays empty.
        log.error("the seal service %s signed something else", name)
        return 0
    body = DocumentSealed(
        document.digest, name, answer.certificate, answer.signature, answer.check_code,
        answer.sealed_at,
    )  # fmt: skip
    try:
        judge.act(hub, [Draft(document_id, document.head, body)], f"seal/{document_id}")
    except RuleRefused as fault:
        log.warning("a seal was not taken: %s", fault.code)
        return 0
    return 1


def ask_by_http(service: SealService, request: SealRequest) -> SealAnswer:
    """Ask a service at its address: JSON by POST; raises `ServiceAway`."""
    parts = urlsplit(service.url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    kind = kinds.get(parts.scheme)
    if kind is None or not parts.hostname:
        raise ServiceAway("no address")
    connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        headers = {"Content-Type": "application/json"}
        body = msgspec.json.encode(request)
        connection.request("POST", parts.path or "/", body=body, headers=headers)
        reply = connection.getresponse()
        data = reply.read(_LONGEST_ANSWER)
        if reply.status != http.client.OK:
            raise ServiceAway(f"status {reply.status}")
        return msgspec.json.decode(data, type=SealAnswer)
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        raise ServiceAway(type(error).__name__) from error
    finally:
        connection.close()
