"""Receipt numbers: unique, readable over a telephone, and every slip of the finger is found."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.domain import numbers
from terminal.domain.numbers import TAG_COUNT, TAG_DIGITS, TAG_LETTERS
from terminal.errors import InvalidInput
from terminal.texts import Texts

D = dt.date
SAMPLE = numbers.format_receipt_number("210102", 3, D(2026, 11, 3), "KTM7", 42)
EVERY_SIGN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

tags = st.binary(min_size=2, max_size=2).map(numbers.draw_tag)
receipts = st.builds(
    numbers.ReceiptNumber,
    region=st.integers(0, 9999).map("{:04d}".format),
    terminal=st.integers(1, 99_999),
    day=st.dates(D(2000, 1, 1), D(2099, 12, 31)),
    tag=tags,
    sequence=st.integers(1, 9_999_999),
)


def test_the_form() -> None:
    assert SAMPLE.startswith("2101-03-261103-KTM7-0042-")
    assert len(SAMPLE) == 26
    number = numbers.parse_receipt_number(SAMPLE)
    assert number == numbers.ReceiptNumber("2101", 3, D(2026, 11, 3), "KTM7", 42)


@given(receipts)
def test_what_is_written_is_read(number: numbers.ReceiptNumber) -> None:
    found = numbers.check_receipt_number(str(number))
    assert found.number == number
    assert found.warnings == ()
    bare = numbers.check_receipt_number(str(number).replace("-", "").lower())
    assert bare.number == number


@given(receipts, st.data())
def test_every_single_wrong_character_is_found(
    number: numbers.ReceiptNumber, data: st.DataObject
) -> None:
    right = str(number).replace("-", "")
    place = data.draw(st.integers(0, len(right) - 1))
    wrong = data.draw(st.sampled_from(EVERY_SIGN))
    typed = right[:place] + wrong + right[place + 1 :]
    # A letter that stands nowhere in a number is read as the digit that it looks like.
    same = wrong.translate(numbers._LOOK_ALIKES) == right[place]
    assert (numbers.check_receipt_number(typed).number == number) is same
    assert numbers.check_receipt_number(typed).valid is same


@given(receipts)
def test_every_exchange_of_neighbours_is_found(number: numbers.ReceiptNumber) -> None:
    right = str(number).replace("-", "")
    for place in range(len(right) - 1):
        one, two = right[place : place + 2]
        typed = right[:place] + two + one + right[place + 2 :]
        assert numbers.check_receipt_number(typed).valid is (one == two)


@given(receipts)
def test_an_exchange_across_one_character_is_found(number: numbers.ReceiptNumber) -> None:
    right = str(number).replace("-", "")
    for place in range(len(right) - 2):
        one, between, two = right[place : place + 3]
        typed = right[:place] + two + between + one + right[place + 3 :]
        assert numbers.check_receipt_number(typed).valid is (one == two)


def test_all_slips_of_one_number_exhaustively() -> None:
    right = SAMPLE.replace("-", "")
    for place, wrong in itertools.product(range(len(right)), EVERY_SIGN):
        typed = right[:place] + wrong + right[place + 1 :]
        same = wrong.translate(numbers._LOOK_ALIKES) == right[place]
        assert numbers.check_receipt_number(typed).valid is same, typed


def test_there_are_32768_tags_and_each_is_drawn_alike() -> None:
    drawn = [numbers.draw_tag(value.to_bytes(2, "big")) for value in range(65_536)]
    assert len(set(drawn)) == TAG_COUNT == 32_768
    assert all(drawn.count(tag) == 2 for tag in drawn[:5])


def test_tags_have_no_signs_that_are_read_as_others() -> None:
    assert not set("BDGINOQSVZ") & set(TAG_LETTERS)
    assert not set("01") & set(TAG_DIGITS)
    assert len(set(TAG_LETTERS)) == 16


@pytest.mark.parametrize(
    "typed",
    [
        "2101 03 261103 ktm7 0042 {check}",
        "２１０１－０３－２６１１０３－ＫＴＭ７－００４２－{check}",
        "2101–03—261103－KTM7_0042·{check}",
        "21o1-o3-26IIo3-KTM7-0042-{check}",
        "\u30002101 03261103KTM70042{check}\u00a0",
    ],
)
def test_tolerant_in_typing_and_says_what_was_read(typed: str) -> None:
    found = numbers.check_receipt_number(typed.format(check=SAMPLE[-1]))
    assert str(found.number) == SAMPLE


def test_what_was_put_right_is_said() -> None:
    for typed in (SAMPLE.replace("2101", "２１０１"), SAMPLE.replace("03-", "O3-", 1)):
        assert SAMPLE in numbers.check_receipt_number(typed).notes()[0]
    assert numbers.check_receipt_number(SAMPLE.lower().replace("-", " ")).notes() == ()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "number.empty"),
        (" - ", "number.empty"),
        ("2101-03", "number.receipt_form"),
        (f"{SAMPLE}\x1d", "number.control_character"),
        (f"{SAMPLE}\u200b", "number.control_character"),
        (SAMPLE[:-1] + ("0" if SAMPLE[-1] != "0" else "1"), "number.receipt_check"),
        ("不是号码", "number.receipt_form"),
        ("²" * 20, "number.receipt_form"),
    ],
)
def test_refusals_have_a_sentence(typed: str, code: str) -> None:
    found = numbers.check_receipt_number(typed)
    assert found.code == code
    assert found.reason(Texts("zh"))
    assert found.reason(Texts("en"))
    with pytest.raises(InvalidInput):
        numbers.parse_receipt_number(typed)


def test_an_impossible_date_and_idle_zeros_are_refused() -> None:
    for parts in (
        ("2101", "03", "261131", "KTM7", "0042"),
        ("2101", "03", "261301", "KTM7", "0042"),
        ("2101", "003", "261103", "KTM7", "0042"),
        ("2101", "03", "261103", "KTM7", "00042"),
        ("2101", "00", "261103", "KTM7", "0042"),
        ("2101", "03", "261103", "KTM7", "0000"),
    ):
        typed = "-".join((*parts, numbers.check_character("".join(parts))))
        assert numbers.check_receipt_number(typed).code.startswith("number.receipt_"), typed


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    found = numbers.check_receipt_number(text)
    assert found.valid or found.reason()
    numbers.is_case_number(text)


def test_case_and_document_numbers() -> None:
    case = numbers.format_case_number("210102", 2026, 42)
    assert case.startswith("2101-2026-000042-")
    assert numbers.is_case_number(case)
    assert not numbers.is_case_number(case.replace("000042", "000024"))
    written = numbers.format_document_number("沈审批", "受", 2026, 42)
    assert written == "沈审批受〔2026〕42号"
    assert numbers.parse_document_number(written) == ("沈审批受", 2026, 42)
    assert numbers.offline_document_number(SAMPLE, "受理") == f"{SAMPLE}-受理"
    with pytest.raises(InvalidInput):
        numbers.parse_document_number("沈审批受[2026]42号")
    with pytest.raises(ValueError, match="organ"):
        numbers.format_document_number("", "受", 2026, 1)


def test_a_number_knows_its_series_and_a_series_its_numbers() -> None:
    case = numbers.format_case_number("511602", 2026, 42)
    assert numbers.place_in_series(case) == ("case/5116/2026", 42)
    paper = "区审批受〔2026〕42号"
    assert numbers.place_in_series(paper) == ("document/区审批受/2026", 42)
    for number in (case, paper):
        series, place = numbers.place_in_series(number) or ("", 0)
        assert numbers.number_in_series(series, place) == number
        assert numbers.year_of_series(series) == 2026
    # What a person may type is no number that a machine has given.
    for text in ("", "number", case.replace("-", ""), case.replace("-", " "), "区/受〔2026〕1号"):
        assert numbers.place_in_series(text) is None, text
    assert numbers.year_of_series("terminal") == 0
