"""Answers come back on the GUI thread, to whoever is still there to hear them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import pairwise
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from terminal.context import Context
from terminal.errors import InvalidInput
from terminal.events import Event
from terminal.reports import Reports
from terminal.texts import Texts
from ui.bridge import Bridge, Failure


@pytest.fixture
def bridge(ctx: Context, qtbot: QtBot, data_dir: Path) -> Bridge:
    made = Bridge(Texts(), Reports(data_dir, "window", "0"))
    made.attach(ctx)
    return made


def test_work_is_done_elsewhere_and_told_here(bridge: Bridge, qtbot: QtBot) -> None:
    owner = QObject()
    worked: list[threading.Thread] = []
    told: list[threading.Thread] = []

    def work(number: int) -> int:
        worked.append(threading.current_thread())
        return number + 1

    answers: list[int] = []

    def done(answer: int) -> None:
        told.append(threading.current_thread())
        answers.append(answer)

    bridge.run(owner, work, 1, done=done)
    bridge.read(owner, work, 2, done=done)
    qtbot.waitUntil(lambda: sorted(answers) == [2, 3])
    assert threading.main_thread() not in worked
    assert set(told) == {threading.main_thread()}


def test_between_two_answers_the_window_takes_keys(
    bridge: Bridge, ctx: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(function: Callable[[], object]) -> Future[object]:
        future: Future[object] = Future()
        future.set_result(function())
        return future

    monkeypatch.setattr(ctx, "read", at_once)
    order: list[str] = []
    # Whatever else wants its turn in the loop, as a key does.
    turns = QTimer()
    turns.timeout.connect(lambda: order.append("turn"))
    turns.start(0)
    for name in "abc":
        bridge.read(turns, lambda: None, done=lambda _, name=name: order.append(name))
    qtbot.waitUntil(lambda: "c" in order)
    turns.stop()
    places = [order.index(name) for name in "abc"]
    assert all("turn" in order[one:other] for one, other in pairwise(places))


def test_an_answer_for_somebody_who_has_gone_is_dropped(bridge: Bridge, qtbot: QtBot) -> None:
    owner, witness = QObject(), QObject()
    started, let_go = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        let_go.wait(5)

    told: list[str] = []
    bridge.run(owner, work, done=lambda _: told.append("gone"), failed=lambda _: told.append("x"))
    assert started.wait(5)
    shiboken6.delete(owner)
    let_go.set()
    bridge.run(witness, lambda: None, done=lambda _: told.append("witness"))
    qtbot.waitUntil(lambda: told != [])
    assert told == ["witness"]


def test_a_rule_becomes_a_sentence(bridge: Bridge, qtbot: QtBot) -> None:
    owner = QObject()

    def refuse() -> None:
        raise InvalidInput("window.theme_unknown", name="紫")

    said: list[Failure] = []
    bridge.read(owner, refuse, failed=said.append)
    qtbot.waitUntil(lambda: said != [])
    assert said[0].code == "window.theme_unknown"
    assert "紫" in said[0].message
    assert said[0].hint
    assert said[0].report == 0


def test_a_defect_becomes_a_numbered_report(bridge: Bridge, qtbot: QtBot, data_dir: Path) -> None:
    owner = QObject()

    def break_down() -> None:
        raise RuntimeError("张三 210211")

    said: list[Failure] = []
    bridge.failed.connect(said.append)
    bridge.run(owner, break_down)
    qtbot.waitUntil(lambda: said != [])
    assert said[0].report == 1
    assert "1" in said[0].message
    assert "张三" not in said[0].sentence
    assert list((data_dir / "reports").glob("report-*.txt"))


def test_events_arrive_on_this_thread(bridge: Bridge, ctx: Context, qtbot: QtBot) -> None:
    heard: list[tuple[Event, threading.Thread]] = []
    bridge.happened.connect(lambda event: heard.append((event, threading.current_thread())))
    ctx.act(ctx.events.publish, "case_saved", "1").result()
    qtbot.waitUntil(lambda: heard != [])
    assert heard[0][0] == Event("case_saved", "1")
    assert heard[0][1] is threading.main_thread()
    bridge.detach()
    ctx.events.publish("case_saved", "2")
    assert len(heard) == 1
