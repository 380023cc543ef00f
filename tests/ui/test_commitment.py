"""A commitment is told first and chosen freely: both ways stand there, and none beforehand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from terminal.documents.dates import due_day
from terminal.documents.wording import default_wording
from terminal.domain.catalogue import Way
from tests.core.hall import LICENCE
from tests.ui.conftest import Clerk
from tests.ui.desk_cases import Cases, citizen_of
from ui.window.material_row import MaterialRow

F = Qt.Key
LEASE = next(one for one in LICENCE.materials if one.id == "lease")


def to_the_lease(clerk: Clerk) -> None:
    """Take the licence up and choose the row of the lease, which a commitment may replace."""
    Cases(clerk)
    clerk.greet("钱五", 410)
    clerk.desk.choose(LICENCE.code)
    clerk.wait(lambda: clerk.focus().objectName().startswith("question_"))
    clerk.press(F.Key_1)
    clerk.at("materials_list")
    clerk.wait(lambda: clerk.desk.fresh)
    choose_lease(clerk)


def choose_lease(clerk: Clerk) -> None:
    """Go to the lease's row, wherever the selection has gone."""
    rows = clerk.place.work.path.materials.list
    goal = [row.objectName() for row in rows.rows].index("material_lease")
    for _ in rows.rows:
        if rows.index != goal:
            clerk.press(F.Key_Down if rows.index < goal else F.Key_Up)
    assert rows.index == goal


def test_the_applicant_chooses_between_commitment_and_proof(clerk: Clerk) -> None:
    to_the_lease(clerk)
    draft = clerk.desk.now.draft
    assert draft is not None
    clerk.press(F.Key_C)
    clerk.at("commitment_choice")
    # What is told is the sentence of the letter, word for word.
    promise = default_wording("zh")("commitment.promise", name=LEASE.name)
    assert clerk.label("commitment_sentence") == promise
    clerk.enter()
    clerk.at("commitment_choice")
    assert clerk.label("commitment_error") == "请按申请人的选择按 1 或 2。"
    # The proof instead: nothing is recorded, and the row says what is owed.
    clerk.press(F.Key_2)
    clerk.enter()
    clerk.at("materials_list")
    assert "lease" not in clerk.desk.now.draft.materials  # type: ignore[union-attr]
    rows = clerk.place.work.path.materials.list
    shown = rows.rows[rows.index]
    assert isinstance(shown, MaterialRow)
    refusal = shown.findChild(QLabel, "material_refusal")
    assert refusal is not None
    assert "不作承诺" in refusal.text()
    # Esc decides nothing.
    clerk.press(F.Key_C)
    clerk.at("commitment_choice")
    clerk.press(F.Key_1)
    clerk.press(F.Key_Escape)
    clerk.at("materials_list")
    assert "lease" not in clerk.desk.now.draft.materials  # type: ignore[union-attr]
    clerk.press(F.Key_C)
    clerk.at("commitment_choice")
    clerk.press(F.Key_1)
    clerk.enter()
    clerk.at("materials_list")
    clerk.wait(lambda: clerk.desk.fresh)
    entry = clerk.desk.now.draft.materials["lease"]  # type: ignore[union-attr]
    assert entry.way is Way.COMMITMENT
    assert entry.choice is not None
    assert (entry.choice.freely, entry.choice.told_at > 0) == (True, True)
    # Whoever thinks better of it brings the proof after all.
    choose_lease(clerk)
    clerk.press(F.Key_C)
    clerk.at("commitment_choice")
    clerk.press(F.Key_2)
    clerk.enter()
    clerk.at("materials_list")
    assert "lease" not in clerk.desk.now.draft.materials  # type: ignore[union-attr]


def test_the_citizen_reads_all_of_it_and_chooses_by_touch(clerk: Clerk) -> None:
    to_the_lease(clerk)
    citizen = citizen_of(clerk)
    clerk.press(F.Key_C)
    clerk.at("commitment_choice")
    assert citizen.stack.currentWidget() is citizen.terms
    wording = default_wording("zh")
    told = citizen.terms.told()
    review = clerk.desk.now.review
    assert review is not None
    assert review.law.check_by is not None
    for sentence in (
        wording("commitment.told", organ=LICENCE.department),
        LEASE.standard,
        wording.plain("commitment.liability"),
        wording.plain("commitment.choice"),
        wording("commitment.promise", name=LEASE.name),
        due_day(review.law.check_by.on.isoformat()),
    ):
        assert sentence in told
    # The clerk's panel closes: nothing is chosen, the papers stand there again.
    clerk.press(F.Key_Escape)
    clerk.at("materials_list")
    assert citizen.stack.currentWidget() is citizen.mirror
    assert citizen.terms.told() == ""
    clerk.press(F.Key_C)
    clerk.at("commitment_choice")
    QTest.mouseClick(citizen.terms.prove, Qt.MouseButton.LeftButton)
    clerk.at("materials_list")
    assert "lease" not in clerk.desk.now.draft.materials  # type: ignore[union-attr]
    clerk.press(F.Key_C)
    clerk.at("commitment_choice")
    QTest.mouseClick(citizen.terms.commit, Qt.MouseButton.LeftButton)
    clerk.at("materials_list")
    entry = clerk.desk.now.draft.materials["lease"]  # type: ignore[union-attr]
    assert (entry.way, entry.choice is not None) == (Way.COMMITMENT, True)
    clerk.wait(lambda: citizen.stack.currentWidget() is citizen.mirror)
