"""Matters from the greeting to the paper, in the real window, with every turn they may take."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from terminal.context import Context
from terminal.domain.case import Case, CaseState
from terminal.domain.parties import MaterialStatus
from terminal.services.views import Act
from tests.ui.conftest import PASSWORD, Clerk

FOOD = "食品(含保健食品)经营许可核发"
REMOTE = "异地安置退休人员备案"
REMOTE_CODE = "512036005001-511602000000-000-11511301MB15537661-1-00"
CTRL = Qt.KeyboardModifier.ControlModifier


def act(clerk: Clerk, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """Press a key with legal effect twice: to the review step, and there."""
    held = modifier or Qt.KeyboardModifier.NoModifier
    if clerk.focus().objectName() != "review_panel":
        clerk.press(key, held, after=1.5)
        clerk.at("review_panel")
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(key, held, after=1.5)


def last_case(clerk: Clerk) -> Case:
    """Return the case that was saved last, as the ledger has it."""
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    return ctx.cases.case(clerk.desk.now.cases[-1].case_id)


def papers(clerk: Clerk) -> list[str]:
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    return sorted(paper.kind for paper in ctx.cases.documents(last_case(clerk).case_id))


def said(clerk: Clerk, name: str) -> str:
    """Return what stands in a part of the window."""
    panel = clerk.program.window.findChild(QWidget, name)
    assert panel is not None
    return " ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def to_papers(clerk: Clerk, *answers: Qt.Key) -> None:
    """Answer the situation's questions; the keyboard ends in the materials."""
    for key in answers:
        clerk.wait(lambda: clerk.desk.fresh)
        clerk.wait(lambda: clerk.focus().objectName().startswith("question_"))
        held = clerk.focus().objectName()
        clerk.press(key)
        clerk.wait(lambda held=held: clerk.focus().objectName() != held)
    clerk.at("materials_list")


# (a) A file for a material.


def test_a_photo_is_taken_in_for_a_material(clerk: Clerk, tmp_path: Path) -> None:
    photo = tmp_path / "申请书.jpg"
    Image.new("RGB", (60, 40), "white").save(photo)
    text = tmp_path / "note.jpg"
    text.write_text("no picture at all", encoding="utf-8")
    clerk.greet("许一", 401)
    clerk.open_item()
    clerk.to_materials()
    materials = clerk.place.work.path.materials

    clerk.press(Qt.Key.Key_U)
    clerk.at("upload_path")
    clerk.type(str(text))
    clerk.enter()
    clerk.wait(lambda: "note.jpg" in materials.upload.notice.text())
    said = materials.upload.notice.text()
    assert "不是图片" in said
    assert "JPG" in said
    review = clerk.desk.now.review
    assert review is not None
    assert review.settled == 0

    materials.upload.path.edit.selectAll()
    clerk.type(str(photo))
    clerk.enter()
    clerk.at("materials_list")
    clerk.wait(lambda: clerk.desk.fresh and clerk.desk.now.review.settled == 1)  # type: ignore[union-attr]
    assert clerk.desk.now.draft is not None
    entry = next(iter(clerk.desk.now.draft.materials.values()))
    assert len(entry.blobs) == 1
    clerk.tick(2)
    clerk.enter()
    clerk.fill_form()
    act(clerk, Qt.Key.Key_F12)
    clerk.wait(lambda: clerk.desk.now.cases)
    kept = [blob for material in last_case(clerk).materials for blob in material.blobs]
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    assert [ctx.blobs.read(blob.hash) for blob in kept] == [photo.read_bytes()]


# (b) Conditional acceptance.


