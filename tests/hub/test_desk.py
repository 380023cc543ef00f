"""The desk: who may come in, what each may see, and what a decision needs."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest

from hub import catalogue, setup
from hub.desk.session import COOKIE
from hub.hub import Hub
from hub.store import people
from terminal.clock import FixedClock
from terminal.domain.case import CaseState
from terminal.domain.catalogue import FormField, Option, Question, Regime, ServiceItem
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.records import Outcome
from terminal.protocol.snapshot import Line as SnapshotLine
from tests.hub.conftest import PASSWORD
from tests.hub.line import CLERK, Line, Reply, Taken, TestTerminal, load

FORM = {"content-type": "application/x-www-form-urlencoded"}
SECRET = "a-long-password"


class Browser:
    """Keeps the cookie as a browser would."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.cookie = ""

    def get(self, path: str) -> Reply:
        return self._keep(self.line.call("GET", path, headers=self._headers()))

    def post(self, path: str, **fields: str) -> Reply:
        body = urlencode(fields).encode()
        return self._keep(self.line.call("POST", path, body, FORM | self._headers()))

    def sign_in(self, name: str, password: str = SECRET) -> Reply:
        return self.post("/desk/sign-in", account=name, password=password)

    def token(self, path: str) -> str:
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def _headers(self) -> dict[str, str]:
        return {"cookie": self.cookie} if self.cookie else {}

    def _keep(self, reply: Reply) -> Reply:
        kept = dict(one.split("=", 1) for one in filter(None, self.cookie.split("; ")))
        kept |= dict(one.partition(";")[0].split("=", 1) for one in reply.cookies)
        self.cookie = "; ".join(f"{name}={value}" for name, value in kept.items())
        return reply


@pytest.fixture
def market(hub: Hub) -> str:
    """An account of the market supervision."""
    setup.add_account(hub, "zhao", "赵敏", "区市场监管局", SECRET, enforcement_number="川0042")
    return "zhao"


@pytest.fixture
def tax(hub: Hub) -> str:
    """An account of another department."""
    setup.add_account(hub, "qian", "钱进", "区税务局", SECRET)
    return "qian"


@pytest.fixture
def accepted(terminal: TestTerminal) -> Taken:
    """An accepted case of the market supervision."""
    taken = terminal.accept(terminal.receive())
    terminal.push()
    return taken


def decision(browser: Browser, taken: Taken, **changes: str) -> dict[str, str]:
    fields = {
        "token": browser.token(f"/desk/cases/{taken.case_id}"),
        "action": "01a2017c-9035-746b-b5ea-baad61a7d720",
        "outcome": "GRANTED",
        "document_number": "区市监许〔2026〕12号",
        "enforcement_number": "川0042",
        "reason": "",
        "basis": "",
    }
    return fields | changes


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/desk"),
        ("GET", "/desk?tab=done"),
        ("GET", "/desk/board"),
        ("GET", "/desk/cases/{case}"),
        ("POST", "/desk/cases/{case}/decision"),
        ("GET", "/desk/cases/{case}/scans/" + "0" * 64),
        ("POST", "/desk/sign-out"),
    ],
)
@pytest.mark.parametrize("cookie", ["", "forged", "expired", "another password"])
def test_nobody_comes_in_without_a_session(
    hub: Hub,
    line: Line,
    clock: FixedClock,
    market: str,
    accepted: Taken,
    method: str,
    path: str,
    cookie: str,
) -> None:
    browser = Browser(line)
    if cookie == "forged":
        browser.sign_in(market)
        browser.cookie = browser.cookie[:-4] + "0000"
    elif cookie == "expired":
        browser.sign_in(market)
        clock.advance(hours=5)
    elif cookie:
        browser.sign_in(market)
        setup.add_account(hub, market, "赵敏", "区市场监管局", "quite-another")
    headers = FORM | ({"cookie": browser.cookie} if browser.cookie else {})
    reply = line.call(method, path.format(case=accepted.case_id), b"outcome=GRANTED", headers)
    assert reply.status == 303
    assert reply.headers["location"].startswith("/desk/sign-in")
    assert load(hub, accepted).state is CaseState.ACCEPTED


def test_a_department_sees_its_own_cases_only(
    hub: Hub, line: Line, market: str, tax: str, accepted: Taken
) -> None:
    mine, theirs = Browser(line), Browser(line)
    mine.sign_in(market)
    theirs.sign_in(tax)
    assert "食品经营许可（新办）" in mine.get("/desk").text
    assert "没有办件" in theirs.get("/desk").text
    page = f"/desk/cases/{accepted.case_id}"
    assert mine.get(page).status == 200
    assert theirs.get(page).status == 404
    fields = decision(mine, accepted) | {"token": theirs.token("/desk")}
    assert theirs.post(f"{page}/decision", **fields).status == 404
    assert load(hub, accepted).state is CaseState.ACCEPTED


