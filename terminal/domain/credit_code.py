"""Unified social credit codes (GB 32100, mod 31) and organisation codes (GB 11714).

A code is 1 registering department + 1 category + 6 division + 9 organisation code + 1 check
character, in digits and 21 letters: I, O, Z, S and V do not occur. Older papers and systems
carry the 9 characters of the organisation code alone, often with a hyphen before the last.
"""

from __future__ import annotations

from enum import StrEnum

from terminal.domain.checks import Check, Finding, character_problem, without_blanks
from terminal.domain.divisions import Divisions, DivisionState, load_divisions

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_DIGITS_AND_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
DEPARTMENTS = "123456789ANY"
"""First characters in use: establishment, foreign affairs, justice, culture, civil affairs,
tourism, religion, trade union, market regulation, army, agriculture, other."""
NATIONAL = "100000"
"""Division part of bodies that are registered with the State itself."""


class CodeKind(StrEnum):
    """Which of the two codes was read."""

    CREDIT = "credit"
    ORGANISATION = "organisation"


class CreditCodeCheck(Check, frozen=True, kw_only=True):
    """What a code says.

    `text` is the normalised code (empty when refused), `category` its first two characters
    (91 company, 92 individual business, 93 farmers' cooperative, 11 organ …; the names are
    texts), `organisation` the organisation code within.
    """

    text: str = ""
    kind: CodeKind = CodeKind.CREDIT
    category: str = ""
    region_code: str = ""
    region: str = ""
    organisation: str = ""


def check_character(body: str) -> str:
    """Return the check character of the first 17 characters (GB 32100-2015, mod 31)."""
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(body: str) -> str:
    """Return the check character of 8 characters (GB 11714-1997, mod 11, X for 10)."""
    values = _DIGITS_AND_LETTERS.index
    pairs = zip(body, _ORGANISATION_WEIGHTS, strict=True)
    return "0123456789X"[-sum(values(sign) * weight for sign, weight in pairs) % 11]


def check_credit_code(text: str, *, divisions: Divisions | None = None) -> CreditCodeCheck:
    """Check a code of 18 characters, or an organisation code of 9.

    Blanks are dropped, small letters taken as capitals. A division that is abolished or not
    known, and an organisation part whose own check character does not fit, are warnings: the
    code's own check character already finds every wrong or exchanged character.
    """
    code = without_blanks(text)
    allowed = _DIGITS_AND_LETTERS + _DIGITS_AND_LETTERS[10:].lower() + "-"
    problem = character_problem(code, allowed, "credit")
    if problem is not None:
        return CreditCodeCheck(problem=problem)
    code = code.upper()
    if len(code) == 10 and code[8] == "-":
        code = code[:8] + code[9]
    hyphen = code.find("-") + 1
    if hyphen:
        return _refused("character", position=hyphen, character="-")
    if len(code) == 9:
        return _check_organisation(code)
    if len(code) != 18:
        return _refused("length", count=len(code))
    for position, character in enumerate(code, start=1):
        if character not in ALPHABET:
            return _refused("letter", position=position, character=character)
    if not code[2:8].isdigit():
        return _refused("region", digits=code[2:8])
    divisions = divisions or load_divisions()
    if code[2:8] != NATIONAL and not divisions.is_province(code[2:8]):
        return _refused("region", digits=code[2:8])
    if check_character(code[:17]) != code[17]:
        return _refused("check_digit")
    return _read(code, divisions)


def _refused(name: str, /, **data: str | int) -> CreditCodeCheck:
    return CreditCodeCheck(problem=Finding(f"credit.{name}", data))


def _check_organisation(code: str) -> CreditCodeCheck:
    if organisation_check_character(code[:8]) != code[8]:
        return CreditCodeCheck(
            problem=Finding("credit.organisation_check_digit"), kind=CodeKind.ORGANISATION
        )
    return CreditCodeCheck(text=code, kind=CodeKind.ORGANISATION, organisation=code)


def _read(code: str, divisions: Divisions) -> CreditCodeCheck:
    warnings: list[Finding] = []
    organisation = code[8:17]
    if organisation_check_character(organisation[:8]) != organisation[8]:
        warnings.append(Finding("credit.organisation_part", {"organisation": organisation}))
    if code[0] not in DEPARTMENTS:
        warnings.append(Finding("credit.department", {"character": code[0]}))
    region_code = code[2:8]
    name = ""
    if region_code != NATIONAL:
        division = divisions.find(region_code)
        name = division.name
        if division.state is not DivisionState.CURRENT:
            key = f"credit.region_{division.state.value}"
            warnings.append(Finding(key, {"code": region_code, "name": name}))
    return CreditCodeCheck(
        text=code,
        category=code[:2],
        region_code=region_code,
        region=name,
        organisation=organisation,
        warnings=tuple(warnings),
    )
