"""Identity numbers: every documented kind, every refusal with its sentence, no crash ever."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.domain import identity
from terminal.domain.identity import DocumentKind, Sex, check_document, check_identity_number
from terminal.texts import Texts

D = dt.date
TODAY = D(2026, 11, 23)


def numbered(body: str) -> str:
    """Complete 17 digits with their check character."""
    return body + identity.check_character(body)


def check(text: str) -> identity.IdentityCheck:
    return check_identity_number(text, today=TODAY)


GOOD = numbered("21021119850504123")
WITH_X = numbered("11010519491231002")

bodies = st.builds(
    "{}{:%Y%m%d}{:03d}".format,
    st.sampled_from(["210211", "110105", "810000", "820000", "830000", "110103", "659012"]),
    st.dates(D(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


def test_what_a_number_says() -> None:
    found = check(GOOD)
    assert found.valid
    assert found.kind is DocumentKind.RESIDENT
    assert (found.number, found.birth, found.sex) == (GOOD, D(1985, 5, 4), Sex.MALE)
    assert found.region == "辽宁省大连市甘井子区"
    assert found.warnings == ()
    assert found.age(TODAY) == 41
    assert found.age(D(2026, 5, 3)) == 40


def test_the_standards_own_example() -> None:
    assert WITH_X == "11010519491231002X"
    assert check("11010519491231002x").number == WITH_X
    assert check(WITH_X).sex is Sex.FEMALE
    assert check("34052419800101001X").valid


@given(bodies)
def test_the_check_character_is_iso_7064_mod_11_2(body: str) -> None:
    number = numbered(body)
    # The standard's own statement of the system: the weighted sum is congruent to 1.
    values = [10 if sign == "X" else int(sign) for sign in number]
    assert sum(value * pow(2, 17 - place, 11) for place, value in enumerate(values)) % 11 == 1
    assert check(number).valid


@given(bodies, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_character_is_found(body: str, place: int, wrong: str) -> None:
    right = numbered(body)
    typed = right[:place] + wrong + right[place + 1 :]
    assert check(typed).valid is (typed == right)


@given(bodies, st.integers(0, 16))
def test_every_exchange_of_neighbours_is_found(body: str, place: int) -> None:
    right = numbered(body)
    typed = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert check(typed).valid is (typed == right)


@pytest.mark.parametrize(
    ("region", "kind"),
    [
        ("810000", DocumentKind.HONG_KONG_PERMIT),
        ("820000", DocumentKind.MACAO_PERMIT),
        ("830000", DocumentKind.TAIWAN_PERMIT),
    ],
)
def test_residence_permits_are_as_welcome(region: str, kind: DocumentKind) -> None:
    found = check(numbered(f"{region}19900101123"))
    assert (found.valid, found.kind, found.warnings) == (True, kind, ())
    assert found.region


def test_foreigners_card_of_2023() -> None:
    found = check(numbered("93184019900101123"))
    assert (found.valid, found.kind) == (True, DocumentKind.FOREIGNER)
    assert (found.nationality, found.region, found.birth) == ("840", "上海市", D(1990, 1, 1))
    assert check(numbered("99984019900101123")).code == "identity.province"


def test_foreigners_old_card() -> None:
    body = "USA31007704200"
    digit = identity._machine_readable_digit(body)
    found = check((body + digit).lower())
    assert (found.valid, found.kind) == (True, DocumentKind.FOREIGNER)
    assert (found.nationality, found.birth, found.sex) == ("USA", D(1977, 4, 20), Sex.NOT_SAID)
    assert found.region == "上海市"
    wrong = str((int(digit) + 1) % 10)
    assert check(body + wrong).code == "identity.check_digit"
    young = "USA31001504200"
    assert check(young + identity._machine_readable_digit(young)).birth == D(2015, 4, 20)
    centenarian = "USA31002612240"
    found = check(centenarian + identity._machine_readable_digit(centenarian))
    assert found.birth == D(1926, 12, 24)


def test_the_machine_readable_digit_is_that_of_the_icao_document() -> None:
    # Doc 9303 part 3 gives these: AB2134 padded is 5, 520727 is 3.
    assert identity._machine_readable_digit("520727") == "3"
    assert identity._machine_readable_digit("AB2134") == "5"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "identity.empty"),
        (" \u3000\u00a0", "identity.empty"),
        (GOOD[:-1], "identity.length"),
        (GOOD + "1", "identity.length"),
        ("１" + GOOD[1:], "identity.full_width"),
        (WITH_X[:-1] + "Ｘ", "identity.full_width"),
        (WITH_X[:-1] + "Х", "identity.character"),
        (WITH_X[:-1] + "×", "identity.character"),
        ("٣" + GOOD[1:], "identity.character"),
        ("²" + GOOD[1:], "identity.character"),
        ("X" + GOOD[1:], "identity.character"),
        (GOOD[:-1] + "A", "identity.character"),
        (GOOD + "\r", "identity.control_character"),
        (f"\x02{GOOD}\x03", "identity.control_character"),
        (GOOD[:6] + "\u200b" + GOOD[6:], "identity.control_character"),
        ("210211850504123", "identity.old_number"),
        (numbered("19021119850504123"), "identity.province"),
        (numbered("21021119850230123"), "identity.birth_date"),
        (numbered("21021119851301123"), "identity.birth_date"),
        (numbered("21021100000101123"), "identity.birth_date"),
        (numbered("21021120261124123"), "identity.birth_future"),
        (numbered("21021118491231123"), "identity.birth_early"),
        (GOOD[:-1] + str((int(GOOD[-1]) + 1) % 10), "identity.check_digit"),
        ("-" + GOOD, "identity.character"),
    ],
)
def test_refusals_have_a_sentence(typed: str, code: str) -> None:
    found = check(typed)
    assert found.code == code
    assert found.number == ""
    for language in ("zh", "en"):
        sentence = found.reason(Texts(language))
        assert sentence
        assert "{" not in sentence


def test_blanks_of_grouping_are_dropped() -> None:
    grouped = f" {GOOD[:6]} {GOOD[6:14]}\u3000{GOOD[14:]}\u00a0"
    assert check(grouped).number == GOOD


def test_born_today_is_in_time() -> None:
    assert check(numbered("21021120261123123")).valid


def test_an_abolished_county_is_a_warning() -> None:
    found = check(numbered("11010319500101123"))
    assert found.valid
    assert [w.code for w in found.warnings] == ["identity.region_abolished"]
    assert found.region == "北京市崇文区"
    assert "崇文区" in found.notes()[0]


def test_a_county_that_the_data_does_not_know_is_a_warning() -> None:
    found = check(numbered("21029919500101123"))
    assert [w.code for w in found.warnings] == ["identity.region_unknown"]
    assert found.region == "辽宁省大连市"


def test_a_very_old_person_is_a_warning() -> None:
    found = check(numbered("21021119000101123"))
    assert [w.code for w in found.warnings] == ["identity.very_old"]


def test_the_repr_shows_nothing_personal() -> None:
    assert GOOD not in repr(check(GOOD))
    assert "1985" not in f"{check(GOOD)}"


@pytest.mark.parametrize(
    ("kind", "typed", "number", "code"),
    [
        ("home_return", "h12345678", "H12345678", ""),
        ("home_return", "M1234567801", "M1234567801", ""),
        ("home_return", "A12345678", "", "identity.home_return"),
        ("taiwan_compatriot", "12345678", "12345678", ""),
        ("taiwan_compatriot", "123456789", "", "identity.taiwan_compatriot"),
        ("passport", "e 12345678", "E12345678", ""),
        ("passport", "ABCDEFG", "", "identity.passport"),
        ("passport", "E123456789012", "", "identity.passport"),
        ("passport", "Ｅ12345678", "", "identity.full_width"),
        ("temporary", GOOD, GOOD, ""),
        ("household_register", GOOD, GOOD, ""),
        ("resident", GOOD, GOOD, ""),
        ("foreigner", "", "", "identity.empty"),
    ],
)
def test_other_documents(kind: str, typed: str, number: str, code: str) -> None:
    found = check_document(kind, typed, TODAY)
    assert (found.number, found.code) == (number, code)
    if found.valid:
        assert found.kind == kind
        assert found.warnings == ()


def test_a_number_of_another_kind_is_a_warning() -> None:
    found = check_document("resident", numbered("81000019900101123"), TODAY)
    assert found.valid
    assert found.kind is DocumentKind.HONG_KONG_PERMIT
    assert [w.code for w in found.warnings] == ["identity.other_kind"]


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_has_a_name(kind: DocumentKind) -> None:
    assert all(Texts(language).has(f"identity.kind.{kind.value}") for language in ("zh", "en"))


@given(st.text() | st.text(alphabet="0123456789Xx", min_size=14, max_size=19), st.dates())
def test_no_text_breaks_it(text: str, today: dt.date) -> None:
    found = check_identity_number(text, today=today)
    assert found.valid or found.reason()
    for kind in DocumentKind:
        assert check_document(kind, text, today).valid in (True, False)
