"""Who reaches which page: the desk, the supervisor's and the legal department's, a paper's own."""

from __future__ import annotations

import os

from hub import catalogue, setup
from hub.enrol import revoke
from hub.hub import Hub
from terminal.clock import FixedClock
from terminal.protocol import wire
from terminal.protocol.query_code import new_token, query_url
from terminal.protocol.suites import STANDARD
from tests.hub.line import Line, Taken, TestTerminal
from tests.hub.test_authorisation import (
    ANYBODY,
    DESK,
    LEGAL,
    NONCE,
    ROUTES,
    SCAN,
    SCAN_HASH,
    SUPERVISOR,
    database,
    rows,
    taken,
)
from tests.hub.test_desk import SECRET, Browser, decision

__all__ = ["database", "taken"]


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
