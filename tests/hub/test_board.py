"""The supervisor's board: every figure opens its list, every list says what to do."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import pytest

from hub import renewal, restore, setup
from hub.hub import Hub
from hub.restore import gaps
from hub.store import board as lists
from hub.store import incidents, projections
from hub.store.incidents import Incident
from hub.store.statements import rows, run
from hub.web.trouble import LISTS
from terminal.clock import FixedClock, to_local
from terminal.domain.case import Case, CaseState
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.records import CaseDeclined, DeclineKind
from terminal.protocol import tree, wire
from terminal.protocol.backlog import Backlog
from terminal.protocol.tree import PATH_TREE, Claim, TreeAnswer, TreeRequest
from terminal.texts import Texts
from tests.hub.conftest import PASSWORD
from tests.hub.line import CLERK, Line, Taken, TestTerminal
from tests.hub.test_desk import SECRET, Browser

REASON = "已向两个窗口核实：3 号先受理，另一条不予受理是误按，已告知申请人"

one_store = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what has the same statements as the tests that run on both."""


@pytest.fixture
def supervisor(line: Line, hub: Hub) -> Browser:
    """The supervisor, signed in."""
    browser = Browser(line)
    assert browser.sign_in("supervisor", PASSWORD).status == 303
    return browser


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def board(browser: Browser, name: str = "") -> str:
    return words(browser.get(f"/desk/board?list={name}").text)


def figure(browser: Browser, name: str) -> int:
    page = browser.get("/desk/board").text
    found = re.search(rf'id="figure-{name}".*?<b[^>]*>(\d+)</b>', page, re.S)
    assert found is not None, name
    return int(found[1])


def declined(terminal: TestTerminal, taken: Taken, base: str) -> str:
    body = CaseDeclined(
        declined_at=terminal.clock.now().wall,
        decline_kind=DeclineKind.NOT_COMPETENT,
        reason="不属于本机关职权范围",
        basis="《行政许可法》第三十二条",
        go_to="",
        clerk=CLERK,
        confirmed_by=msgspec.structs.replace(CLERK, id="lisi", name="李四"),
    )
    return terminal.append(taken.case_id, body, base=base)


def in_conflict(terminal: TestTerminal) -> Taken:
    """Accepted and declined from the same place: the second step is not lawful any more."""
    received = terminal.receive()
    accepted = terminal.accept(received)
    declined(terminal, received, base=received.head)
    terminal.push()
    return accepted


@one_store
def test_lists_are_empty_at_first_and_only_a_supervisor_has_them(
    hub: Hub, line: Line, supervisor: Browser, terminal: TestTerminal
) -> None:
    for name in LISTS:
        assert figure(supervisor, name) == 0
        text = words(supervisor.get(f"/desk/board?list={name}").text)
        assert re.search("没有|所有终端都有联系", text), name
    assert "Nothing is held." in words(supervisor.get("/desk/board?list=held&lang=en").text)
    setup.add_account(hub, "zhao", "赵敏", "区市场监管局", SECRET)
    official = Browser(line)
    official.sign_in("zhao")
    page = official.get("/desk/board?list=forks").text
    assert "figure-open" in page
    assert "figure-forks" not in page
    assert official.get("/desk/board/silent").status == 404


def test_a_silent_terminal_with_a_near_date_is_red_first_and_can_be_printed(
    supervisor: Browser, terminal: TestTerminal, other: TestTerminal, clock: FixedClock
) -> None:
    terminal.push(backlog=Backlog(3))
    other.push(backlog=Backlog(12, "2026-11-30", "answer"))
    assert figure(supervisor, "silent") == 0
    assert "待传 12 件" in board(supervisor), "its backlog is shown while it is in touch too"
    clock.advance(hours=1)
    page = board(supervisor, "silent")
    assert "没有联系的终端 2" in page
    assert page.index("待传 12 件") < page.index("待传 3 件"), "the nearest date first"
    assert "最迟 11-30（周一，含当日）告知补正或是否受理 还剩 5 个工作日" in page
    assert "只剩两个工作日" not in page
    clock.advance(hours=3 * 24 - 2)
    # The session has ended with the hours; whoever comes back signs in again.
    supervisor.sign_in("supervisor", PASSWORD)
    reply = supervisor.get("/desk/board?list=silent")
    assert "1 台终端的待传记录，最迟日期只剩两个工作日或已过" in words(reply.text)
    red = r'<span class="bad">最迟 11-30.*?class="clock bad">.*?<b>还剩 2 个工作日'
    assert re.search(red, reply.text, re.S)
    sheet = words(supervisor.get("/desk/board/silent").text)
    assert "待传 12 件" in sheet
    assert "F1 导出应急文件" in sheet


