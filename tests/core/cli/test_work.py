"""`staff`, `intake`, `journal`, `document`, `ratings`: a day's work by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.context import Context
from terminal.domain.numbers import check_receipt_number
from terminal.settings import Settings
from terminal.store.tables.ledger import EntryRow
from tests.core.cli.conftest import Command, write_application
from tests.core.hall import LICENCE


@pytest.fixture
def number(command: Command, office: Path, tmp_path: Path) -> str:
    """The receipt number of one accepted application."""
    done = command("intake", write_application(tmp_path / "a.json"), "--as", "wang", "--json")
    assert done.status == 0, done.err
    return str(done.lines[0]["receipt_number"])


def test_the_first_account_of_a_new_machine(command: Command) -> None:
    assert "staff add" in command("staff", "list").err
    added = command("staff", "add", "li", "李四", "--role", "SUPERVISOR")
    assert added.status == 0
    assert "李四" in added.out
    again = command("staff", "add", "li", "李五")
    assert (again.status, again.out) == (1, "")
    assert "已经有人使用" in again.err
    listed = command("staff", "list")
    assert "李四" in listed.out
    assert "大厅值班长" in listed.out
    [row] = command("staff", "list", "--json").lines
    assert (row["login"], row["role"]) == ("li", "SUPERVISOR")
    assert "password" not in row


def test_without_anybody_to_type_a_password_is_asked_for_in_words(
    command: Command, office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YICHUANG_PASSWORD")
    done = command("intake", write_application(tmp_path / "a.json"), "--as", "wang")
    assert done.status == 1
    assert "YICHUANG_PASSWORD" in done.err
    monkeypatch.setenv("YICHUANG_PASSWORD", "wrong-password")
    done = command("intake", tmp_path / "a.json", "--as", "wang")
    assert (done.status, done.out) == (1, "")
    assert "账号或密码不对" in done.err


@pytest.mark.parametrize("given_up", [EOFError, KeyboardInterrupt])
def test_a_password_that_is_not_typed_after_all(
    command: Command, monkeypatch: pytest.MonkeyPatch, data_dir: Path, given_up: type[BaseException]
) -> None:
    def left(_prompt: str) -> str:
        raise given_up

    monkeypatch.delenv("YICHUANG_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", left)
    for arguments in (("staff", "add", "li", "李四"), ("hub", "account", "li")):
        done = command(*arguments)
        assert (done.status, done.out) == (1, "")
        assert "已取消" in done.err
    assert not list(data_dir.glob("reports/report-*"))


def test_a_typed_password_of_the_hub_is_compared(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["long-enough-1", "long-enough-2"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    done = command("hub", "account", "li")
    assert done.status == 1
    assert "两次" in done.err


def test_a_wrong_field_of_a_file_is_named_in_words(
    command: Command, office: Path, tmp_path: Path
) -> None:
    path = write_application(tmp_path / "a.json", {"form": {"area": []}})
    done = command("intake", path, "--as", "wang")
    assert done.status == 1
    assert "“form[...]”一栏不对（" in done.err
    path = write_application(tmp_path / "a.json", {"colour": "red"})
    assert "不认识的栏目（" in command("intake", path, "--as", "wang").err


def test_a_batch_goes_on_after_a_refused_application(
    command: Command, office: Path, tmp_path: Path
) -> None:
    path = write_application(
        tmp_path / "many.json",
        {},
        {"materials": []},
        {"colour": "red"},
        {"form": {"area": "7"}},
    )
    done = command("intake", path, "--as", "wang")
    assert done.status == 1
    assert len(done.out.splitlines()) == 2
    assert all("已受理" in line for line in done.out.splitlines())
    assert "第 2 件" in done.err
    assert "第 3 件" in done.err
    again = command("intake", path, "--as", "wang", "--json")
    assert [line.get("repeated") for line in again.lines] == [True, None, None, True]
    assert [line["place"] for line in again.lines] == [1, 2, 3, 4]
    assert again.lines[1]["error"]["code"] == "act.materials_lacking"
    written = command("journal", "status", "--json").lines[0]["written"]
    assert written == 1 + 2 * 6


def test_intake_says_how_it_is_called(command: Command, tmp_path: Path) -> None:
    assert command("intake").status == 2
    assert command("intake", tmp_path / "a.json").status == 2
    schema = command("intake", "--schema")
    assert schema.status == 0
    assert "PreparedApplication" in schema.out


def test_the_journal_tells_where_everything_is(command: Command, number: str) -> None:
    status = command("journal", "status")
    assert "已写入" in status.out
    [told] = command("journal", "status", "--json").lines
    assert (told["written"], told["waiting"], told["acknowledged"]) == (7, 7, 0)
    listed = command("journal", "list", "--limit", "3")
    assert len(listed.out.splitlines()) == 4
    assert number in listed.out
    lines = command("journal", "list", "--json").lines
    assert [line["seq"] for line in lines] == [7, 6, 5, 4, 3, 2, 1]
    assert not any("张三" in line for line in listed.out.splitlines())


def test_a_touched_journal_exits_with_one_and_names_the_place(
    command: Command, number: str, office: Path
) -> None:
    assert command("journal", "verify").status == 0
    assert command("ratings", "verify").status == 0
    assert command("journal", "verify", "--json").lines[0]["holds"] is True
    with Context(Settings(data_dir=office)) as ctx:
        ctx.ledger.write(lambda db: EntryRow.delete().where(EntryRow.seq == 4).execute(db))
    done = command("journal", "verify")
    assert (done.status, done.out) == (1, "")
    assert "第 5 条" in done.err
    told = command("journal", "verify", "--json")
    assert told.status == 1
    assert (told.lines[0]["holds"], told.lines[0]["bad_seq"]) == (False, 5)
    assert command("ratings", "verify").status == 1


@pytest.mark.parametrize(
    ("kind", "start"),
    [("text", "  "), ("escpos", "\x1b@"), ("png", "\x89PNG"), ("pdf", "%PDF-")],
)
def test_a_document_is_written_in_each_form(
    command: Command, number: str, tmp_path: Path, kind: str, start: str
) -> None:
    path = tmp_path / f"out.{kind}"
    for _ in range(2):
        done = command("document", "receipt", number, "--format", kind, "-o", path)
        assert done.status == 0, done.err
    assert path.read_bytes().decode("latin-1").startswith(start)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    [told] = command("document", "receipt", number, "-o", path, "--json").lines
    assert (told["kind"], told["number"], told["bytes"]) == (
        "receipt", number, path.stat().st_size,
    )  # fmt: skip


def test_a_number_is_read_as_people_type_it(command: Command, number: str) -> None:
    for typed in (number, number.lower(), number.replace("-", ""), f" {number} "):
        done = command("document", "acceptance", typed)
        assert done.status == 0, typed
        assert LICENCE.name in done.out
    own = command("document", "acceptance", f"{number.lower()}-受")
    assert own.status == 0
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert check_receipt_number(wrong).code == "number.receipt_check"
    done = command("document", "receipt", wrong)
    assert (done.status, done.out) == (1, "")
    assert "校验" in done.err
    done = command("document", "non-acceptance", number)
    assert done.status == 1
    assert "没有找到" in done.err


def test_a_document_that_cannot_be_written(command: Command, number: str, tmp_path: Path) -> None:
    done = command("document", "receipt", number, "-o", tmp_path / "no" / "a.txt")
    assert done.status == 1
    assert "写不进去" in done.err


def test_english_is_the_second_language(command: Command, number: str) -> None:
    assert "written" in command("--language", "en", "journal", "status").out
    done = command("--language", "en", "document", "decline", number)
    assert "No document" in done.err
