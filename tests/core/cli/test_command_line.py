"""The command line: exit statuses, wrong usage, both languages, numbered reports."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import main
from terminal.cli import base, parser
from terminal.cli.base import Console, Exit
from terminal.errors import InvalidInput
from terminal.texts import LANGUAGES, Texts

Run = Callable[[argparse.Namespace, Console], int]

PERSONAL = "张三丰 13800138000"

ROOT = Path(main.__file__).parent


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], None]:
    """Put a function in the place of the module of `doctor`."""

    def put(run: Run) -> None:
        monkeypatch.setattr(main, "import_module", lambda _name: SimpleNamespace(run=run))

    return put


def test_a_command_returns_its_status(command: Callable[[Run], None], data_dir: Path) -> None:
    command(lambda _args, _console: Exit.DONE)
    assert main.main(["doctor", "--data-dir", str(data_dir)]) == 0


def test_a_refusal_is_a_sentence_on_stderr(
    command: Callable[[Run], None], data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_args: argparse.Namespace, _console: Console) -> int:
        raise InvalidInput("settings.not_found", file="a.toml")

    command(refuse)
    assert main.main(["doctor", "--data-dir", str(data_dir)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == InvalidInput("settings.not_found", file="a.toml").sentence(Texts("zh")) + "\n"
    assert list(data_dir.iterdir()) == []


def test_a_refusal_names_its_code_to_programs(
    command: Callable[[Run], None], data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_args: argparse.Namespace, _console: Console) -> int:
        raise InvalidInput("settings.not_found", file="a.toml")

    command(refuse)
    assert main.main(["doctor", "--data-dir", str(data_dir), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "settings.not_found"


def test_a_defect_becomes_a_numbered_report(
    command: Callable[[Run], None], data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(_args: argparse.Namespace, _console: Console) -> int:
        raise ZeroDivisionError(PERSONAL)

    command(break_down)
    arguments = ["doctor", "--data-dir", str(data_dir)]
    assert [main.main(arguments), main.main(arguments)] == [3, 3]
    assert [p.name for p in sorted((data_dir / "reports").iterdir())] == [
        "report-0001.txt",
        "report-0002.txt",
    ]
    text = (data_dir / "reports" / "report-0001.txt").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in text
    assert "break_down" in text
    assert "张三丰" not in text
    assert "13800138000" not in text
    assert "报告第 2 号" in capsys.readouterr().err


def test_the_number_is_told_even_when_the_report_cannot_be_saved(
    command: Callable[[Run], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(_args: argparse.Namespace, _console: Console) -> int:
        raise ZeroDivisionError

    command(break_down)
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert main.main(["doctor", "--data-dir", str(blocked)]) == 3
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_an_interrupt_is_no_defect(command: Callable[[Run], None], data_dir: Path) -> None:
    def interrupt(_args: argparse.Namespace, _console: Console) -> int:
        raise KeyboardInterrupt

    command(interrupt)
    assert main.main(["doctor", "--data-dir", str(data_dir)]) == 130
    assert not (data_dir / "reports").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nosuch"],
        ["check"],
        ["check", "colour"],
        ["catalogue", "import"],
        ["catalogue", "search", "x", "--limit", "0"],
        ["document"],
        ["document", "receipt", "1", "--format", "docx"],
        ["hub", "--port", "70000"],
        ["doctor", "--language", "tlh"],
        ["doctor", "--data"],
        ["enrol"],
    ],
)
def test_wrong_usage_exits_with_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main.main(arguments)
    assert stop.value.code == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "用法" in err


def test_wrong_usage_is_told_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.main(["document", "--language", "en"])
    assert "missing: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["windwo"], "是不是 'window'？"),
        (["journal", "statsu"], "是不是 'status'？"),
        (["doctor", "--language", "zz"], "没有 'zz' 这一项（可选："),
        (["windwo", "--language", "en"], "did you mean 'window'?"),
    ],
)
def test_a_slip_is_told_the_nearest_word(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main.main(arguments)
    assert said in capsys.readouterr().err


def test_common_options_may_stand_before_or_behind_the_command() -> None:
    before = main.parse(["--data-dir", "d", "--hub", "http://h", "journal", "status", "--json"])
    behind = main.parse(["journal", "status", "--json", "--data-dir", "d", "--hub", "http://h"])
    assert vars(before) == vars(behind)
    assert (before.data_dir, before.hub, before.config) == (Path("d"), "http://h", None)
    assert (before.json, before.debug, before.action) == (True, False, "status")


def test_the_data_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YICHUANG_DATA_DIR", "/somewhere")
    assert main.parse(["doctor"]).data_dir == Path("/somewhere")


def test_without_any_word_the_data_folder_is_the_accounts(tmp_path: Path) -> None:
    assert main.parse(["doctor"]).data_dir.is_relative_to(tmp_path / "home")


def test_test_hands_on_what_it_does_not_know() -> None:
    args = main.parse(["test", "-k", "name", "tests/core", "--json"])
    assert args.arguments == ["-k", "name", "tests/core", "--json"]
    assert main.parse(["test"]).arguments == []
    assert main.parse(["benchmark", "start", "--quick"]).arguments == ["start", "--quick"]


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "POSIX"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_follows_the_locale(environment: dict[str, str], language: str) -> None:
    assert base.language_of(environment) == language


def _parsers(top: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [top]
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                found += _parsers(child)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_has_help(language: str) -> None:
    top = parser.build(Texts(language), "0")
    every = _parsers(top)
    assert {p.prog for p in every} >= {f"yichuang {name}" for name in main.COMMANDS}
    for one in every:
        assert one.description, one.prog
        assert one.format_help()
        for action in one._actions:
            if not isinstance(action, argparse._SubParsersAction):
                assert action.help, (one.prog, action.dest)


def test_the_grammar_and_the_dispatch_know_the_same_commands() -> None:
    top = parser.build(Texts(), "0")
    (commands,) = [a for a in top._actions if isinstance(a, argparse._SubParsersAction)]
    assert set(commands.choices) == set(main.COMMANDS)


def test_a_table_is_aligned_for_wide_characters(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w+", encoding="utf-8") as out:
        console = Console(
            texts=Texts(), stdout=out, stderr=out, json=False, reports=SimpleNamespace()
        )
        console.table([("收件号", "x"), ("a", "y")])
        out.seek(0)
        assert out.read() == "收件号  x\na       y\n"


def test_the_real_program_says_its_version(run_cli: Callable[..., object]) -> None:
    done = run_cli("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip().count(".") == 2


def test_chinese_survives_a_pipe_under_the_c_locale(run_cli: Callable[..., object]) -> None:
    env = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run_cli("journal", env=env)
    assert done.returncode == Exit.USAGE
    assert "缺少参数" in done.stderr


def test_the_document_of_the_command_line_names_every_command_and_action() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for one in _parsers(parser.build(Texts("en"), "0")):
        for word in one.prog.split()[1:]:
            assert word in text, one.prog
        for action in one._actions:
            for option in action.option_strings[-1:]:
                if option not in {"--help", "--version"}:
                    assert option in text, (one.prog, option)
