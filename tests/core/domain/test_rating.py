"""Ratings: grades, the national reasons, and that nothing ever rates by default."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from terminal.domain import rating
from terminal.domain.rating import Grade, check_rating, load_reasons
from terminal.errors import InvalidInput
from terminal.texts import Texts


def test_five_grades_of_which_two_are_bad() -> None:
    names = [grade.name_in(Texts("zh")) for grade in Grade]
    assert names == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    assert [grade.value for grade in Grade if grade.bad] == [2, 1]


def test_the_national_list_is_whole() -> None:
    reasons = load_reasons()
    assert reasons.version
    for grade in Grade:
        listed = reasons.of(grade)
        assert len(listed) == 8, grade
        assert all(reason.code[0] == str(grade.value) for reason in listed)
    assert reasons.text("209") == "未在承诺时间内办结"
    assert reasons.text("999") == "999"


@pytest.mark.parametrize("grade", list(Grade))
def test_reasons_of_the_grade_or_none_at_all(grade: Grade) -> None:
    codes = [reason.code for reason in load_reasons().of(grade)]
    assert check_rating(grade, codes, "") is grade
    assert check_rating(grade.value, [], "很好。\n谢谢") is grade


@pytest.mark.parametrize(
    ("grade", "reasons", "comment", "code"),
    [
        (0, [], "", "rating.grade_unknown"),
        (6, [], "", "rating.grade_unknown"),
        (True, [], "", "rating.grade_unknown"),
        (5, ["108"], "", "rating.reason_unknown"),
        (1, ["10８"], "", "rating.reason_unknown"),
        (1, ["108", "108"], "", "rating.reason_twice"),
        (1, [], "差" * 501, "rating.comment_long"),
        (1, [], "\x1b[2J", "rating.comment_control"),
    ],
)
def test_what_is_refused(grade: int, reasons: list[str], comment: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_rating(grade, reasons, comment)
    assert caught.value.code == code
    for language in ("zh", "en"):
        assert caught.value.sentence(Texts(language))


def functions() -> list[Callable[..., object]]:
    members = inspect.getmembers(rating, inspect.isfunction)
    return [function for _, function in members if function.__module__ == rating.__name__]


def test_no_function_has_a_default_grade() -> None:
    for function in functions():
        for parameter in inspect.signature(function).parameters.values():
            if "grade" in parameter.name:
                assert parameter.default is inspect.Parameter.empty, function
            assert not isinstance(parameter.default, Grade)
