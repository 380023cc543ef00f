"""Cuts a stream of ESC/POS bytes into commands, as a printer does.

Only lengths matter here: what belongs to which command, and where a document is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

TokenKind = Literal["text", "command", "cut", "ask_done", "status"]

ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10

# Bytes of a whole command by its first two; 2 is the rule for those not listed.
_FIXED: dict[int, dict[int, int]] = {
    ESC: {
        **dict.fromkeys(b"!aAdeJKEGM- 3RtcU{V=%?S", 3),
        **dict.fromkeys(b"$\\", 4),
        ord("c"): 4,
        ord("p"): 5,
    },
    FS: {**dict.fromkeys(b"!-WC", 3), ord("S"): 4},
    GS: {**dict.fromkeys(b"!BHIabfhwrE", 3), **dict.fromkeys(b"LWP\\$", 4)},
}
_CLEAR_LENGTH = 10


class Token(msgspec.Struct, frozen=True):
    """A command or a piece of text, with its bytes."""

    kind: TokenKind
    data: bytes


class Parser:
    """Takes bytes in pieces and gives back the commands that are complete."""

    def __init__(self) -> None:
        self._unread = bytearray()

    @property
    def unfinished(self) -> bytes:
        """The bytes of a command that is not complete yet."""
        return bytes(self._unread)

    def feed(self, data: bytes) -> Iterator[Token]:
        """Add bytes; return what is complete now."""
        self._unread += data
        tokens = []
        while self._unread:
            length = _length(self._unread)
            if length is None or length > len(self._unread):
                break
            raw = bytes(self._unread[:length])
            del self._unread[:length]
            tokens.append(Token(_kind(raw), raw))
        return iter(tokens)

    def clear(self) -> None:
        """Forget what is unfinished."""
        self._unread.clear()


def _kind(raw: bytes) -> TokenKind:
    if raw[:2] == b"\x1dV" or raw[:2] in {b"\x1bi", b"\x1bm"}:
        return "cut"
    if raw[:2] == b"\x1dr":
        return "ask_done"
    if raw[0] == DLE and len(raw) > 1:
        return "status"
    return "command" if raw[0] in {ESC, FS, GS} else "text"


def _length(raw: bytes | bytearray) -> int | None:
    """Return the bytes of the first command; None if that cannot be told yet."""
    first = raw[0]
    if first not in {ESC, FS, GS, DLE}:
        return next((i for i, byte in enumerate(raw) if byte in {ESC, FS, GS, DLE}), len(raw))
    if len(raw) < 2:
        return None
    second = raw[1]
    if first == DLE:
        return _realtime_length(raw)
    if (first == GS and second in {ord("V"), ord("v"), ord("k"), ord("8")}) or second == ord("("):
        return _long_length(raw)
    if first == ESC and second == ord("*"):
        return _bit_image_length(raw)
    if first == ESC and second == ord("D"):
        end = raw.find(0, 2)
        return None if end < 0 else end + 1
    return _FIXED[first].get(second, 2)


def _realtime_length(raw: bytes | bytearray) -> int | None:
    if raw[1] in {0x04, 0x05}:
        return 3
    if raw[1] != 0x14:
        return 1
    if len(raw) < 3:
        return None
    return _CLEAR_LENGTH if raw[2] == 8 else 5


def _long_length(raw: bytes | bytearray) -> int | None:
    if len(raw) < 4:
        return 3 if raw[1] == ord("V") and len(raw) == 3 and raw[2] in b"\x00\x0101" else None
    second = raw[1]
    if second == ord("V"):
        return 3 if raw[2] in b"\x00\x0101" else 4
    if second == ord("k"):
        if raw[2] >= 65:
            return 4 + raw[3]
        end = raw.find(0, 3)
        return None if end < 0 else end + 1
    if second == ord("("):
        return None if len(raw) < 5 else 5 + raw[3] + 256 * raw[4]
    if len(raw) < 8:
        return None
    if second == ord("v"):
        return 8 + (raw[4] + 256 * raw[5]) * (raw[6] + 256 * raw[7])
    return 7 + int.from_bytes(raw[3:7], "little")


def _bit_image_length(raw: bytes | bytearray) -> int | None:
    if len(raw) < 5:
        return None
    return 5 + (raw[3] + 256 * raw[4]) * (3 if raw[2] in {32, 33} else 1)
