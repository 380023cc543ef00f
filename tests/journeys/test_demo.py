"""The headless demo as a user runs it, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from terminal.dev import people

ROOT = Path(__file__).resolve().parents[2]
FORMATS = {"text", "escpos", "png", "pdf"}
STATES = {
    "accepted": "DECIDED",
    "correction": "AWAITING_CORRECTION",
    "declined": "NOT_ACCEPTED",
    "offline_accepted": "ACCEPTED",
    "offline_received": "RECEIVED",
}

pytestmark = pytest.mark.timeout(240)


class Played:
    """What a run of the demo said and left."""

    def __init__(self, done: subprocess.CompletedProcess[str], out: Path) -> None:
        self.done = done
        self.out = out
        self.summary: dict[str, Any] = json.loads((out / "summary.json").read_bytes())
        self.cases = {case["matter"]: case for case in self.summary["cases"]}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """One run for all tests here: no display, as on a bare machine."""
    folder = tmp_path_factory.mktemp("demo")
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    done = subprocess.run(
        [
            sys.executable, str(ROOT / "main.py"), "--data-dir", str(folder / "unused"),
            "demo", "--headless", "--out", str(folder / "out"),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
        env={name: value for name, value in os.environ.items() if name not in hidden},
        cwd=folder,
    )  # fmt: skip
    assert (folder / "out" / "summary.json").is_file(), done.stderr
    return Played(done, folder / "out")


def test_the_day_ends_as_the_scene_intended(played: Played) -> None:
    assert played.summary["problems"] == []
    assert played.done.returncode == 0, played.done.stderr
    assert played.summary["done"] is True
    assert "逐条核对：丢失 0 条，重复 0 条" in played.done.stdout
    assert {name: case["state"] for name, case in played.cases.items()} == STATES


def test_both_sides_hold_the_same_records(played: Played) -> None:
    journal, hub = played.summary["journal"], played.summary["hub"]
    assert (played.summary["lost"], played.summary["doubled"]) == (0, 0)
    assert journal["waiting"] == 0
    assert journal["written"] == journal["acknowledged"] > 30
    # What the hub wrote itself stands beside what came: case numbers and the decision.
    assert hub["entries"] > journal["written"]
    assert (hub["cases"], hub["ratings"]) == (5, played.summary["ratings"]) == (5, 3)
    assert played.summary["chain_holds"] is True


def test_what_was_made_offline_says_so(played: Played) -> None:
    offline = {name for name, case in played.cases.items() if case["offline"]}
    assert offline == {"offline_accepted", "offline_received"}
    for name, case in played.cases.items():
        receipt = _receipt(played, case)
        assert ("网络中断期间出具" in receipt) == (name in offline)


def test_numbers_and_record_ids_are_never_given_twice(played: Played) -> None:
    receipts = [case["receipt_number"] for case in played.cases.values()]
    records = [record for case in played.cases.values() for record in case["record_ids"]]
    assert len(set(receipts)) == len(receipts) == 5
    assert len(set(records)) == len(records) > 10


def test_each_document_is_there_in_four_forms(played: Played) -> None:
    kinds = {name: {d["kind"] for d in case["documents"]} for name, case in played.cases.items()}
    copied = {"receipt", "copy_check"}
    assert kinds["accepted"] == copied | {"acceptance", "decision_grant"}
    assert kinds["offline_accepted"] == copied | {"acceptance"}
    assert kinds["correction"] == copied | {"correction"}
    assert kinds["declined"] == {"decline"}
    assert kinds["offline_received"] == {"receipt"}
    for case in played.cases.values():
        for document in case["documents"]:
            assert set(document["files"]) == FORMATS
            for format, file in document["files"].items():
                path = played.out / file
                assert case["receipt_number"] in path.name
                _look_into(path, format, case["receipt_number"])


def test_rare_names_are_printed_and_stand_in_no_file_name(played: Played) -> None:
    texts = "".join(
        path.read_text(encoding="utf-8") for path in (played.out / "documents").glob("*.txt")
    )
    for name in ("王㛃", "刘䶮", "𬱖", "阿卜杜热合曼·麦麦提"):
        assert name in texts
    files = " ".join(str(path) for path in played.out.rglob("*"))
    assert not any(person.name in files for person in people.PEOPLE)
    assert not any(person.number in files for person in people.PEOPLE)
    summary = (played.out / "summary.json").read_text(encoding="utf-8")
    assert not any(person.name in summary for person in people.PEOPLE)


def test_the_printers_got_each_paper_once(played: Played) -> None:
    printed = played.summary["printed"]
    slips = [(played.out / file).read_bytes() for file in printed["slips"]]
    receipts = [path.read_bytes() for path in (played.out / "documents").glob("*-receipt.escpos")]
    assert len(slips) == len(receipts) == 4
    assert printed["unlike"] == 0
    for receipt in receipts:
        assert sum(receipt in slip or slip in receipt for slip in slips) == 1
    assert len(printed["sheets"]) == 7


def test_there_is_a_picture_of_every_screen(played: Played) -> None:
    names = {Path(file).stem for file in played.summary["screenshots"]}
    for part in ("sign-in", "accepted", "citizen-rating", "journal", "devices", "my-cases",
                 "decline", "dark-work", "200-work"):  # fmt: skip
        assert any(part in name for name in names), part
    for file in played.summary["screenshots"]:
        with Image.open(played.out / file) as picture:
            # A screen that is all one colour shows nothing.
            assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 20, file
    with Image.open(played.out / "screens" / "200-work.png") as picture:
        assert picture.size == (2732, 1536)


def test_nothing_else_is_left_behind(played: Played) -> None:
    assert not (played.out / "data").exists()
    assert played.summary["seconds"] < 150


def _receipt(played: Played, case: dict[str, Any]) -> str:
    """Return the text of a case's first paper."""
    file = case["documents"][0]["files"]["text"]
    return (played.out / file).read_text(encoding="utf-8")


def _look_into(path: Path, format: str, number: str) -> None:
    data = path.read_bytes()
    if format == "text":
        assert number in data.decode()
    elif format == "pdf":
        assert data.startswith(b"%PDF-")
    elif format == "png":
        with Image.open(path) as picture:
            assert picture.width > 500
    else:
        assert data.startswith(b"\x1b@")
