"""A power cut with handwritten receipts: entered later, the clock starts at the paper (补录)."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from terminal.clock import CHINA_TIME, to_milliseconds
from terminal.domain.case import CaseState
from terminal.errors import InvalidInput, NotAllowed, RuleRefused
from terminal.services.views import HandwrittenReceipt
from tests.core.hall import PASSWORD, Hall

FRIDAY = to_milliseconds(dt.datetime(2026, 11, 20, 16, 5, tzinfo=CHINA_TIME))


def test_the_clock_starts_at_the_paper(hall: Hall) -> None:
    hall.add_supervisor()
    draft = msgspec.structs.replace(
        hall.complete(), paper=HandwrittenReceipt("S-2026-0007", FRIDAY)
    )
    saved = hall.ctx.intake.enter_late(draft, hall.clerk, "zhao", PASSWORD)
    case = hall.ctx.cases.case(saved.case.case_id)
    # Five working days from Friday 11-20, not from Monday on which it was entered.
    assert (case.received_at, case.respond_by) == (FRIDAY, "2026-11-27")
    assert case.late_entry is not None
    assert (case.late_entry.paper_number, case.late_entry.confirmed_by.name) == (
        "S-2026-0007",
        "赵敏",
    )
    # What comes after is an ordinary life.
    resumed = hall.ctx.intake.resume(case.case_id)
    accepted = hall.ctx.intake.accept(hall.with_all(resumed), hall.clerk)
    assert accepted.case.state is CaseState.ACCEPTED


def test_a_late_entry_needs_its_paper_and_a_second_person(hall: Hall) -> None:
    hall.add_supervisor()
    with pytest.raises(RuleRefused):
        hall.ctx.intake.enter_late(hall.complete(), hall.clerk, "zhao", PASSWORD)
    draft = msgspec.structs.replace(hall.complete(), paper=HandwrittenReceipt("S-1", FRIDAY))
    with pytest.raises(NotAllowed):
        hall.ctx.intake.enter_late(draft, hall.clerk, "wang", PASSWORD)
    # Taken in by an ordinary act it would have nobody who looked at the paper.
    with pytest.raises(RuleRefused) as refused:
        hall.ctx.intake.receive(draft, hall.clerk)
    assert refused.value.code == "case.late_entry_needs_second_person"


def test_a_paper_is_not_from_the_future(hall: Hall) -> None:
    hall.add_supervisor()
    tomorrow = FRIDAY + 10 * 86_400_000
    draft = msgspec.structs.replace(hall.complete(), paper=HandwrittenReceipt("S-1", tomorrow))
    problems = hall.ctx.intake.review(draft).problems
    assert [problem.code for problem in problems] == ["intake.paper_of_the_future"]


def test_a_number_printed_ahead_is_used_once(hall: Hall) -> None:
    hall.add_supervisor()
    sheets = hall.ctx.sheets
    first, second = sheets.blanks(2)
    assert sheets.free_blanks() == (first.number, second.number)
    assert first.number.startswith("S")
    # Written down as people write: small letter, blanks for hyphens.
    typed = first.number.lower().replace("-", " ")
    draft = msgspec.structs.replace(hall.complete(), paper=HandwrittenReceipt(typed, FRIDAY))
    saved = hall.ctx.intake.enter_late(draft, hall.clerk, "zhao", PASSWORD)
    case = hall.ctx.cases.case(saved.case.case_id)
    assert case.late_entry is not None
    assert case.late_entry.paper_number == first.number
    assert sheets.free_blanks() == (second.number,)
    # The same act again is the first one; another one with the same paper is refused.
    assert hall.ctx.intake.enter_late(draft, hall.clerk, "zhao", PASSWORD).repeated
    again = msgspec.structs.replace(hall.complete(), paper=HandwrittenReceipt(typed, FRIDAY))
    with pytest.raises(RuleRefused) as refused:
        hall.ctx.intake.enter_late(again, hall.clerk, "zhao", PASSWORD)
    assert refused.value.code == "case.paper_used_already"


def test_a_misread_number_of_the_printed_series_is_refused(hall: Hall) -> None:
    hall.add_supervisor()
    (blank,) = hall.ctx.sheets.blanks(1)
    wrong = blank.number[:-1] + ("0" if blank.number[-1] != "0" else "1")
    draft = msgspec.structs.replace(hall.complete(), paper=HandwrittenReceipt(wrong, FRIDAY))
    with pytest.raises(InvalidInput) as refused:
        hall.ctx.intake.enter_late(draft, hall.clerk, "zhao", PASSWORD)
    assert refused.value.code == "number.receipt_check"
    assert hall.ctx.sheets.free_blanks() == (blank.number,)


def test_every_number_that_was_printed_is_accounted_for(hall: Hall) -> None:
    hall.add_supervisor()
    book = hall.ctx.blank_book
    assert book.book().printed == 0
    numbers = [one.number for one in hall.ctx.sheets.blanks(6)]
    assert book.take(numbers[0], numbers[2].lower(), " 赵敏 ") == 3
    assert book.spoil(numbers[5], "", "卡纸") == 1
    draft = msgspec.structs.replace(hall.complete(), paper=HandwrittenReceipt(numbers[0], FRIDAY))
    saved = hall.ctx.intake.enter_late(draft, hall.clerk, "zhao", PASSWORD)
    found = book.book()
    assert [one.number for one in found.drawer] == numbers[3:5]
    assert [(one.number, one.taken_by) for one in found.taken] == [
        (numbers[1], "赵敏"), (numbers[2], "赵敏"),
    ]  # fmt: skip
    assert [(one.number, one.case_id) for one in found.used] == [(numbers[0], saved.case.case_id)]
    assert [(one.number, one.reason) for one in found.spoiled] == [(numbers[5], "卡纸")]
    assert found.printed == 6
    # What is used or spoiled is neither taken nor spoiled again, alone or in a row.
    for first, last, code in (
        (numbers[0], "", "document.blank_gone"),
        (numbers[3], numbers[5], "document.blank_gone"),
        ("S-2026-0007", "", "document.blank_unknown"),
    ):
        with pytest.raises(InvalidInput) as refused:
            book.take(first, last, "赵敏")
        assert refused.value.code == code
    with pytest.raises(InvalidInput):
        book.take(numbers[3], "", " ")
    with pytest.raises(InvalidInput):
        book.spoil(numbers[3], "", "")
    assert hall.ctx.sheets.free_blanks() == tuple(numbers[1:5])
    # Both sides of a hand-over sign the same figures; what is out stands open.
    facts = hall.ctx.shifts.facts(hall.clerk)
    assert facts.counts["blanks_taken"] == 2
    assert facts.record["blanks_printed"] == 6
    # Spoiled by mistake and given out after all: the citizen's paper counts.
    late = msgspec.structs.replace(hall.complete(), paper=HandwrittenReceipt(numbers[5], FRIDAY))
    hall.ctx.intake.enter_late(late, hall.clerk, "zhao", PASSWORD)
    assert len(book.book().used) == 2
