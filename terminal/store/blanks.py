"""Numbers of handwritten receipts: printed ahead, handed out, used once or spoiled."""

from __future__ import annotations

import msgspec

from terminal.store.statements import Database, rows, run, writer
from terminal.store.tables.blanks import BlankReceiptRow

_put = writer(BlankReceiptRow)
_NEW = {"case_id": "", "taken_at": 0, "taken_by": "", "spoiled_at": 0, "reason": ""}


class BlankReceipt(msgspec.Struct, frozen=True):
    """One numbered receipt; the fields are those of its row."""

    number: str
    printed_at: int
    case_id: str
    taken_at: int
    taken_by: str
    spoiled_at: int
    reason: str


def add(db: Database, number: str, printed_at: int) -> None:
    """Keep a number that is printed ahead."""
    _put(db, {**_NEW, "number": number, "printed_at": printed_at})


def case_of(db: Database, number: str) -> str | None:
    """Return the case that used a number, empty for a free one, None for one unknown here."""
    found = rows(db, "SELECT case_id FROM blank_receipt WHERE number = ?", number)
    return next((str(case_id) for (case_id,) in found), None)


def use(db: Database, number: str, case_id: str) -> bool:
    """Let a case use a number, also one that was printed elsewhere; False when it is taken.

    The same case may say so again. One that was noted as spoiled and was given out after all
    is used like any other: what the citizen holds counts.
    """
    before = case_of(db, number)
    if before is None:
        _put(db, {**_NEW, "number": number, "printed_at": 0, "case_id": case_id})
        return True
    if before:
        return before == case_id
    run(db, "UPDATE blank_receipt SET case_id = ? WHERE number = ?", case_id, number)
    return True


def free(db: Database) -> tuple[str, ...]:
    """Return the numbers that were printed here and not used or spoiled yet, oldest first."""
    sql = (
        "SELECT number FROM blank_receipt WHERE case_id = '' AND printed_at > 0"
        " AND spoiled_at = 0 ORDER BY printed_at, number"
    )
    return tuple(str(number) for (number,) in rows(db, sql))


def printed(db: Database) -> tuple[BlankReceipt, ...]:
    """Return everything that was printed here, in the order of its numbers."""
    names = ", ".join(BlankReceipt.__struct_fields__)
    sql = f"SELECT {names} FROM blank_receipt WHERE printed_at > 0 ORDER BY printed_at, number"
    return tuple(BlankReceipt(*row) for row in rows(db, sql))


def take(db: Database, number: str, holder: str, at: int) -> None:
    """Note who took a blank out of the drawer."""
    sql = "UPDATE blank_receipt SET taken_at = ?, taken_by = ? WHERE number = ?"
    run(db, sql, at, holder, number)


def spoil(db: Database, number: str, reason: str, at: int) -> None:
    """Note why a blank can be used no more."""
    sql = "UPDATE blank_receipt SET spoiled_at = ?, reason = ? WHERE number = ?"
    run(db, sql, at, reason, number)
