"""How late a timer on the GUI thread comes, what it waited for, and how busy the machine is.

Of each tick: how late it came, how much of that the GUI thread worked itself, and how long it
stood ready without a core (Linux tells so for each thread). What is left it waited for the
interpreter, which another thread of the program held. A process that does nothing but sleep
tells beside it how late a timer comes on this machine, whoever asks.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer

from benchmarks._common import p99

STUCK_SECONDS = 0.03
"""A tick that is this late has its threads' stacks written down, if asked for."""

_IDLE = """
import sys, threading, time
late, over = [], threading.Event()

def beat():
    while not over.is_set():
        begun = time.perf_counter()
        time.sleep(0.001)
        late.append(time.perf_counter() - begun - 0.001)

threading.Thread(target=beat, daemon=True).start()
for line in sys.stdin:
    found = sorted(late)
    late.clear()
    place = min(len(found) - 1, int(len(found) * 0.99))
    print(found[place] if found else 0.0, found[-1] if found else 0.0, flush=True)
over.set()
"""


class Tick(NamedTuple):
    """One tick, in seconds: its lateness, and of that own work and waiting for a core."""

    late: float
    own: float
    core: float

    @property
    def without_core(self) -> float:
        """How late it would have been with a core to itself."""
        return max(0.0, self.late - self.core)


class Pulse(QObject):
    """A timer of 1 ms on the GUI thread; `stacks` is where late ticks leave their traces."""

    def __init__(self, stacks: Path | None = None) -> None:
        super().__init__()
        self.ticks: list[Tick] = []
        self.collections: list[float] = []
        self._schedule = _open_schedule()
        self._stacks = stacks.open("w", encoding="utf-8") if stacks else None
        self._gc_began = 0.0
        gc.callbacks.append(self._on_collection)
        self._last = (time.perf_counter(), time.thread_time(), self._waited())
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _waited(self) -> float:
        """Return the seconds that this thread stood ready without a core so far."""
        if self._schedule < 0:
            return 0.0
        return int(os.pread(self._schedule, 80, 0).split()[1]) / 1e9

    def _tick(self) -> None:
        now = (time.perf_counter(), time.thread_time(), self._waited())
        passed, own, core = (new - old for new, old in zip(now, self._last, strict=True))
        self.ticks.append(Tick(max(0.0, passed - 0.001), own, core))
        self._last = now
        if self._stacks is not None:
            if passed > STUCK_SECONDS:
                self._stacks.write(
                    f"== {passed * 1000:.0f} ms, own {own * 1000:.0f}, core {core * 1000:.0f}\n\n"
                )
                self._stacks.flush()
            faulthandler.dump_traceback_later(STUCK_SECONDS, file=self._stacks)

    def _on_collection(self, phase: str, found: dict[str, int]) -> None:
        if phase == "start":
            self._gc_began = time.perf_counter()
        elif found["generation"] == 2:
            self.collections.append(time.perf_counter() - self._gc_began)

    def take(self) -> list[Tick]:
        """Return what was noted since the last call."""
        found, self.ticks = self.ticks, []
        return found

    def stop(self) -> None:
        """Stop ticking."""
        self._timer.stop()
        gc.callbacks.remove(self._on_collection)
        if self._schedule >= 0:
            os.close(self._schedule)
        if self._stacks is not None:
            faulthandler.cancel_dump_traceback_later()
            self._stacks.close()


class IdleProcess:
    """A process that sleeps for a millisecond, again and again, and tells how long it took."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _IDLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def take(self) -> tuple[float, float]:
        """Return p99 and worst lateness in seconds since the last call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        most, worst = self._process.stdout.readline().split()
        return float(most), float(worst)

    def __enter__(self) -> IdleProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def print_ticks(name: str, ticks: list[Tick], idle: tuple[float, float]) -> None:
    """Print a stretch of time: lateness, its parts, and the idle process beside it."""
    parts: tuple[tuple[str, Callable[[Tick], float]], ...] = (
        ("late", lambda tick: tick.late),
        ("without waiting for a core", lambda tick: tick.without_core),
        ("own work", lambda tick: tick.own),
    )
    said = []
    for word, value in parts:
        found = [value(tick) for tick in ticks]
        said.append(f"{word} p99 {p99(found) * 1000:.1f} worst {max(found) * 1000:.0f}")
    median = statistics.median(tick.late for tick in ticks) * 1000
    print(
        f"{name:<34} median {median:.2f} ms; {'; '.join(said)} ms; "
        f"an idle process p99 {idle[0] * 1000:.1f} worst {idle[1] * 1000:.0f} ms; "
        f"{len(ticks):,} ticks",
        flush=True,
    )


def reset_peak() -> None:
    """Let the most memory that this process ever held be counted from now on."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _open_schedule() -> int:
    """Open what the kernel tells of this thread's waiting; -1 where it tells nothing."""
    try:
        return os.open("/proc/thread-self/schedstat", os.O_RDONLY)
    except OSError:
        return -1
