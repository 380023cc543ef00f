"""Help texts whose columns are right where a character is two columns wide."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from terminal.cli.base import display_width

# What must not stand at the beginning of a line (避头).
_NO_START = "，。、；：！？）》」』”’…,.;:!?)"


class HelpFormatter(argparse.HelpFormatter):
    """argparse's formatter, which counts characters, made to count columns."""

    def add_argument(self, action: argparse.Action) -> None:
        super().add_argument(action)
        if action.help is not argparse.SUPPRESS:
            width = display_width(self._format_action_invocation(action)) + self._current_indent
            self._action_max_length = max(self._action_max_length, width)

    def _format_action(self, action: argparse.Action) -> str:
        text = super()._format_action(action)
        header = self._format_action_invocation(action)
        first, newline, rest = text.partition("\n")
        start = " " * self._current_indent + header
        column = min(self._action_max_length + 2, self._max_help_position)
        if not first.startswith(start) or not first[len(start) :].strip():
            return text
        gap = column - display_width(start)
        words = first[len(start) :].strip()
        if gap < 2:
            return f"{start}\n{' ' * column}{words}{newline}{rest}"
        return f"{start}{' ' * gap}{words}{newline}{rest}"

    def _split_lines(self, text: str, width: int) -> list[str]:
        return list(wrapped(" ".join(text.split()), width))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = wrapped(" ".join(text.split()), width - len(indent))
        return "\n".join(indent + line for line in lines)


def wrapped(text: str, width: int) -> Iterator[str]:
    """Break a text into lines of at most `width` columns: between words, or beside Han."""
    line, room = "", width
    for piece in _pieces(text):
        size = display_width(piece)
        if size > room and line.strip() and piece not in _NO_START:
            yield line.rstrip()
            line, room = "", width
            if piece == " ":
                continue
        line, room = line + piece, room - size
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        if character == " " or display_width(character) == 2:
            if word:
                yield word
            word = ""
            yield character
        else:
            word += character
    if word:
        yield word
