"""Unified social credit codes and organisation codes, on real public codes of organs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.domain import credit_code
from terminal.domain.credit_code import ALPHABET, CodeKind, check_credit_code
from terminal.texts import Texts

GOOD = "115113010833722043"

organisations = st.text(alphabet=ALPHABET, min_size=8, max_size=8).map(
    lambda body: body + credit_code.organisation_check_character(body)
)
codes = st.builds(
    "{}{}{}".format,
    st.sampled_from(["11", "12", "52", "91", "92", "N2"]),
    st.sampled_from(["210211", "511602", "100000", "110103"]),
    organisations,
).map(lambda body: body + credit_code.check_character(body))


@pytest.mark.parametrize(
    "code",
    [
        "11511301008778183N",
        "11511301MB1550442U",
        "11511301MB0T669970",
        "12511300452258950C",
        "1151130174468656XH",
        "11511301MB163323XU",
        "11511301MB1P96705T",
        GOOD,
    ],
)
def test_real_codes_of_public_organs(code: str) -> None:
    found = check_credit_code(code)
    assert (found.valid, found.text, found.kind) == (True, code, CodeKind.CREDIT)
    assert found.organisation == code[8:17]
    assert found.warnings == ()
    assert found.region == "四川省南充市"


@pytest.mark.parametrize(
    "code", ["00877836X", "008778546", "32334539-6", "76726532-x", "74468656X"]
)
def test_organisation_codes_alone(code: str) -> None:
    found = check_credit_code(code)
    assert (found.valid, found.kind) == (True, CodeKind.ORGANISATION)
    assert found.text == code.replace("-", "").upper()


@given(codes)
def test_the_weighted_sum_is_zero(code: str) -> None:
    values = [ALPHABET.index(sign) for sign in code]
    assert sum(v * pow(3, place, 31) for place, v in enumerate(values[:17])) % 31 == (
        -values[17] % 31
    )
    assert check_credit_code(code).valid
    assert check_credit_code(f" {code[:9].lower()} {code[9:]}").text == code


@given(codes, st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_every_single_wrong_character_is_found(code: str, place: int, wrong: str) -> None:
    typed = code[:place] + wrong + code[place + 1 :]
    assert check_credit_code(typed).valid is (typed == code)


@given(codes, st.integers(0, 16))
def test_every_exchange_of_neighbours_is_found(code: str, place: int) -> None:
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert check_credit_code(typed).valid is (typed == code)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "credit.empty"),
        (GOOD[:-1], "credit.length"),
        (GOOD[:10] + "O" + GOOD[11:], "credit.letter"),
        (GOOD[:10] + "z" + GOOD[11:], "credit.letter"),
        ("１" + GOOD[1:], "credit.full_width"),
        (GOOD + "\x1d", "credit.control_character"),
        ("统一社会信用代码", "credit.character"),
        (GOOD[:9] + "-" + GOOD[10:], "credit.character"),
        ("9199" + GOOD[4:], "credit.region"),
        ("91A1" + GOOD[4:], "credit.region"),
        (GOOD[:-1] + "4", "credit.check_digit"),
        ("008778361", "credit.organisation_check_digit"),
    ],
)
def test_refusals_have_a_sentence(typed: str, code: str) -> None:
    found = check_credit_code(typed)
    assert found.code == code
    assert found.text == ""
    for language in ("zh", "en"):
        sentence = found.reason(Texts(language))
        assert sentence
        assert "{" not in sentence


def test_what_is_odd_but_no_error_is_a_warning() -> None:
    def warned(body: str) -> list[str]:
        found = check_credit_code(body + credit_code.check_character(body))
        assert all(found.notes(Texts(language)) for language in ("zh", "en"))
        return [warning.code for warning in found.warnings]

    organisation = GOOD[8:17]
    assert warned(f"91110103{organisation}") == ["credit.region_abolished"]
    assert warned(f"91210299{organisation}") == ["credit.region_unknown"]
    assert warned(f"91210211{organisation[:8]}1") == ["credit.organisation_part"]
    assert warned(f"C1210211{organisation}") == ["credit.department"]


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    found = check_credit_code(text)
    assert found.valid or found.reason()
