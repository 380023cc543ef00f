"""What the checks of typed numbers have in common: findings, and a look at the characters."""

from __future__ import annotations

import unicodedata

import msgspec

from terminal.errors import InvalidInput
from terminal.texts import Texts


class Finding(msgspec.Struct, frozen=True):
    """One thing to tell a person: a text code and the data of its sentence."""

    code: str
    data: dict[str, str | int] = {}

    def error(self) -> InvalidInput:
        """Return the finding as the exception that stops an action."""
        return InvalidInput(self.code, **self.data)

    def sentence(self, texts: Texts | None = None) -> str:
        """Return the sentence with what to do now."""
        return self.error().sentence(texts)


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of looking at a number: valid or not, why, and what is worth a warning.

    `problem` is None when the number is valid; `warnings` never make it invalid. The `repr`
    shows nothing that was read, because it may be personal.
    """

    problem: Finding | None = None
    warnings: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the number may be used."""
        return self.problem is None

    @property
    def code(self) -> str:
        """The code of the sentence that says why not, or an empty string."""
        return self.problem.code if self.problem else ""

    def reason(self, texts: Texts | None = None) -> str:
        """Return the sentence that says why not and what to do, or an empty string."""
        return self.problem.sentence(texts) if self.problem else ""

    def notes(self, texts: Texts | None = None) -> tuple[str, ...]:
        """Return the sentences of the warnings."""
        return tuple(warning.sentence(texts) for warning in self.warnings)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(valid={self.valid}, code={self.code!r})"


BLANKS = frozenset(" \u00a0\u3000")
"""Blanks that people type or paste between groups of digits; they carry no meaning."""


def without_blanks(text: str) -> str:
    """Drop the blanks of grouping (ASCII, no-break and ideographic) anywhere in the text."""
    return "".join(character for character in text if character not in BLANKS)


def is_control(character: str) -> bool:
    """Say whether a character is invisible: a control, format, surrogate or separator sign."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def is_full_width(character: str) -> bool:
    """Say whether a character is the full-width form (U+FF01 to U+FF5E) of an ASCII one."""
    return "\uff01" <= character <= "\uff5e"


def character_problem(text: str, allowed: str, prefix: str) -> Finding | None:
    """Find the first character that no number of this kind has.

    `prefix` is the area of the texts: `<prefix>.empty`, `.control_character`, `.full_width`
    or `.character`, each with `position` counted from 1. Blanks are to be removed before.
    """
    if not text:
        return Finding(f"{prefix}.empty")
    for position, character in enumerate(text, start=1):
        if character in allowed:
            continue
        if is_control(character):
            code_point = f"U+{ord(character):04X}"
            return Finding(
                f"{prefix}.control_character", {"position": position, "code_point": code_point}
            )
        kind = "full_width" if is_full_width(character) else "character"
        return Finding(f"{prefix}.{kind}", {"position": position, "character": character})
    return None
