"""What the scripts share: figures on one line, the machine's load, a disk that is one.

A line names a contender, then median and 99th percentile of one piece of work, the rate, the
memory of the process that did it and what it left on the disk; `-` where a figure has no sense.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

MIB = 1 << 20


def p99(times: Sequence[float]) -> float:
    """Return the 99th percentile; of few values the greatest."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def line(
    name: str,
    seconds: Sequence[float],
    rate: float = 0.0,
    *,
    memory: float = 0.0,
    size: float = 0.0,
) -> None:
    """Print one contender; `memory` and `size` in bytes, 0 when unknown."""
    median = f"{statistics.median(seconds) * 1000:9.3f}" if seconds else f"{'-':>9}"
    worst = f"{p99(seconds) * 1000:9.3f}" if seconds else f"{'-':>9}"
    speed = f"{rate:9,.0f}/s" if rate else f"{'-':>11}"
    held = f"{memory / MIB:6.0f} MiB" if memory else f"{'-':>10}"
    disk = f"{size / MIB:8.1f} MiB" if size else f"{'-':>12}"
    print(
        f"{name:<44} median {median} p99 {worst} ms  {speed}  memory {held}  disk {disk}",
        flush=True,
    )


def print_load(when: str) -> None:
    """Print what else the machine does: a figure beside a high load says little."""
    one, five, _ = os.getloadavg()
    moment = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    print(f"{when} {moment} UTC, load {one:.1f} (five minutes {five:.1f})", flush=True)


@contextlib.contextmanager
def disk_folder() -> Iterator[Path]:
    """Give a folder on a real disk: fdatasync in memory would measure nothing."""
    for parent in (os.environ.get("YICHUANG_BENCHMARK_DIR"), "/var/tmp", str(Path.home())):
        if parent and os.access(parent, os.W_OK) and not _in_memory(Path(parent)):
            with tempfile.TemporaryDirectory(dir=parent, prefix="yichuang-") as folder:
                yield Path(folder)
            return
    raise SystemExit("no folder on a disk; name one with YICHUANG_BENCHMARK_DIR")


def _in_memory(folder: Path) -> bool:
    mounts = [row.split() for row in Path("/proc/mounts").read_text().splitlines()]
    above = {str(folder.resolve()), *(str(one) for one in folder.resolve().parents)}
    kinds = {row[1]: row[2] for row in mounts if row[1] in above}
    return kinds[max(kinds, key=len)] in ("tmpfs", "ramfs")


def bytes_in(folder: Path) -> int:
    """Return what the files of a folder take, by their length."""
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


def own_memory() -> int:
    """Return what this process holds now, in bytes."""
    return memory_of(os.getpid())


def memory_of(process: int, field: str = "VmRSS") -> int:
    """Return what a process holds, in bytes; `VmHWM` is the most that it ever held."""
    with contextlib.suppress(OSError):
        for row in Path(f"/proc/{process}/status").read_text().splitlines():
            if row.startswith(field + ":"):
                return int(row.split()[1]) * 1024
    return 0


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that it took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
