"""How the C library keeps memory: large pieces go back when they are freed, heaps are few.

A drain takes and frees some megabytes a batch on several threads. Left alone, glibc gives each
thread a heap of its own and serves ever larger pieces from it, between which small ones that stay
hold whole pages: the program grows with what has passed through it.
"""

from __future__ import annotations

import ctypes
import sys

HEAPS = 2
LARGE_BYTES = 128 << 10
"""What is larger is mapped on its own; the C library would raise this to 32 MiB by itself."""

SPARE_BYTES = 1 << 20
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of `mallopt`, from glibc's malloc.h."""


def keep_small() -> bool:
    """Set this for the process, before its threads begin; False where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return False
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return False
    chosen = ((_ARENA_MAX, HEAPS), (_MMAP_THRESHOLD, LARGE_BYTES), (_TRIM_THRESHOLD, SPARE_BYTES))
    taken = [set_option(option, value) for option, value in chosen]
    return all(taken)
