"""Days as people type them, put into the one form in which they are kept."""

from __future__ import annotations

import pytest

from ui.window.dates import tidy_day


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-01",
        "20261201",
        "2026.12.1",
        "2026/12/01",
        "2026年12月1日",
        "２０２６-12-1",
        " 2026-12-1",
    ],
)
def test_a_day_is_kept_in_one_form(typed: str) -> None:
    assert tidy_day(typed) == "2026-12-01"


@pytest.mark.parametrize("typed", ["", "12-1", "20261301", "2026-2-30", "2026-W48-1", "明天"])
def test_what_is_no_day_stays_as_it_was_typed(typed: str) -> None:
    assert tidy_day(typed) == typed