def test_the_supervisor_sees_figures_and_no_papers(hub: Hub, line: Line, accepted: Taken) -> None:
    browser = Browser(line)
    browser.sign_in(setup.SUPERVISOR, PASSWORD)
    assert browser.get("/desk").headers["location"] == "/desk/board"
    board = browser.get("/desk/board?list=open")
    assert accepted.receipt_number in board.text
    assert "张三丰" not in board.text
    assert browser.get(f"/desk/cases/{accepted.case_id}").status == 404


def test_the_cookie_is_guarded(line: Line, market: str) -> None:
    reply = Browser(line).sign_in(market)
    (cookie,) = reply.cookies
    assert cookie.startswith(COOKIE)
    for guard in ("HttpOnly", "SameSite=strict", "Path=/desk"):
        assert guard in cookie


def test_guessing_is_slow(line: Line, market: str, clock: FixedClock) -> None:
    browser = Browser(line)
    for _ in range(5):
        reply = browser.sign_in(market, "wrong-password")
        assert reply.status == 401
        assert "账号或密码不对" in reply.text
    blocked = browser.sign_in(market)
    assert blocked.status == 429
    assert "10 分钟后再试" in blocked.text
    clock.advance(minutes=11)
    assert browser.sign_in(market).status == 303


def test_an_unknown_account_is_refused_in_the_same_words(line: Line, market: str) -> None:
    known = Browser(line).sign_in(market, "wrong-password")
    unknown = Browser(line).sign_in("nobody", "wrong-password")
    assert known.status == unknown.status == 401
    assert known.text.replace(market, "") == unknown.text.replace("nobody", "")


def test_a_form_from_elsewhere_decides_nothing(
    hub: Hub, line: Line, market: str, accepted: Taken
) -> None:
    browser = Browser(line)
    browser.sign_in(market)
    fields = decision(browser, accepted, token="0" * 64)
    reply = browser.post(f"/desk/cases/{accepted.case_id}/decision", **fields)
    assert reply.status == 403
    assert load(hub, accepted).state is CaseState.ACCEPTED
    assert browser.post("/desk/sign-out", token="x").status == 403


def test_a_decision_is_an_entry_that_the_window_hears(
    hub: Hub, line: Line, terminal: TestTerminal, market: str, accepted: Taken
) -> None:
    browser = Browser(line)
    browser.sign_in(market)
    before = len(terminal.progress())
    path = f"/desk/cases/{accepted.case_id}/decision"
    fields = decision(browser, accepted)
    assert browser.post(path, **fields).status == 303
    assert browser.post(path, **fields).status == 303, "the same form twice is one decision"
    case = load(hub, accepted)
    assert case.decision is not None
    assert case.decision.outcome is Outcome.GRANTED
    assert case.decision.enforcement_number == "川0042"
    assert case.decision.decider.place == "区市场监管局"
    rows = terminal.progress()[before:]
    assert [row.kind for row in rows] == ["entry", "entry"]
    assert b"case_decided" in (rows[0].body or b"")
    assert b"document_issued" in (rows[1].body or b""), "its paper comes along"
    assert "已决定：准予" in line.call("GET", accepted.path).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"outcome": ""}, "请选择一种决定"),
        ({"outcome": "MAYBE"}, "请选择一种决定"),
        ({"enforcement_number": " "}, "请填写行政执法证号"),
        ({"document_number": " "}, ""),
        ({"outcome": "REFUSED", "reason": "不符合条件", "basis": ""}, ""),
        ({"outcome": "TERMINATED", "reason": "", "basis": "某法第一条"}, ""),
    ],
    ids=["nothing", "something else", "no number", "no document", "no basis", "no reason"],
)
def test_an_incomplete_decision_is_refused_and_nothing_typed_is_lost(
    hub: Hub,
    line: Line,
    market: str,
    accepted: Taken,
    changes: dict[str, str],
    sentence: str,
) -> None:
    browser = Browser(line)
    browser.sign_in(market)
    fields = decision(browser, accepted, **changes)
    reply = browser.post(f"/desk/cases/{accepted.case_id}/decision", **fields)
    assert reply.status in (400, 409)
    assert "hreflang" not in reply.text, "a link to another language would lose what was typed"
    assert 'role="alert"' in reply.text
    assert sentence in reply.text
    if fields["document_number"].strip():
        assert fields["document_number"] in reply.text
    assert load(hub, accepted).state is CaseState.ACCEPTED
    assert load(hub, accepted).history[-1].kind == "case_numbered"


def test_who_stood_at_the_window_does_not_decide(
    hub: Hub, line: Line, market: str, accepted: Taken
) -> None:
    setup.add_account(hub, CLERK.id, "王 芳", "区市场监管局", SECRET)
    setup.add_account(hub, "other-name", CLERK.name, "区市场监管局", SECRET)
    for name in (CLERK.id, "other-name"):
        browser = Browser(line)
        browser.sign_in(name)
        page = browser.get(f"/desk/cases/{accepted.case_id}")
        assert "受审分离" in page.text
        fields = decision(browser, accepted)
        reply = browser.post(f"/desk/cases/{accepted.case_id}/decision", **fields)
        assert reply.status == 409
    assert load(hub, accepted).state is CaseState.ACCEPTED


