"""When the loop goes to work: pauses, what cuts them short, turns after an outage."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
import zstandard

from terminal.sync.network import NetworkWatch
from terminal.sync.pace import (
    ENTRY_SECONDS,
    HINTED_SECONDS,
    IDLE_SECONDS,
    NETWORK_SECONDS,
    OUTAGE_SECONDS,
    SPREAD_SECONDS,
    Pace,
    Reason,
    slot,
)
from terminal.sync.speed import LEAST_MEASURED, SLOW_BYTES_PER_SECOND, LineSpeed


class Randomness:
    """Randomness of a seed."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def token_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uuid7(self) -> str:
        return ""


@pytest.fixture
def pace() -> Pace:
    return Pace("terminal-1", Randomness())


def test_a_turn_that_went_well_rests_as_long_as_hints_allow(pace: Pace) -> None:
    pace.succeeded(100, hinted=False)
    assert pace.due == 100 + IDLE_SECONDS
    pace.succeeded(200, hinted=True)
    assert pace.due == 200 + HINTED_SECONDS
    pace.woken(Reason.UNHINTED, 203)
    assert pace.due == 200 + IDLE_SECONDS
    for reason in (Reason.ENTRY, Reason.HINT, Reason.PERSON):
        pace.succeeded(300, hinted=True)
        pace.woken(reason, 310)
        assert pace.due == 310


def test_while_the_hub_fails_each_reason_has_its_bound(pace: Pace) -> None:
    pace.succeeded(0, hinted=False)
    for _ in range(12):  # The pauses have grown long by now.
        pace.failed(100)
    pace.due = 100 + 299
    pace.woken(Reason.HINT, 101)
    assert pace.due == 100 + NETWORK_SECONDS
    pace.due = 100 + 299
    pace.woken(Reason.ENTRY, 101)
    assert pace.due == 100 + ENTRY_SECONDS
    pace.woken(Reason.UNHINTED, 101)
    assert pace.due == 100 + ENTRY_SECONDS
    pace.woken(Reason.NETWORK, 110)
    assert pace.due == 110
    pace.woken(Reason.PERSON, 100)
    assert 100 < pace.due < 101


@pytest.mark.parametrize(
    ("reason", "most"), [(None, 60), (Reason.ENTRY, 300), (Reason.NETWORK, 730)]
)
def test_requests_an_hour_are_bounded_while_the_hub_fails(reason: Reason | None, most: int) -> None:
    pace, now, asked = Pace("terminal-1", Randomness(7)), 0.0, 0
    while now < 3600:
        asked += 1
        pace.failed(now)
        if reason is not None:  # Somebody gives a reason every second.
            pace.woken(reason, now + 1)
        assert pace.due > now
        now = pace.due
    assert 20 <= asked <= most


def test_after_a_long_outage_everybody_waits_for_a_turn(pace: Pace) -> None:
    pace.failed(0)
    assert not pace.asks_first(OUTAGE_SECONDS)
    assert pace.asks_first(OUTAGE_SECONDS + 1)
    pace.found(2000)
    assert pace.due == 2000 + slot("terminal-1")
    pace.woken(Reason.ENTRY, 2001)
    pace.woken(Reason.NETWORK, 2001)
    assert pace.due == 2000 + slot("terminal-1")
    # In its turn it works instead of asking once more.
    assert not pace.asks_first(pace.due)
    pace.succeeded(pace.due, hinted=False)
    assert not pace.asks_first(pace.due)


def test_a_person_goes_at_once_after_an_outage(pace: Pace) -> None:
    pace.failed(0)
    pace.woken(Reason.PERSON, 5000)
    assert pace.due <= 5000
    assert not pace.asks_first(5000)
    pace.failed(5000)
    assert pace.asks_first(5001)
    pace.found(5001)
    pace.woken(Reason.PERSON, 5002)
    assert pace.due <= 5002


def test_turns_are_spread_evenly_over_ten_minutes() -> None:
    turns = [slot(os.urandom(8).hex()) for _ in range(1300)]
    assert all(0 <= turn < SPREAD_SECONDS for turn in turns)
    in_minutes = [sum(minute <= turn / 60 < minute + 1 for turn in turns) for minute in range(10)]
    assert max(in_minutes) < 200
    assert min(in_minutes) > 70


# The network


def test_a_cable_that_is_pulled_or_plugged_in_is_noticed(tmp_path: Path) -> None:
    card = tmp_path / "sys/class/net/eth0"
    card.mkdir(parents=True)
    (card / "operstate").write_text("down\n", encoding="ascii")
    watch = NetworkWatch("127.0.0.1", tmp_path)
    assert not watch.changed()
    (card / "operstate").write_text("up\n", encoding="ascii")
    assert watch.changed()
    assert not watch.changed()


def test_a_new_route_is_noticed_and_its_use_is_not(tmp_path: Path) -> None:
    (tmp_path / "sys/class/net").mkdir(parents=True)
    routes = tmp_path / "proc/net/route"
    routes.parent.mkdir(parents=True)
    line = "eth0 00000000 {} 0003 0 {} 0 00000000 0 0 0\n"
    routes.write_text(line.format("0100A8C0", 1), encoding="ascii")
    watch = NetworkWatch("hub.example.gov.cn", tmp_path)
    assert not watch.changed()
    routes.write_text(line.format("0100A8C0", 2), encoding="ascii")
    assert not watch.changed()
    routes.write_text(line.format("0101A8C0", 2), encoding="ascii")
    assert watch.changed()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_where_the_system_has_no_such_files_the_route_is_asked_for(
    host: str, tmp_path: Path
) -> None:
    watch = NetworkWatch(host, tmp_path)
    assert not watch.changed()
    assert not watch.changed()


# The line's speed


def test_only_a_slow_line_is_packed_for() -> None:
    body = b"abcdefgh" * 64 * 1024
    speed = LineSpeed()
    assert speed.prepare(body) == (body, False)
    speed.measured(200, 30)
    speed.measured(len(body), 30 + 400)
    assert not speed.slow
    assert speed.bytes_per_second == pytest.approx(len(body) / 0.4)
    for _ in range(20):
        speed.measured(len(body), 30 + 4000)
    assert 0 < speed.bytes_per_second < SLOW_BYTES_PER_SECOND
    packed, is_packed = speed.prepare(body)
    assert is_packed
    assert zstandard.ZstdDecompressor().decompress(packed) == body
    # Small ones and such as cannot be made smaller go as they are.
    assert speed.prepare(b"x" * 100) == (b"x" * 100, False)
    noise = os.urandom(LEAST_MEASURED)
    assert speed.prepare(noise) == (noise, False)
    speed.never_compress()
    assert speed.prepare(body) == (body, False)


def test_what_is_small_says_nothing_of_the_line() -> None:
    speed = LineSpeed()
    speed.measured(LEAST_MEASURED - 1, 60_000)
    assert not speed.slow
    speed.measured(LEAST_MEASURED, -5)
    assert speed.bytes_per_second == 0
