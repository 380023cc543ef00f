"""Numbers that this program gives out: receipt, case and document numbers.

A receipt number (收件号) is made offline and is unique for ever: `2101-03-261123-KTM7-0042-7`
is division (4 digits), terminal (2 to 5 digits), date (yymmdd), the tag of this program start,
sequence (4 digits or more) and a check character. The tag, three letters and a digit, is drawn
anew at each start, so a restored or cloned disk repeats a number with 1 in 32,768 at most.

The 16 letters leave out what is read as a digit (B, D, G, I, O, Q, S, Z) and one of each pair
that a telephone confuses most (N beside M, V beside U); what is still misheard, the check
character finds.

Check character: a weighted sum modulo the prime 23, with the powers of 5 (a primitive root)
as weights. A digit counts as itself, a letter as its place in the tag's alphabet. Places for
digits and for letters are fixed, so that within one place values differ by less than 23 and
any single wrong character changes the sum; neighbouring weights differ, so any exchange of
two neighbours does too; a digit in a letter's place is not a number at all.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import msgspec

from terminal.domain.checks import BLANKS, Check, Finding, is_control
from terminal.errors import InvalidInput

TAG_LETTERS = "ACEFHJKLMPRTWXYU"
TAG_DIGITS = "23456789"
TAG_COUNT = len(TAG_LETTERS) ** 3 * len(TAG_DIGITS)
"""How many tags there are: 32,768, fifteen random bits."""
_MODULUS = 23
_CHECK_ALPHABET = "0123456789" + TAG_LETTERS[: _MODULUS - 10]
_HYPHENS = dict.fromkeys(map(ord, "-‐‑‒–—―−－_﹣ー.·/"), "-")
# These letters occur nowhere in a number, so where one is typed the digit was meant.
_LOOK_ALIKES = str.maketrans("OIZSB", "01258")
CASES, DOCUMENTS = "case/", "document/"
"""How the names of series begin; a region or an organ's words follow, and the year."""
_CASE_GROUPS = 4
_LONGEST_HEAD = 40
_NOT_IN_HEAD = re.compile(r"[\s〔〕/]")
_RECEIPT = re.compile(
    f"([0-9]{{4}})([0-9]{{2,5}})([0-9]{{6}})([{TAG_LETTERS}]{{3}}[{TAG_DIGITS}])"
    f"([0-9]{{4,9}})([{_CHECK_ALPHABET}])"
)
_CASE = re.compile(f"([0-9]{{4}})([0-9]{{4}})([0-9]{{6,9}})([{_CHECK_ALPHABET}])")
_DOCUMENT = re.compile(r"(?P<head>\S{1,40})〔(?P<year>[0-9]{4})〕(?P<sequence>[1-9][0-9]{0,8})号")


class ReceiptNumber(msgspec.Struct, frozen=True):
    """The parts of a receipt number; `region` is 4 digits, `tag` three letters and a digit."""

    region: str
    terminal: int
    day: dt.date
    tag: str
    sequence: int

    def __str__(self) -> str:
        return format_receipt_number(self.region, self.terminal, self.day, self.tag, self.sequence)


class NumberCheck(Check, frozen=True, kw_only=True):
    """The outcome of reading a typed receipt number."""

    number: ReceiptNumber | None = None


def draw_tag(random_bytes: bytes) -> str:
    """Turn two random bytes into the tag of a program start; each of the 32,768 alike."""
    if len(random_bytes) != 2:
        raise ValueError("a tag takes two random bytes")
    value = int.from_bytes(random_bytes, "big") % TAG_COUNT
    value, digit = divmod(value, len(TAG_DIGITS))
    letters = ""
    for _ in range(3):
        value, letter = divmod(value, len(TAG_LETTERS))
        letters += TAG_LETTERS[letter]
    return letters + TAG_DIGITS[digit]


