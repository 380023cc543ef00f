"""Receipt numbers made offline: unique for ever within one history of the disk."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from terminal.clock import to_local
from terminal.domain.numbers import (
    case_series,
    check_receipt_number,
    document_series,
    draw_tag,
    format_receipt_number,
    number_in_series,
)
from terminal.ids import Randomness
from terminal.store import meta, numbers
from terminal.store.database import Transaction
from terminal.texts import Texts

BLANK_MARK = "S"
"""First letter of a number that was printed ahead for a handwritten receipt (手写)."""

_OWN_SERIES = re.compile(r"[Ss][0-9OoIiZzBb -]{4,}.{12,}")


def blank_number_of(typed: str) -> str:
    """Return the number of a handwritten receipt as it was printed, or as it was written.

    A number of the printed series is put right and checked; raises `InvalidInput` with the
    sentence what is wrong. Any other pad's number stays as it is.
    """
    text = typed.strip()
    if not _OWN_SERIES.fullmatch(text):
        return text
    found = check_receipt_number(text[1:])
    if found.problem is not None:
        raise found.problem.error()
    return f"{BLANK_MARK}{found.number}"


class LeasedNumber(NamedTuple):
    """A number from a leased block, the record of its lease, the words before the year in it."""

    number: str
    lease: str
    head: str = ""


def next_leased(db: Transaction, terminal_id: str, series: str) -> LeasedNumber | None:
    """Take the next number of a series from this terminal's blocks; None when none is left."""
    taken = numbers.take(db, terminal_id, series)
    if taken is None:
        return None
    lease, place = taken
    return LeasedNumber(number_in_series(series, place), lease.leased_by)


def next_leased_of(db: Transaction, terminal_id: str, head: str, at: int) -> LeasedNumber | None:
    """Take an organ's next number of the year of a moment (milliseconds); None without a block.

    `head` are the words before the year; empty for an organ without a series.
    """
    if not head:
        return None
    taken = next_leased(db, terminal_id, document_series(head, to_local(at).year))
    return taken._replace(head=head) if taken is not None else None


class Numbering:
    """Draws receipt numbers; the tag is drawn anew at each program start.

    A restored or cloned disk goes on counting where its copy stood, but under another tag,
    so it repeats a number only once in 32,768 starts.
    """

    def __init__(self, region: str, terminal: int, randomness: Randomness, texts: Texts) -> None:
        self._region = region[:4]
        self._terminal = terminal
        self._tag = draw_tag(randomness.token_bytes(2))
        self._texts = texts

    def receipt_number(self, db: Transaction, day: date) -> str:
        """Return the next receipt number of the day, counted in this transaction."""
        sequence = meta.count_up(db, f"receipts-{day.isoformat()}")
        return format_receipt_number(self._region, self._terminal, day, self._tag, sequence)

    def complaint_number(self, db: Transaction, day: date) -> str:
        """Return the next number of a complaint slip; told from a receipt by its first letter."""
        sequence = meta.count_up(db, f"complaints-{day.isoformat()}")
        number = format_receipt_number(self._region, self._terminal, day, self._tag, sequence)
        return f"F{number}"

    def blank_number(self, db: Transaction, day: date) -> str:
        """Return the next number of a receipt printed ahead: a series of its own, S in front."""
        sequence = meta.count_up(db, f"blanks-{day.isoformat()}")
        number = format_receipt_number(self._region, self._terminal, day, self._tag, sequence)
        return f"{BLANK_MARK}{number}"

    def case_number(self, db: Transaction, terminal_id: str, day: date) -> LeasedNumber | None:
        """Return the next case number of a block leased to this terminal; None without one."""
        return next_leased(db, terminal_id, case_series(self._region, day.year))

    def placeholder(self) -> str:
        """Return what a preview shows instead of a number."""
        return self._texts("intake.number_follows")
