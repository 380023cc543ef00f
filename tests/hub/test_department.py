"""The hands at the desk: what scenes do there goes through the pages of a real hub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub import setup
from hub.hub import Hub
from terminal.clock import FixedClock
from terminal.dev.department import Seat
from terminal.errors import NotAllowed, RuleRefused
from tests.hub.conftest import PASSWORD
from tests.hub.line import Taken, TestTerminal
from tests.hub.served import served
from tests.hub.test_desk import SECRET
from tests.hub.week import ORGAN

NUMBER = "文〔2026〕12号"


@pytest.fixture
def database() -> str:
    """The embedded store: pages are the same on both."""
    return ""


@pytest.fixture
def desk(hub: Hub) -> Iterator[str]:
    """The desk's address; its accounts are one department's, its lawyer's and another's."""
    setup.add_account(hub, "zhou", "周强", ORGAN, SECRET, enforcement_number="执-0001")
    setup.add_account(hub, "qian", "钱进", ORGAN, SECRET, legal=True)
    setup.add_account(hub, "sun", "孙平", "区税务局", SECRET)
    with served(hub) as address:
        yield f"{address}/desk"


@pytest.fixture
def taken(terminal: TestTerminal) -> Taken:
    """An accepted case of the department."""
    taken = terminal.accept(terminal.receive())
    terminal.push()
    return taken


def test_a_wrong_password_is_said_in_the_pages_words(desk: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        Seat(desk, "zhou", "not-the-password")
    assert "账号或密码不对" in str(refused.value.data["sentence"])


def test_a_department_works_its_case_and_hears_why_not(desk: str, taken: Taken) -> None:
    seat, case_id = Seat(desk, "zhou", SECRET), taken.case_id
    assert seat.sees(case_id, "claim")
    assert not Seat(desk, "sun", SECRET).sees(case_id)
    assert seat.must(case_id, "claim").done == "已领办。"
    assert seat.sees(case_id, "mine")
    assert "claim" not in seat.offered(case_id)
    suspended = seat.must(
        case_id, "suspend", ground="TESTING", planned_end="2026-12-04",
        document_number="告〔2026〕1号",
    )  # fmt: skip
    assert "特别程序至 12-04 结束，最迟 12-11（周五，含当日）作出决定" in suspended.consequence
    decided = {"outcome": "GRANTED", "document_number": NUMBER}
    too_early = seat.act(case_id, "decision", **decided, enforcement_number="执-0001")
    assert "特别程序" in too_early.problem
    seat.must(case_id, "resume", result="合格")
    with pytest.raises(RuleRefused) as refused:
        seat.must(case_id, "decision", **decided, enforcement_number="")
    assert "行政执法证号" in str(refused.value.data["sentence"])
    seat.must(case_id, "decision", **decided)
    assert seat.paper(case_id, "case_decided").startswith(b"%PDF")
    with pytest.raises(RuleRefused):
        seat.paper(case_id, "cure_failed")


def test_a_refusal_is_filed_reviewed_and_gone_from_the_friday_page(
    desk: str, taken: Taken, clock: FixedClock
) -> None:
    seat, lawyer = Seat(desk, "zhou", SECRET), Seat(desk, "qian", SECRET)
    refused = {"outcome": "REFUSED", "document_number": NUMBER}
    case_id, number = taken.case_id, taken.receipt_number
    assert "法制审核人员只作审核" in lawyer.act(case_id, "decision", **refused).problem
    assert "理由" in seat.act(case_id, "decision", **refused).problem
    seat.must(case_id, "decision", **refused, reason="场所不符合规定", basis="某条例第三条")
    chief = Seat(desk, setup.SUPERVISOR, PASSWORD)
    row = chief.friday()["refusals"].row(number)
    assert row[4] == "不予决定：场所不符合规定"
    with pytest.raises(NotAllowed):
        seat.friday()
    with pytest.raises(RuleRefused):
        seat.review_refusal(number, True, "理由充分")
    assert "理由" in lawyer.review_refusal(number, True, "").problem
    assert lawyer.review_refusal(number, True, "理由充分").done == "复核意见已记录。"
    assert chief.friday()["refusals"].row(number) == ()
    (filed,) = lawyer.refusals("reviewed")
    assert filed.form is None
    assert "维持 · 理由充分" in filed.words
