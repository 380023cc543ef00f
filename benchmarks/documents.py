"""Documents: view to bytes in each format, beside what others need for the same lines.

    python benchmarks/documents.py [--quick]

Each run has its own number, name and QR code, so nothing of the citizen's can come from a cache.
Only ratios of one run count on a shared machine; timings decide no test.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from msgspec.structs import replace  # noqa: E402

from terminal.documents import PrinterProfile, lay_out, render, warm_up  # noqa: E402
from terminal.documents.columns import Line, lines_of  # noqa: E402
from terminal.documents.escpos import render_escpos  # noqa: E402
from terminal.documents.layout import Paper  # noqa: E402
from terminal.documents.views import AcceptanceView, Party, ReceiptView  # noqa: E402
from tests.core.documents.samples import acceptance, head, receipt  # noqa: E402

FIRST = """
import sys, time
sys.path.insert(0, {root!r})
from terminal.documents import render, warm_up
from tests.core.documents.samples import acceptance
view = acceptance()
if {warm}: warm_up()
start = time.perf_counter()
render(view, "pdf")
print((time.perf_counter() - start) * 1000)
"""


def measure(name: str, job: Callable[[int], object], rounds: int) -> float:
    """Run a job, print its figures in milliseconds, and return the median."""
    job(0)
    times: list[float] = []
    for number in range(rounds):
        start = time.perf_counter()
        job(number)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    median = statistics.median(times)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    print(f"{name:<44} min {times[0]:8.3f}  median {median:8.3f}  p99 {p99:8.3f} ms")
    return median


def views(count: int) -> tuple[list[ReceiptView], list[AcceptanceView]]:
    """Return receipts and notices that differ in everything that differs in a hall."""
    receipts: list[ReceiptView] = []
    notices: list[AcceptanceView] = []
    clerk = replace(head("收", official=None), clerk="王芳")
    for number in range(count):
        party = Party(
            name="王" + chr(0x4E00 + number * 7),
            id_kind="居民身份证",
            id_number=f"210211********{number:04d}",
            phone=f"138****{number:04d}",
        )
        receipt_number = f"2101-03-261123-KTM-{number:04d}-7"
        url = f"https://fw.example.gov.cn/r/{receipt_number}?t=Zk3xQ0m9bT1rV8y{number:07d}&s="
        values = {
            "applicant": party,
            "receipt_number": receipt_number,
            "query_url": url + f"{number:086d}",
        }
        receipts.append(receipt(head=clerk, visitor=None, **values))
        notices.append(acceptance(**values))
    return receipts, notices


def python_escpos(lines: list[list[str]], payload: str, rounds: int) -> float | None:
    """Measure python-escpos writing the same finished lines and code to its Dummy printer."""
    try:
        from escpos.printer import Dummy
    except ImportError:
        print("python-escpos is not installed: no peer for the printer stream")
        return None

    def job(number: int) -> bytes:
        printer = Dummy()
        printer.set(align="left")
        for line in lines[number]:
            printer.textln(line)
        printer.qr(payload, native=True, size=4)
        printer.cut()
        output: bytes = printer.output
        return output

    return measure("python-escpos Dummy, finished lines", job, rounds)


def first_pdf(*, warm: bool) -> float:
    """Return what the first PDF of a new process takes, after `warm_up` or without it."""
    code = FIRST.format(root=str(ROOT), warm=warm)
    times = [
        float(
            subprocess.run(
                [sys.executable, "-c", code], capture_output=True, check=True, text=True
            ).stdout
        )
        for _ in range(3)
    ]
    return min(times)


def main() -> None:
    """Run all jobs and print the ratios last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 100 if parser.parse_args().quick else 600
    receipts, notices = views(rounds)
    layouts = [lay_out(view) for view in receipts]
    lines = [
        [line.text for line in lines_of(layout, Paper.THERMAL_80, 48) if isinstance(line, Line)]
        for layout in layouts
    ]
    profile = PrinterProfile()
    hand = measure(
        "limit: the lines joined and encoded",
        lambda n: b"\x1b@" + "\n".join(lines[n]).encode("gbk"),
        rounds,
    )
    stream = measure("ESC/POS from a layout", lambda n: render_escpos(layouts[n], profile), rounds)
    measure("ESC/POS from a view", lambda n: render(receipts[n], "escpos"), rounds)
    peer = python_escpos(lines, receipts[0].query_url, rounds)
    dots = PrinterProfile(raster=True)
    raster = measure("full raster from a layout", lambda n: render_escpos(layouts[n], dots), rounds)
    print(f"first PDF, new process, cold                 {first_pdf(warm=False):12.1f} ms")
    first = first_pdf(warm=True)
    print(f"first PDF, new process, after warm_up        {first:12.1f} ms")
    warm_up()
    pdf = measure("PDF (A4) from a view", lambda n: render(notices[n], "pdf"), rounds // 4)
    measure("PNG (A4, 144 dpi) from a view", lambda n: render(notices[n], "png"), rounds // 10)
    print(f"goal ESC/POS text 0.15 ms: {stream:.3f}; raster 2.5 ms: {raster:.2f}; ", end="")
    print(f"PDF 10 ms: {pdf:.1f}; first PDF 100 ms: {first:.0f}")
    print(f"ratio ESC/POS to the limit {stream / hand:.1f}", end="")
    print(f", to python-escpos {stream / peer:.2f}" if peer else "")


if __name__ == "__main__":
    main()