def check_character(body: str) -> str:
    """Return the check character of a number's other characters, hyphens left out."""
    total = 0
    weight = 1
    # From the right, so that the last place has weight 5 and the check character itself 1.
    for sign in reversed(body):
        weight = weight * 5 % _MODULUS
        value = int(sign) if sign in "0123456789" else TAG_LETTERS.index(sign)
        total += weight * value
    return _CHECK_ALPHABET[-total % _MODULUS]


def format_receipt_number(region: str, terminal: int, day: dt.date, tag: str, sequence: int) -> str:
    """Write a receipt number in groups.

    `region` is the division's code, of which the first four digits are used; `terminal` 1 to
    99,999; `sequence` from 1, within the terminal and the program start or longer. Raises
    `ValueError`: parts come from the program, never from a person.
    """
    if not re.fullmatch("[0-9]{4,12}", region, re.ASCII):
        raise ValueError("region: at least four digits")
    if not 1 <= terminal <= 99_999:
        raise ValueError("terminal: 1 to 99,999")
    if not 2000 <= day.year <= 2099:
        raise ValueError("day: within this century")
    if not re.fullmatch(f"[{TAG_LETTERS}]{{3}}[{TAG_DIGITS}]", tag):
        raise ValueError("tag: as draw_tag makes it")
    if not 1 <= sequence <= 999_999_999:
        raise ValueError("sequence: 1 to 999,999,999")
    groups = (region[:4], f"{terminal:02d}", f"{day:%y%m%d}", tag, f"{sequence:04d}")
    return "-".join((*groups, check_character("".join(groups))))


def check_receipt_number(text: str) -> NumberCheck:
    """Read a receipt number as people type it.

    Small letters, blanks, missing or odd hyphens, full-width characters, and O, I, Z, S, B for
    the digits they look like are put right, and a warning says what was read: unlike an
    identity number this one is only looked up, and the check character finds a wrong one.
    """
    plain, problem = _plain(text)
    if problem is not None:
        return NumberCheck(problem=problem)
    match = _RECEIPT.fullmatch(plain)
    if match is None:
        return NumberCheck(problem=Finding("number.receipt_form"))
    region, terminal, day, tag, sequence, check = match.groups()
    if check_character(plain[:-1]) != check:
        return NumberCheck(problem=Finding("number.receipt_check"))
    # The canonical form has one way of writing zeros in front.
    if (len(terminal) > 2 and terminal[0] == "0") or (len(sequence) > 4 and sequence[0] == "0"):
        return NumberCheck(problem=Finding("number.receipt_form"))
    if int(terminal) == 0 or int(sequence) == 0:
        return NumberCheck(problem=Finding("number.receipt_form"))
    try:
        date = dt.date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
    except ValueError:
        return NumberCheck(problem=Finding("number.receipt_date", {"digits": day}))
    number = ReceiptNumber(region, int(terminal), date, tag, int(sequence))
    changed = _HARMLESS.sub("", text).upper() != str(number).replace("-", "")
    note = Finding("number.receipt_read_as", {"number": str(number)})
    return NumberCheck(number=number, warnings=(note,) if changed else ())


def parse_receipt_number(text: str) -> ReceiptNumber:
    """Read a receipt number, or raise `InvalidInput` with the sentence that says what is wrong."""
    found = check_receipt_number(text)
    if found.problem is not None:
        raise found.problem.error()
    assert found.number is not None
    return found.number


def format_case_number(region: str, year: int, sequence: int) -> str:
    """Write a case number (办件编号): `2101-2026-000042-7`, given by the hub or a leased block."""
    if not re.fullmatch("[0-9]{4,12}", region, re.ASCII):
        raise ValueError("region: at least four digits")
    if not (2000 <= year <= 2099 and 1 <= sequence <= 999_999_999):
        raise ValueError("year of this century, sequence from 1")
    groups = (region[:4], str(year), f"{sequence:06d}")
    return "-".join((*groups, check_character("".join(groups))))


