"""How smooth the window stays while 100,000 waiting entries drain in its own process.

    python benchmarks/stall.py [--quick] [--entries N]

The real window on the offscreen platform over the real core, with an encrypted ledger full of
waiting entries of some 2 KiB, and a real hub process. A timer of 1 ms on the GUI thread tells
how late each tick comes: that is how long a key would have waited. Measured first at rest, then
while the sync pushes everything, a catalogue is pulled, acceptances are saved and a printer
prints them over a pseudo-terminal. The memory of the terminal's process stands beside it, before
and after.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer  # noqa: E402

from benchmarks._common import (  # noqa: E402
    bytes_in,
    disk_folder,
    line,
    memory_of,
    own_memory,
    p99,
    print_load,
)
from benchmarks.durable import a_case  # noqa: E402
from benchmarks.receipt import ready_draft, sign_in  # noqa: E402
from terminal.context import Context  # noqa: E402
from terminal.dev.hub_process import HubProcess  # noqa: E402
from terminal.devices.emulators.printer import PrinterEmulator  # noqa: E402
from terminal.domain.identity import check_character  # noqa: E402
from terminal.domain.parties import Party  # noqa: E402
from terminal.protocol.entry import Draft  # noqa: E402
from terminal.settings import DeviceSettings, HubSettings, Settings  # noqa: E402
from terminal.sync.transport import HttpTransport  # noqa: E402
from ui import theme  # noqa: E402
from ui.app import WindowApp, application  # noqa: E402

ENTRIES, QUICK_ENTRIES = 100_000, 8_000
REST_SECONDS = 5.0
ACCEPT_SECONDS = 1.5
LIMIT_SECONDS = 1_200.0
GOAL_P99, GOAL_WORST = 16.0, 50.0
BODY = "21021119850504123"
PERSON = Party(name="刘䶮", identity_number=BODY + check_character(BODY))


class Pulse(QObject):
    """A timer of 1 ms on the GUI thread; `late` are the seconds by which its ticks came late."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, now - self._last - 0.001))
        self._last = now

    def take(self) -> list[float]:
        """Return what was noted since the last call."""
        found, self.late = self.late, []
        return found


def fill(ctx: Context, count: int) -> None:
    """Write entries that wait, two hundred a transaction."""
    body = a_case()
    for start in range(0, count, 200):
        action = ctx.ids.uuid7()
        size = min(200, count - start)
        drafts = [Draft(ctx.ids.uuid7(), "", body) for _ in range(size)]
        ctx.ledger.write(lambda db: ctx.journal_writer.append(db, action, drafts))  # noqa: B023


def run_for(seconds: float, done: object = None) -> float:
    """Run the event loop for so long, or until `done()`; returns the seconds that it took."""
    # Not the application's own loop: to quit that one would close the windows.
    loop = QEventLoop()
    begun = time.perf_counter()
    watch = QTimer()
    watch.setInterval(100)

    def look() -> None:
        over = time.perf_counter() - begun > seconds
        if over or (callable(done) and done()):
            loop.quit()

    watch.timeout.connect(look)
    watch.start()
    loop.exec()
    watch.stop()
    return time.perf_counter() - begun


class Clerk:
    """Accepts a matter every now and then, off the GUI thread as the window does it."""

    def __init__(self, program: WindowApp, ctx: Context, session: object) -> None:
        self.accepted = 0
        self.failed: list[str] = []
        self._ctx, self._session, self._program = ctx, session, program
        self._timer = QTimer()
        self._timer.setInterval(int(ACCEPT_SECONDS * 1000))
        self._timer.timeout.connect(self._accept)

    def begin(self) -> None:
        """Begin."""
        self._timer.start()

    def end(self) -> None:
        """Stop."""
        self._timer.stop()

    def _accept(self) -> None:
        self._program.bridge.run(
            self._program.window, self._work, done=self._done,
            failed=lambda failure: self.failed.append(failure.sentence),
        )  # fmt: skip

    def _work(self) -> None:
        self._ctx.intake.accept(ready_draft(self._ctx, PERSON), self._session)  # type: ignore[arg-type]

    def _done(self, _: object) -> None:
        self.accepted += 1


