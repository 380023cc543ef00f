"""How late a timer on the GUI thread comes, what it waited for, and how busy the machine is.

Of each tick: how late it came, how much of that the GUI thread worked itself, and how long it
stood ready without a core (Linux tells so for each thread). What is left it waited for the
interpreter, which another thread of the program held. A process that does nothing but sleep
tells beside it how late a timer comes on this machine, whoever asks.
"""

from __future__ import annotations

import contextlib
import gc
import os
import statistics
import subprocess
import sys
import threading
import time
import traceback
from array import array
from pathlib import Path

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


class Ticks:
    """Ticks in seconds: how late each was, and of that own work and waiting for a core.

    Twelve bytes a tick: the memory of this very process is measured, too.
    """

    def __init__(self) -> None:
        self.late, self.own, self.core = array("f"), array("f"), array("f")

    def __len__(self) -> int:
        return len(self.late)

    def add(self, late: float, own: float, core: float) -> None:
        """Note one tick."""
        self.late.append(late)
        self.own.append(own)
        self.core.append(core)

    def extend(self, others: Ticks) -> None:
        """Note the ticks of another stretch of time behind these."""
        self.late += others.late
        self.own += others.own
        self.core += others.core

    def without_core(self) -> array[float]:
        """Return how late each would have been with a core to itself."""
        pairs = zip(self.late, self.core, strict=True)
        return array("f", (max(0.0, late - core) for late, core in pairs))


class Pulse(QObject):
    """A timer of 1 ms on the GUI thread; `stacks` is where late ticks leave their traces."""

    def __init__(self, stacks: Path | None = None) -> None:
        super().__init__()
        self.ticks = Ticks()
        self.collections: list[float] = []
        self._schedule = _open_schedule()
        self._stacks = Stacks(stacks, threading.get_ident()) if stacks else None
        self._gc_began = 0.0
        gc.callbacks.append(self._on_collection)
        self._last = self._moment()
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

    def _moment(self) -> tuple[float, float, float]:
        return (time.perf_counter(), time.thread_time(), self._waited())

    def _tick(self) -> None:
        now = self._moment()
        passed, own, core = (new - old for new, old in zip(now, self._last, strict=True))
        self.ticks.add(max(0.0, passed - 0.001), own, core)
        self._last = now
        if self._stacks is not None:
            self._stacks.ticked(now[0], passed, own, core)

    def _on_collection(self, phase: str, found: dict[str, int]) -> None:
        if phase == "start":
            self._gc_began = time.perf_counter()
        elif found["generation"] == 2:
            self.collections.append(time.perf_counter() - self._gc_began)

    def take(self) -> Ticks:
        """Return what was noted since the last call; the time until now is no tick."""
        found, self.ticks = self.ticks, Ticks()
        self._last = self._moment()
        return found

    def stop(self) -> None:
        """Stop ticking."""
        self._timer.stop()
        gc.callbacks.remove(self._on_collection)
        if self._schedule >= 0:
            os.close(self._schedule)
        if self._stacks is not None:
            self._stacks.stop()


class Stacks:
    """Writes down where all threads are while a tick is late; it takes some time of its own."""

    def __init__(self, path: Path, thread: int) -> None:
        self._thread = thread
        self._file = path.open("w", encoding="utf-8")
        self._last = time.perf_counter()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def ticked(self, now: float, passed: float, own: float, core: float) -> None:
        """Note a tick; of one that was late, what it waited for."""
        self._last = now
        if passed > STUCK_SECONDS:
            said = (f"{one * 1000:.0f}" for one in (passed, own, core))
            self._file.write("== {} ms late, own work {}, core {}\n\n".format(*said))

    def _watch(self) -> None:
        written = 0.0
        while not self._over.wait(STUCK_SECONDS / 6):
            if time.perf_counter() - self._last > STUCK_SECONDS and written != self._last:
                written = self._last
                self._write()

    def _write(self) -> None:
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            if ident != threading.get_ident():
                word = "GUI" if ident == self._thread else names.get(ident, "?")
                last = traceback.extract_stack(frame)[:-9:-1]
                places = (f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in last)
                self._file.write(f"{word}: {' < '.join(places)}\n")

    def stop(self) -> None:
        """Stop watching."""
        self._over.set()
        self._watcher.join()
        self._file.close()


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


def print_ticks(name: str, ticks: Ticks, idle: tuple[float, float]) -> None:
    """Print a stretch of time: lateness, its parts, and the idle process beside it."""
    clean = ticks.without_core()
    interpreter = [max(0.0, late - own) for late, own in zip(clean, ticks.own, strict=True)]
    said = [
        f"{word} p99 {p99(found) * 1000:.1f} worst {max(found) * 1000:.0f}"
        for word, found in (
            ("late", ticks.late),
            ("without waiting for a core", clean),
            ("own work", ticks.own),
            ("waiting for the interpreter", interpreter),
        )
    ]
    print(
        f"{name:<34} median {statistics.median(ticks.late) * 1000:.2f} ms; {'; '.join(said)} ms; "
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
