"""An electronic certificate in place of a paper, by keys: graded, numbered, never copied."""

from __future__ import annotations

from PySide6.QtCore import Qt

from terminal.domain.catalogue import Fate, Way
from terminal.domain.parties import MaterialEntry, TrustGrade
from tests.ui.conftest import Clerk
from tests.ui.test_whole_matters import FOOD, to_papers


def recorded(clerk: Clerk) -> dict[str, MaterialEntry]:
    draft = clerk.desk.now.draft
    assert draft is not None
    return draft.materials


def at_the_licence(clerk: Clerk) -> None:
    """Choose the row of the business licence, which a certificate may stand for."""
    clerk.greet("钱五", 410)
    clerk.open_item("spjyxk", FOOD)
    to_papers(clerk, Qt.Key.Key_1, Qt.Key.Key_1)
    clerk.tick(1)


def test_the_grade_says_what_becomes_of_the_original(clerk: Clerk) -> None:
    at_the_licence(clerk)
    panel = clerk.place.work.path.materials.certificate
    clerk.press(Qt.Key.Key_E)
    clerk.at("certificate_grade")
    clerk.enter()
    assert panel.number.error.text() == "请先按 1–4 选可信等级。"
    # What its holder made himself needs a commitment, and none is open for a licence.
    clerk.press(Qt.Key.Key_4)
    clerk.enter()
    assert "不能以承诺代替" in panel.number.error.text()
    clerk.at("certificate_grade")
    assert "business_license" not in recorded(clerk)

    clerk.press(Qt.Key.Key_3)
    clerk.enter()
    clerk.at("certificate_number")
    clerk.type("511602600123456")
    clerk.enter()
    clerk.at("materials_list")
    clerk.wait(lambda: clerk.desk.fresh)
    entry = recorded(clerk)["business_license"]
    assert (entry.way, entry.grade) == (Way.CERTIFICATE, TrustGrade.UPLOADED)
    assert entry.fate is Fate.ORIGINAL_SEEN_RETURNED
    assert (entry.certificate, entry.certificate_number) == ("营业执照", "511602600123456")
    assert entry.blobs == ()
    review = clerk.desk.now.review
    assert review is not None
    assert [one for one in review.problems if one.where.startswith("materials")] == []


def test_issued_by_the_organ_is_three_keys_and_escape_leaves_nothing(clerk: Clerk) -> None:
    at_the_licence(clerk)
    clerk.press(Qt.Key.Key_E)
    clerk.at("certificate_grade")
    clerk.press(Qt.Key.Key_Escape)
    clerk.at("materials_list")
    assert "business_license" not in recorded(clerk)
    for key in (Qt.Key.Key_E, Qt.Key.Key_1, Qt.Key.Key_Return, Qt.Key.Key_Return):
        clerk.press(key)
    clerk.at("materials_list")
    entry = recorded(clerk)["business_license"]
    assert (entry.grade, entry.fate) == (TrustGrade.ISSUED, Fate.SHARED_DATA)
