"""Authorisation route by route: who may, who may not, and that nobody was forgotten.

`ROUTES` names every route of the application with those for whom it is. A route that is not
in the table fails the first test, so none is published without an answer to the question.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from hub.enrol import make_code, revoke
from hub.hub import Hub
from hub.store import people
from hub.store.people import HallData
from hub.store.tables import TABLES
from terminal.clock import FixedClock
from terminal.domain.parties import Blob, MaterialEntry
from terminal.protocol import renewal, returns, tree, wire
from terminal.protocol.suites import STANDARD, key_id
from tests.core.protocol import document
from tests.hub.line import Line, Reply, Taken, TestTerminal

ANYBODY, CODE, TERMINAL = "anybody", "whoever has an enrolment code", "an enrolled terminal"
CITIZEN, DESK = "whoever holds the paper", "a signed-in account"
SUPERVISOR = "a supervisor's account"
LEGAL = "an account of the legal department"
SLIP = "whoever knows the hash of a rating"

ROUTES: dict[tuple[str, str], str] = {
    ("GET", "/healthz"): ANYBODY,
    ("GET", "/ca.pem"): ANYBODY,
    ("GET", "/"): ANYBODY,
    ("GET", "/board"): ANYBODY,
    ("GET", "/static/{name}"): ANYBODY,
    ("GET", "/api/v1/openapi.json"): ANYBODY,
    ("GET", wire.PATH_SNAPSHOT + "{handle}"): ANYBODY,
    ("POST", wire.PATH_ENROL): CODE,
    ("POST", wire.PATH_PUSH): TERMINAL,
    ("POST", wire.PATH_PULL): TERMINAL,
    ("POST", wire.PATH_WAIT): TERMINAL,
    ("POST", tree.PATH_TREE): TERMINAL,
    ("POST", returns.PATH_RETURN): TERMINAL,
    ("POST", renewal.PATH_KEY): TERMINAL,
    ("PUT", wire.PATH_BLOB + "{sha256}"): TERMINAL,
    ("GET", "/p/{receipt}"): CITIZEN,
    ("POST", "/p/{receipt}"): CITIZEN,
    ("GET", "/p/{receipt}/rate"): CITIZEN,
    ("POST", "/p/{receipt}/rate"): CITIZEN,
    ("GET", "/r/{hash}"): SLIP,
    ("GET", "/desk/sign-in"): ANYBODY,
    ("POST", "/desk/sign-in"): ANYBODY,
    ("POST", "/desk/sign-out"): DESK,
    ("GET", "/desk"): DESK,
    ("GET", "/desk/board"): DESK,
    ("GET", "/desk/board/silent"): SUPERVISOR,
    ("POST", "/desk/board/conflicts/{hash}"): SUPERVISOR,
    ("GET", "/desk/cases/{case_id}"): DESK,
    ("POST", "/desk/cases/{case_id}/{act}"): DESK,
    ("GET", "/desk/cases/{case_id}/scans/{sha256}"): DESK,
    ("GET", "/desk/cases/{case_id}/papers/{kind}"): DESK,
    ("GET", "/desk/refusals"): LEGAL,
    ("POST", "/desk/refusals/{outcome_id}"): LEGAL,
    ("GET", "/desk/complaints"): SUPERVISOR,
    ("POST", "/desk/complaints/{complaint_id}"): SUPERVISOR,
    ("GET", "/desk/friday"): SUPERVISOR,
    ("GET", "/desk/friday/sheet"): SUPERVISOR,
}
SCAN = b"%PDF-1.4 a scan that is none"
SCAN_HASH = hashlib.sha256(SCAN).hexdigest()

STATUSES = {row[0]: row[1] for row in document.table("codes")}
"""The status of each refusal, as docs/protocol.md says it."""

Ask = Callable[[TestTerminal, str], msgspec.Struct]
NONCE = bytes(range(16))
NEW_KEY = bytes(range(32))

MESSAGES: dict[str, tuple[str, type[msgspec.Struct], Ask]] = {
    wire.PATH_PUSH: (
        "POST", wire.Answer,
        lambda one, name: one.batch(terminal_id=name),
    ),
    wire.PATH_PULL: (
        "POST", wire.PullAnswer,
        lambda one, name: wire.PullRequest(1, name, NONCE, (_keys_feed(),)),
    ),
    wire.PATH_WAIT: (
        "POST", wire.PullAnswer,
        lambda one, name: wire.PullRequest(1, name, NONCE, (_keys_feed(),)),
    ),
    tree.PATH_TREE: (
        "POST", tree.TreeAnswer,
        lambda one, name: tree.TreeRequest(1, name, NONCE),
    ),
    returns.PATH_RETURN: (
        "POST", returns.ReturnAnswer,
        lambda one, name: returns.Return(1, name, NONCE, "01a2", ()),
    ),
    renewal.PATH_KEY: (
        "POST", renewal.KeyAnswer,
        lambda one, name: renewal.KeyRequest(
            1, NONCE, name, STANDARD.public_key(NEW_KEY), renewal.prove(name, NEW_KEY)
        ),
    ),
    wire.PATH_BLOB + SCAN_HASH: (
        "PUT", wire.BlobAnswer,
        lambda one, name: wire.BlobPiece(1, name, NONCE, SCAN_HASH, 0, len(SCAN), SCAN),
    ),
}  # fmt: skip
"""For each route of enrolled terminals: method, what answers, what is asked in whose name."""


def _keys_feed() -> wire.Cursor:
    """The feed that has news for whoever is enrolled."""
    return wire.Cursor(wire.policy_feed("hall"))


@pytest.fixture
def database() -> str:
    """The embedded store: who may what does not depend on the engine."""
    return ""


@pytest.fixture
def taken(terminal: TestTerminal) -> Taken:
    """A case of the market supervision, accepted, with a scan that is here."""
    material = MaterialEntry(
        "m1", "身份证件", blobs=(Blob(SCAN_HASH, "a.pdf", "application/pdf", len(SCAN)),)
    )
    found = terminal.accept(terminal.receive(materials=(material,)))
    terminal.push()
    return found


def rows(hub: Hub) -> dict[str, int]:
    """How many rows each table has: what a refused request may not change."""
    with hub.store.reading() as database:
        return {table._meta.table_name: table.select().count(database) for table in TABLES}


def ask(line: Line, path: str, body: bytes) -> Reply:
    return line.call(MESSAGES[path][0], path, body)


def refusal(hub: Hub, reply: Reply, kind: type[msgspec.Struct]) -> str:
    """The reason in a refusal, which the hub has signed as everything that it says."""
    answer: Any = wire.unseal(wire.open_envelope(reply.body), hub.keys.public, kind)
    assert reply.status >= 400
    assert str(reply.status) in STATUSES[answer.refusal].split(", ")
    return str(answer.refusal)


def test_every_route_has_its_row(app: Starlette) -> None:
    found = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert found == set(ROUTES)
    assert len(app.routes) == len({(r.path, str(r.methods)) for r in app.routes})  # type: ignore[attr-defined]
    plain = {re.sub(r"[0-9a-f]{64}", "{sha256}", path) for path in MESSAGES}
    assert plain == {path for (_, path), who in ROUTES.items() if who == TERMINAL}


def test_the_citizens_address_has_no_way_for_terminals(hub: Hub, executor: Any) -> None:
    from hub.app import make_app

    paths = {route.path for route in make_app(hub, executor, api=False).routes}  # type: ignore[attr-defined]
    assert not [path for path in paths if path.startswith("/api")]


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path[8:16])
def test_a_terminals_route_is_for_its_own_key_only(
    hub: Hub, line: Line, terminal: TestTerminal, other: TestTerminal, path: str
) -> None:
    _, kind, message = MESSAGES[path]
    terminal.visit()
    before = rows(hub)

    def refused(body: bytes) -> str:
        return refusal(hub, ask(line, path, body), kind)

    assert refused(b"") == "hub.no_envelope"
    assert refused(b"<html>") == "hub.no_envelope"
    stranger = STANDARD.new_private_key()
    assert refused(wire.seal(message(terminal, terminal.id), stranger)) == "hub.unknown_terminal"
    # In another's name, with one's own key; and with the other's key id over one's own signature.
    assert refused(wire.seal(message(terminal, other.id), terminal.key)) == "hub.foreign_terminal"
    envelope = wire.open_envelope(wire.seal(message(terminal, other.id), terminal.key))
    forged = msgspec.structs.replace(envelope, key=other.id)
    assert refused(msgspec.msgpack.encode(forged)) == "hub.wrong_signature"
    unknown_suite = msgspec.structs.replace(envelope, suite="none")
    assert refused(msgspec.msgpack.encode(unknown_suite)) == "hub.unknown_suite"
    # A hub's own answer, sent back to it, is nobody's request.
    reflected = wire.seal(message(terminal, terminal.id), hub.keys.signing)
    assert refused(reflected) == "hub.unknown_terminal"
    revoke(hub, terminal.id)
    before["feed_rows"] += 1
    assert refused(wire.seal(message(terminal, terminal.id), terminal.key)) == "hub.revoked"
    assert rows(hub) == before
    assert not list(hub.paths.blobs.iterdir())
    # The other one is still welcome.
    reply = ask(line, path, wire.seal(message(other, other.id), other.key))
    good: Any = wire.unseal(wire.open_envelope(reply.body), hub.keys.public, kind)
    assert good.refusal in ("", "hub.nothing_lost")


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path[8:16])
def test_a_byte_changed_anywhere_is_refused(
    hub: Hub, line: Line, terminal: TestTerminal, path: str
) -> None:
    _, kind, message = MESSAGES[path]
    terminal.visit()
    sealed = wire.seal(message(terminal, terminal.id), terminal.key)
    before = rows(hub)
    step = max(1, len(sealed) // 120)
    places = sorted({*range(0, len(sealed), step), *range(40), len(sealed) - 1})
    for place in places:
        for flip in (0x01, 0x80):
            changed = bytearray(sealed)
            changed[place] ^= flip
            assert refusal(hub, ask(line, path, bytes(changed)), kind), (place, flip)
    for cut in (1, len(sealed) // 2, len(sealed) - 1):
        assert refusal(hub, ask(line, path, sealed[:cut]), kind)
        assert refusal(hub, ask(line, path, sealed + sealed[:cut]), kind)
    assert rows(hub) == before


@pytest.mark.allow_warnings("hub.restore")
def test_a_message_taken_to_another_route_does_nothing_there(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    """Bodies do not name their route: what a gateway could take elsewhere stores nothing."""
    terminal.visit()
    line.call("POST", tree.PATH_TREE, _sealed(tree.PATH_TREE, terminal))
    before = rows(hub)
    for source in MESSAGES:
        for path in MESSAGES:
            if path != source:
                ask(line, path, _sealed(source, terminal))
    assert rows(hub) == before


def _sealed(path: str, one: TestTerminal) -> bytes:
    return wire.seal(MESSAGES[path][2](one, one.id), one.key)


def test_a_batch_sent_again_gets_the_same_answer_and_changes_nothing(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    terminal.accept(terminal.receive())
    sealed = wire.seal(terminal.batch(), terminal.key)
    first = ask(line, wire.PATH_PUSH, sealed)
    after = rows(hub)
    for _ in range(3):
        again = ask(line, wire.PATH_PUSH, sealed)
        assert again.body == first.body  # the clock stands still in this test
    assert rows(hub) == after


def test_an_old_pull_sent_again_changes_nothing(
    hub: Hub, line: Line, terminal: TestTerminal, taken: Taken
) -> None:
    message = MESSAGES[wire.PATH_PULL][2](terminal, terminal.id)
    sealed = wire.seal(message, terminal.key)
    first = ask(line, wire.PATH_PULL, sealed)
    before = rows(hub)
    assert ask(line, wire.PATH_PULL, sealed).body == first.body
    assert rows(hub) == before
    # Once the key is revoked it opens nothing any more, however old it is.
    revoke(hub, terminal.id)
    assert refusal(hub, ask(line, wire.PATH_PULL, sealed), wire.PullAnswer) == "hub.revoked"


def test_a_terminal_of_another_hall_reads_and_writes_nothing_of_this_one(
    hub: Hub, line: Line, terminal: TestTerminal, clock: FixedClock, taken: Taken
) -> None:
    with hub.store.writing() as database:
        people.put_hall(database, HallData("there", "另一个大厅", "511621"))
    far = TestTerminal.enrolled(line, make_code(hub, "there"), hub.keys.public, clock)
    far.push()
    before = rows(hub)
    feeds = (
        wire.progress_feed(terminal.id), wire.policy_feed("hall"), wire.catalogue_feed("hall"),
        "staff/hall", "appointments/hall/2026-11-23", "progress/", "", "../hub",
    )  # fmt: skip
    for feed in feeds:
        for path in (wire.PATH_PULL, wire.PATH_WAIT):
            request = wire.PullRequest(
                1, far.id, NONCE, (wire.Cursor(wire.progress_feed(far.id)), wire.Cursor(feed))
            )
            reply = line.call("POST", path, wire.seal(request, far.key))
            assert refusal(hub, reply, wire.PullAnswer) == "hub.foreign_feed", feed
    stolen = far.batch(terminal.entries, epoch=terminal.epoch)
    reply = line.call("POST", wire.PATH_PUSH, wire.seal(stolen, far.key))
    assert refusal(hub, reply, wire.Answer) == "hub.foreign_origin"
    assert rows(hub) == before
    # An entry of its own for this hall's case is stored as anybody's word, and not lawful.
    own = far.accept(taken)
    answer = far.push()
    assert {one.record_id: one.effect for one in answer.effects}[own.head] != "applied"
    # Those that know the case hear that it has no effect, and nothing of what it says.
    told = [row.kind for row in terminal.progress() if row.key == own.head]
    assert set(told) <= {"effect"}


def test_a_scan_is_told_to_nobody_and_spoilt_by_nobody(
    hub: Hub, line: Line, terminal: TestTerminal, other: TestTerminal
) -> None:
    path = wire.PATH_BLOB + SCAN_HASH
    anonymous = [line.call(method, path) for method in ("HEAD", "GET")]
    assert {reply.status for reply in anonymous} == {404}

    def put(one: TestTerminal, offset: int, data: bytes) -> wire.BlobAnswer:
        piece = wire.BlobPiece(1, one.id, os.urandom(16), SCAN_HASH, offset, len(SCAN), data)
        return one.read(
            line.call("PUT", path, wire.seal(piece, one.key)), wire.BlobAnswer, piece.nonce
        )

    assert put(terminal, 0, SCAN[:5]).received == 5
    assert put(other, 0, b"rubbish").received == 7
    done = put(terminal, 5, SCAN[5:])
    assert (done.received, done.complete, done.refusal) == (len(SCAN), True, "")
    assert {reply.status for reply in (line.call(m, path) for m in ("HEAD", "GET"))} == {404}


def test_a_code_enrols_one_key_and_a_revoked_one_never_again(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    revoke(hub, terminal.id)
    before = rows(hub)
    assert terminal.enrol(make_code(hub)).refusal == "hub.revoked"
    # Somebody else's public key, without its private half.
    theft = wire.EnrolRequest(1, NONCE, make_code(hub), STANDARD.public_key(os.urandom(32)), "x")
    reply = line.call("POST", wire.PATH_ENROL, wire.seal(theft, STANDARD.new_private_key()))
    assert refusal(hub, reply, wire.Enrolment) == "hub.wrong_signature"
    for body in (b"", b"<html>", wire.seal(terminal.batch(), terminal.key)):
        assert line.call("POST", wire.PATH_ENROL, body).status in (400, 401)
    before["enrolment_codes"] += 2
    assert rows(hub) == before


def test_no_route_answers_another_method(line: Line, hub: Hub) -> None:
    before = rows(hub)
    allowed: dict[str, set[str]] = {}
    for method, path in ROUTES:
        allowed.setdefault(path, set()).add(method)
    for path, methods in allowed.items():
        target = re.sub(r"\{[^}]*\}", "x", path)
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} - methods:
            assert line.call(method, target).status in (404, 405), (method, path)
    assert rows(hub) == before


def test_a_retired_key_cannot_put_a_third_in_its_place(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    _, kind, message = MESSAGES[renewal.PATH_KEY]
    first = wire.seal(message(terminal, terminal.id), terminal.key)
    assert ask(line, renewal.PATH_KEY, first).status == 200
    after = rows(hub)
    # The answer may have been lost: the same bytes again are the same answer.
    assert ask(line, renewal.PATH_KEY, first).status == 200
    thief = STANDARD.new_private_key()
    third = renewal.KeyRequest(
        1, NONCE, terminal.id, STANDARD.public_key(thief), renewal.prove(terminal.id, thief)
    )
    reply = ask(line, renewal.PATH_KEY, wire.seal(third, terminal.key))
    assert refusal(hub, reply, kind) == "hub.key_retired"
    # Nor one whose private half it does not have.
    unproved = msgspec.structs.replace(third, proof=renewal.prove(terminal.id, NEW_KEY))
    reply = ask(line, renewal.PATH_KEY, wire.seal(unproved, NEW_KEY))
    assert refusal(hub, reply, kind) == "hub.key_not_proved"
    assert rows(hub) == after


def test_terminals_keys_are_ids(terminal: TestTerminal) -> None:
    """A terminal is its key: nobody can be enrolled under somebody else's id."""
    assert terminal.id == key_id(STANDARD.public_key(terminal.key))
