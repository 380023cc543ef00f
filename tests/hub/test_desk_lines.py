"""Lines of the desk that only some cases have, and the search through all of them."""

from __future__ import annotations

import msgspec
import pytest

from hub import catalogue, granting, setup
from hub.hub import Hub
from hub.store import conflicts, projections, queues
from hub.store.migrations import STEPS
from hub.store.statements import rows, run
from terminal.domain.catalogue import ServiceItem
from terminal.domain.parties import FreeChoice, Party, PowerOfAttorney
from terminal.domain.records import Lane
from terminal.protocol.snapshot import Line as Item
from terminal.texts import Texts
from tests.hub.line import Line, TestTerminal
from tests.hub.test_desk import SECRET, Browser
from tests.hub.test_desk_pages import words
from tests.hub.week import ORGAN, PLEDGE


@pytest.fixture
def official(hub: Hub, line: Line) -> Browser:
    """Somebody of the market supervision, signed in."""
    setup.add_account(hub, "zhou", "周强", ORGAN, SECRET)
    browser = Browser(line)
    browser.sign_in("zhou")
    return browser


def test_a_case_says_under_what_flags_and_powers_it_came_and_that_it_is_disputed(
    hub: Hub, terminal: TestTerminal, official: Browser
) -> None:
    choice = FreeChoice(terminal.clock.now().wall, freely=True)
    pledged = msgspec.structs.replace(PLEDGE, choice=choice)
    taken = terminal.receive(
        lanes=(Lane.PRIORITY, Lane.ACCEPTED_ON_RECEIPT), materials=(pledged,),
        power=PowerOfAttorney(valid_until="2027-06-30"),
    )  # fmt: skip
    other = terminal.accept(terminal.receive(power=PowerOfAttorney()))
    terminal.push()
    page = words(official.get(f"/desk/cases/{taken.case_id}"))
    for said in ("绿色通道、收件即受理", "授权委托书有效至 2027-06-30", "申请人自愿选择"):
        assert said in page
    assert "授权委托书没有写明期限" in words(official.get(f"/desk/cases/{other.case_id}"))
    disputed = Texts()("desk.case.conflicts")
    assert disputed not in page
    with hub.store.writing() as database:
        conflicts.add(database, "ab" * 32, "r", taken.case_id, "journal.created_twice", hub.now())
    shown = words(official.get(f"/desk/cases/{taken.case_id}"))
    assert disputed in shown
    with hub.store.writing() as database:
        for moment in (hub.now(), hub.now() + 1):
            conflicts.resolve(database, "ab" * 32, "r", taken.case_id, moment)
        known = rows(database, "SELECT resolved_at FROM conflicts")
        assert known == [(hub.now(),)], "resolved once, however often it is said"
        # After a restore the resolution may be back before the conflict is found again.
        conflicts.resolve(database, "cd" * 32, "r2", other.case_id, hub.now())
        conflicts.add(database, "cd" * 32, "r2", other.case_id, "x", hub.now())
        assert not conflicts.stands(database, other.case_id)
    assert disputed not in words(official.get(f"/desk/cases/{taken.case_id}"))


def test_a_name_is_found_among_all_cases_and_signs_are_no_wild_cards(
    hub: Hub, terminal: TestTerminal
) -> None:
    odd = Party("100%_甲!公司", phone="13900001234")
    first = terminal.receive(applicant=odd)
    for _ in range(3):
        terminal.receive()
    terminal.push()
    with hub.store.reading() as database:

        def found(text: str) -> set[str]:
            return {one.case_id for one in queues.search(database, ORGAN, text)}

        for part in ("100%", "%_甲!", "公司"):
            assert found(part) == {first.case_id}, part
        assert len(found("张三丰")) == 3
        assert found("0_0") == set()
        assert found("%") == {first.case_id}


def test_an_older_hub_finds_its_cases_and_item_versions_after_its_update(
    hub: Hub, terminal: TestTerminal
) -> None:
    catalogue.publish(hub, [Item(item=ServiceItem("T", "事项", ORGAN, version="v1"))])
    taken = terminal.receive()
    terminal.push()
    granting.grant(hub, terminal.id)
    with hub.store.writing() as database:
        for statement in (
            "DELETE FROM case_names", "DELETE FROM item_versions",
            "UPDATE aggregates SET visit_id = '' WHERE type = 'lease'",
        ):  # fmt: skip
            run(database, statement)
        assert queues.search(database, ORGAN, "张三") == []
        for name in ("_leases_by_terminal", "_names_and_versions"):
            next(step for step in STEPS if step.__name__ == name)(database)
        assert [one.case_id for one in queues.search(database, ORGAN, "张三")] == [taken.case_id]
        assert len(projections.leases_of(database, terminal.id)) == 1
        # A later version takes its place, and the first one is kept.
        projections.replace_items(database, [ServiceItem("T", "新事项", ORGAN, version="v2")])
        names = [
            getattr(projections.item(database, "T", one), "name", "") for one in ("v1", "", "x")
        ]
        assert names == ["事项", "新事项", "新事项"]
