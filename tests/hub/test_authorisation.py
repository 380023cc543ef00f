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

from hub import catalogue, setup
from hub.enrol import make_code, revoke
from hub.hub import Hub
from hub.store import people
from hub.store.people import HallData
from hub.store.tables import TABLES
from terminal.clock import FixedClock
from terminal.domain.parties import Blob, MaterialEntry
from terminal.protocol import renewal, returns, tree, wire
from terminal.protocol.query_code import new_token, query_url
from terminal.protocol.suites import STANDARD, key_id
from tests.core.protocol import document
from tests.hub.line import Line, Reply, Taken, TestTerminal
from tests.hub.test_desk import SECRET, Browser, decision

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
    assert all(row.key != own.head for row in terminal.progress())


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


def test_every_page_of_the_desk_is_shut_to_strangers(
    hub: Hub, line: Line, clock: FixedClock, taken: Taken
) -> None:
    setup.add_account(hub, "zhao", "赵敏", "区市场监管局", SECRET, enforcement_number="川0042")
    browser = Browser(line)
    browser.sign_in("zhao")
    good = browser.cookie
    fields = decision(browser, taken)
    text, _, mac = good.partition("=")[2].strip('"').partition(".")
    name = good.partition("=")[0]
    cookies = {
        "none": "",
        "garbage": f"{name}=x",
        "no signature": f"{name}={text}.",
        "signature of another text": f"{name}={text[:-8]}AAAAAAA=.{mac}",
    }
    before = rows(hub)

    def all_shut(cookie: str) -> None:
        for (method, path), who in ROUTES.items():
            if who not in (DESK, SUPERVISOR, LEGAL):
                continue
            target = path.replace("{case_id}", taken.case_id).replace("{sha256}", SCAN_HASH)
            target = target.replace("{hash}", SCAN_HASH)
            browser.cookie = cookie
            reply = browser.post(target, **fields) if method == "POST" else browser.get(target)
            assert reply.status == 303, (method, path)
            assert reply.headers["location"].startswith("/desk/sign-in"), (method, path)

    for cookie in cookies.values():
        all_shut(cookie)
    assert rows(hub) == before
    # Signed out: a copy of the cookie that somebody kept opens nothing any more.
    browser.cookie = good
    assert browser.get("/desk").status == 200
    copy = good
    assert browser.post("/desk/sign-out", token=fields["token"]).status == 303
    all_shut(copy)
    browser.cookie = ""
    browser.sign_in("zhao")
    clock.advance(hours=5)
    all_shut(browser.cookie)


def test_a_department_reaches_only_its_own_cases_and_only_by_its_own_forms(
    hub: Hub, line: Line, terminal: TestTerminal, taken: Taken
) -> None:
    setup.add_account(hub, "zhao", "赵敏", "区市场监管局", SECRET, enforcement_number="川0042")
    setup.add_account(hub, "qian", "钱进", "区税务局", SECRET)
    piece = wire.BlobPiece(1, terminal.id, NONCE, SCAN_HASH, 0, len(SCAN), SCAN)
    line.call("PUT", wire.PATH_BLOB + SCAN_HASH, wire.seal(piece, terminal.key))
    page = f"/desk/cases/{taken.case_id}"
    mine, theirs, chief = Browser(line), Browser(line), Browser(line)
    mine.sign_in("zhao")
    theirs.sign_in("qian")
    chief.sign_in(setup.SUPERVISOR, "correct-horse-7")
    assert mine.get(page).status == 200
    assert mine.get(f"{page}/scans/{SCAN_HASH}").body == SCAN
    for one in (theirs, chief):
        assert one.get(page).status == 404
        assert one.get(f"{page}/scans/{SCAN_HASH}").status == 404
        assert one.get(f"{page}/papers/case_decided").status == 404
        token = one.token("/desk" if one is theirs else "/desk/board")
        assert one.post(f"{page}/decision", **decision(mine, taken, token=token)).status == 404
    # A scan of no case of theirs, or of no case at all.
    assert mine.get(f"{page}/scans/{'0' * 64}").status == 404
    assert mine.get(f"/desk/cases/{'0' * 8}/scans/{SCAN_HASH}").status == 404
    # Forged forms: without the page's token, with another session's, with a guess.
    again = Browser(line)
    again.sign_in("zhao")
    before = rows(hub)
    for token in ("", "0" * 64, theirs.token("/desk"), again.token("/desk")):
        assert mine.post(f"{page}/decision", **decision(mine, taken, token=token)).status == 403
        assert mine.post("/desk/sign-out", token=token).status == 403
    assert rows(hub) == before
    assert mine.post(f"{page}/decision", **decision(mine, taken)).status == 303


