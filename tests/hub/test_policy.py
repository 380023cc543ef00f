"""What an administrator publishes: checked before anything goes out, and said when it is not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hub import policy, publishing
from hub.hub import Hub
from terminal.errors import InvalidInput, NotFound, TerminalError
from terminal.protocol import sets
from terminal.protocol.sets import StaffAccount, staff_feed
from terminal.protocol.wire import policy_feed

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def refused(hub: Hub, call: str, *arguments: object) -> str:
    with pytest.raises(TerminalError) as caught:
        getattr(policy, call)(hub, *arguments)
    assert caught.value.sentence()
    return caught.value.code


WRONG = (
    ("calendar", "year = 2027\n[off]\n2026-01-01 = '元旦'\n", "hub.calendar_other_year"),
    ("calendar", "year = 2027\n[off]\n", "hub.calendar_other_year"),
    ("calendar", "year = 2027\n[off]\n2027-02-30 = '？'\n", "hub.file_unreadable"),
    ("calendar", "no calendar at all", "hub.file_unreadable"),
    ("calendar", "", "hub.file_unreadable"),
    ("limits", "[LICENSING]\nrespond_days = 6\n", "hub.policy_too_long"),
    ("limits", "[LICENSING]\nrespond_days = -1\n", "hub.policy_too_long"),
    ("limits", "[OTHER_BY_GUIDE]\nrespond_days = 3\n", "hub.policy_too_long"),
    ("limits", "[UNHEARD]\nrespond_days = 3\n", "hub.file_unreadable"),
    ("conditional", "cure_days = 'ten'\n", "hub.file_unreadable"),
    ("conditional", "cure_days = -4\n", "hub.file_unreadable"),
    ("numbers", "case_block = 10001\n", "hub.policy_numbers"),
    ("commitments", "check_days = 0\n", "hub.file_unreadable"),
    ("appointments", "<html>", "hub.file_unreadable"),
    ("appointments", '{"id": "", "day": "2026-11-23", "begin": "9", "name": "x"}',
     "hub.file_unreadable"),
)  # fmt: skip


def test_what_is_wrong_is_said_and_nothing_goes_out(hub: Hub, tmp_path: Path) -> None:
    before = publishing.in_force(hub, policy_feed("hall"))
    path = tmp_path / "file.toml"
    for call, text, code in WRONG:
        path.write_text(text, encoding="utf-8")
        if call == "calendar":
            told = refused(hub, "publish_calendar", path)
        elif call == "appointments":
            told = refused(hub, "publish_appointments", path)
        else:
            told = refused(hub, "set_policy", call, path)
        assert told == code, text
    assert publishing.in_force(hub, policy_feed("hall")) == before


def test_names_that_are_none(hub: Hub, tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert refused(hub, "set_policy", "colour", missing) == "hub.policy_unknown"
    assert refused(hub, "drop_policy", "colour") == "hub.policy_unknown"
    assert refused(hub, "publish_calendar", missing) == "hub.file_unreadable"
    assert refused(hub, "remove_staff", "nobody") == "hub.staff_unknown"
    assert refused(hub, "put_staff", "", "周敏", "long-enough-1") == "hub.staff_incomplete"
    assert refused(hub, "put_staff", "zhou", "周敏", "short") == "hub.password_short"
    assert refused(hub, "staff", "nowhere") == "hub.hall_unknown"
    with pytest.raises(InvalidInput):
        policy.put_staff(hub, "zhou", "周敏", "long-enough-1", role="KING")


def test_an_account_keeps_its_id_and_goes_as_a_row_without_body(hub: Hub) -> None:
    first = policy.put_staff(hub, "zhou", "周敏", "long-enough-1", windows=("01",))
    again = policy.put_staff(hub, "zhou", "周敏敏", "long-enough-2")
    assert again.staff_id == first.staff_id
    assert [(one.name, one.windows) for one in policy.staff(hub)] == [("周敏敏", ())]
    [body] = publishing.in_force(hub, staff_feed("hall")).values()
    assert msgspec.json.decode(body, type=StaffAccount) == again
    assert "argon2" not in repr(again)
    policy.remove_staff(hub, "zhou")
    assert publishing.in_force(hub, staff_feed("hall")) == {}
    with pytest.raises(NotFound):
        policy.remove_staff(hub, "zhou")


def test_names_of_feeds_tell_their_day_or_none(database: str) -> None:
    del database
    assert sets.day_of("appointments/hall/2026-11-23") is not None
    for name in ("appointments/hall/2026-11-31", "appointments/hall/20261123",
                 "appointments/hall", "policy/hall", "appointments/a/b/2026-11-23"):  # fmt: skip
        assert sets.day_of(name) is None
        assert not sets.may_read(name, "another", "t")
    assert sets.may_read("appointments/hall/2026-11-23", "hall", "t")
    assert not sets.may_read("appointments/hall/2026-11-23", "other", "t")
