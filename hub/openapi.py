"""The hub's routes as an OpenAPI 3.1 document, made from the structs that go over the line.

Bodies of the terminals' API are MessagePack: in their schemas a string with
`contentEncoding: binary` is MessagePack's bin, and an envelope's `body` names by
`contentSchema` the message inside it. `docs/protocol.md` says what the messages mean.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal import __version__
from terminal.domain.records import KINDS
from terminal.protocol import renewal, returns, tree, wire

PATH = "/api/v1/openapi.json"

Tree = dict[str, Any]
_REFERENCE = "#/components/schemas/{name}"
_NOT_HERE = "not here, or not for this visitor: one page for both"
_HTML = "text/html"
_ENVELOPE_REFUSALS = {
    "400": "refused: no envelope, no message, or not acceptable as a whole",
    "401": "refused: the key is not known here, or the signature is not its",
    "403": "refused: the key is revoked, or may not ask for this",
    "413": "refused: more than 8 MiB, as sent or unpacked",
    "415": "refused: a content coding that is not known",
}
_BUSY = {"503": "busy: nothing is stored, push again after `come_after` seconds"}


class Operation(msgspec.Struct, frozen=True):
    """One method of one path.

    `request` and `answer` are the messages in the envelopes, if it has any; otherwise `form`
    names the fields of a form and `media` the type of the answer.
    """

    method: str
    path: str
    summary: str
    tag: str
    request: type[msgspec.Struct] | None = None
    answer: type[msgspec.Struct] | None = None
    form: tuple[str, ...] = ()
    media: str = _HTML
    good: tuple[str, ...] = ("200",)
    bad: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    signed_in: bool = False


_TERMINALS, _OPEN, _CITIZENS, _DESK = "terminals", "open", "citizens", "desk"
_CODE_OF_PAPER = ("t", "d", "s", "lang", "rated")

OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", wire.PATH_ENROL, "Enrol a key by a one-time code", _TERMINALS,
              wire.EnrolRequest, wire.Enrolment),
    Operation("POST", wire.PATH_PUSH, "Store a stretch of a terminal's journal", _TERMINALS,
              wire.Batch, wire.Answer, bad=("503",)),
    Operation("POST", wire.PATH_PULL, "Return what came after each cursor", _TERMINALS,
              wire.PullRequest, wire.PullAnswer),
    Operation("POST", wire.PATH_WAIT, "Answer once a feed has moved, or after 25 seconds",
              _TERMINALS, wire.PullRequest, wire.PullAnswer),
    Operation("POST", tree.PATH_TREE, "Return the newest head of the log of ratings, with proofs",
              _TERMINALS, tree.TreeRequest, tree.TreeAnswer),
    Operation("POST", returns.PATH_RETURN, "Take back entries that a restored hub has lost",
              _TERMINALS, returns.Return, returns.ReturnAnswer),
    Operation("POST", renewal.PATH_KEY, "Put a new key in the place of the one that signs",
              _TERMINALS, renewal.KeyRequest, renewal.KeyAnswer),
    Operation("PUT", wire.PATH_BLOB + "{sha256}", "Take a piece of a scan, or say how far it is",
              _TERMINALS, wire.BlobPiece, wire.BlobAnswer),
    Operation("GET", wire.PATH_SNAPSHOT + "{handle}", "Load a catalogue snapshot by its SHA-256",
              _OPEN, media="application/zstd", good=("200", "206"), bad=("404", "416")),
    Operation("GET", wire.PATH_AUTHORITY, "Load the hall's certificate authority", _OPEN,
              media="application/x-pem-file"),
    Operation("GET", PATH, "This document", _OPEN, media="application/json"),
    Operation("GET", "/healthz", "Say that the hub is up", _OPEN, media="text/plain"),
    Operation("GET", "/", "Go to the desk", _OPEN, good=("303",)),
    Operation("GET", "/board", "Go to the board", _OPEN, good=("303",)),
    Operation("GET", "/static/{name}", "Load the style sheet or the mark", _OPEN,
              media="text/css", bad=("404",)),
    Operation("GET", "/p/{receipt}", "Show where a case is", _CITIZENS, query=_CODE_OF_PAPER,
              bad=("404",)),
    Operation("POST", "/p/{receipt}", "Show where a case is, told from another by a second fact",
              _CITIZENS, query=_CODE_OF_PAPER, form=("fact",), bad=("400", "404", "413")),
    Operation("GET", "/p/{receipt}/rate", "Ask for a rating", _CITIZENS, query=_CODE_OF_PAPER,
              bad=("404",)),
    Operation("POST", "/p/{receipt}/rate", "Take a rating", _CITIZENS, query=_CODE_OF_PAPER,
              form=("grade", "reason", "comment"), good=("303",),
              bad=("400", "404", "409", "413")),
    Operation("GET", "/r/{hash}", "Say whether a rating stands unchanged in the log", _CITIZENS,
              query=("lang",), bad=("404",)),
    Operation("GET", "/desk/sign-in", "Ask who it is", _DESK, query=("lang", "expired")),
    Operation("POST", "/desk/sign-in", "Sign in", _DESK, form=("account", "password"),
              good=("303",), bad=("401", "429")),
    Operation("POST", "/desk/sign-out", "Sign out, here and wherever the cookie was copied to",
              _DESK, form=("token",), good=("303",), bad=("403",), signed_in=True),
    Operation("GET", "/desk", "Show the organ's cases", _DESK, query=("lang", "tab"),
              good=("200", "303"), signed_in=True),
    Operation("GET", "/desk/board", "Show the hall's figures", _DESK, query=("lang", "list"),
              good=("200", "303"), signed_in=True),
    Operation("GET", "/desk/board/silent", "Show the silent terminals as a sheet to print", _DESK,
              query=("lang",), good=("200", "303"), bad=("404",), signed_in=True),
    Operation("POST", "/desk/board/conflicts/{hash}", "Resolve a conflict, as a supervisor", _DESK,
              form=("token", "reason"), good=("303",), bad=("403", "404", "409"), signed_in=True),
    Operation("GET", "/desk/cases/{case_id}", "Show a case of the own organ", _DESK,
              query=("lang", "done"), good=("200", "303"), bad=("404",), signed_in=True),
    Operation("POST", "/desk/cases/{case_id}/{act}", "Do one act of a department with a case",
              _DESK, form=("token", "action", "confirmed", "again"), good=("200", "303"),
              bad=("400", "403", "404", "409"), signed_in=True),
    Operation("GET", "/desk/cases/{case_id}/scans/{sha256}", "Load a scan of such a case", _DESK,
              media="application/octet-stream", good=("200", "303"), bad=("404",),
              signed_in=True),
    Operation("GET", "/desk/cases/{case_id}/papers/{kind}", "Load a department's paper as PDF",
              _DESK, media="application/pdf", good=("200", "303"), bad=("404", "409"),
              signed_in=True),
    Operation("GET", "/desk/refusals", "Show filed refusals to the legal department", _DESK,
              query=("lang", "tab"), good=("200", "303"), bad=("404",), signed_in=True),
    Operation("POST", "/desk/refusals/{outcome_id}", "Review a filed refusal", _DESK,
              form=("token", "action", "upheld", "opinion"), good=("303",),
              bad=("400", "403", "404", "409"), signed_in=True),
    Operation("GET", "/desk/complaints", "Show complaints to the supervisor", _DESK,
              query=("lang", "tab"), good=("200", "303"), bad=("404",), signed_in=True),
    Operation("POST", "/desk/complaints/{complaint_id}", "Answer a complaint, or call back", _DESK,
              form=("token", "action"), good=("303",), bad=("400", "403", "404", "409"),
              signed_in=True),
    Operation("GET", "/desk/friday", "Show the supervisor's Friday page", _DESK,
              query=("lang",), good=("200", "303"), bad=("404",), signed_in=True),
    Operation("GET", "/desk/friday/sheet", "Load the Friday page as PDF", _DESK, query=("lang",),
              media="application/pdf", good=("200", "303"), bad=("404",), signed_in=True),
)  # fmt: skip


def route() -> Route:
    """Return the route on which the document is published."""
    return Route(PATH, _serve, methods=["GET"])


async def _serve(_: Request) -> Response:
    return Response(encoded(), media_type="application/json")


@cache
def encoded() -> bytes:
    """Return the document as JSON, always the same bytes of one version."""
    return msgspec.json.encode(document())


def document() -> Tree:
    """Return the whole document."""
    messages = [kind for one in OPERATIONS for kind in (one.request, one.answer) if kind]
    structs: list[type[msgspec.Struct]] = list(
        dict.fromkeys([wire.Envelope, *messages, *KINDS.values()])
    )
    references, schemas = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
    named = dict(zip(structs, references, strict=True))
    paths: dict[str, Tree] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "一窗平台 Yichuang hub",
            "version": __version__,
            "description": "docs/protocol.md",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _in_messagepack(schemas),
            "securitySchemes": {
                "desk": {"type": "apiKey", "in": "cookie", "name": "yichuang_desk"},
            },
        },
        "x-yichuang-entry-kinds": {kind: named[body] for kind, body in KINDS.items()},
    }


def _operation(one: Operation, named: dict[type[msgspec.Struct], Tree]) -> Tree:
    made: Tree = {
        "summary": one.summary,
        "tags": [one.tag],
        "operationId": _identifier(one),
        "parameters": _parameters(one),
        "responses": _responses(one, named),
    }
    if one.request is not None:
        made["requestBody"] = {
            "required": True,
            "description": "may be sent with Content-Encoding: zstd",
            "content": {wire.MEDIA_TYPE: {"schema": _envelope(named, one.request)}},
        }
    if one.form:
        fields = {name: {"type": "string"} for name in one.form}
        made["requestBody"] = {
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {"type": "object", "properties": fields}
                }
            }
        }
    if one.signed_in:
        made["security"] = [{"desk": []}]
    return made


def _identifier(one: Operation) -> str:
    words = [part.strip("{}").replace(".", "_") for part in one.path.split("/") if part]
    return "_".join((one.method.lower(), *words)) if words else f"{one.method.lower()}_root"


def _parameters(one: Operation) -> list[Tree]:
    inside = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    text = {"type": "string"}
    return [
        *({"name": name, "in": "path", "required": True, "schema": text} for name in inside),
        *({"name": name, "in": "query", "schema": text} for name in one.query),
    ]


def _responses(one: Operation, named: dict[type[msgspec.Struct], Tree]) -> Tree:
    if one.answer is not None:
        content = {wire.MEDIA_TYPE: {"schema": _envelope(named, one.answer)}}
        said = {"200": "signed by the hub; counts when it carries the request's nonce"}
        busy = {status: _BUSY[status] for status in one.bad}
        return {
            status: {"description": text, "content": content}
            for status, text in (said | _ENVELOPE_REFUSALS | busy).items()
        }
    good = {status: {"description": one.summary} for status in one.good}
    if "200" in good:
        good["200"]["content"] = {one.media: {}}  # type: ignore[assignment]
    if "303" in good:
        good["303"]["description"] = "go there; without a session: sign in"
    words = {"404": _NOT_HERE, "403": "the form is not of this session"}
    bad = {status: {"description": words.get(status, "refused")} for status in one.bad}
    return good | bad


def _envelope(named: dict[type[msgspec.Struct], Tree], message: type[msgspec.Struct]) -> Tree:
    """Return the schema of an envelope whose body is this message."""
    body = {
        "contentEncoding": "binary",
        "contentMediaType": "application/msgpack",
        "contentSchema": named[message],
    }
    return {"allOf": [named[wire.Envelope], {"properties": {"body": body}}]}


def _in_messagepack(schema: Any) -> Any:
    """Return schemas as MessagePack means them: bytes are bytes, not base64 in a string."""
    if isinstance(schema, dict):
        changed = {key: _in_messagepack(value) for key, value in schema.items()}
        if changed.get("contentEncoding") == "base64":
            changed["contentEncoding"] = "binary"
        return changed
    return [_in_messagepack(one) for one in schema] if isinstance(schema, list) else schema