def test_a_supervisors_routes_are_no_departments(hub: Hub, line: Line, taken: Taken) -> None:
    setup.add_account(hub, "zhao", "赵敏", "区市场监管局", SECRET)
    mine, chief = Browser(line), Browser(line)
    mine.sign_in("zhao")
    chief.sign_in(setup.SUPERVISOR, "correct-horse-7")
    conflict = f"/desk/board/conflicts/{SCAN_HASH}"
    before = rows(hub)
    assert mine.get("/desk/board/silent").status == 404
    assert mine.post(conflict, token=mine.token("/desk"), reason="x").status == 404
    assert chief.get("/desk/board/silent").status == 200
    for token in ("", mine.token("/desk")):
        assert chief.post(conflict, token=token, reason="x").status == 403
    assert rows(hub) == before


def test_a_paper_opens_its_own_case_only(
    hub: Hub, line: Line, terminal: TestTerminal, other: TestTerminal, taken: Taken
) -> None:
    second = terminal.receive()
    terminal.push()
    number = taken.receipt_number

    def opens(address: str) -> bool:
        replies = [
            line.call("GET", address),
            line.call("GET", address.replace("?", "/rate?") if "?" in address else address),
        ]
        statuses = {reply.status for reply in replies}
        assert statuses in ({200}, {404})
        posted = line.call("POST", address.replace("?", "/rate?"), b"")
        assert (posted.status == 404) == (statuses == {404})
        return statuses == {200}

    assert opens(taken.path)
    assert opens(f"/p/{number}?t={taken.token}")
    before = rows(hub)
    signed_by_other = query_url("http://h", number, taken.token, "00" * 32, other.key)[8:]
    stranger = STANDARD.new_private_key()
    unsent = f"5116-{terminal.number}-261123-KTM7-0099-7"
    for address in (
        f"/p/{number}?",
        f"/p/{number}?t=",
        f"/p/{number}?t={second.token}",
        second.path.replace(second.receipt_number, number),
        f"/p/{number}?t={taken.token[:-1]}",
        # A receipt that has not arrived: only a terminal of its number can have signed it.
        query_url("http://h", unsent, new_token(os.urandom(16)), "00" * 32, other.key)[8:],
        query_url("http://h", unsent, new_token(os.urandom(16)), "00" * 32, stranger)[8:],
        f"/p/{unsent}?t={taken.token}",
    ):
        assert not opens(address), address
    # The token alone opens a case that is here, whoever signed the code.
    assert opens(signed_by_other)
    arriving = query_url("http://h", unsent, new_token(os.urandom(16)), "00" * 32, terminal.key)[8:]
    assert opens(arriving)
    revoke(hub, terminal.id)
    assert not opens(arriving)
    before["feed_rows"] += 1
    assert rows(hub) == before


def test_open_routes_tell_nothing_of_anybody(hub: Hub, line: Line, taken: Taken) -> None:
    pointer = catalogue.publish(hub, [])
    addresses = [
        path.replace("{handle}", pointer.handle).replace("{name}", "site.css")
        for (method, path), who in ROUTES.items()
        if who == ANYBODY and method == "GET"
    ]
    for address in addresses:
        reply = line.call("GET", address)
        assert reply.status in (200, 303), address
        for secret in ("张三丰", taken.receipt_number, taken.token, taken.case_id):
            assert secret.encode() not in reply.body, address
    for handle in ("0" * 64, "..", "%2e%2e%2fhub.db", "../hub.db", pointer.handle.upper()):
        assert line.call("GET", wire.PATH_SNAPSHOT + handle).status == 404


def test_a_slip_opens_a_rating_and_nothing_else(
    hub: Hub, line: Line, terminal: TestTerminal, taken: Taken
) -> None:
    case = next(one for one in terminal.entries if one.read_header().kind == "case_received")
    for digest in (case.hash, "0" * 64, case.hash[:12], "..%2Fboard", taken.token):
        assert line.call("GET", f"/r/{digest}").status == 404, digest


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
