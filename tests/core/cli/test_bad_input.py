"""Bad input by command: a sentence in Chinese with what to do, status 1, nothing half-written."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from terminal.context import Context
from terminal.protocol.enrolment_code import EnrolmentCode
from terminal.protocol.wire import Enrolment
from terminal.settings import Settings
from terminal.store import meta
from tests.core.cli.conftest import Command, Done, furnish, write_application
from tests.core.hall import VISITOR

PERSON = {"name": VISITOR.name, "identity_number": VISITOR.identity_number}
HEAD = "name,item_code,department\n"


def said(done: Done, *words: str) -> None:
    """The command was refused in Chinese, with what to do, and without a report."""
    assert done.status == 1, done
    for word in words:
        assert word in done.err
    assert "请" in done.err
    assert "报告第" not in done.err
    assert "Traceback" not in done.err


def written(command: Command) -> int:
    return int(command("journal", "status", "--json").lines[0]["written"])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"identity_number": VISITOR.identity_number[:-1] + "0"}, "校验"),
        ({"identity_number": "210211198502301234"}, "日"),
        ({"identity_number": "２10211198505041234"}, "全角"),
        ({"name": "张\u0007三"}, "控制字符"),
    ],
)
def test_a_visitor_in_a_file_and_on_the_command_line(
    command: Command, office: Path, tmp_path: Path, change: dict[str, str], word: str
) -> None:
    path = write_application(tmp_path / "a.json", {"visitor": {**PERSON, **change}})
    said(command("intake", path, "--as", "wang"), word)
    assert written(command) == 1
    if "identity_number" in change:
        said(command("check", "identity", change["identity_number"]), word)


def test_a_scanned_code_with_control_characters(command: Command) -> None:
    said(command("check", "receipt-number", "5116-03-261123\x07-KTM7-0001-7"), "控制")
    said(command("check", "identity", "2102111985\x1b05041234"), "控制")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("name,department\n事项,区局\n".encode("gbk"), "item_code"),
        (f"{HEAD}事项,B1,区局\n别的事项,B1,区局\n".encode(), "B1"),
        (b"\xff\xff\xff" + f"{HEAD}事项,B1,区局\n".encode("gbk"), "编码"),
        (b"", "空的"),
    ],
)
def test_a_list_of_items(
    command: Command, office: Path, tmp_path: Path, data: bytes, word: str
) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(data)
    before = command("catalogue", "search", "事项", "--json").lines
    done = command("catalogue", "import", path)
    assert done.status == 1
    assert word in done.err
    assert command("catalogue", "search", "事项", "--json").lines == before


def test_a_list_in_gbk_is_read_right(command: Command, office: Path, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(f"{HEAD}崭新的事项,B1,区局\n".encode("gbk"))
    assert command("catalogue", "import", path).status == 0
    assert (
        command("catalogue", "search", "崭新的事项", "--json").lines[0]["hits"][0]["code"] == "B1"
    )


def test_a_file_that_is_no_picture(command: Command, office: Path, tmp_path: Path) -> None:
    (tmp_path / "租赁合同.jpg").write_text("不是图片", encoding="utf-8")
    lease = {"id": "lease", "way": "UPLOAD", "files": ["租赁合同.jpg"]}
    path = write_application(
        tmp_path / "a.json", {"materials": [{"id": "card"}, {"id": "form"}, lease]}
    )
    said(command("intake", path, "--as", "wang"), "租赁合同.jpg", "不是图片")
    assert written(command) == 1
    assert not (office / "blobs").exists()


@pytest.mark.parametrize("data", [b"{", '{"act":"收件"}'.encode("gbk"), b"", b"7"])
def test_a_file_that_is_no_application(
    command: Command, office: Path, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    said(command("intake", path, "--as", "wang"), "a.json")
    said(command("intake", tmp_path / "no.json", "--as", "wang"), "no.json")
    assert written(command) == 1


@pytest.mark.parametrize("year", [1970, 2009, 2200])
def test_a_wrong_clock(command: Command, office: Path, tmp_path: Path, year: int) -> None:
    path = write_application(tmp_path / "a.json")
    with time_machine.travel(dt.datetime(year, 1, 5, 3, tzinfo=dt.UTC), tick=True):
        said(command("intake", path, "--as", "wang"), f"{year}-01-05", "系统时间")
        # What needs no legal date still works.
        assert command("journal", "verify").status == 0
    assert written(command) == 1
    assert command("intake", path, "--as", "wang").status == 0


# A hub that is none


class _Portal(http.server.BaseHTTPRequestHandler):
    def _answer(self) -> None:
        page = "<html><body>请登录无线网络</body></html>".encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def portal() -> Iterator[str]:
    """The address of a captive portal: it answers everything with a page and status 200."""
    server = http.server.HTTPServer(("127.0.0.1", 0), _Portal)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def enrolled(folder: Path) -> None:
    """Make a terminal believe that it was enrolled at some hub."""
    with Context(Settings(data_dir=folder)) as ctx:
        answer = Enrolment(
            protocol=1, nonce=b"", terminal_id=ctx.keys.terminal_id, terminal_number="03",
            hall_id="hall", hall_name="政务服务中心", region="511602", public_url="",
            hub_key=b"k" * 32, recovery_key=b"r" * 32, hub_time=0,
        )  # fmt: skip
        import msgspec

        text = msgspec.json.encode(answer).decode()
        ctx.ledger.write(lambda db: meta.put(db, "enrolment", text))


def test_a_hub_that_answers_html_with_200(
    command: Command, office: Path, tmp_path: Path, portal: str
) -> None:
    code = EnrolmentCode("A" * 16, "0" * 16, "0" * 16).text
    said(command("enrol", code, "--hub", portal), "证书与登记码不符")
    enrolled(office)
    assert command("intake", write_application(tmp_path / "a.json"), "--as", "wang").status == 0
    count = written(command)
    done = command("sync", "--once", "--hub", portal)
    assert done.status == 1
    assert "不是政务服务平台的应答" in done.err
    [status] = command("journal", "status", "--json").lines
    assert (status["written"], status["waiting"]) == (count, count)


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("https://127.0.0.1:1", "连不上"),
        ("http://bad..host", "连不上"),
        ("ftp://127.0.0.1", "平台地址不对"),
        ("http://127.0.0.1:99999", "平台地址不对"),
        ("nonsense", "平台地址不对"),
    ],
)
def test_an_address_where_no_hub_is(
    command: Command, office: Path, address: str, word: str
) -> None:
    enrolled(office)
    done = command("sync", "--once", "--hub", address)
    assert done.status == 1
    assert word in done.err
    assert "报告第" not in done.err


# A full disk


@pytest.fixture
def small_office(
    tmp_path: Path, make_context: Callable[..., Context], hall_catalogue: Path
) -> Iterator[Path]:
    """A data folder on a file system of 12 MiB, where mounting is allowed."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small file system needs root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield furnish(make_context, hall_catalogue, folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.allow_warnings("terminal.store.database", "terminal.logs", "terminal.services")
def test_a_full_disk(command: Command, small_office: Path, tmp_path: Path) -> None:
    applications = [{"form": {"area": str(number)}} for number in range(400)]
    path = write_application(tmp_path / "many.json", *applications)
    filler = small_office / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\1" * 4096):
                pass
        except OSError:
            pass
    done = command("intake", path, "--as", "wang", "--json", folder=small_office)
    assert done.status == 1
    assert "磁盘已满" in done.err
    saved = [line for line in done.lines if "receipt_number" in line]
    refused = [line for line in done.lines if "error" in line]
    assert {line["error"]["code"] for line in refused} == {"store.disk_full"}
    filler.unlink()
    assert command("journal", "verify", folder=small_office).status == 0
    lines = command("journal", "list", "--json", "--limit", "9999", folder=small_office).lines
    accepted = [line for line in lines if line["kind"] == "case_accepted"]
    # What was told as saved is there, whole; what was refused is not.
    assert len(accepted) == len(saved)
    again = write_application(tmp_path / "one.json", applications[-1])
    assert command("intake", again, "--as", "wang", folder=small_office).status == 0
    assert json.loads(json.dumps(saved)) == saved
