"""Typed letters as syllables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.search.normalise import fold, fold_text
from terminal.search.pinyin import readings, syllables_of
from terminal.search.syllables import Syllables, fold_sound


@pytest.fixture(scope="module")
def syllables() -> Syllables:
    return Syllables({part for parts in readings().values() for part in parts})


def test_letters_are_read_as_syllables_fewest_first(syllables: Syllables) -> None:
    assert syllables.splits("shipin", partial=False) == [["shi", "pin"]]
    assert syllables.splits("xian", partial=False)[0] == ["xian"]
    assert ["xi", "an"] in syllables.splits("xian", partial=False)
    assert ["fang", "an"] in syllables.splits("fangan", partial=False)
    assert ["fan", "gan"] in syllables.splits("fangan", partial=False)


def test_the_last_syllable_may_be_unfinished(syllables: Syllables) -> None:
    assert ["shi", "p"] in syllables.splits("ship", partial=True)
    assert syllables.splits("ship", partial=False) == []


def test_initials_and_syllables_mix(syllables: Syllables) -> None:
    assert syllables.mixed("spjingying") == ["s", "p", "jing", "ying"]
    assert syllables.mixed("zhsp") == ["zh", "s", "p"]


def test_one_spot_may_be_unreadable(syllables: Syllables) -> None:
    assert (["shi", "pin"], ["ying"]) in syllables.broken("shipinjignying")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=30))
def test_every_reading_gives_the_letters_back(syllables: Syllables, letters: str) -> None:
    for parts in syllables.splits(letters, partial=True):
        assert "".join(parts) == letters
    assert "".join(syllables.mixed(letters)) == letters
    for head, tail in syllables.broken(letters):
        assert letters.startswith("".join(head))
        assert letters.endswith("".join(tail))


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhang", "zan"), ("cheng", "cen"), ("shi", "si"), ("ning", "lin"), ("nv", "lv")],
)
def test_sound_alikes_share_a_class(one: str, other: str) -> None:
    assert fold_sound(one) == fold_sound(other)


def test_other_sounds_do_not(syllables: Syllables) -> None:
    assert fold_sound("shi") != fold_sound("chi")
    assert fold_sound("ban") != fold_sound("ben")
    assert syllables.sound("lue") == syllables.sound("lve")


def test_ranges_hold_just_what_begins_so(syllables: Syllables) -> None:
    first, last = syllables.range_of("ji") or ("", "")
    inside = {name for name in syllables.names if first <= (syllables.sound(name) or "") <= last}
    assert inside == {name for name in syllables.names if name.startswith("ji")}


def test_words_decide_between_readings() -> None:
    assert syllables_of("会计银行重新") == ["kuai", "ji", "yin", "hang", "chong", "xin"]
    assert syllables_of("绿8x㊣") == ["lv", "", "", ""]


def test_folding_keeps_places() -> None:
    assert fold("（Ａ） b、８㎡") == ("ab8m2", (1, 4, 6, 7, 7))
    assert fold_text("ＡＢ c") == "abc"


@given(st.text(max_size=40))
def test_both_ways_to_fold_agree(text: str) -> None:
    units, places = fold(text)
    assert units == fold_text(text)
    assert len(units) == len(places)
    assert list(places) == sorted(places)