@one_store
def test_a_backlog_is_told_with_each_pull_and_nonsense_changes_nothing(
    hub: Hub, supervisor: Browser, terminal: TestTerminal
) -> None:
    def told(backlog: Backlog) -> None:
        request = wire.PullRequest(
            wire.PROTOCOL_VERSION, terminal.id, b"n" * 16, (), backlog=backlog
        )
        terminal.ask(wire.PATH_PULL, request, wire.PullAnswer)

    assert "待传不明" in board(supervisor), "an old terminal tells nothing"
    told(Backlog(7, "2026-12-01", "decide"))
    assert "待传 7 件 最迟 12-01（周二，含当日）作出决定并办结" in board(supervisor)
    for nonsense in (Backlog(-5), Backlog(1, "soon"), Backlog(1, "2026-12-01", "<b>")):
        told(nonsense)
    assert "待传 7 件" in board(supervisor)
    told(Backlog(0))
    assert "没有待传" in board(supervisor)


@one_store
def test_a_fork_names_its_terminal_and_what_it_means(
    supervisor: Browser, terminal: TestTerminal
) -> None:
    terminal.receive()
    terminal.push()
    del terminal.entries[1:]
    terminal.receive()
    terminal.push()
    assert figure(supervisor, "forks") == 1
    page = board(supervisor, "forks")
    assert f"{int(terminal.number):02d} 号" in page
    assert "另一支有 2 条，自第 2 条起" in page
    assert "磁盘被克隆，或从旧的备份恢复" in page
    assert "停用一台并重新登记" in page


def test_a_conflict_shows_both_facts_and_a_resolution_keeps_both(
    hub: Hub, supervisor: Browser, terminal: TestTerminal
) -> None:
    taken = in_conflict(terminal)
    assert figure(supervisor, "conflict") == 1
    page = board(supervisor, "conflict")
    assert taken.receipt_number in page
    first, second = page.split("先到，已生效")[1].split("后到，作为事实保留")
    assert re.search(r"受理 11-23 周一 10:42 王芳 · ", first)
    assert re.search(r"不予受理 11-23 周一 10:42 王芳 · .*不属于本机关职权范围", second)

    html = supervisor.get("/desk/board?list=conflict").text
    address = re.search(r'action="(/desk/board/conflicts/[0-9a-f]{64})"', html)
    assert address is not None
    token = supervisor.token("/desk/board?list=conflict")
    assert supervisor.post(address[1], token="0" * 64, reason=REASON).status == 403
    reply = supervisor.post(address[1], token=token, reason=" ")
    assert reply.status == 409
    assert "请写明核对结果和处理" in reply.text
    reply = supervisor.post(address[1], token=token, reason=REASON)
    assert reply.status == 303
    page = words(supervisor.get(reply.headers["location"]).text)
    assert "处理结果已记录" in page
    assert "没有待处理的冲突" in page
    # Sent again, it is the same resolution and no second one.
    assert supervisor.post(address[1], token=token, reason=REASON).status == 409

    with hub.store.reading() as database:
        case = projections.load(database, taken.case_id)
    assert isinstance(case, Case)
    assert case.state is CaseState.ACCEPTED
    assert [step.kind for step in case.history].count("conflict_resolved") == 1
    assert case.history[-1].actor.kind == "supervisor"
    sent = [
        msgspec.msgpack.decode(row.body, type=wire.Entry).read_header().kind
        for row in terminal.progress()
        if row.kind == "entry" and row.body is not None
    ]
    assert "conflict_resolved" in sent


@one_store
def test_whoever_is_no_supervisor_resolves_nothing(
    hub: Hub, line: Line, supervisor: Browser, terminal: TestTerminal
) -> None:
    in_conflict(terminal)
    html = supervisor.get("/desk/board?list=conflict").text
    address = re.search(r'action="(/desk/board/conflicts/[0-9a-f]{64})"', html)
    assert address is not None
    setup.add_account(hub, "zhao", "赵敏", "区市场监管局", SECRET)
    official = Browser(line)
    official.sign_in("zhao")
    token = official.token("/desk")
    assert official.post(address[1], token=token, reason=REASON).status == 404
    assert figure(supervisor, "conflict") == 1


