"""Threads that decode a type for the first time at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECODING = """
import sys
import threading

import msgspec
from terminal.struct_types import make_ready

sys.setswitchinterval(1e-6)


class Inner(msgspec.Struct):
    number: int
    text: str


def meet():
    fields = [("first", Inner), ("text", str), ("more", tuple[Inner, ...])]
    outer = msgspec.defstruct("Outer", fields)
    kind = msgspec.defstruct("Kind", [("one", outer), ("many", tuple[outer, ...])])
    one = outer(Inner(1, "x"), "y", (Inner(2, "z"),))
    data = msgspec.msgpack.encode(kind(one, (one, one)))
    make_ready()
    gate = threading.Barrier(4)

    def decode():
        gate.wait()
        assert msgspec.msgpack.decode(data, type=kind) == kind(one, (one, one))

    threads = [threading.Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


for _ in range(200):
    meet()
"""


def test_types_that_were_made_ready_are_decoded_by_any_thread() -> None:
    """Without `make_ready` the process ends by SIGSEGV within a few rounds."""
    done = subprocess.run(
        [sys.executable, "-c", DECODING],
        cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
