"""Struct types are made ready before there are threads.

msgspec learns a struct's fields when one is decoded for the first time. A second thread that
decodes the same type meanwhile finds them half learned, and the process crashes (msgspec 0.22;
`tests/core/test_struct_types.py` shows it).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec

_ready: set[type[msgspec.Struct]] = set()


def make_ready() -> int:
    """Learn every struct type that was imported so far; returns how many were new."""
    new = [kind for kind in _all(msgspec.Struct) if kind not in _ready]
    for kind in new:
        # One that holds what no message can is never decoded.
        with suppress(TypeError, NameError):
            msgspec.json.Decoder(kind)
    _ready.update(new)
    return len(new)


def _all(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for one in kind.__subclasses__():
        yield one
        yield from _all(one)