def test_refused_and_held_records_are_listed_with_their_reasons(
    supervisor: Browser, terminal: TestTerminal
) -> None:
    lacking = (MaterialEntry("m1", "身份证件", status=MaterialStatus.MISSING),)
    taken = terminal.receive(materials=lacking)
    terminal.accept(taken)
    stranger = msgspec.structs.replace(taken, case_id="nobody-knows-it", head="missing")
    terminal.accept(stranger)
    terminal.push()
    refused, held = board(supervisor, "refused"), board(supervisor, "held")
    assert (figure(supervisor, "refused"), figure(supervisor, "held")) == (1, 1)
    assert taken.receipt_number in refused
    assert Texts()("case.materials_lacking.message") in refused
    assert "按原因更正后重新办理" in refused
    assert "前面的记录还没有到" in held
    assert "（无收件号）" in held


@one_store
def test_overdue_keys_and_what_a_restore_has_cost_are_listed(
    hub: Hub, supervisor: Browser, terminal: TestTerminal, clock: FixedClock
) -> None:
    renewal.set_renewal_days(hub, 1)
    clock.advance(days=2)
    with hub.store.writing() as database:
        incidents.add(database, Incident("old", 5, "aa", 2, 5, "aa", "new", "cursor", hub.now()))
    supervisor.sign_in("supervisor", PASSWORD)
    assert (figure(supervisor, "keys"), figure(supervisor, "missing")) == (1, 1)
    page = board(supervisor, "keys")
    assert f"{int(terminal.number):02d} 号" in page
    assert "终端联网后会自动换" in page
    assert "第 3 至 5 条记录没有找回（3 条）" in board(supervisor, "missing")


def test_ratings_that_a_terminal_and_the_platform_do_not_agree_on_are_listed(
    supervisor: Browser, terminal: TestTerminal
) -> None:
    terminal.push()

    def claimed(count: int, digest: bytes) -> None:
        claim = Claim(terminal.epoch, 1, count, digest.hex())
        request = TreeRequest(wire.PROTOCOL_VERSION, terminal.id, b"n" * 16, claims=(claim,))
        terminal.ask(PATH_TREE, request, TreeAnswer)

    claimed(1, b"\1" * 32)
    assert figure(supervisor, "ratings") == 1
    page = board(supervisor, "ratings")
    assert f"{int(terminal.number):02d} 号" in page
    assert "到第 1 条为止，终端与平台的评价不一致" in page
    assert "两边都不要删除任何东西" in page
    assert "Delete nothing" in words(supervisor.get("/desk/board?list=ratings&lang=en").text)
    claimed(0, bytes.fromhex(tree.claim_digest([])))
    assert figure(supervisor, "ratings") == 0, "they agree again"


@one_store
def test_a_list_that_is_cut_says_so(
    supervisor: Browser, terminal: TestTerminal, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "MOST_LISTED", 2)
    monkeypatch.setattr(lists, "MOST", 1)
    in_conflict(terminal)
    in_conflict(terminal)
    today = to_local(clock.now().wall).date()
    for days in (-3, -2, -1, 0):
        due = (today + dt.timedelta(days)).isoformat()
        terminal.accept(terminal.receive(), decide_by=due)
    terminal.push()
    assert "只列出前 2 件，共 6 件。" in board(supervisor, "open")
    assert "只列出前 2 件，共 3 件。" in board(supervisor, "late")
    assert "只列出" not in board(supervisor, "due_today"), "late ones take nobody's place"
    assert supervisor.get("/desk/board?list=due_today").text.count('<td class="number">51') == 1
    assert "只列出前 1 条，共 2 条。" in board(supervisor, "conflict")


@one_store
def test_a_figure_counts_what_a_restore_has_cost_beyond_the_list(
    hub: Hub, terminal: TestTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        terminal.receive()
    terminal.push()
    monkeypatch.setattr(gaps, "_MOST", 1)
    with hub.store.writing() as database:
        incidents.add(database, Incident("old", 0, "", 0, 0, "", "new", "cursor", hub.now()))
        before = restore.missing_count(database)
        run(database, "UPDATE entries SET payload = NULL WHERE origin = ?", terminal.id)
        stripped = rows(database, "SELECT count(*) FROM entries WHERE payload IS NULL")[0][0]
        assert stripped > 1
        assert len(restore.missing(database)) == before + 1
        assert restore.missing_count(database) == before + stripped