def test_what_was_deferred_withholds_the_grant(
    hub: Hub, line: Line, terminal: TestTerminal, market: str
) -> None:
    later = MaterialEntry("m9", "消防材料", status=MaterialStatus.DEFERRED)
    taken = terminal.receive(materials=(later,))
    taken = terminal.accept(taken, deferred=("m9",), cure_by="2026-11-27", applicant_agreed=True)
    terminal.push()
    assert "请最迟 11-27（周五，含当日）补齐以下材料" in line.call("GET", taken.path).text
    browser = Browser(line)
    browser.sign_in(market)
    assert "消防材料" in browser.get(f"/desk/cases/{taken.case_id}").text
    fields = decision(browser, taken)
    assert browser.post(f"/desk/cases/{taken.case_id}/decision", **fields).status == 409
    assert load(hub, taken).state is CaseState.ACCEPTED


def test_a_received_case_cannot_be_decided(
    hub: Hub, line: Line, terminal: TestTerminal, market: str
) -> None:
    taken = terminal.receive()
    terminal.push()
    browser = Browser(line)
    browser.sign_in(market)
    assert "材料尚未受理" in browser.get(f"/desk/cases/{taken.case_id}").text
    fields = decision(browser, taken)
    assert browser.post(f"/desk/cases/{taken.case_id}/decision", **fields).status == 409
    assert load(hub, taken).state is CaseState.RECEIVED


def test_the_queue_shows_the_nearest_date_first_and_says_how_near(
    line: Line, terminal: TestTerminal, market: str, clock: FixedClock
) -> None:
    late = terminal.accept(terminal.receive(item="甲"), decide_by="2026-11-20")
    today = terminal.accept(terminal.receive(item="乙"), decide_by="2026-11-23")
    soon = terminal.accept(terminal.receive(item="丙"), decide_by="2026-11-25")
    terminal.push()
    assert late != today != soon
    browser = Browser(line)
    browser.sign_in(market)
    page = re.sub(r"<[^>]+>|\s+", " ", browser.get("/desk").text)
    words = ["已超期 1 个工作日", "甲", "今天到期", "乙", "还剩 2 个工作日", "丙"]
    places = [page.index(f" {word} ") for word in words]
    assert places == sorted(places)
    board = re.sub(r"<[^>]+>|\s+", " ", browser.get("/desk/board?list=late").text)
    assert re.search(r"已超期\s+1\s", board)


def test_the_case_is_shown_in_the_catalogues_words(
    hub: Hub, line: Line, terminal: TestTerminal, market: str
) -> None:
    question = Question("mode", "经营方式", (Option("dine", "餐饮"),))
    field = FormField("seats", "座位数")
    item = ServiceItem("511602-0001", "食品经营许可", "局", questions=(question,), fields=(field,))
    catalogue.publish(hub, [SnapshotLine(item=item)])
    taken = terminal.receive(
        answers={"mode": "dine", "unknown": "x"},
        form={"seats": "40"},
        regime=Regime.REAL_ESTATE_REGISTRATION,
    )
    taken = terminal.accept(taken)
    terminal.push()
    browser = Browser(line)
    browser.sign_in(market)
    page = re.sub(r"<[^>]+>|\s+", " ", browser.get(f"/desk/cases/{taken.case_id}").text)
    for words in ("经营方式", "餐饮", "座位数", "40", "unknown", "不予登记"):
        assert words in page
    assert "不予行政许可" not in page
    fields = decision(
        browser, taken, outcome="REFUSED", reason="权属不清", basis="某条例第二十二条"
    )
    assert browser.post(f"/desk/cases/{taken.case_id}/decision", **fields).status == 303
    assert "已决定：不予登记" in line.call("GET", taken.path).text


def test_passwords_are_hashed_and_accounts_complete(hub: Hub, data_dir: Path) -> None:
    from terminal.errors import InvalidInput

    setup.add_account(hub, "sun", "孙", "区税务局", "unmistakable-secret")
    with pytest.raises(InvalidInput):
        setup.add_account(hub, "li", "李", "", SECRET)
    with pytest.raises(InvalidInput):
        setup.add_account(hub, "li", "李", "区税务局", "short")
    found = b"".join(path.read_bytes() for path in hub.paths.folder.rglob("*") if path.is_file())
    assert b"unmistakable-secret" not in found
    with hub.store.reading() as database:
        account = people.account(database, "sun")
    assert account is not None
    assert account.password_hash.startswith("$argon2id$")


def test_a_staff_session_never_reaches_a_citizens_page(
    hub: Hub, line: Line, market: str, accepted: Taken
) -> None:
    """The cookie's path keeps it away; a rating with it is the citizen's all the same."""
    browser = Browser(line)
    (cookie,) = browser.sign_in(market).cookies
    assert "Path=/desk;" in cookie
    page = browser.get(accepted.path)
    assert "zhao" not in page.text
    assert "赵敏" not in page.text
    assert msgspec.structs.asdict(load(hub, accepted))["state"] is CaseState.ACCEPTED
