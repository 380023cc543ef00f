"""How smooth the window stays while 100,000 waiting entries drain in its own process.

    python benchmarks/stall.py [--quick] [--entries N] [--page journal|cases|work] [--stacks FILE]

The real window on the offscreen platform over the real core, with an encrypted ledger full of
waiting entries of some 2 KiB, and a real hub process, which gives way to the window. A timer of
1 ms on the GUI thread tells how late each tick comes: that is how long a key would have waited.
Measured first at rest, then while acceptances are saved and a printer prints them over a
pseudo-terminal, then while beside it the sync pushes everything and a catalogue is pulled, and at
last while the hub's answers to it all come down. Beside each stands how late a timer comes in a
process that does nothing, and what of the lateness was waiting for a core: on a machine that
others use, only the rest is ours.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec  # noqa: E402
from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402

from benchmarks._common import (  # noqa: E402
    bytes_in,
    disk_folder,
    memory_of,
    own_memory,
    p99,
    print_load,
)
from benchmarks._pulse import IdleProcess, Pulse, Ticks, print_ticks, reset_peak  # noqa: E402
from benchmarks.durable import a_case  # noqa: E402
from benchmarks.receipt import ready_draft, sign_in  # noqa: E402
from terminal import heap  # noqa: E402
from terminal.context import Context  # noqa: E402
from terminal.dev.hub_process import MAIN, HubProcess  # noqa: E402
from terminal.devices.emulators.printer import PrinterEmulator  # noqa: E402
from terminal.domain.identity import check_character  # noqa: E402
from terminal.domain.parties import Actor, Party  # noqa: E402
from terminal.protocol.entry import Draft  # noqa: E402
from terminal.settings import DeviceSettings, HubSettings, Settings  # noqa: E402
from terminal.sync.transport import HttpTransport  # noqa: E402
from ui import theme  # noqa: E402
from ui.app import WindowApp, application  # noqa: E402

ENTRIES, QUICK_ENTRIES = 100_000, 8_000
MINE = 1_000
"""So many of the entries are cases of the clerk who sits there."""
FILL_TRANSACTION = 2_000
REST_SECONDS = 5.0
ACCEPT_SECONDS = 1.5
STEP = 10_000
LIMIT_SECONDS = 1_200.0
GOAL_P99, GOAL_WORST = 16.0, 50.0
MIB = 1 << 20
BEHIND = """
import os, runpy, sys
os.nice(10)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs the hub behind the window: in a hall it is another machine and takes no core from it."""

BODY = "21021119850504123"
PERSON = Party(name="刘䶮", identity_number=BODY + check_character(BODY))


def settings_of(folder: Path, url: str) -> Settings:
    """Return the terminal's settings: a printer behind a pseudo-terminal, and the hub."""
    device = DeviceSettings(
        "receipt_printer", "escpos_80mm", f"serial:{folder / 'printer'}?baud=115200"
    )
    return Settings(data_dir=folder / "data", devices=(device,), hub=HubSettings(url=url))


def fill(folder: Path, url: str, code: str, count: int) -> None:
    """Enrol the terminal and write entries that wait, two thousand a transaction."""
    with Context(settings_of(folder, url)) as ctx:
        ctx.enrolment.enrol(HttpTransport(url, None, timeout=20.0), code, "3 号")
        session = sign_in(ctx)
        others = a_case()
        own = msgspec.structs.replace(
            others, clerk=Actor("clerk", session.staff_id, session.name, others.clerk.place)
        )
        bodies = [own] * min(MINE, count) + [others] * (count - min(MINE, count))
        for start in range(0, count, FILL_TRANSACTION):
            action = ctx.ids.uuid7()
            drafts = [
                Draft(ctx.ids.uuid7(), "", body)
                for body in bodies[start : start + FILL_TRANSACTION]
            ]
            ctx.ledger.write(lambda db: ctx.journal_writer.append(db, action, drafts))  # noqa: B023


