"""`catalogue import | search | show`, as processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

FOOD = "511A0005200004-511602000000-000-115113016823646795-1-00"
RunCli = Callable[..., CompletedProcess[str]]


def test_search_for_a_person_and_for_a_program(run_cli: RunCli) -> None:
    shown = run_cli("catalogue", "search", "spjyxk", "--limit", "1")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith(FOOD)
    answer = json.loads(run_cli("catalogue", "search", "spjyxk", "--json").stdout)
    assert answer["hits"][0]["code"] == FOOD
    nothing = run_cli("catalogue", "search", "龘龘龘龘")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "龘龘龘龘" in nothing.stderr


def test_a_file_of_queries_is_answered_line_by_line(run_cli: RunCli, tmp_path: Path) -> None:
    queries = tmp_path / "q.txt"
    queries.write_text("食品许可\nspjyxk\n\n龘龘龘\n", encoding="utf-8")
    done = run_cli("catalogue", "search", "--batch", queries, "--json", "--limit", "3")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["query"] for line in lines] == ["食品许可", "spjyxk", "", "龘龘龘"]
    assert [len(line["hits"]) for line in lines] == [3, 3, 3, 0]
    assert all(line["time_us"] > 0 for line in lines)


def test_show(run_cli: RunCli) -> None:
    shown = run_cli("catalogue", "show", FOOD)
    assert "食品(含保健食品)经营许可核发" in shown.stdout
    assert "营业执照" in shown.stdout
    english = run_cli("catalogue", "show", FOOD, "--language", "en")
    assert "Department" in english.stdout
    item = json.loads(run_cli("catalogue", "show", FOOD, "--json").stdout)
    assert item["materials"]
    unknown = run_cli("catalogue", "show", "X1")
    assert unknown.returncode == 1
    assert "X1" in unknown.stderr


def test_import_says_what_came_of_each_file(run_cli: RunCli, tmp_path: Path) -> None:
    good, bad = tmp_path / "好.csv", tmp_path / "坏.csv"
    good.write_bytes("name,item_code,department\n崭新事项,B1,区局\n".encode("gbk"))
    bad.write_text("name,item_code,department\n,B2,区局\n", encoding="utf-8")
    done = run_cli("catalogue", "import", good, bad)
    assert done.returncode == 1
    assert "新增 1 项" in done.stdout
    assert "第 2 行" in done.stderr
    assert "869" in done.stdout
    as_json = run_cli("catalogue", "import", good, "--json")
    report = json.loads(as_json.stdout)
    assert (report["imported"], report["unchanged"], report["refused"]) == (0, 1, [])
    missing = run_cli("catalogue", "import", tmp_path / "none.csv")
    assert missing.returncode == 1
    assert "none.csv" in missing.stderr
