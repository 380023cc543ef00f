"""The top line's figures: what waits, until when something is due, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from terminal.clock import CHINA_TIME, FixedClock, HubMeasure, Instant, to_milliseconds
from terminal.context import Context
from terminal.services.journal_views import JournalStatus, LegalDate
from terminal.texts import Texts
from tests.ui.conftest import Clerk
from ui import theme
from ui.window.clock_check import clock_difference
from ui.window.frame import Workplace
from ui.window.topbar import StatusItem, TopBar

NOTHING = JournalStatus(
    written=0, acknowledged=0, waiting=0, refused=0, held=0, conflict=0, oldest_waiting_at=0,
    earliest_due=None, hub="connected", hub_code="", last_contact=0, sending=False,
)  # fmt: skip
TODAY = date(2026, 11, 23)
ON = date(2026, 11, 30)
CONTACT = to_milliseconds(datetime(2026, 11, 23, 10, 23, tzinfo=CHINA_TIME))


@pytest.fixture
def top(qtbot: QtBot) -> Iterator[TopBar]:
    """The top line alone, as wide as it takes to say everything."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, theme.load("light"))
    holder = QWidget()
    holder.resize(2000, 100)
    qtbot.addWidget(holder)
    made = TopBar(Texts(), "3 号综合窗口")
    made.setParent(holder)
    made.show_page("work")
    made.show_clerk("王芳")
    made.show_clock("11-23 周一", "10:42")
    made.resize(1900, 56)
    holder.show()
    yield made
    holder.close()


def shown(top: TopBar, **changes: object) -> TopBar:
    top.show_journal(msgspec.structs.replace(NOTHING, **changes), TODAY)
    return top


def state(item: StatusItem) -> str:
    return str(item.label.property("state"))


def test_it_says_how_many_wait_and_what_is_due_when(top: TopBar) -> None:
    assert shown(top).outbox.label.text() == "待传 0 件"
    assert state(top.outbox) == "good"
    due = LegalDate(ON, "answer", 5)
    shown(top, waiting=12, unsent=due, hub="unreachable")
    assert top.outbox.label.text() == "待传 12 件 · 最早 11-30 须告知"
    assert state(top.outbox) == "", "neutral while there is time"
    assert "最迟 11-30（周一，含当日）须告知补正或是否受理，还剩 5 个工作日" in (
        top.outbox.accessibleName()
    )
    shown(top, waiting=12, unsent=LegalDate(ON, "decide", 3))
    assert top.outbox.label.text() == "待传 12 件 · 最早 11-30 须办结"


def test_two_working_days_before_it_turns_red(top: TopBar) -> None:
    for left, colour in ((3, ""), (2, "bad"), (1, "bad"), (0, "bad"), (-1, "bad")):
        shown(top, waiting=1, unsent=LegalDate(ON, "answer", left))
        assert state(top.outbox) == colour, left
    assert "11-30 须告知，已逾期" in top.outbox.label.text()
    # Also for what has arrived, as long as the office owes its answer.
    shown(top, answer=LegalDate(ON, "answer", 2))
    assert top.outbox.label.text() == "待传 0 件 · 最早 11-30 须告知"
    assert state(top.outbox) == "bad"
    # An answer that is due sooner than what waits is the one that is named.
    sooner = LegalDate(date(2026, 11, 24), "answer", 1)
    shown(top, waiting=3, unsent=LegalDate(ON, "decide", 5), answer=sooner)
    assert "最早 11-24 须告知" in top.outbox.label.text()


def test_it_says_since_when_there_is_no_network_and_what_is_in_trouble(top: TopBar) -> None:
    shown(top, hub="unreachable", last_contact=CONTACT)
    assert top.hub.label.text() == "断网 10:23 起"
    top.show_journal(
        msgspec.structs.replace(NOTHING, hub="unreachable", last_contact=CONTACT),
        date(2026, 11, 24),
    )
    assert top.hub.label.text() == "断网 11-23 10:23 起"
    assert shown(top).hub.label.text() == "已连接"
    assert top.trouble.isHidden()
    shown(top, refused=1, held=2)
    assert not top.trouble.isHidden()
    assert top.trouble.label.text() == "未采用 1 · 暂存 2"
    assert state(top.trouble) == "bad"
    assert state(shown(top, held=2).trouble) == "warning"