def fill_apart(folder: Path, url: str, code: str, count: int) -> None:
    """Fill the ledger in another process: the memory of this one is measured."""
    subprocess.run(
        [sys.executable, __file__, "--entries", str(count), "--fill", str(folder), url, code],
        check=True,
    )


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
    """Looks every second, on a thread of its own, how many wait and whether all is answered.

    `memory` is what the process held with each `STEP` entries that went.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.waiting = -1
        self.answered = False
        self.memory: list[int] = []
        [(self._last,)] = self._rows("SELECT max(id) FROM entry")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _rows(self, sql: str, *values: object) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = self._ctx.ledger.read(
            lambda db: db.execute_sql(sql, values).fetchall()
        )
        return found

    def _work(self) -> None:
        while not self._over.wait(1.0):
            [(self.waiting,)] = self._rows(
                "SELECT coalesce(max(id) - min(id) + 1, 0) FROM entry WHERE acknowledged = 0"
            )
            # The hub answers in the order of the journal: with the last one all are answered.
            [(waits,)] = self._rows(
                "SELECT state IN ('waiting', 'acknowledged') FROM entry WHERE id = ?", self._last
            )
            self.answered = not waits
            if (self._last - self.waiting) // STEP >= len(self.memory):
                self.memory.append(own_memory())

    def end(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()


def measure(count: int, folder: Path, page: str, stacks: Path | None) -> int:
    """Fill, open, measure, print."""
    hub = HubProcess(folder / "hub", "--plain", program=("-c", BEHIND, str(MAIN)))
    made = hub.set_up()
    with hub, PrinterEmulator(folder / "printer") as printer:
        url = hub.start().url
        begun = time.perf_counter()
        fill_apart(folder, url, made.code, count)
        print(f"{count:,} entries written in {time.perf_counter() - begun:.0f} s", flush=True)
        # As the window does it before it opens the core.
        heap.keep_small()
        application_ = application()
        theme.apply(application_, theme.load("light", 1.0))
        settings = settings_of(folder, url)
        ctx = Context(settings)
        ctx.open(devices=True)
        program = WindowApp(settings, ctx=ctx)
        try:
            with IdleProcess() as idle:
                return Watched(program, ctx, page, idle, stacks).measure(count, folder, printer)
        finally:
            program.close()
            ctx.close()


class Watched:
    """The window with its timer; each stretch of the day is measured and printed in turn."""

    def __init__(
        self, program: WindowApp, ctx: Context, page: str, idle: IdleProcess, stacks: Path | None
    ) -> None:
        self._ctx, self._idle = ctx, idle
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
        self._clerk = Clerk(program, ctx, place.session)  # type: ignore[attr-defined]
        if page != "work":
            place.show_page(page)  # type: ignore[attr-defined]
        run_for(2)
        self._pulse = Pulse(stacks)
        self._processor = time.process_time()

    def measure(self, count: int, folder: Path, printer: PrinterEmulator) -> int:
        """Measure; returns the exit status."""
        pulse, ctx = self._pulse, self._ctx
        pulse.take()
        self._idle.take()
        reset_peak()
        memory = own_memory()
        print_load("start")
        run_for(REST_SECONDS)
        self._told("at rest")
        self._clerk.begin()
        run_for(REST_SECONDS)
        self._told("accepting and printing")
        looks = Looks(ctx)
        pulse.collections.clear()
        ctx.start_sync()
        took = run_for(LIMIT_SECONDS, lambda: looks.waiting == 0)
        left = looks.waiting
        busy = self._told(f"the same, {count:,} entries draining")
        answered = run_for(LIMIT_SECONDS - took, lambda: looks.answered)
        done = looks.answered
        busy.extend(self._told("the same, the answers coming down"))
        looks.end()
        self._clerk.end()
        run_for(1)
        print_load("end")
        after, most = own_memory(), memory_of(os.getpid(), "VmHWM")
        pulse.stop()
        print(
            f"drained in {took:.0f} s ({(count - left) / took:,.0f}/s), {left} left; answers "
            f"{'all here' if done else 'not all here'} {answered:.0f} s later; "
            f"{self._clerk.accepted} accepted, {len(printer.sheets)} sheets printed"
        )
        for sentence in self._clerk.failed[:3]:
            print("failed:", sentence)
        full = pulse.collections
        print(
            f"memory {memory / MIB:.0f} MiB; after each {STEP:,} that went "
            f"{', '.join(f'{one / MIB:.0f}' for one in looks.memory)}; "
            f"after all {after / MIB:.0f}, most {most / MIB:.0f}; "
            f"terminal's files {bytes_in(folder / 'data') / MIB:.0f} MiB; "
            f"{len(full)} full garbage collections, longest {max(full, default=0) * 1000:.0f} ms"
        )
        late, clean = busy.late, busy.without_core()
        over = sum(one > GOAL_WORST / 1000 for one in late)
        print(
            f"while draining: p99 {p99(late) * 1000:.1f} ms (goal {GOAL_P99:.0f}), worst "
            f"{max(late) * 1000:.0f} ms (goal {GOAL_WORST:.0f}), {over} of {len(late):,} over it; "
            f"without waiting for a core {p99(clean) * 1000:.1f} and {max(clean) * 1000:.0f} ms, "
            f"own work {p99(busy.own) * 1000:.1f} and {max(busy.own) * 1000:.0f} ms"
        )
        return 0

    def _told(self, name: str) -> Ticks:
        """Print what was noted since the last call, and return it."""
        ticks = self._pulse.take()
        used, self._processor = self._processor, time.process_time()
        print_ticks(name, ticks, self._idle.take())
        print(f"{'':<34} the terminal's processor time {self._processor - used:.1f} s", flush=True)
        # The loop stood still meanwhile, and what was left lying is done at once.
        run_for(0.2)
        self._pulse.take()
        return ticks


def main() -> int:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ENTRIES:,} entries")
    parser.add_argument("--entries", type=int, default=0)
    parser.add_argument("--page", choices=("journal", "cases", "work"), default="journal")
    parser.add_argument("--stacks", type=Path, help="write down what runs when a tick is late")
    parser.add_argument("--fill", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    count = chosen.entries or (QUICK_ENTRIES if chosen.quick else ENTRIES)
    if chosen.fill:
        where, url, code = chosen.fill
        fill(Path(where), url, code, count)
        return 0
    with disk_folder() as folder:
        return measure(count, folder, chosen.page, chosen.stacks)


if __name__ == "__main__":
    sys.exit(main())
