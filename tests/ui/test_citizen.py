"""The citizen's screen: mirrors the work, takes the rating, and cannot be pressed by staff."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from terminal.context import Context
from terminal.domain.records import InvitationClosed
from terminal.services.rating_log import RatingAlarm
from terminal.texts import Texts
from tests.ui.conftest import RENEWAL, Clerk, click
from ui.citizen.mirror import Mirror, MirrorLine
from ui.citizen.pages import MirrorPage
from ui.citizen.screen import CitizenScreen
from ui.window.rating_notice import RatingNotice


def citizen_of(clerk: Clerk) -> CitizenScreen:
    citizen = clerk.program.citizen
    assert citizen is not None
    return citizen


def core(clerk: Clerk) -> Context:
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    return ctx


def kinds(clerk: Clerk) -> list[str]:
    """Return the kinds of the journal's entries, oldest first."""
    return [line.kind for line in reversed(core(clerk).journal.lines())]


@pytest.fixture
def ended(clerk: Clerk) -> Clerk:
    """A visit with one case that has just ended: the screen invites to rate."""
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.press(Qt.Key.Key_F8)
    clerk.at("review_panel")
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    clerk.press(Qt.Key.Key_F11)
    citizen = citizen_of(clerk)
    clerk.wait(lambda: citizen.visit_id and citizen.rating.isVisible())
    clerk.wait(lambda: citizen._form is not None)
    return clerk


def test_the_papers_are_ticked_as_the_clerk_ticks_them(clerk: Clerk) -> None:
    citizen = citizen_of(clerk)
    assert citizen.stack.currentWidget() is citizen.welcome
    clerk.greet("张三丰", 310)
    clerk.open_item()
    clerk.to_materials()
    clerk.wait(lambda: citizen.mirror.title.text() == RENEWAL)
    # Other people sit around: the name is masked.
    assert "张三丰" not in citizen.mirror.greeting.text()
    assert citizen.mirror._count.text() == "还差 3 项材料"
    clerk.tick(1)
    clerk.wait(lambda: citizen.mirror._count.text() == "还差 2 项材料")


@pytest.mark.parametrize(
    ("lacking", "states", "words"),
    [(1, ("open", "deferred"), "还差 1 项材料"), (0, ("settled", "deferred"), "1 项稍后补交"),
     (0, ("settled", "optional"), "材料齐全")],
)  # fmt: skip
def test_what_comes_later_is_not_told_as_complete(
    qapp: QApplication, lacking: int, states: tuple[str, ...], words: str
) -> None:
    page = MirrorPage(Texts())
    lines = tuple(MirrorLine(name, name) for name in states)
    page.show_mirror(Mirror("您好", lines=lines, lacking=lacking))
    assert words in page._count.text()
    page.deleteLater()


def test_nothing_is_preselected_and_all_grades_look_alike(ended: Clerk) -> None:
    rating = citizen_of(ended).rating
    assert rating.grade == 0
    assert not rating.send.isEnabled()
    assert rating.reasons == {}
    sizes = {(button.width(), button.height()) for button in rating.grades.values()}
    assert max(w for w, _ in sizes) - min(w for w, _ in sizes) <= 2
    assert {button.property("role") for button in rating.grades.values()} == {"grade"}
    assert not any(button.isChecked() for button in rating.grades.values())
    assert abs(rating.skip.width() - rating.send.width()) <= 1
    assert rating.skip.height() == rating.send.height()


def test_a_rating_with_reasons_is_kept_as_it_was_given(ended: Clerk) -> None:
    citizen = citizen_of(ended)
    click(citizen.rating.grades[2])
    assert len(citizen.rating.reasons) == 8
    click(citizen.rating.grades[1])
    assert "115" in citizen.rating.reasons
    click(citizen.rating.reasons["115"])
    click(citizen.rating.send)
    ended.wait(lambda: citizen.stack.currentWidget() is citizen.thanks)
    assert kinds(ended)[-2:] == ["rating_given", "invitation_closed"]
    assert core(ended).ratings.verify() is not None
    citizen._on_thanked()
    assert citizen.stack.currentWidget() is citizen.welcome


