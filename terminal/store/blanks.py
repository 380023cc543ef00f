"""Numbers of handwritten receipts: printed ahead, used once."""

from __future__ import annotations

from terminal.store.statements import Database, rows, run, writer
from terminal.store.tables.blanks import BlankReceiptRow

_put = writer(BlankReceiptRow)


def add(db: Database, number: str, printed_at: int) -> None:
    """Keep a number that is printed ahead."""
    _put(db, {"number": number, "printed_at": printed_at, "case_id": ""})


def case_of(db: Database, number: str) -> str | None:
    """Return the case that used a number, empty for a free one, None for one unknown here."""
    found = rows(db, "SELECT case_id FROM blank_receipt WHERE number = ?", number)
    return next((str(case_id) for (case_id,) in found), None)


def use(db: Database, number: str, case_id: str) -> bool:
    """Let a case use a number, also one that was printed elsewhere; False when it is taken.

    The same case may say so again.
    """
    before = case_of(db, number)
    if before is None:
        _put(db, {"number": number, "printed_at": 0, "case_id": case_id})
        return True
    if before:
        return before == case_id
    run(db, "UPDATE blank_receipt SET case_id = ? WHERE number = ?", case_id, number)
    return True


def free(db: Database) -> tuple[str, ...]:
    """Return the numbers that were printed here and not used yet, oldest first."""
    sql = (
        "SELECT number FROM blank_receipt WHERE case_id = '' AND printed_at > 0"
        " ORDER BY printed_at, number"
    )
    return tuple(str(number) for (number,) in rows(db, sql))
