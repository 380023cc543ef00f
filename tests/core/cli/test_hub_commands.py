"""`enrol` and `sync` against a hub that runs as a process of its own, behind TLS."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from terminal.context import Context
from terminal.sync.worker import SyncWorker
from tests.core.cli.conftest import Command, furnish, write_application

ROOT = Path(__file__).parents[3]


class RunningHub(msgspec.Struct):
    """Where a hub listens, and how its codes are made."""

    folder: Path
    url: str

    def code(self) -> str:
        """Make a one-time code."""
        return str(hub_command(self.folder, "code")["code"])


def hub_command(folder: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "main.py", "--data-dir", str(folder), "--json", "hub", *arguments],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[0])
    return answer


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[RunningHub]:
    """Run a hub until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "main.py", "--data-dir", str(folder), "--json", "hub", "serve",
         "--port", str(port), "--public-port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield RunningHub(folder, json.loads(line)["url"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()
        process.stderr.close()


@pytest.fixture(scope="module")
def hub_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's data folder."""
    folder = tmp_path_factory.mktemp("hub")
    hub_command(folder, "init")
    return folder


def test_a_terminal_is_enrolled_sends_and_survives_the_hubs_absence(
    command: Command, office: Path, hub_folder: Path, tmp_path: Path
) -> None:
    assert "还没有登记" in command("sync", "--once").err
    assert command("intake", write_application(tmp_path / "a.json"), "--as", "wang").status == 0
    with serving(hub_folder) as hub:
        code = hub.code()
        assert "--hub" in command("enrol", code).err
        other_name = hub.url.replace("127.0.0.1", "127.1")
        assert "hub init --name 127.1" in command("enrol", code, "--hub", other_name).err
        told = command("enrol", code, "--hub", "https://127.0.0.1:9").err
        assert "连不上 https://127.0.0.1:9，没有登记" in told
        done = command("enrol", code, "--hub", hub.url, "--name", "3 号")
        assert done.status == 0, done.err
        assert "本机已登记" in done.out
        assert "yichuang.toml" not in done.err
        # The address and the certificate are kept: nobody names them again.
        assert (office / "keys" / "ca.pem").read_text(encoding="ascii").startswith("-----BEGIN")
        done = command("sync", "--once")
        assert done.status == 0, done.err
        assert "7 条" in done.out
        [told] = command("sync", "--once", "--json").lines
        assert (told["sent"], told["waiting"], told["hub"]) == (0, 0, "connected")
        # An application that is taken in while the hub answers is made with the hub.
        write_application(tmp_path / "c.json", {"form": {"area": "8"}})
        [saved] = command("intake", tmp_path / "c.json", "--as", "wang", "--json").lines
        assert not saved["offline"]
        assert command("sync", "--once", "--json").lines[0]["held"] == 0
        # The same machine may present its code again; another one may not.
        again = command("enrol", code, "--hub", hub.url)
        assert again.status == 0
        # Nobody has named this window: the sentence says where, before papers look alike.
        assert "yichuang.toml" in again.err
        port = int(hub.url.rpartition(":")[2])
    write_application(tmp_path / "b.json", {"form": {"area": "9"}})
    [saved] = command("intake", tmp_path / "b.json", "--as", "wang", "--json").lines
    assert saved["offline"]
    done = command("sync", "--once")
    assert (done.status, done.out) == (1, "")
    assert "连不上政务服务平台" in done.err
    with serving(hub_folder, port):
        assert command("sync", "--once", "--json").lines[0]["sent"] == 6


def test_what_the_hub_still_holds_is_named(
    command: Command, office: Path, hub_folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    rounds = []
    once = SyncWorker.once

    def counted(worker: SyncWorker) -> None:
        rounds.append(worker)
        once(worker)

    Image.new("RGB", (40, 40), "white").save(tmp_path / "lease.png")
    lease = {"id": "lease", "way": "UPLOAD", "files": ["lease.png"]}
    materials = [{"id": "card"}, {"id": "form"}, lease]
    write_application(tmp_path / "a.json", {"materials": materials})
    assert command("intake", tmp_path / "a.json", "--as", "wang").status == 0
    with serving(hub_folder) as hub:
        assert command("enrol", hub.code(), "--hub", hub.url).status == 0
        with monkeypatch.context() as patch:
            patch.setattr("terminal.sync.rounds.send_blobs", lambda _: 0)
            patch.setattr(SyncWorker, "once", counted)
            done = command("sync", "--once")
        assert done.status == 1
        assert "扫描件还没有传完" in done.err
        assert len(rounds) == 2
        done = command("sync", "--once")
        assert (done.status, done.err) == (0, "")


def test_a_code_enrols_one_machine_and_only_at_its_own_hub(
    command: Command, office: Path, hub_folder: Path, tmp_path: Path,
    make_context: Callable[..., Context], hall_catalogue: Path,
) -> None:  # fmt: skip
    other = furnish(make_context, hall_catalogue, tmp_path / "other")
    with serving(hub_folder) as hub:
        code = hub.code()
        assert command("enrol", code, "--hub", hub.url).status == 0
        done = command("enrol", code, "--hub", hub.url, folder=other)
        assert done.status == 1
        assert "已被另一台终端使用" in done.err
        for wrong, said in (
            ("YC1-nonsense", "不是登记码"),
            (code[:-1] + ("0" if code[-1] != "0" else "1"), "证书与登记码不符"),
            ("YC1-AAAAAAAAAAAAAAAA" + code[20:], "登记码不对"),
            (code[:21] + "0" * 16 + code[37:], "与登记码不符"),
        ):
            done = command("enrol", wrong, "--hub", hub.url, folder=other)
            assert done.status == 1, wrong
            assert said in done.err, wrong
    assert not (other / "hub.toml").exists()
    assert not (other / "keys" / "ca.pem").exists()


def test_the_loop_runs_until_it_is_stopped(
    command: Command, office: Path, hub_folder: Path, tmp_path: Path
) -> None:
    with serving(hub_folder) as hub:
        assert command("enrol", hub.code(), "--hub", hub.url).status == 0
        assert command("intake", write_application(tmp_path / "a.json"), "--as", "wang").status == 0
        loop = subprocess.Popen(
            [sys.executable, "main.py", "--data-dir", str(office), "--json", "sync"],
            cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip
        assert loop.stdout is not None
        sent = 0
        while sent < 6:  # The first entry went up before the application was taken in.
            line = loop.stdout.readline()
            assert line, "the loop ended by itself"
            sent += json.loads(line).get("sent", 0)
        assert "正被另一个一窗程序使用" in command("journal", "status").err
        loop.send_signal(signal.SIGTERM)
        loop.stdout.read()
        assert loop.wait(20) == 0
        loop.stdout.close()
    assert command("journal", "status", "--json").lines[0]["waiting"] == 0