def is_case_number(text: str) -> bool:
    """Say whether a text is a case number with the right check character."""
    plain, problem = _plain(text)
    if problem is not None or not _CASE.fullmatch(plain):
        return False
    return check_character(plain[:-1]) == plain[-1]


def case_place(number: str) -> tuple[str, int, int]:
    """Return region, year and sequence of a case number that is one."""
    region, year, sequence, _ = number.split("-")
    return region, int(year), int(sequence)


def case_series(region: str, year: int) -> str:
    """Return the name of the series of a region's case numbers in a year."""
    return f"{CASES}{region[:4]}/{year}"


def format_document_number(organ_short: str, kind: str, year: int, sequence: int) -> str:
    """Write a document's number as organs do: 沈审批受〔2026〕42号.

    `organ_short` is the organ's word (机关代字), `kind` the document's (受, 补, 不受 …). As in
    GB/T 9704 the year stands in hexagonal brackets and the sequence has no zeros in front.
    """
    head = f"{organ_short}{kind}"
    if not organ_short or not is_document_head(head):
        raise ValueError("organ and kind: words without blanks or brackets")
    if not (2000 <= year <= 2099 and 1 <= sequence <= 999_999_999):
        raise ValueError("year of this century, sequence from 1")
    return f"{head}〔{year}〕{sequence}号"


def document_series(head: str, year: int) -> str:
    """Return the name of the series of an organ's documents of one kind in a year.

    `head` is the organ's word and the kind's together, as it stands before the year.
    """
    return f"{DOCUMENTS}{head}/{year}"


def place_in_series(number: str) -> tuple[str, int] | None:
    """Return series and sequence of a case or document number; None for any other text."""
    if is_case_number(number) and number.count("-") == _CASE_GROUPS - 1:
        region, year, sequence = case_place(number)
        return case_series(region, year), sequence
    match = _DOCUMENT.fullmatch(number)
    if match is None or not is_document_head(match["head"]):
        return None
    return document_series(match["head"], int(match["year"])), int(match["sequence"])


def year_of_series(series: str) -> int:
    """Return the year of a series of case or document numbers; 0 for any other name."""
    year = series.rpartition("/")[2]
    return int(year) if re.fullmatch("[0-9]{4}", year, re.ASCII) else 0


def number_in_series(series: str, sequence: int) -> str:
    """Write the number of a place in a series of case or document numbers."""
    head, _, year = series.rpartition("/")
    if head.startswith(DOCUMENTS):
        return format_document_number(head.removeprefix(DOCUMENTS), "", int(year), sequence)
    return format_case_number(head.removeprefix(CASES), int(year), sequence)


def is_document_head(head: str) -> bool:
    """Say whether a text can stand before the year of a document's number."""
    return 0 < len(head) <= _LONGEST_HEAD and not _NOT_IN_HEAD.search(head)


def parse_document_number(text: str) -> tuple[str, int, int]:
    """Return organ and kind together, year and sequence; raises `number.document_form`."""
    match = _DOCUMENT.fullmatch(text.strip())
    if match is None:
        raise InvalidInput("number.document_form")
    return match["head"], int(match["year"]), int(match["sequence"])


def offline_document_number(receipt_number: str, kind: str) -> str:
    """Name a document that was made beyond the leased block: its receipt number and kind."""
    return f"{receipt_number}-{kind}"


_HARMLESS = re.compile(f"[-{''.join(sorted(BLANKS))}]")


def _plain(text: str) -> tuple[str, Finding | None]:
    for position, character in enumerate(text, start=1):
        if is_control(character):
            code_point = f"U+{ord(character):04X}"
            data: dict[str, str | int] = {"position": position, "code_point": code_point}
            return "", Finding("number.control_character", data)
    folded = unicodedata.normalize("NFKC", text.translate(_HYPHENS))
    plain = "".join(sign for sign in folded if not sign.isspace() and sign != "-")
    plain = plain.upper().translate(_LOOK_ALIKES)
    return plain, None if plain else Finding("number.empty")
