"""The book of receipts printed ahead (手写凭证登记簿): every number accounted for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from terminal.clock import Clock
from terminal.errors import InvalidInput
from terminal.services.numbering import blank_number_of
from terminal.store import blanks
from terminal.store.blanks import BlankReceipt
from terminal.store.database import Ledger, Transaction


class BlankBook(msgspec.Struct, frozen=True):
    """Where each number stands; the four lists together are `all` that was printed."""

    drawer: tuple[BlankReceipt, ...] = ()
    taken: tuple[BlankReceipt, ...] = ()
    used: tuple[BlankReceipt, ...] = ()
    spoiled: tuple[BlankReceipt, ...] = ()
    all: tuple[BlankReceipt, ...] = ()

    @property
    def printed(self) -> int:
        """How many were printed here."""
        return len(self.all)

    @property
    def counts(self) -> dict[str, int]:
        """The figures that a hand-over keeps."""
        return {
            "blanks_printed": self.printed,
            "blanks_used": len(self.used),
            "blanks_spoiled": len(self.spoiled),
            "blanks_taken": len(self.taken),
            "blanks_drawer": len(self.drawer),
        }


def book_of(found: Sequence[BlankReceipt]) -> BlankBook:
    """Sort numbers by what became of them; a case that uses one outweighs any note."""
    return BlankBook(
        drawer=tuple(one for one in found if not (one.case_id or one.spoiled_at or one.taken_at)),
        taken=tuple(
            one for one in found if one.taken_at and not one.case_id and not one.spoiled_at
        ),
        used=tuple(one for one in found if one.case_id),
        spoiled=tuple(one for one in found if one.spoiled_at and not one.case_id),
        all=tuple(found),
    )


class BlankBookService:
    """Keeps the book of this terminal. Any thread may call it."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def book(self) -> BlankBook:
        """Return where each number stands."""
        return book_of(self._ledger.read(blanks.printed))

    def take(self, first: str, last: str, holder: str) -> int:
        """Note who took blanks out of the drawer, from one number to another; returns how many.

        Raises `InvalidInput` for a number that was not printed here, is used or spoiled, or
        without a name.
        """
        if not holder.strip():
            raise InvalidInput("document.blank_holder")
        now = self._clock.now().corrected
        return self._note(first, last, lambda db, one: blanks.take(db, one, holder.strip(), now))

    def spoil(self, first: str, last: str, reason: str) -> int:
        """Note why blanks can be used no more; returns how many. Raises as `take` does."""
        if not reason.strip():
            raise InvalidInput("document.blank_reason")
        now = self._clock.now().corrected
        return self._note(first, last, lambda db, one: blanks.spoil(db, one, reason.strip(), now))

    def _note(self, first: str, last: str, note: Callable[[Transaction, str], None]) -> int:
        begin = blank_number_of(first)
        end = blank_number_of(last) if last.strip() else begin

        def write(db: Transaction) -> int:
            chosen = _between(blanks.printed(db), begin, end)
            for one in chosen:
                note(db, one.number)
            return len(chosen)

        return self._ledger.write(write)


def _between(found: Sequence[BlankReceipt], begin: str, end: str) -> tuple[BlankReceipt, ...]:
    """Return the numbers from one to the other; each must still be free."""
    numbers = [one.number for one in found]
    for number in (begin, end):
        if number not in numbers:
            raise InvalidInput("document.blank_unknown", number=number)
    places = numbers.index(begin), numbers.index(end)
    chosen = tuple(found[min(places) : max(places) + 1])
    gone = next((one for one in chosen if one.case_id or one.spoiled_at), None)
    if gone is not None:
        raise InvalidInput("document.blank_gone", number=gone.number)
    return chosen
