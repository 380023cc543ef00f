"""Numbers of identity documents: is this one possible, and what does it say (GB 11643).

Blanks of grouping are dropped and a lower-case x is taken as X; nothing else is repaired. A
full-width digit is refused with a sentence, because the same text would be another number to
every system behind this one. A control character (a scanner's separator) is refused too.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

import msgspec

from terminal.domain.checks import Check, Finding, character_problem, without_blanks
from terminal.domain.divisions import Division, Divisions, DivisionState, load_divisions

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BOTH_CASES = LETTERS + LETTERS.lower()
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
EARLIEST_BIRTH = dt.date(1850, 1, 1)
"""Nobody born before can hold a number of this standard, which dates from 1989."""
OLDEST_AGE = 120
"""Years of age beyond which the clerk is asked to look again."""


class DocumentKind(StrEnum):
    """Kinds of identity documents that a window knows."""

    RESIDENT = "resident"
    TEMPORARY = "temporary"
    HOUSEHOLD_REGISTER = "household_register"
    HONG_KONG_PERMIT = "hong_kong_permit"
    MACAO_PERMIT = "macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    FOREIGNER = "foreigner"
    HOME_RETURN = "home_return"
    TAIWAN_COMPATRIOT = "taiwan_compatriot"
    PASSPORT = "passport"


class Sex(StrEnum):
    """Sex as the number says it; NOT_SAID for documents whose number does not."""

    MALE = "male"
    FEMALE = "female"
    NOT_SAID = ""


class IdentityCheck(Check, frozen=True, kw_only=True):
    """What an identity number says; personal data, so the `repr` shows none of it.

    `number` is the normalised number (empty when refused). `region` is the full name of the
    division, `region_code` its code. `nationality` is the code on a foreigner's card: three
    letters on the old form, three digits (ISO 3166) on that of 2023.
    """

    number: str = ""
    kind: DocumentKind = DocumentKind.RESIDENT
    birth: dt.date | None = None
    sex: Sex = Sex.NOT_SAID
    region_code: str = ""
    region: str = ""
    nationality: str = ""

    def age(self, today: dt.date) -> int | None:
        """Return the full years of age on a day, or None where the number has no birth."""
        if self.birth is None:
            return None
        had_birthday = (today.month, today.day) >= (self.birth.month, self.birth.day)
        return today.year - self.birth.year - (not had_birthday)


_PERMITS = {
    "810000": DocumentKind.HONG_KONG_PERMIT,
    "820000": DocumentKind.MACAO_PERMIT,
    "830000": DocumentKind.TAIWAN_PERMIT,
}
_NUMBERED_BY_STANDARD = frozenset(
    {DocumentKind.RESIDENT, DocumentKind.TEMPORARY, DocumentKind.HOUSEHOLD_REGISTER}
)


def check_character(body: str) -> str:
    """Return the check character of 17 digits (ISO 7064 MOD 11-2, as GB 11643 says)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def check_identity_number(
    text: str, *, today: dt.date, divisions: Divisions | None = None
) -> IdentityCheck:
    """Check a number of 18 characters, or a foreigner's old one of 15.

    Resident cards, temporary cards, household registers, residence permits of Hong Kong,
    Macao and Taiwan residents (810000, 820000, 830000; all GB 11643) and foreigners' permanent
    residence cards: 9 + province + nationality + birth + sequence + check (2023), or three
    letters and twelve digits before.
    """
    divisions = divisions or load_divisions()
    number = without_blanks(text)
    problem = character_problem(number, DIGITS + _BOTH_CASES, "identity")
    if problem is not None:
        return IdentityCheck(problem=problem)
    number = number.upper()
    if re.fullmatch("[A-Z]{3}[0-9]{12}", number):
        return _check_old_foreigner(number, today, divisions)
    problem = _shape_problem(number)
    if problem is not None:
        return IdentityCheck(problem=problem)
    if number.startswith("9"):
        return _check_new_foreigner(number, today, divisions)
    kind = _PERMITS.get(number[:6], DocumentKind.RESIDENT)
    region_code = number[:6]
    known = kind is not DocumentKind.RESIDENT or divisions.is_province(region_code)
    problem = None if known else Finding("identity.province", {"digits": number[:2]})
    birth, date_problem = _birth(number[6:14], today)
    problem = problem or date_problem or _check_problem(number)
    if problem is not None:
        return IdentityCheck(problem=problem, kind=kind)
    division, warnings = _region(region_code, kind, divisions)
    return IdentityCheck(
        number=number,
        kind=kind,
        birth=birth,
        sex=_sex(number[16]),
        region_code=region_code,
        region=division.name,
        warnings=(*warnings, *_age_warning(birth, today)),
    )


