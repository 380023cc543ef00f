"""Good/bad ratings (好差评): grades, the reasons that belong to each, and what may be given.

Voluntary: no function here has a default grade, and "not rated" is not a grade. The reasons
come from the national list, by grade and with the list's version; nobody adds one locally.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from pathlib import Path

import msgspec

from terminal.domain.checks import is_control
from terminal.domain.records import RatingScope as RatingScope
from terminal.errors import InvalidInput
from terminal.texts import RESOURCES, Texts

LONGEST_COMMENT = 500
"""Characters of a rating's own words."""


class Grade(IntEnum):
    """The five grades; the lower two are bad ratings (差评), the upper three good ones."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    FAIRLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1

    @property
    def bad(self) -> bool:
        """Whether this is a bad rating, which the unit must answer for."""
        return self <= Grade.DISSATISFIED

    def name_in(self, texts: Texts | None = None) -> str:
        """Return the official name of the grade (非常满意 …)."""
        return (texts or Texts())(f"rating.grade.{self.value}")


class Reason(msgspec.Struct, frozen=True):
    """A reason of the national list: three digits, of which the first is the grade."""

    code: str
    text: str


class ReasonList(msgspec.Struct, frozen=True):
    """One version of the list: reasons by grade, in the list's order."""

    version: str
    reasons: dict[Grade, tuple[Reason, ...]]

    def of(self, grade: Grade) -> tuple[Reason, ...]:
        """Return the reasons that may be chosen with a grade."""
        return self.reasons.get(grade, ())

    def text(self, code: str) -> str:
        """Return a reason's text, or the bare code when this version does not have it."""
        every = (reason for reasons in self.reasons.values() for reason in reasons)
        return next((reason.text for reason in every if reason.code == code), code)


@cache
def load_reasons(path: Path = RESOURCES / "ratings" / "reasons.toml") -> ReasonList:
    """Read the shipped list, once in a process."""
    with path.open("rb") as file:
        table = tomllib.load(file)
    reasons = {
        Grade(int(grade)): tuple(Reason(code, text) for code, text in listed.items())
        for grade, listed in table["reasons"].items()
    }
    return ReasonList(version=table["version"], reasons=reasons)


def check_rating(
    grade: int, reason_codes: Sequence[str], comment: str, reasons: ReasonList | None = None
) -> Grade:
    """Return the grade of a rating that may be recorded, or raise `InvalidInput`.

    Refused: a grade outside 1 to 5, a reason of another grade or of no list, one named twice,
    a comment that is too long or carries control characters. Reasons and comment may be empty.
    """
    # bool is an int in Python; a switch that is on is not a grade of 1.
    if isinstance(grade, bool) or grade not in tuple(Grade):
        raise InvalidInput("rating.grade_unknown", grade=grade)
    found = Grade(grade)
    allowed = {reason.code for reason in (reasons or load_reasons()).of(found)}
    for code in reason_codes:
        if code not in allowed:
            raise InvalidInput("rating.reason_unknown", reason=code, grade=int(found))
    if len(set(reason_codes)) != len(reason_codes):
        raise InvalidInput("rating.reason_twice")
    if len(comment) > LONGEST_COMMENT:
        raise InvalidInput("rating.comment_long", count=len(comment), longest=LONGEST_COMMENT)
    if any(is_control(character) and character != "\n" for character in comment):
        raise InvalidInput("rating.comment_control")
    return found
