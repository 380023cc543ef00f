"""Whether a receipt's code is true: checked on this machine, also without a network."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from terminal.domain.case import Case
from terminal.domain.numbers import check_receipt_number, parse_receipt_number
from terminal.protocol.query_code import QueryCode, parse_query_url, verify
from terminal.protocol.sets import TERMINAL, TerminalKey
from terminal.protocol.wire import Enrolment, policy_feed
from terminal.store import feeds, lists
from terminal.store.database import Ledger, Transaction


class Verdict(StrEnum):
    """What a code proves to be."""

    GENUINE = "genuine"
    GENUINE_HUB = "genuine_hub"
    REVOKED = "revoked"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown_key"


class Authenticity(msgspec.Struct, frozen=True):
    """The verdict on a scanned code; `terminal` is the number of the machine that signed it.

    `GENUINE_HUB`: a department's paper, which the hub has signed.
    `REVOKED`: a terminal signed it that has been put out of service since. `UNKNOWN_KEY`: this
    machine knows no key of the terminal that the number names, so it can say neither yes nor
    no. `case_id` is set when the case itself is on this machine.
    """

    verdict: Verdict
    receipt_number: str
    terminal: str = ""
    case_id: str = ""


class AuthenticityService:
    """Knows the public keys of the hall's terminals from the pulled sets. Any thread may call."""

    def __init__(
        self,
        ledger: Ledger,
        enrolment: Callable[[], Enrolment | None],
        number: str,
        own_key: Callable[[], bytes],
    ) -> None:
        self._ledger = ledger
        self._enrolment = enrolment
        self._number = number
        self._own_key = own_key

    def check(self, text: str) -> Authenticity | None:
        """Judge a scanned text; None when it is no receipt's code at all."""
        code = parse_query_url(text)
        if code is None:
            return None
        if not check_receipt_number(code.receipt_number).valid:
            return Authenticity(Verdict.FORGED, code.receipt_number)
        keys, case = self._ledger.read(lambda db: self._read(db, code.receipt_number))
        enrolled = self._enrolment()
        if enrolled is not None and verify(code, enrolled.hub_key):
            verdict, terminal = Verdict.GENUINE_HUB, ""
        else:
            verdict, terminal = _judge(code, keys)
        known = case is not None and case.token == code.token
        return Authenticity(
            verdict, code.receipt_number, terminal, case.case_id if case and known else ""
        )

    def _read(self, db: Transaction, number: str) -> tuple[list[TerminalKey], Case | None]:
        enrolled = self._enrolment()
        keys = [TerminalKey("own", self._number, self._own_key().hex())]
        feed = policy_feed(enrolled.hall_id) if enrolled else ""
        for _, body in feeds.rows(db, feed, TERMINAL) if feed else ():
            try:
                keys.append(msgspec.json.decode(body, type=TerminalKey))
            except (msgspec.DecodeError, UnicodeDecodeError):
                # One unreadable row says nothing about the others.
                continue
        return keys, lists.case_by_number(db, number)


def _judge(code: QueryCode, keys: list[TerminalKey]) -> tuple[Verdict, str]:
    """Try every key that is known: a terminal may have had another number when it signed."""
    for known in keys:
        for key in (known.key, *known.earlier):
            if _verifies(code, key):
                return (Verdict.REVOKED if known.revoked else Verdict.GENUINE), known.number
    named = parse_receipt_number(code.receipt_number).terminal
    if any(_number(known.number) == named for known in keys):
        return Verdict.FORGED, ""
    return Verdict.UNKNOWN_KEY, f"{named:02}"


def _verifies(code: QueryCode, key: str) -> bool:
    try:
        return verify(code, bytes.fromhex(key))
    except ValueError:
        return False


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1
