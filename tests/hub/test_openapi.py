"""The published OpenAPI document says what the routes are, no more and no less."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from hub import openapi
from hub.openapi import OPERATIONS
from terminal.domain.records import KINDS
from terminal.protocol import wire
from tests.core.protocol.document import table
from tests.hub.line import Line, TestTerminal


@pytest.fixture
def database() -> str:
    """The embedded store."""
    return ""


@pytest.fixture
def document(line: Line) -> Any:
    """The document as it is published."""
    reply = line.call("GET", openapi.PATH)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    return json.loads(reply.body)


def test_document_and_routes_agree_both_ways(app: Starlette, document: Any) -> None:
    routes = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert described == routes
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))


_SPEAKING = (
    "api.py", "inbox.py", "pull.py", "blobs.py", "enrol.py", "renewal.py", "tree.py",
    "restore/taking.py",
)  # fmt: skip
_TO_TECHNICIANS = {
    "hub.code_plain",
    "hub.hall_unknown",
    "hub.no_such_terminal",
    "hub.renewal_days",
}
"""Said by commands of the same modules, never over the line."""


def test_every_code_that_goes_over_the_line_stands_in_the_protocol() -> None:
    folder = Path(openapi.__file__).parent
    said = {
        code
        for name in _SPEAKING
        for code in re.findall(r'"((?:hub|journal)\.[a-z_]+)"', (folder / name).read_text("utf-8"))
    }
    assert {row[0] for row in table("codes")} == said - _TO_TECHNICIANS


def _references(found: Any) -> set[str]:
    if isinstance(found, dict):
        here = {found["$ref"]} if "$ref" in found else set()
        return here.union(*map(_references, found.values()))
    return set().union(*map(_references, found)) if isinstance(found, list) else set()


def test_every_reference_leads_somewhere(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert {one.rpartition("/")[2] for one in _references(document)} <= set(schemas)
    assert set(document["x-yichuang-entry-kinds"]) == set(KINDS)
    assert "base64" not in json.dumps(document)


def test_each_message_has_its_fields_in_the_document(document: Any) -> None:
    for one in OPERATIONS:
        for kind in (one.request, one.answer):
            if kind is not None:
                schema = document["components"]["schemas"][kind.__name__]
                assert tuple(schema["properties"]) == kind.__struct_fields__
    for kind, body in KINDS.items():
        name = document["x-yichuang-entry-kinds"][kind]["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
        assert tuple(schema["properties"]) == body.__struct_fields__


def test_a_described_refusal_is_what_comes(line: Line, terminal: TestTerminal) -> None:
    for one in OPERATIONS:
        if one.request is None or one.answer is None:
            continue
        path = one.path.replace("{sha256}", "0" * 64)
        for body in (b"", os.urandom(40), wire.seal(wire.Cursor("x"), terminal.key)):
            reply = line.call(one.method, path, body)
            described = openapi.document()["paths"][one.path][one.method.lower()]["responses"]
            assert str(reply.status) in described
            assert reply.headers["content-type"] == wire.MEDIA_TYPE
            assert msgspec.msgpack.decode(reply.body, type=wire.Envelope).suite == "std"