def test_deferred_papers_lead_to_a_conditional_acceptance(clerk: Clerk) -> None:
    clerk.greet("吕二", 402)
    clerk.open_item("spjyxk", FOOD)
    to_papers(clerk, Qt.Key.Key_1, Qt.Key.Key_1)
    clerk.tick(3)
    for _ in range(2):
        clerk.press(Qt.Key.Key_F9)
        clerk.wait(lambda: clerk.desk.fresh)
    clerk.tick(1)
    clerk.enter()
    clerk.fill_form()
    review = clerk.desk.now.review
    assert review is not None
    assert not review.permission(Act.ACCEPT).allowed
    assert clerk.place.keys._end.text().startswith("F9")
    act(clerk, Qt.Key.Key_F9)
    clerk.at("consent")

    # Without the applicant's own choice the key means nothing, and no leads back.
    clerk.press(Qt.Key.Key_F9, after=1.5)
    assert clerk.cases() == 0
    clerk.press(Qt.Key.Key_2)
    clerk.enter()
    clerk.at("review_panel")
    act(clerk, Qt.Key.Key_F9)
    clerk.at("consent")
    clerk.press(Qt.Key.Key_1)
    clerk.enter()
    clerk.at("confirm_accept_conditionally")
    clerk.enter()
    assert clerk.cases() == 0
    clerk.press(Qt.Key.Key_F9, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    case = last_case(clerk)
    assert case.state is CaseState.ACCEPTED
    deferred = {m.material_id for m in case.materials if m.status is MaterialStatus.DEFERRED}
    assert deferred == {"food_layout", "food_rules"}
    assert case.cure_by
    assert {"conditional", "undertaking"} <= set(papers(clerk))
    assert "容缺" in clerk.label("outcome_line")


# (c) A correction notice, and the visitor comes back twice.


def come_back(clerk: Clerk) -> None:
    """End the visit, find the case among mine, and take it up again."""
    if not clerk.desk.now.empty:
        clerk.press(Qt.Key.Key_F11)
    clerk.at("visitor_name")
    clerk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    clerk.at("cases_table")
    clerk.wait(lambda: clerk.place.cases.table.row() == 0)
    clerk.press(Qt.Key.Key_F4)
    clerk.wait(lambda: clerk.desk.now.review is not None)
    clerk.at("materials_list")
    clerk.wait(lambda: clerk.desk.fresh)


def say_defective(clerk: Clerk, what: str) -> None:
    clerk.press(Qt.Key.Key_X)
    clerk.at("material_defect")
    clerk.type(what)
    clerk.enter()
    clerk.at("materials_list")
    clerk.wait(lambda: clerk.desk.fresh)


def test_a_correction_is_cured_in_two_visits(clerk: Clerk) -> None:
    clerk.greet("孔三", 403)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(1)
    act(clerk, Qt.Key.Key_F7)
    clerk.wait(lambda: clerk.desk.now.cases)
    first = last_case(clerk)
    assert first.state is CaseState.AWAITING_CORRECTION
    assert len(first.notices[0]) == 2

    # One of the two is brought; of the first one's the clerk now sees a fault: that is new.
    come_back(clerk)
    materials = clerk.place.work.path.materials
    clerk.tick(1)
    while materials.list.index > 0:
        clerk.press(Qt.Key.Key_Up)
    say_defective(clerk, "缺公章")
    act(clerk, Qt.Key.Key_F7)
    clerk.at("repeat_reason")
    clerk.enter()
    clerk.at("confirm_notify_correction")
    clerk.press(Qt.Key.Key_F7, after=1.5)
    panel = clerk.place.work.path.repeat
    clerk.wait(lambda: "第一次没有告知" in panel.notice.text())
    assert "理由" in panel.notice.text()
    panel.reason.setFocus()
    clerk.type("原件复核时发现")
    clerk.enter()
    clerk.at("confirm_notify_correction")
    clerk.press(Qt.Key.Key_F7, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases and not clerk.desk.busy)
    second = last_case(clerk)
    assert second.case_id == first.case_id
    assert second.state is CaseState.AWAITING_CORRECTION
    assert len(second.notices) == 2
    assert {item.defect for item in second.notices[1]} == {"缺公章", ""}

    # What was brought today is on the desk, what came before is not: the visit ends with it.
    brought = [m for m in second.materials if not m.lacking]
    assert len(brought) == 1
    clerk.press(Qt.Key.Key_F11)
    clerk.wait(lambda: clerk.desk.now.empty and not clerk.desk.busy)
    if brought[0].fate.shows_original:
        assert brought[0].name in clerk.label("outcome_line")
    before = next(m for m in first.materials if not m.lacking)
    assert before.name not in clerk.label("outcome_line")
    clerk.wait(lambda: clerk.program.citizen is not None and clerk.program.citizen.visit_id)

    # Now everything is there.
    come_back(clerk)
    clerk.tick(2)
    clerk.enter()
    clerk.fill_form()
    act(clerk, Qt.Key.Key_F12)
    clerk.wait(lambda: clerk.desk.now.cases)
    assert last_case(clerk).state is CaseState.ACCEPTED
    assert clerk.cases() == 1


# (d) Declining with a second person.


def decline(clerk: Clerk, login: str, password: str) -> None:
    clerk.at("decline_kind")
    clerk.press(Qt.Key.Key_1)
    clerk.enter()
    clerk.at("decline_reason")
    clerk.type("许可证已过期")
    clerk.enter()
    clerk.at("decline_basis")
    clerk.enter()
    while clerk.focus().objectName().startswith("decline_go_to"):
        clerk.enter()
    clerk.at("decline_second_name")
    clerk.type(login)
    clerk.enter()
    clerk.at("decline_second_password")
    clerk.type(password)
    clerk.enter()
    clerk.at("confirm_decline")
    clerk.press(Qt.Key.Key_F8, CTRL, after=1.5)


def test_declining_is_confirmed_by_another_and_never_by_oneself(clerk: Clerk) -> None:
    clerk.greet("曹四", 404)
    clerk.open_item()
    clerk.to_materials()
    act(clerk, Qt.Key.Key_F8, CTRL)
    decline(clerk, "wangfang", PASSWORD)
    panel = clerk.place.work.path.decline
    clerk.wait(lambda: "本人" in panel.notice.text())
    assert clerk.cases() == 0
    assert panel.second_password.edit.text() == ""

    # Only the second person's two fields again; what was typed before stays.
    assert panel.reason.text() == "许可证已过期"
    panel.second_name.setFocus()
    panel.second_name.edit.selectAll()
    clerk.type("liqiang")
    clerk.enter()
    clerk.at("decline_second_password")
    clerk.type(PASSWORD)
    clerk.enter()
    clerk.at("confirm_decline")
    clerk.press(Qt.Key.Key_F8, CTRL, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    case = last_case(clerk)
    assert case.state is CaseState.NOT_ACCEPTED
    assert case.decline is not None
    assert case.decline.reason == "许可证已过期"
    assert papers(clerk) == ["decline"]


# The measure of a standard acceptance.


def test_three_papers_cost_a_dozen_keys(
    clerk: Clerk, ctx: Context, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the applicant says of himself is typed anyway; everything else is counted."""
    pressed: list[str] = []
    press, type_text = Clerk.press, Clerk.type

    def count(self: Clerk, key: Qt.Key, *rest: object, **more: object) -> None:
        pressed.append(str(key))
        press(self, key, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Clerk, "press", count)
    clerk.greet("华六", 406)
    pressed.clear()
    clerk.at("search_edit")
    results = clerk.place.work.search.results
    for letter in "ydaz":
        pressed.append(letter)
        type_text(clerk, letter)
    clerk.wait(lambda: results.rows and results.rows[0].objectName().endswith(REMOTE_CODE))
    clerk.enter()
    clerk.wait(lambda: clerk.desk.now.review is not None)
    clerk.at("materials_list")
    assert clerk.desk.now.review is not None
    assert clerk.desk.now.review.required == 3
    clerk.tick(3)
    clerk.enter()
    clerk.at("form_care_place")
    before = len(pressed)
    clerk.fill_form()
    data_keys = len(pressed) - before
    act(clerk, Qt.Key.Key_F12)
    clerk.wait(lambda: clerk.desk.now.cases)
    assert ctx.cases.case(clerk.desk.now.cases[0].case_id).state is CaseState.ACCEPTED
    beyond = len(pressed) - data_keys
    with capsys.disabled():
        sys.stdout.write(f"\n{REMOTE}: {beyond} keys beyond the applicant's data\n")
    assert beyond <= 12


def test_an_item_without_a_guide_says_why_it_is_only_received(clerk: Clerk) -> None:
    clerk.greet("金七", 407)
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    bare = next(view for view in ctx.catalogue.search("注销", 50) if not view.guide)
    clerk.open_item(bare.name, bare.name)
    clerk.at("review_panel")
    review = clerk.desk.now.review
    assert review is not None
    allowed = {act for act in Act if review.permission(act).allowed}
    assert allowed == {Act.RECEIVE}
    words = said(clerk, "review_panel")
    assert "指南" in words
    for key, modifier in (
        (Qt.Key.Key_F12, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F7, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F8, CTRL),
    ):
        clerk.press(key, modifier, after=1.5)
        assert clerk.place.work.path.review.notice.text()
        assert clerk.cases() == 0
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    assert last_case(clerk).state is CaseState.RECEIVED
    assert papers(clerk) == ["receipt"]
