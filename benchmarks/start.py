"""Start to first paint and to ready for typing, beside an empty QWidget in the same run.

Every start is a process of its own on a folder whose catalogue and accounts are there, as on
any day but the first. `painted` is the moment after the first paint, `typing` when the login
has the keyboard and the event loop has come round once more, `ready` when the core with the
full catalogue is open behind the sign-in, `search` when somebody whose name and password stood
there from the first moment has signed in, the search field has taken a key and its hits are
shown. Both starts are whole: interpreter and `main.py`, with compiled modules kept from the
start before, as on every machine. One line each (median, p99, in milliseconds), the ratios
last; run with `--quick` for fewer.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOAL_PAINTED, GOAL_TYPING = 1.5, 2.5

EMPTY = """
import json, sys, time
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

class Empty(QWidget):
    def event(self, event):
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            QTimer.singleShot(0, finish)
        return done

def finish():
    marks = {"painted": time.time(), "painted cpu": time.process_time()}
    print(json.dumps(marks), flush=True)
    app.quit()

app = QApplication(["empty"])
widget = Empty()
widget.resize(1366, 768)
widget.show()
app.exec()
"""

WINDOW = """
import json, sys, time
marks = {}

def mark(name):
    marks[name], marks[f"{name} cpu"] = time.time(), time.process_time()
    if name == "typing":
        sign_in = clerk_window().sign_in
        sign_in.login.set_text("benchmark")
        sign_in.password.set_text("benchmark-2026")
        clerk_window().session_began.connect(look_for)
        sign_in.submit()

def clerk_window():
    from PySide6.QtWidgets import QApplication
    windows = QApplication.topLevelWidgets()
    return next(w for w in windows if w.objectName() == "clerk_window")

def look_for(place):
    from PySide6.QtCore import QTimer
    from PySide6.QtTest import QTest
    place.work.to_search()
    QTest.keyClicks(place.work.search.edit, "spjy")
    QTimer.singleShot(0, lambda: watch(place))

def watch(place):
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication
    search = place.work.search
    if search.edit.text() != "spjy" or search._pending or not search.results.rows:
        QTimer.singleShot(1, lambda: watch(place))
        return
    mark("search")
    print(json.dumps(marks), flush=True)
    for window in QApplication.topLevelWidgets():
        window.close()

import main
import ui.app
ui.app.LISTENERS.append(mark)
main.main(["window", "--data-dir", sys.argv[1]])
"""


def start(script: str, compiled: Path, *arguments: str) -> dict[str, float]:
    """Run one start; returns milliseconds from the start of the process to each mark.

    `… cpu` is the processor time up to there, which a busy machine changes less.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if not os.environ.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True, text=True, check=True, env=environment, timeout=60,
    )  # fmt: skip
    marks = json.loads(done.stdout.splitlines()[-1])
    since = {name: 0.0 if name.endswith(" cpu") else began for name in marks}
    return {name: (moment - since[name]) * 1000 for name, moment in marks.items()}


def prepare(folder: Path) -> None:
    """Make what is there on any day but the first: ledger, catalogue, an account."""
    sys.path.insert(0, str(ROOT))
    from terminal.context import Context
    from terminal.settings import Settings

    with Context(Settings(data_dir=folder)) as ctx:
        ctx.staff.add("benchmark", "测试", "benchmark-2026")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 starts of each instead of 15")
    rounds = 5 if parser.parse_args().quick else 15
    names = ("painted", "typing", "ready", "search")
    kinds = [f"{name}{kind}" for name in names for kind in ("", " cpu")]
    figures: dict[str, list[float]] = {name: [] for name in ("empty", "empty cpu", *kinds)}
    with tempfile.TemporaryDirectory() as folder:
        data, compiled = Path(folder, "data"), Path(folder, "compiled")
        prepare(data)
        for number in range(rounds + 1):
            empty, window = start(EMPTY, compiled), start(WINDOW, compiled, str(data))
            if number:  # The first of each compiles and warms the page cache.
                figures["empty"].append(empty["painted"])
                figures["empty cpu"].append(empty["painted cpu"])
                for name in kinds:
                    figures[name].append(window[name])
    for name, values in figures.items():
        worst = sorted(values)[max(0, round(len(values) * 0.99) - 1)]
        print(f"{name:11} median {statistics.median(values):7.1f} ms   p99 {worst:7.1f} ms")
    goals = {"painted": GOAL_PAINTED, "typing": GOAL_TYPING, "ready": None, "search": None}
    for name, goal in goals.items():
        ratio, worked = (
            statistics.median(figures[name + kind]) / statistics.median(figures["empty" + kind])
            for kind in ("", " cpu")
        )
        print(
            f"{name:8} {ratio:.2f} x empty QWidget, {worked:.2f} by processor time"
            + (f" (goal {goal})" if goal else "")
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
