"""The hub's hint: one request that waits, wakes the loop, and never becomes a hot one."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.desk.acts import DeskActs
from hub.enrol import make_code
from hub.hub import Hub
from hub.store.people import Account
from terminal.context import Context
from terminal.domain.case import CaseState
from terminal.domain.records import Outcome
from terminal.errors import SyncError
from terminal.protocol.wire import Cursor
from terminal.settings import HubSettings, Settings
from terminal.sync import hint
from terminal.sync.hint import HintListener
from tests.core.hall import ORGAN, PLAIN, Hall, until
from tests.hub.served import served

HERE = (Cursor("progress/t", "h", 1, "a"),)
THERE = (Cursor("progress/t", "h", 2, "b"),)


class Zeros:
    """Randomness that always draws the shortest pause."""

    def token_bytes(self, count: int) -> bytes:
        return b"\0" * count

    def uuid7(self) -> str:
        return ""


class Hints:
    """A listener whose hub is a queue of answers; `asked`, `moved` and `lost` are counted."""

    def __init__(self) -> None:
        self.answers: queue.Queue[bool | Exception] = queue.Queue()
        self.asked = 0
        self.at_once = 0
        self.most = 0
        self.moved = 0
        self.lost = 0
        self.listener = HintListener(
            ask=self._ask, abort=self._abort, moved=self._moved, lost=self._lost,
            randomness=Zeros(),
        )  # fmt: skip
        self.listener._backoff.least = 0.01

    def _ask(self, cursors: tuple[Cursor, ...]) -> bool:
        self.asked += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            answer = self.answers.get()
        finally:
            self.at_once -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _abort(self) -> None:
        self.answers.put(SyncError("sync.unreachable"))

    def _moved(self) -> None:
        self.moved += 1

    def _lost(self) -> None:
        self.lost += 1


@pytest.fixture
def hints() -> Iterator[Hints]:
    found = Hints()
    yield found
    found.listener.stop()
    assert not any(thread.name == "hint" for thread in threading.enumerate())


def test_news_wakes_and_nothing_is_asked_before_the_loop_has_looked(hints: Hints) -> None:
    hints.listener.offer(HERE)
    hints.answers.put(True)
    until(lambda: hints.moved == 1)
    assert hints.listener.working
    assert hints.asked == 1
    hints.listener.offer(THERE)
    hints.answers.put(True)
    until(lambda: hints.moved == 2)
    assert (hints.asked, hints.most, hints.lost) == (2, 1, 0)


def test_news_that_is_none_is_not_believed_twice(hints: Hints) -> None:
    hints.listener.offer(HERE)
    hints.answers.put(True)
    until(lambda: hints.moved == 1)
    # The loop has looked and found nothing: it stands where it stood.
    hints.listener.offer(HERE)
    hints.answers.put(True)
    until(lambda: hints.lost == 1)
    assert hints.moved == 1
    assert not hints.listener.working


def test_an_empty_answer_at_once_is_a_failure(hints: Hints) -> None:
    hints.listener.offer(HERE)
    for _ in range(5):
        hints.answers.put(False)
    until(lambda: hints.asked == 6)
    assert hints.listener._backoff._failures == 5
    assert not hints.listener.working


def test_an_empty_answer_in_its_time_is_none(hints: Hints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hint, "TOO_SOON_SECONDS", 0.0)
    hints.listener.offer(HERE)
    hints.answers.put(False)
    until(lambda: hints.asked == 2)
    assert hints.listener.working
    assert hints.moved == 0
    # A hub that goes away is noticed, and the loop polls again.
    hints.answers.put(SyncError("sync.unreachable"))
    until(lambda: hints.lost == 1)


def test_nobody_is_asked_while_the_hub_is_away(hints: Hints) -> None:
    hints.listener.offer(HERE)
    until(lambda: hints.asked == 1)
    hints.listener.suspend()
    hints.answers.put(SyncError("sync.hub_busy"))
    until(lambda: hints.listener._backoff._failures == 1)
    hints.listener.offer(THERE)
    until(lambda: hints.asked == 2)
    assert hints.most == 1


@pytest.mark.allow_warnings("terminal.sync.hint")
def test_a_defect_does_not_end_the_hints(hints: Hints) -> None:
    hints.listener.offer(HERE)
    hints.answers.put(ZeroDivisionError())
    until(lambda: hints.asked == 2)
    hints.answers.put(True)
    until(lambda: hints.moved == 1)


# With a real hub, over a real line


def joined_over_http(
    hub: Hub, url: str, folder: Path, make_context: Callable[..., Context]
) -> Hall:
    ctx = make_context(folder, Settings(data_dir=folder, hub=HubSettings(url=url)))
    assert ctx.sync is not None
    ctx.enrolment.enrol(ctx.sync._transport, make_code(hub), "3 号")
    return Hall(ctx)


def test_a_decision_is_at_the_window_within_a_second(
    hub: Hub, data_dir: Path, make_context: Callable[..., Context]
) -> None:
    with served(hub) as url:
        hall = joined_over_http(hub, url, data_dir, make_context)
        case_id = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.case_id
        sync = hall.ctx.sync
        assert sync is not None
        sync.start()
        until(lambda: hall.ctx.journal.status().waiting == 0)
        until(lambda: bool(hall.ctx.cases.case(case_id).case_number))
        # The loop rests, and one request waits at the hub.
        until(lambda: len(hub.bell._listeners) == 1)
        sync._pace.due += 600
        began = time.monotonic()
        DeskActs(hub, Account("zhou", "周强", ORGAN.name, "执-0001", False, "")).decide(
            case_id,
            outcome=Outcome.GRANTED, document_number="大市监许〔2026〕1号",
            enforcement_number="执-0001", reason="", basis="", action_id="decide-1",
        )  # fmt: skip
        until(lambda: hall.ctx.cases.case(case_id).state is CaseState.DECIDED)
        # A tenth of a second on an idle machine; the next poll is ten minutes away.
        assert time.monotonic() - began < 5
        until(lambda: len(hub.bell._listeners) == 1)
        # Stopping does not wait for the request that waits.
        began = time.monotonic()
        hall.ctx.close()
        assert time.monotonic() - began < 10
        assert not {"sync", "hint"} & {thread.name for thread in threading.enumerate()}


def test_stopping_does_not_wait_for_a_hub_that_is_silent(
    data_dir: Path, make_context: Callable[..., Context], hub: Hub
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with served(hub) as real:
            joined_over_http(hub, real, data_dir, make_context).ctx.close()
        ctx = make_context(data_dir, Settings(data_dir=data_dir, hub=HubSettings(url=url)))
        assert ctx.sync is not None
        ctx.sync.start()
        # The request is on its way, and nobody will ever answer it.
        taken, _ = silent.accept()
        began = time.monotonic()
        ctx.close()
        assert time.monotonic() - began < 10
        taken.close()
    assert not any(thread.name == "sync" for thread in threading.enumerate())
