"""`check`: the real command in a process of its own, and its answers line by line."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from terminal.cli import check
from terminal.cli.base import Console
from terminal.domain import identity

ROOT = Path(__file__).resolve().parents[3]
GOOD = "21021119850504123" + identity.check_character("21021119850504123")


def call(*arguments: str, stdin: str | bytes = "", language: str = "zh") -> Any:
    """Run `main.py check …` as a person would; returns its status and what it wrote."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "main.py", "--language", language, "check", *arguments],
        cwd=ROOT,
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return SimpleNamespace(
        status=done.returncode, out=done.stdout.decode(), err=done.stderr.decode()
    )


class Direct:
    """The command in this process, with the lines of stdin given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(
        self, action: str, *values: str, stdin: bytes | None = None, unit: str = "W"
    ) -> Any:
        from terminal.texts import Texts

        out, err = io.StringIO(), io.StringIO()
        if stdin is not None:
            self.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), "ascii"))
        console = Console(
            texts=Texts("zh"),
            stdout=out,
            stderr=err,
            json=True,
            reports=None,  # type: ignore[arg-type]
        )
        args: Any = SimpleNamespace(action=action, values=list(values), unit=unit)
        status = check.run(args, console)
        answers = [json.loads(line) for line in out.getvalue().splitlines()]
        return SimpleNamespace(status=status, answers=answers, err=err.getvalue())


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> Direct:
    return Direct(monkeypatch)


def test_a_deadline_for_a_person() -> None:
    done = call("deadline", "2026-11-23", "5")
    assert (done.status, done.err) == (0, "")
    assert done.out == "2026-11-23 起 5 个工作日（当日不计）：最迟 2026-11-30（周一，含当日）\n"


def test_a_refusal_for_a_person() -> None:
    done = call("identity", GOOD, "１" + GOOD[1:])
    assert done.status == 1
    assert "辽宁省大连市甘井子区" in done.out
    assert "全角" in done.err
    assert "Traceback" not in done.err


def test_in_english() -> None:
    done = call("receipt-number", "2101", language="en")
    assert (done.status, done.out) == (1, "")
    assert "not a complete receipt number" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("deadline", "2026-11-23"),
        ("deadline", "2026-11-23", "5", "--unit", "Y"),
        ("weather", "5"),
    ],
)
def test_usage(arguments: tuple[str, ...]) -> None:
    assert call(*arguments).status == 2


def test_lines_of_stdin_are_answered_one_by_one() -> None:
    done = call("identity", stdin=f"\ufeff{GOOD}\r\n\n{GOOD[:-1]}\n")
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert done.status == 1
    assert [answer["valid"] for answer in answers] == [True, False, False]
    assert answers[0]["birth"] == "1985-05-04"
    assert answers[0]["number"] == GOOD
    assert [answer["code"] for answer in answers[1:]] == ["identity.empty", "identity.length"]
    assert all(answer["reason"] for answer in answers[1:])


def test_no_lines_are_no_refusal(direct: Direct) -> None:
    done = direct("identity", stdin=b"")
    assert (done.status, done.answers) == (0, [])


def test_bytes_that_are_no_utf8_are_refused_not_broken(direct: Direct) -> None:
    gbk = "号码".encode("gbk")
    done = direct("credit-code", stdin=gbk + b"\n" + b"\x00\xff\n\x0b\x0c\x1c")
    assert done.status == 1
    assert [answer["valid"] for answer in done.answers] == [False, False, False]


def test_deadline_lines_may_name_their_unit(direct: Direct) -> None:
    lines = b"2026-11-23 5\n2026-11-23 5 N\n2026-11-23T09:30 4 h\n2026-11-22 30\n"
    done = direct("deadline", stdin=lines)
    assert done.status == 0
    assert [answer["due"] for answer in done.answers] == [
        "2026-11-30",
        "2026-11-28",
        "2026-11-23",
        "2027-01-04",
    ]
    assert [answer["provisional"] for answer in done.answers] == [False, False, False, True]
    assert done.answers[2]["moment"] == "2026-11-23T13:30:00"
    assert "2026-11-30" in done.answers[1]["notes"][0]
    assert "2026-11-23" in done.answers[3]["notes"][0]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2026-02-30 5", "deadline.from"),
        ("2026-2-3 5", "deadline.from"),
        ("２０２６-02-03 5", "deadline.from"),
        ("20260203 5", "deadline.from"),
        ("2026-11-23 ５", "deadline.number"),
        ("2026-11-23 -5", "deadline.number"),
        ("2026-11-23 5.5", "deadline.number"),
        ("2026-11-23 99999999", "deadline.count"),
        ("9999-12-30 30", "deadline.too_late"),
        ("2026-11-23 5 天", "deadline.unit"),
        ("2026-11-23", "deadline.parts"),
        ("", "deadline.parts"),
    ],
)
def test_a_deadline_that_makes_no_sense(direct: Direct, line: str, code: str) -> None:
    done = direct("deadline", stdin=line.encode() + b"\n")
    assert done.status == 1
    assert done.answers[0]["code"] == code
    assert "{" not in done.answers[0]["reason"]


def test_the_unit_option_holds(direct: Direct) -> None:
    done = direct("deadline", "2026-11-20", "3", unit="N")
    assert done.answers[0]["due"] == "2026-11-23"
    hours = direct("deadline", "2026-11-20", "36", unit="H").answers[0]
    assert hours["moment"] == "2026-11-21T12:00:00"
    assert hours["notes"]


def test_credit_codes_say_what_they_are(direct: Direct) -> None:
    done = direct("credit-code", "11511301008778183N", "008778183")
    first, second = done.answers
    assert (first["category_name"], first["region"]) == ("机关", "四川省南充市")
    assert (second["kind"], second["organisation"]) == ("organisation", "008778183")


def test_receipt_numbers_say_their_parts(direct: Direct) -> None:
    done = direct("receipt-number", "2101 03 261123 ktm7 oo42 0", "2101-03-261123-KTM7-0024-0")
    first, second = done.answers
    assert first["number"] == "2101-03-261123-KTM7-0042-0"
    assert (first["date"], first["terminal"], first["sequence"]) == ("2026-11-23", 3, 42)
    assert second["code"] == "number.receipt_check"
    assert done.status == 1
