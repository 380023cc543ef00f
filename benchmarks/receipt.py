"""From the accepting act to the printer's first byte, over a real serial line.

    python benchmarks/receipt.py [--quick]

A whole acceptance each time: review, one durable encrypted transaction with its papers, the
printer's thread, the driver's status question, ESC/POS over a pseudo-terminal. The peer in the
same run is a raw append with fdatasync of the same bytes, the least that durable can cost.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from terminal.context import Context  # noqa: E402
from terminal.devices.emulators.printer import PrinterEmulator  # noqa: E402
from terminal.documents import warm_up  # noqa: E402
from terminal.domain.catalogue import FieldKind  # noqa: E402
from terminal.domain.identity import check_character  # noqa: E402
from terminal.domain.materials import received  # noqa: E402
from terminal.domain.parties import Party  # noqa: E402
from terminal.services import drafts  # noqa: E402
from terminal.services.views import IntakeDraft, Session  # noqa: E402
from terminal.settings import DeviceSettings, Settings  # noqa: E402

ITEM = "512036005001-511602000000-000-11511301MB15537661-1-00"
GOAL_MS = 30.0
BODY = "21021119850504123"
VALUES = {FieldKind.DATE: "2026-01-05", FieldKind.PHONE: "13800000000", FieldKind.NUMBER: "12"}


class FirstByte:
    """Notes when the first bytes of a job (not of a status question) reach the printer."""

    def __init__(self, printer: PrinterEmulator) -> None:
        self.at = 0.0
        self.seen = threading.Event()
        received = printer.received

        def noted(data: bytes) -> None:
            if b"\x1b@" in data and not self.seen.is_set():
                self.at = time.perf_counter()
                self.seen.set()
            received(data)

        printer.received = noted  # type: ignore[method-assign]


def ready_draft(ctx: Context, person: Party) -> IntakeDraft:
    """Return a draft with all materials ticked and all fields filled in."""
    draft = ctx.intake.start(person, ITEM)
    for line in ctx.intake.review(draft).materials:
        draft = drafts.with_material(draft, received(line.material))
    for field in ctx.intake.review(draft).fields:
        if field.required and not draft.form.get(field.id):
            value = field.options[0] if field.options else VALUES.get(field.kind, "示例")
            draft = drafts.with_field(draft, field.id, value)
    return draft


def sign_in(ctx: Context) -> Session:
    """Make an account and sign in."""
    ctx.staff.add("benchmark", "王芳", "benchmark-1")
    return ctx.staff.sign_in("benchmark", "benchmark-1")


def measure(rounds: int, folder: Path) -> tuple[list[float], list[float]]:
    """Return milliseconds to the saved answer and to the first byte, one each round."""
    saved: list[float] = []
    first: list[float] = []
    with PrinterEmulator(folder / "printer") as printer:
        device = DeviceSettings(
            "receipt_printer", "escpos_80mm", f"serial:{folder / 'printer'}?baud=115200"
        )
        watch = FirstByte(printer)
        with Context(Settings(data_dir=folder / "data", devices=(device,))) as ctx:
            session = sign_in(ctx)
            warm_up()
            ctx.start_devices()
            person = Party(name="刘䶮", identity_number=BODY + check_character(BODY))
            for number in range(rounds + 3):
                draft = ready_draft(ctx, person)
                watch.seen.clear()
                start = time.perf_counter()
                ctx.intake.accept(draft, session)
                done = time.perf_counter()
                if not watch.seen.wait(10):
                    raise SystemExit("the printer got nothing")
                printer.wait_for_sheets(number + 1)
                if number >= 3:
                    saved.append((done - start) * 1000)
                    first.append((watch.at - start) * 1000)
    return saved, first


def append_and_sync(rounds: int, folder: Path) -> list[float]:
    """Return milliseconds of one append of 12 KiB with fdatasync."""
    times = []
    descriptor = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for _ in range(rounds):
        start = time.perf_counter()
        os.write(descriptor, b"x" * 12_288)
        os.fdatasync(descriptor)
        times.append((time.perf_counter() - start) * 1000)
    os.close(descriptor)
    return times


def line(name: str, times: list[float]) -> float:
    """Print one line and return the median."""
    times.sort()
    median = statistics.median(times)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    print(f"{name:<44} min {times[0]:8.3f}  median {median:8.3f}  p99 {p99:8.3f} ms")
    return median


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rounds = 30 if parser.parse_args().quick else 200
    with tempfile.TemporaryDirectory() as folder:
        raw = line("append + fdatasync, 12 KiB", append_and_sync(rounds, Path(folder)))
        saved, first = measure(rounds, Path(folder))
    kept = line("accepting act to saved", saved)
    median = line("accepting act to the printer's first byte", first)
    print(f"ratio saved / append + fdatasync {kept / raw:.1f}")
    print(f"first byte {median:.1f} ms, goal {GOAL_MS:.0f} ms: {median / GOAL_MS:.2f} of it")


if __name__ == "__main__":
    main()