def check_document(
    kind: DocumentKind | str, text: str, today: dt.date, divisions: Divisions | None = None
) -> IdentityCheck:
    """Check a document's number as its kind demands; an unknown kind raises `ValueError`.

    Home return permits (回乡证: H or M and 8 digits, 10 on old ones), permits of Taiwan
    residents (台胞证: 8 digits, 10 on old ones) and passports (5 to 12 letters and digits) have
    no check digit that every issuer keeps, so only their form is looked at.
    """
    kind = DocumentKind(kind)
    match kind:
        case DocumentKind.HOME_RETURN:
            return _check_form(kind, text, "[HM]([0-9]{8}|[0-9]{10})", "identity.home_return")
        case DocumentKind.TAIWAN_COMPATRIOT:
            return _check_form(kind, text, "[0-9]{8}|[0-9]{10}", "identity.taiwan_compatriot")
        case DocumentKind.PASSPORT:
            return _check_form(kind, text, "(?=.*[0-9])[A-Z0-9]{5,12}", "identity.passport")
    found = check_identity_number(text, today=today, divisions=divisions)
    if not found.valid or found.kind is kind:
        return found
    if found.kind is DocumentKind.RESIDENT and kind in _NUMBERED_BY_STANDARD:
        return msgspec.structs.replace(found, kind=kind)
    differs = Finding("identity.other_kind", {"found": found.kind.value, "chosen": kind.value})
    return msgspec.structs.replace(found, warnings=(*found.warnings, differs))


def _shape_problem(number: str) -> Finding | None:
    if re.fullmatch("[0-9]{15}", number):
        return Finding("identity.old_number")
    if len(number) != 18:
        return Finding("identity.length", {"count": len(number)})
    for position, character in enumerate(number, start=1):
        if character.isdigit() or (position == 18 and character == "X"):
            continue
        data: dict[str, str | int] = {"position": position, "character": character}
        return Finding("identity.character", data)
    return None


def _birth(digits: str, today: dt.date) -> tuple[dt.date | None, Finding | None]:
    written = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        birth = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None, Finding("identity.birth_date", {"date": written})
    if birth > today:
        data: dict[str, str | int] = {"date": written, "today": today.isoformat()}
        return None, Finding("identity.birth_future", data)
    if birth < EARLIEST_BIRTH:
        return None, Finding("identity.birth_early", {"date": written})
    return birth, None


def _check_problem(number: str) -> Finding | None:
    # The right check character is never told: it would turn a typing error, or a made-up
    # number, into a number that passes.
    if check_character(number[:17]) == number[17]:
        return None
    return Finding("identity.check_digit")


def _sex(digit: str) -> Sex:
    return Sex.MALE if int(digit) % 2 else Sex.FEMALE


def _region(
    code: str, kind: DocumentKind, divisions: Divisions
) -> tuple[Division, tuple[Finding, ...]]:
    if kind is DocumentKind.TAIWAN_PERMIT:
        # 830000 stands on permits only; the division itself is 710000 in GB/T 2260.
        code = "710000"
    division = divisions.find(code)
    data: dict[str, str | int] = {"code": code, "name": division.name}
    if division.state is DivisionState.ABOLISHED:
        return division, (Finding("identity.region_abolished", data),)
    if division.state is DivisionState.UNKNOWN:
        return division, (Finding("identity.region_unknown", data),)
    return division, ()


def _age_warning(birth: dt.date | None, today: dt.date) -> tuple[Finding, ...]:
    if birth is None or today.year - birth.year <= OLDEST_AGE:
        return ()
    return (Finding("identity.very_old", {"age": today.year - birth.year}),)


def _check_new_foreigner(number: str, today: dt.date, divisions: Divisions) -> IdentityCheck:
    kind = DocumentKind.FOREIGNER
    province = number[1:3]
    known = divisions.is_province(province)
    problem = None if known else Finding("identity.province", {"digits": province})
    birth, date_problem = _birth(number[6:14], today)
    problem = problem or date_problem or _check_problem(number)
    if problem is not None:
        return IdentityCheck(problem=problem, kind=kind)
    return IdentityCheck(
        number=number,
        kind=kind,
        birth=birth,
        sex=_sex(number[16]),
        region_code=f"{province}0000",
        region=divisions.find(province).name,
        nationality=number[3:6],
        warnings=_age_warning(birth, today),
    )


def _check_old_foreigner(number: str, today: dt.date, divisions: Divisions) -> IdentityCheck:
    kind = DocumentKind.FOREIGNER
    known = divisions.is_province(number[3:5])
    problem = None if known else Finding("identity.province", {"digits": number[3:5]})
    # Two digits of the year: the latest century that is not in the future.
    century = 20 if int(number[7:9]) <= today.year % 100 else 19
    birth, date_problem = _birth(f"{century}{number[7:13]}", today)
    if date_problem is not None and century == 20:
        birth, date_problem = _birth(f"19{number[7:13]}", today)
    problem = problem or date_problem
    if problem is None and _machine_readable_digit(number[:14]) != number[14]:
        problem = Finding("identity.check_digit")
    if problem is not None:
        return IdentityCheck(problem=problem, kind=kind)
    region_code = f"{number[3:7]}00"
    return IdentityCheck(
        number=number,
        kind=kind,
        birth=birth,
        region_code=region_code,
        region=divisions.find(region_code).name,
        nationality=number[:3],
    )


def _machine_readable_digit(body: str) -> str:
    """Return the check digit of ICAO Doc 9303: weights 7, 3, 1, letters from A = 10."""
    values = (DIGITS + LETTERS).index
    total = sum(values(sign) * (7, 3, 1)[place % 3] for place, sign in enumerate(body))
    return str(total % 10)


def _check_form(kind: DocumentKind, text: str, pattern: str, code: str) -> IdentityCheck:
    number = without_blanks(text)
    problem = character_problem(number, DIGITS + _BOTH_CASES, "identity")
    number = number.upper()
    if problem is None and not re.fullmatch(pattern, number):
        problem = Finding(code)
    if problem is not None:
        return IdentityCheck(problem=problem, kind=kind)
    return IdentityCheck(number=number, kind=kind)
