"""Large pieces of memory go back when they are freed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from terminal import heap

def held():
    pages = open("/proc/self/statm").read().split()[1]
    return int(pages) * 4096

assert heap.keep_small()
# The first large pieces that are freed would let all later ones come from the heap.
for _ in range(3):
    del [bytes(4 << 20) for _ in range(2)][:]
before = held()
mixed = [(bytes(1 << 20), bytes(600)) for _ in range(64)]
kept = [small for _, small in mixed]
del mixed
print(held() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's settings")
def test_what_was_large_does_not_stay() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 8 << 20