def test_a_rating_shows_its_code_and_gives_a_slip_to_the_citizen_alone(ended: Clerk) -> None:
    citizen, ctx = citizen_of(ended), core(ended)
    ctx.rating_slips._device = "receipt_printer"
    click(citizen.rating.grades[1])
    click(citizen.rating.send)
    ended.wait(lambda: citizen.thanks.code.text())
    [line] = [line for line in ctx.journal.lines() if line.kind == "rating_given"]
    assert citizen.thanks.code.text() == line.short_hash
    assert citizen.thanks.print.isVisible()
    QTest.keyClick(citizen.thanks.print, Qt.Key.Key_Space)
    QTest.keyClick(citizen, Qt.Key.Key_Return)
    assert citizen.thanks.print.isEnabled()
    click(citizen.thanks.print)
    queue = ctx.printing.queues["receipt_printer"]
    ended.wait(lambda: "已送打印机" in citizen.thanks.print.text())
    jobs = list(iter(queue.next_job, None))
    assert jobs[-1].id.startswith("rating-slip/")
    assert citizen.thanks.code.text() == line.short_hash
    citizen.thanks.show_code(line.short_hash, offered=False)
    assert citizen.thanks.code.isVisible()
    assert not citizen.thanks.print.isVisible()
    slip = ctx.rating_slips.view(citizen._rated)
    assert (slip.short, slip.number) == (line.short_hash, 0)
    assert slip.url.endswith(f"/r/{slip.hash}")
    notice = RatingNotice(ended.program.bridge)
    notice.show_alarms(ctx.rating_log.alarms())
    assert not notice.text()
    found = RatingAlarm(1, "rating_log.reopened", "", 7, 0, grave=False)
    overdue = RatingAlarm(2, "rating_log.overdue", line.short_hash, 0, 0, grave=True)
    notice.show_alarms((found,))
    assert "至多 7 条" in notice.text()
    notice.show_alarms((found, overdue))
    assert f"评价 {line.short_hash} 平台已收存" in notice.text()
    assert "另有 1 项" in notice.text()
    # The next visitor sees nothing of it.
    citizen._on_thanked()
    assert not citizen.thanks.code.text()
    assert not citizen.thanks.print.isVisibleTo(citizen.thanks)


def test_no_rating_is_as_easy_as_one(ended: Clerk) -> None:
    citizen = citizen_of(ended)
    click(citizen.rating.skip)
    ended.wait(lambda: citizen.stack.currentWidget() is citizen.thanks)
    assert "rating_given" not in kinds(ended)
    assert kinds(ended)[-1] == InvitationClosed.kind


def test_left_alone_the_invitation_closes_by_itself(ended: Clerk) -> None:
    citizen = citizen_of(ended)
    click(citizen.rating.grades[5])
    citizen._idle.setInterval(1)
    citizen._idle.start()
    ended.wait(lambda: not citizen.visit_id)
    # A grade that was touched but not submitted is no rating.
    assert "rating_given" not in kinds(ended)
    assert citizen.rating.grade == 0


def test_no_key_of_the_clerk_rates(ended: Clerk) -> None:
    citizen = citizen_of(ended)
    keys = [*range(Qt.Key.Key_1, Qt.Key.Key_6), Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab]
    for target in (ended.program.window, citizen, citizen.rating, *citizen.rating.grades.values()):
        for key in keys:
            QTest.keyClick(target, Qt.Key(key))
    QApplication.processEvents()
    assert citizen.rating.grade == 0
    assert citizen.visit_id
    assert "rating_given" not in kinds(ended)
    buttons = citizen.findChildren(QAbstractButton)
    assert all(button.focusPolicy() == Qt.FocusPolicy.NoFocus for button in buttons)


def test_a_key_of_the_rating_pad_is_the_citizens_rating(ended: Clerk) -> None:
    citizen = citizen_of(ended)
    ended.place.pad_pressed.emit(4)
    ended.wait(lambda: not citizen.visit_id)
    assert "rating_given" in kinds(ended)


def test_a_visit_without_a_case_invites_to_nothing(clerk: Clerk) -> None:
    clerk.greet()
    clerk.press(Qt.Key.Key_F11)
    clerk.at("visitor_name")
    citizen = citizen_of(clerk)
    assert not citizen.visit_id
    clerk.wait(lambda: citizen.stack.currentWidget() is citizen.welcome)
