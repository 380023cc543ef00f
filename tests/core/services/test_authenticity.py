"""A receipt's code is judged on this machine, by the keys that it has, without a network."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from terminal.domain.numbers import format_receipt_number
from terminal.protocol.query_code import query_url
from terminal.protocol.sets import TerminalKey
from terminal.protocol.suites import STANDARD
from terminal.services.authenticity import AuthenticityService, Verdict
from terminal.store import feeds
from terminal.texts import Texts
from tests.core.hall import Hall

OTHER_KEY = bytes(range(32))
THIRD_KEY = bytes(range(1, 33))
NUMBER_OF_02 = format_receipt_number("5116", 2, dt.date(2026, 11, 23), "KTM7", 1)


HUB = STANDARD.new_private_key()


def code_of(number: str, key: bytes) -> str:
    return query_url("https://hub.example", number, "t", "ab" * 32, key)


def own_code(hall: Hall) -> tuple[str, str]:
    """Take a case in; return its receipt number and what its receipt's code says."""
    case = hall.ctx.cases.case(hall.ctx.intake.receive(hall.complete(), hall.clerk).case.case_id)
    keys = hall.ctx.keys
    url = query_url("http://h", case.receipt_number, case.token, "ab" * 32, keys.signing)
    return case.case_id, url


def knowing(hall: Hall, monkeypatch: pytest.MonkeyPatch, *keys: TerminalKey) -> AuthenticityService:
    """The service on a machine that has pulled these keys."""
    rows = [(f"terminal/{key.id}", msgspec.json.encode(key)) for key in keys]
    rows.append(("terminal/broken", b"{"))
    monkeypatch.setattr(feeds, "rows", lambda *_: rows)

    class Enrolled:
        hall_id = "hall"
        hub_key = STANDARD.public_key(HUB)

    return AuthenticityService(
        hall.ctx.ledger,
        lambda: Enrolled(),
        "01",
        lambda: hall.ctx.keys.public,  # type: ignore[arg-type,return-value]
    )


def test_an_own_receipt_is_genuine_and_leads_to_its_case(hall: Hall) -> None:
    case_id, url = own_code(hall)
    found = hall.ctx.authenticity.check(url)
    assert found is not None
    assert (found.verdict, found.case_id) == (Verdict.GENUINE, case_id)


def test_a_changed_code_of_this_terminal_is_forged(hall: Hall) -> None:
    _, url = own_code(hall)
    changed = url.replace("?t=", "?t=x")
    found = hall.ctx.authenticity.check(changed)
    assert found is not None
    assert (found.verdict, found.case_id) == (Verdict.FORGED, "")


def test_whoever_is_not_known_is_neither_true_nor_forged(hall: Hall) -> None:
    found = hall.ctx.authenticity.check(code_of(NUMBER_OF_02, OTHER_KEY))
    assert found is not None
    assert (found.verdict, found.terminal) == (Verdict.UNKNOWN_KEY, "02")
    assert hall.ctx.authenticity.check("https://elsewhere.example/menu") is None


def test_a_pulled_key_tells_true_from_forged(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = STANDARD.public_key(OTHER_KEY).hex()
    key = TerminalKey("t2", "02", STANDARD.public_key(THIRD_KEY).hex(), earlier=(earlier,))
    service = knowing(hall, monkeypatch, key)
    # What was signed with an earlier key stays true.
    for signing in (THIRD_KEY, OTHER_KEY):
        found = service.check(code_of(NUMBER_OF_02, signing))
        assert found is not None
        assert (found.verdict, found.terminal) == (Verdict.GENUINE, "02")
    forged = service.check(code_of(NUMBER_OF_02, bytes(32)))
    assert forged is not None
    assert forged.verdict is Verdict.FORGED
    revoked = msgspec.structs.replace(key, revoked=True)
    found = knowing(hall, monkeypatch, revoked).check(code_of(NUMBER_OF_02, THIRD_KEY))
    assert found is not None
    assert found.verdict is Verdict.REVOKED


def test_a_departments_paper_is_the_hubs(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id, _ = own_code(hall)
    case = hall.ctx.cases.case(case_id)
    service = knowing(hall, monkeypatch)
    url = query_url("https://hub.example", case.receipt_number, case.token, "ab" * 32, HUB)
    found = service.check(url)
    assert found is not None
    assert (found.verdict, found.case_id) == (Verdict.GENUINE_HUB, case_id)
    assert Texts("zh").has(f"casework.authenticity.{found.verdict.value}")
