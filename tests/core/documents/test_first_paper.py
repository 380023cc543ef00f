"""The first paper after the start is made while another thread warms up."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from terminal.documents import qr

ROOT = Path(__file__).resolve().parents[3]
RACE = """
import sys, threading
from terminal.documents import qr, warm_up
sys.setswitchinterval(1e-6)
made = []
first = threading.Thread(target=lambda: made.append(qr.modules("一窗")))
again = threading.Thread(target=warm_up)
for thread in (again, first): thread.start()
for thread in (again, first): thread.join()
print(len(made[0]))
"""


def test_warming_up_and_the_first_code_do_not_meet_half_way() -> None:
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", RACE],
            cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
        assert (done.stdout.strip(), done.stderr) == ("21", "")


def test_the_library_is_imported_at_one_place_only() -> None:
    """Two threads that begin at different modules of it fail: one door, and one at a time."""
    for path in Path(qr.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = [
            node for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qrcode")
        ]  # fmt: skip
        assert len(named) == (1 if path.name == "qr.py" else 0), path