@pytest.mark.parametrize("width", [1366, 1024, 700])
def test_nothing_in_the_line_is_cut(top: TopBar, width: int) -> None:
    top.resize(width, 56)
    shown(
        top, waiting=100_000, refused=12, held=34, conflict=5, hub="unreachable",
        last_contact=CONTACT, unsent=LegalDate(ON, "answer", 2),
    )  # fmt: skip
    assert top.sizeHint().width() <= width
    assert "须告知" in top.outbox.label.text()
    assert top.outbox.label.isVisible()
    for item in (top.outbox, top.trouble, top.hub):
        label = item.label
        if label.isVisible():
            assert label.width() >= label.sizeHint().width(), label.text()


def alarm(clerk: Clerk) -> str:
    notice = clerk.place.strips.alarm
    return notice.text() if notice.isVisible() else ""


def test_the_alarm_comes_with_the_day_and_its_keys_are_one_press_away(
    clerk: Clerk, ctx: Context
) -> None:
    """A case of a Monday is deemed accepted after the next one: Thursday has the alarm."""
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(2)
    clerk.enter()
    clerk.fill_form()
    clerk.press(Qt.Key.Key_F8)
    clerk.wait(lambda: clerk.cases() == 1)
    clerk.wait(lambda: "须告知" in clerk.place.top.outbox.label.text())
    assert alarm(clerk) == ""
    clock = ctx.clock
    assert isinstance(clock, FixedClock)
    for _ in range(2):
        clock.advance(days=1)
        clerk.place.tell_time()
    clerk.wait(lambda: "还剩 3 个工作日" in clerk.place.top.outbox.accessibleName())
    assert alarm(clerk) == ""
    clock.advance(days=1)
    clerk.place.tell_time()
    clerk.wait(lambda: alarm(clerk))
    assert "最迟 11-30（周一，含当日）须告知补正或是否受理，还剩 2 个工作日" in alarm(clerk)
    assert "期限不因断网顺延。F1 导出应急文件 · Shift+F1 打印电话单" in alarm(clerk)
    assert state(clerk.place.top.outbox) == "bad"
    # From the work page, in the middle of typing.
    clerk.press(Qt.Key.Key_F1)
    clerk.at("courier_path")
    clerk.place.show_page("work")
    clerk.press(Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    clerk.at("phone_panel")
    clerk.wait(lambda: "共 1 件须告知" in clerk.label("phone_count"))


def test_a_storm_of_events_is_a_few_looks_a_second(clerk: Clerk, ctx: Context) -> None:
    looks: list[QWidget] = []
    place: Workplace = clerk.place
    real = place._on_journal

    def counted(status: JournalStatus) -> None:
        looks.append(place)
        real(status)

    place._on_journal = counted  # type: ignore[method-assign]
    for number in range(400):
        ctx.events.publish("journal_acknowledged", detail=str(number))
    clerk.wait(lambda: len(looks) >= 2)
    clerk.qtbot.wait(400)
    assert len(looks) <= 4


AFTER_MIDNIGHT = to_milliseconds(datetime(2026, 11, 23, 0, 3, tzinfo=CHINA_TIME))


@pytest.mark.parametrize(
    ("offset", "quality", "said"),
    [
        (59_000, "hub", ""),
        (7 * 60_000, "hub", "本机时钟是 00:03，平台时间是 00:10（误差不超过 2 秒）"),
        # Over midnight it is another day on the paper: then both days are named.
        (-5 * 60_000, "hub", "本机时钟是 11-23 周一 00:03，平台时间是 11-22 周日 23:58"),
        (7 * 60_000, "remembered", "按上次与平台核对的差值应是 00:10"),
    ],
)
def test_a_clock_that_is_not_the_platforms_is_named_with_both_times(
    offset: int, quality: str, said: str
) -> None:
    now = Instant(AFTER_MIDNIGHT, 1_000_000, "boot", offset, quality)
    measure = HubMeasure(offset, 0, 1_200, 1_000_000, "boot")
    words = clock_difference(now, measure, Texts())
    assert said in words
    assert bool(words) == bool(said)