class Looks:
    """Looks each tenth of a second, on a thread of its own, whether something still waits."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.waiting = -1
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        while not self._over.wait(0.5):
            self.waiting = self._ctx.journal.status().waiting

    def end(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()


def measure(count: int, folder: Path) -> int:
    """Fill, open, measure, print."""
    hub = HubProcess(folder / "hub", "--plain")
    made = hub.set_up()
    with hub, PrinterEmulator(folder / "printer") as printer:
        url = hub.start().url
        device = DeviceSettings(
            "receipt_printer", "escpos_80mm", f"serial:{folder / 'printer'}?baud=115200"
        )
        settings = Settings(
            data_dir=folder / "data", devices=(device,), hub=HubSettings(url=url)
        )  # fmt: skip
        with Context(settings) as ctx:
            ctx.enrolment.enrol(HttpTransport(url, None, timeout=20.0), made.code, "3 号")
            sign_in(ctx)
            fill(ctx, count)
        application_ = application()
        theme.apply(application_, theme.load("light", 1.0))
        ctx = Context(settings)
        ctx.open(devices=True)
        program = WindowApp(settings, ctx=ctx)
        try:
            return _watch(program, ctx, count, folder, printer)
        finally:
            program.close()
            ctx.close()


def _watch(
    program: WindowApp, ctx: Context, count: int, folder: Path, printer: PrinterEmulator
) -> int:
    ready: list[bool] = []
    program.ready.connect(lambda: ready.append(True))
    program.show()
    run_for(60, lambda: bool(ready))
    began: list[object] = []
    program.window.session_began.connect(began.append)
    program.sign_in.login.set_text("benchmark")
    program.sign_in.password.set_text("benchmark-1")
    program.sign_in.submit()
    run_for(60, lambda: bool(began))
    place = began[0]
    session = place.session  # type: ignore[attr-defined]
    clerk = Clerk(program, ctx, session)
    place.show_page("journal")  # type: ignore[attr-defined]
    run_for(2)
    pulse = Pulse()
    run_for(REST_SECONDS)
    rest = pulse.take()
    clerk.begin()
    run_for(REST_SECONDS)
    working = pulse.take()
    memory = own_memory()
    print_load("start")
    looks = Looks(ctx)
    ctx.start_sync()
    took = run_for(LIMIT_SECONDS, lambda: looks.waiting == 0)
    busy = pulse.take()
    left = looks.waiting
    looks.end()
    clerk.end()
    run_for(1)
    print_load("end")
    after = own_memory()
    line("event loop at rest", rest, memory=memory)
    line("accepting and printing", working, memory=memory)
    line(
        f"the same, {count:,} entries draining", busy, (count - left) / took,
        memory=after, size=bytes_in(folder / "data"),
    )  # fmt: skip
    print(
        f"drained in {took:.0f} s, {left} left; {clerk.accepted} accepted, "
        f"{len(printer.sheets)} sheets printed; the most memory ever "
        f"{memory_of(os.getpid(), 'VmHWM') / 2**20:.0f} MiB"
    )
    for sentence in clerk.failed[:3]:
        print("failed:", sentence)
    over = sum(one > GOAL_WORST / 1000 for one in busy)
    print(
        f"p99 {p99(busy) * 1000:.1f} ms (goal {GOAL_P99:.0f}): {p99(busy) * 1000 / GOAL_P99:.2f} "
        f"of it; worst {max(busy) * 1000:.0f} ms (goal {GOAL_WORST:.0f}), {over} of {len(busy):,} "
        f"over it; at rest p99 {p99(rest) * 1000:.1f}, worst {max(rest) * 1000:.0f}, median "
        f"{statistics.median(rest) * 1000:.2f} ms; memory {(after - memory) / 2**20:+.0f} MiB"
    )
    return 0


def main() -> int:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ENTRIES:,} entries")
    parser.add_argument("--entries", type=int, default=0)
    chosen = parser.parse_args()
    count = chosen.entries or (QUICK_ENTRIES if chosen.quick else ENTRIES)
    with disk_folder() as folder:
        return measure(count, folder)


if __name__ == "__main__":
    sys.exit(main())
