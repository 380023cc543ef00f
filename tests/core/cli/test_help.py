"""Help texts: columns and lines are counted as a terminal shows them."""

from __future__ import annotations

import pytest

from terminal.cli.base import display_width
from terminal.cli.help import wrapped
from terminal.cli.parser import build
from terminal.texts import LANGUAGES, Texts


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_wider_than_the_terminal(
    language: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = build(Texts(language), "0").format_help().splitlines()
    body = lines[lines.index("") :]
    assert [line for line in body if display_width(line) > columns] == []


def test_the_words_of_options_begin_in_one_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    lines = build(Texts("zh"), "0").format_help().splitlines()
    options = [line for line in lines if line.startswith(("  --", "    window", "    demo"))]
    starts = {
        display_width(line) - display_width(line.split("  ")[-1].lstrip()) for line in options
    }
    assert len(options) >= 7
    assert len(starts) == 1


def test_chinese_breaks_anywhere_but_before_punctuation() -> None:
    assert list(wrapped("断网照常受理，联网后送达", 12)) == ["断网照常受理，", "联网后送达"]


def test_english_breaks_between_words() -> None:
    assert list(wrapped("goes on without a network", 10)) == ["goes on", "without a", "network"]
