"""`ratings verify`, `ratings noted` and `hub ratings verify`: what they say and exit with."""

from __future__ import annotations

from pathlib import Path

from hub import judge, tree
from hub.hub import Hub
from hub.store.statements import run
from terminal.context import Context
from terminal.domain.records import RatingGiven, RatingScope
from terminal.protocol.entry import Draft
from terminal.services.rating_log import LedgerTreeStore
from terminal.settings import Settings
from tests.core.cli.conftest import Command

ONE = "ab" * 32


def test_without_a_hub_it_says_what_was_checked(command: Command, office: Path) -> None:
    done = command("ratings", "verify")
    assert (done.status, "逐条核验无误" in done.out) == (0, True)
    assert "还没有见过平台的评价日志" in done.err
    [told] = command("ratings", "verify", "--json").lines
    assert (told["holds"], told["log"]["reached"], told["log"]["alarms"]) == (True, False, [])


def test_what_was_found_is_told_until_it_is_noted(command: Command, office: Path) -> None:
    with Context(Settings(data_dir=office)) as ctx:
        store = LedgerTreeStore(ctx.ledger, ctx.clock)
        store.alarm("rating_log.reopened", subject="log", lost=3)
    assert command("ratings", "verify").status == 0
    with Context(Settings(data_dir=office)) as ctx:
        LedgerTreeStore(ctx.ledger, ctx.clock).alarm("rating_log.overdue", subject=ONE)
    done = command("ratings", "verify")
    assert done.status == 1
    assert "至多 3 条" in done.err
    assert "评价 ABAB-ABAB-ABAB 平台已收存" in done.err
    [told] = command("ratings", "verify", "--json").lines
    assert told["log"]["alarms"] == ["rating_log.reopened", "rating_log.overdue"]
    assert told["holds"] is False
    assert "2 项" in command("ratings", "noted").out
    assert "没有待处理" in command("ratings", "noted").out
    assert command("ratings", "verify").status == 0


def test_the_hub_names_the_first_rating_that_does_not_hold(command: Command, office: Path) -> None:
    assert command("hub", "init").status == 0
    assert "0 条评价" in command("hub", "ratings", "verify").out
    hub = Hub(office)
    try:
        body = RatingGiven(RatingScope.MATTER, "case", 1, (), "1", "", "web", "qr", 1)
        judge.act(hub, [Draft("rating", "", body)], "one")
        [waiting] = command("hub", "ratings", "verify", "--json").lines
        assert (waiting["holds"], waiting["leaves"], waiting["waiting"]) == (True, 0, 1)
        assert "另有 1 条评价等待记入" in command("hub", "ratings", "verify").out
        tree.seal(hub)
        done = command("hub", "ratings", "verify")
        assert (done.status, "1 条评价逐条核验无误" in done.out) == (0, True)
        with hub.store.writing() as database:
            run(database, "UPDATE ratings SET grade = 5")
    finally:
        hub.close()
    done = command("hub", "ratings", "verify")
    assert done.status == 1
    assert "第一处在日志第 1 条" in done.err
    assert "统计用的评价与原始记录不一致" in done.err
    assert command("hub", "ratings", "verify", "--json").lines[0]["code"] == (
        "rating_log.figures_differ"
    )
