"""A hub that is behind: who is served goes first, backlogs stand in line, the rest comes again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from hub import inbox
from hub.backlogs import AT_ONCE, IN_LINE, IN_LINE_SECONDS, LATEST_SECONDS, Backlogs, Busy
from hub.hub import Hub
from hub.judges import Judges
from hub.store.line import WriterLine
from terminal.protocol import wire
from terminal.protocol.backlog import Backlog
from tests.hub.line import Line, Reply, TestTerminal


@pytest.fixture
def database() -> str:
    """The embedded store."""
    return ""


@pytest.mark.parametrize("shared", [False, True])
def test_who_is_served_passes_the_line_and_the_rest_is_told_when_to_come(
    hub: Hub, line: Line, terminal: TestTerminal, other: TestTerminal,
    monkeypatch: pytest.MonkeyPatch, shared: bool,
) -> None:  # fmt: skip
    for _ in range(8):
        terminal.visit()
    other.visit()
    gate, real = threading.Event(), inbox.receive

    def slow(hub: Hub, who: Any, batch: wire.Batch, *checked: Any) -> wire.Answer:
        if inbox.of_backlog(batch):
            assert gate.wait(20)
        return real(hub, who, batch, *checked)

    checks: list[wire.Batch] = []

    def check(who: Any, batch: wire.Batch) -> inbox.Checked:
        checks.append(batch)
        return real_check(who, batch)

    real_check = inbox.check
    monkeypatch.setattr(inbox, "receive", slow)
    monkeypatch.setattr(inbox, "check", check)
    monkeypatch.setattr(hub.store, "shared", shared)
    many = Backlog(600)

    def body() -> tuple[wire.Batch, bytes]:
        batch = terminal.batch(backlog=many)
        return batch, wire.seal(batch, terminal.key)

    async def play() -> tuple[list[Reply], wire.Batch, Reply, Reply]:
        first = [
            asyncio.create_task(line.request("POST", wire.PATH_PUSH, body()[1]))
            for _ in range(AT_ONCE + IN_LINE)
        ]
        while line.app and not _full(line):
            await asyncio.sleep(0.01)
        batch, sealed = body()
        refused = await line.request("POST", wire.PATH_PUSH, sealed)
        live = wire.seal(other.batch(), other.key)
        served = await line.request("POST", wire.PATH_PUSH, live)
        # Where the database is another process, who stands in line is checked meanwhile.
        while len(checks) < 1 + (IN_LINE if shared else 0):
            await asyncio.sleep(0.01)
        gate.set()
        return await asyncio.gather(*first), batch, refused, served

    async def bounded() -> Any:
        return await asyncio.wait_for(play(), 30)

    taken, batch, refused, served = line.loop.run_until_complete(bounded())
    assert [reply.status for reply in taken] == [200] * (AT_ONCE + IN_LINE)
    assert len(checks) == 1 + AT_ONCE + IN_LINE
    assert served.status == 200
    assert refused.status == 503
    told = terminal.read(refused, wire.Answer, batch.nonce)
    assert (told.refusal, told.stored_seq, told.terminal_id) == ("hub.busy", 0, terminal.id)
    assert told.come_after >= 1
    assert refused.headers["retry-after"] == str(told.come_after)


def _full(line: Line) -> bool:
    """Say whether the application's line of backlogs takes nobody more."""
    for route in line.app.routes:  # type: ignore[attr-defined]
        if route.path == wire.PATH_PUSH:
            endpoint = route.endpoint.__closure__
            api = next(c.cell_contents for c in endpoint if hasattr(c.cell_contents, "__self__"))
            return bool(api.__self__._backlogs._full())
    raise AssertionError


def test_who_has_to_wait_is_checked_meanwhile() -> None:
    line, order = Backlogs(), list[str]()

    async def check() -> str:
        order.append("checked")
        return "sound"

    async def second() -> None:
        async with line.place(check) as done:
            order.append(f"second is {done}")

    async def play() -> None:
        async with line.place(check) as done:
            order.append(f"first is {done}")
            waiting = asyncio.create_task(second())
            await asyncio.sleep(0)
            order.append("first is stored")
        await waiting

    asyncio.run(play())
    assert order == ["first is None", "checked", "first is stored", "second is sound"]


def test_everybody_who_is_told_gets_a_moment_of_its_own() -> None:
    now = 1000.0
    line = Backlogs(lambda: now)

    async def play() -> list[int]:
        nonlocal now
        async with line.place():
            now += 3
        told: list[int] = []
        async with line.place():
            # Three seconds each: not even two may stand in line.
            waiting = asyncio.create_task(_pass(line))
            await asyncio.sleep(0)
            assert IN_LINE_SECONDS < (1 + 1) * 3
            for _ in range(200):
                with pytest.raises(Busy) as busy:
                    await _pass(line)
                told.append(busy.value.seconds)
        await waiting
        return told

    told = asyncio.run(play())
    assert told == sorted(told)
    assert told[0] == (3 * 3) / 1.5
    assert told[10] - told[0] == 20
    assert told[-1] == LATEST_SECONDS


async def _pass(line: Backlogs) -> None:
    async with line.place():
        pass


def test_a_hub_that_has_nothing_to_do_takes_whatever_comes() -> None:
    now = 0.0
    line = Backlogs(lambda: now)

    async def play() -> None:
        nonlocal now
        for _ in range(3):
            async with line.place():
                now += 60

    asyncio.run(play())


def test_a_backlogs_work_lets_those_go_first_who_are_waited_for() -> None:
    """As it was before: the thread that gives the lock back takes it again, page after page."""
    line, order = WriterLine(), []
    begun, over = threading.Event(), threading.Event()

    def judge() -> None:
        for _ in range(3):
            with line.hold(yielding=True):
                order.append("page")
                begun.set()
                if len(order) == 1:
                    assert over.wait(10)

    def push() -> None:
        with line.hold():
            order.append("record")

    judging = threading.Thread(target=judge)
    judging.start()
    assert begun.wait(10)
    pushes = [threading.Thread(target=push) for _ in range(2)]
    for one in pushes:
        one.start()
    assert _soon(lambda: line._waiting == 2)
    over.set()
    for one in (judging, *pushes):
        one.join(10)
    assert order == ["page", "record", "record", "page", "page"]


@pytest.mark.allow_warnings("hub.judges")
def test_a_persons_step_waits_a_moment_for_its_judge_and_no_longer() -> None:
    gate, judged = threading.Event(), []

    def judge(hall: str) -> None:
        judged.append(hall)
        if hall == "behind":
            assert gate.wait(20)
        if hall == "broken":
            raise ZeroDivisionError

    judges = Judges(judge, patience=0.05)
    try:
        assert judges.ask("quick")
        assert not judges.ask("behind")
        # Another hall is judged meanwhile, and what fails is nobody's who only stored.
        assert judges.ask("other")
        assert judges.ask("broken")
        assert not judges.ask("behind")
        assert not judges.ask("behind")
        gate.set()
        assert _soon(lambda: len(judged) == 5)
    finally:
        judges.close()
    # One thread a hall at most: the second and the third time asked for the same round.
    assert judged == ["quick", "behind", "other", "broken", "behind"]


def _soon(found: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not found() and time.monotonic() < end:
        time.sleep(0.005)
    return found()
