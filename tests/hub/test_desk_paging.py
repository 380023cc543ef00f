"""Long queues: exact at any length, page by page, on both engines; nothing is cut in silence."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import msgspec
import pytest

from hub import catalogue, setup
from hub.desk import complaints, queue
from hub.hub import Hub
from hub.store import marks, queues
from hub.store.marks import Mark
from hub.store.migrations import STEPS
from hub.store.statements import rows, run
from hub.web import paging
from terminal.clock import FixedClock
from terminal.domain.catalogue import Regime, WindowAuthority
from terminal.domain.parties import Party
from terminal.domain.records import ComplaintFiled, Forwarding
from terminal.ids import SystemRandomness
from terminal.protocol.snapshot import Line as Item
from tests.hub.conftest import PASSWORD
from tests.hub.line import CLERK, Line, TestTerminal
from tests.hub.test_desk import SECRET, Browser
from tests.hub.test_desk_answers import ITEM
from tests.hub.test_desk_pages import words
from tests.hub.week import ORGAN

THERE = Forwarding("邻区市场监管局", "邻区", "2026-11-24")


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (queue, complaints, paging):
        monkeypatch.setattr(module, "PER_PAGE", 2)


@pytest.fixture
def official(hub: Hub, line: Line) -> Browser:
    setup.add_account(hub, "zhou", "周强", ORGAN, SECRET)
    browser = Browser(line)
    browser.sign_in("zhou")
    return browser


def shown(page: str) -> list[str]:
    return re.findall(r"\b5116-\d\d-261123-[A-Z0-9]{4}-\d{4}-\d\b", page)


def test_what_the_desk_answers_is_counted_exactly_and_paged(
    hub: Hub, terminal: TestTerminal, official: Browser, clock: FixedClock
) -> None:
    window = msgspec.structs.replace(
        ITEM, code="511602-0002", authority=WindowAuthority.ACCEPT_AND_DECLINE
    )
    catalogue.publish(hub, [Item(item=ITEM), Item(item=window)])
    due = ("2026-12-01", "", "2026-11-30", "2026-12-02", "2026-11-27")
    mine = [
        terminal.receive(
            respond_by=day, regime=Regime.LICENSING if day else Regime.OTHER_BY_GUIDE
        ).receipt_number
        for day in due
    ]
    # Three that windows answer, one that is still on its way, one of an item nobody knows.
    for _ in range(3):
        terminal.receive(item_code="511602-0002")
    terminal.receive(item_code="511602-0002", forwarding=Forwarding(ORGAN, "邻区", "2026-11-24"))
    unknown = terminal.receive(item_code="511602-0404", respond_by="2026-12-03").receipt_number
    terminal.push()
    expected = [mine[4], mine[2], mine[0], mine[3], unknown, mine[1]]
    first = official.get("/desk?tab=to_answer")
    assert "待答复受理 6" in words(first)
    assert "共 6 件，显示第 1–2 件" in words(first)
    assert "上一页" not in first.text
    pages = [official.get(f"/desk?tab=to_answer&page={number}").text for number in (1, 2, 3)]
    assert [one for page in pages for one in shown(page)] == expected
    assert "下一页" not in pages[2]
    assert "显示第 5–6 件" in pages[2]
    # Too far is the last page; what is no number is the first.
    assert shown(official.get("/desk?tab=to_answer&page=99").text) == expected[4:]
    assert shown(official.get("/desk?tab=to_answer&page=-1").text) == expected[:2]
    assert not re.search(r'class="number bad">6', first.text)
    clock.advance(days=6)
    official.sign_in("zhou")
    assert re.search(r'class="number bad">6', official.get("/desk").text), "the 27th is over"


def test_other_queues_and_what_is_looked_for_have_pages_too(
    terminal: TestTerminal, official: Browser
) -> None:
    for _ in range(5):
        terminal.accept(terminal.receive())
    terminal.push()
    for address in ("/desk?tab=claim", "/desk?tab=open", f"/desk?words={quote('张三')}"):
        found: list[str] = []
        for number in (1, 2, 3):
            found += shown(official.get(f"{address}&page={number}").text)
        assert len(set(found)) == 5, address
        assert "共 5 件，显示第 3–4 件" in official.get(f"{address}&page=2").text
    english = official.get("/desk?tab=claim&lang=en&page=2").text
    assert "5 in all, 3–4 shown" in english
    assert re.search(r'href="/desk\?tab=claim&amp;lang=en" rel="prev"', english)


def test_complaints_have_pages(terminal: TestTerminal, line: Line) -> None:
    for number in range(3):
        complaint = ComplaintFiled(
            f"F5116-000{number}", "材料交了三次", "", Party("李群"), "3 号综合窗口", CLERK,
            terminal.clock.now().wall, "2026-11-27",
        )  # fmt: skip
        terminal.append(SystemRandomness().uuid7(), complaint)
    terminal.push()
    chief = Browser(line)
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    first, second = (chief.get(f"/desk/complaints?page={number}") for number in (1, 2))
    assert "共 3 件，显示第 1–2 件" in words(first)
    assert "共 3 件，显示第 3–3 件" in words(second)
    assert len(re.findall("F5116-000", first.text + second.text)) == 3
    # A form that comes back stands where it was, and its page leads on through the list.
    found = re.search(r'action="(/desk/complaints/[^#]+)#', second.text)
    assert found is not None
    token = chief.token("/desk/complaints")
    refused = chief.post(unescape(found[1]), token=token, action="k", answer="", mended="yes")
    assert refused.status == 409
    assert "共 3 件，显示第 3–3 件" in words(refused)
    assert 'href="/desk/complaints?tab=owed" rel="prev"' in refused.text


def test_an_older_hubs_cases_come_to_the_organ_that_answers_them(
    hub: Hub, terminal: TestTerminal
) -> None:
    sent, own = terminal.receive(forwarding=THERE), terminal.receive()
    terminal.push()
    with hub.store.writing() as database:
        for statement in (
            "DELETE FROM marks WHERE name = 'to_answer'",
            f"UPDATE marks SET organ = '{ORGAN}'",
            f"UPDATE case_names SET organ = '{ORGAN}'",
            f"UPDATE aggregates SET organ = '{ORGAN}' WHERE type = 'case'",
        ):
            run(database, statement)
        next(step for step in STEPS if step.__name__ == "_competent_organs")(database)
        assert marks.listed(database, Mark.TO_ANSWER, ORGAN) == [own.case_id]
        assert marks.listed(database, Mark.ARRIVING, THERE.organ) == [sent.case_id]
        assert [one.case_id for one in queues.search(database, THERE.organ, "张")] == [sent.case_id]
        organs = dict(rows(database, "SELECT id, organ FROM aggregates WHERE type = 'case'"))
    assert organs == {sent.case_id: THERE.organ, own.case_id: ORGAN}
