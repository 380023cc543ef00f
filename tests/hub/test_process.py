"""The hub as its own process: set up, TLS by its own authority, stopped, killed, started again."""

from __future__ import annotations

import http.client
import json
import os
import selectors
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.hub import Hub
from hub.store import entries
from terminal.clock import SystemClock
from terminal.protocol.enrolment_code import parse
from tests.conftest import RunCli
from tests.hub.line import Line, Reply, TestTerminal

ROOT = Path(__file__).resolve().parents[2]


class TlsLine(Line):
    """Calls a served hub; trusts the hall's authority only, and checks the name."""

    def __init__(self, url: str, ca: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._context = ssl.create_default_context(cafile=ca) if ca else None

    def call(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> Reply:
        connection = (
            http.client.HTTPSConnection(
                self._host, self._port, timeout=timeout, context=self._context
            )
            if self._context
            else http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        )
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()


@contextmanager
def running(data_dir: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Run `hub` and wait for its ready line; ended afterwards whatever happens."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "hub", "--data-dir", str(data_dir), "--json",
         "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )  # fmt: skip
    try:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            assert selector.select(60), "the hub never said that it is ready"
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield process, json.loads(line)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.fixture
def made_by_cli(run_cli: RunCli) -> Any:
    """What `hub init --json` says."""
    done = run_cli("hub", "init", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_init_is_done_once_and_says_so(run_cli: RunCli, data_dir: Path, made_by_cli: Any) -> None:
    assert made_by_cli["created"]
    assert len(made_by_cli["password"]) >= 8
    code = parse(made_by_cli["code"])
    assert code is not None
    assert code.hub_key_id == made_by_cli["hub_key"]
    keys = data_dir / "hub" / "keys"
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    again = run_cli("hub", "init")
    assert again.returncode == 0
    assert "早已建立" in again.stdout
    assert made_by_cli["password"] not in again.stdout
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before
    for path in keys.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name
    other = run_cli("hub", "code", "--json")
    assert parse(json.loads(other.stdout)["code"])
    refused = run_cli("hub", "code", "--hall", "nowhere")
    assert refused.returncode == 1
    assert "没有代号为“nowhere”的大厅" in refused.stderr


def test_a_slip_at_init_makes_nothing_and_keeps_the_password_for_later(
    run_cli: RunCli, data_dir: Path
) -> None:
    for slip, word in (
        (("--catalogue", str(data_dir / "no.zst")), "no.zst"),
        (("--region", "51"), "行政区划"),
        (("--name", "https://10.1.2.3:8443"), "--name"),
    ):
        done = run_cli("hub", "init", *slip)
        assert done.returncode == 1
        assert word in done.stderr
        assert not (data_dir / "hub" / "hub.db").exists()


def test_a_name_may_be_added_to_the_certificate_later(
    run_cli: RunCli, data_dir: Path, made_by_cli: Any
) -> None:
    keys = data_dir / "hub" / "keys"
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    names = ("--name", "10.1.2.3", "--name", "2001:DB8::1", "--name", "localhost")
    for _ in range(2):
        said = json.loads(run_cli("hub", "init", "--json", *names).stdout)
        assert said["names"] == [*made_by_cli["names"], "10.1.2.3", "2001:db8::1"]
    after = {path.name: path.read_bytes() for path in keys.iterdir()}
    assert [name for name in before if before[name] != after[name]] == ["hub.pem"]


def test_without_init_there_is_a_sentence(run_cli: RunCli) -> None:
    done = run_cli("hub", "--port", "0")
    assert done.returncode == 1
    assert "hub init" in done.stderr


def test_accounts_are_added_from_the_command_line(
    run_cli: RunCli, data_dir: Path, made_by_cli: Any
) -> None:
    done = run_cli("hub", "account", "zhao", "--organ", "区税务局", stdin="a-long-password\n")
    assert done.returncode == 0, done.stderr
    short = run_cli("hub", "account", "zhao", "--organ", "区税务局", stdin="short\n")
    assert short.returncode == 1
    assert "密码太短" in short.stderr


def test_a_terminal_works_with_a_served_hub_through_stop_and_kill(
    data_dir: Path, made_by_cli: Any
) -> None:
    with running(data_dir) as (process, ready):
        line = TlsLine(ready["url"], made_by_cli["ca"])
        assert line.call("GET", "/healthz").body == b"ok"
        assert line.call("GET", "/ca.pem").body == Path(made_by_cli["ca"]).read_bytes()
        hub = Hub(data_dir)
        try:
            key = hub.keys.public
        finally:
            hub.close()
        terminal = TestTerminal.enrolled(line, made_by_cli["code"], key, SystemClock())
        taken = terminal.accept(terminal.receive())
        first = terminal.push()
        assert first.stored_seq == 4
        pages = TlsLine(ready["public_url"], "")
        assert pages.call("GET", taken.path).status == 200
        assert pages.call("POST", "/api/v1/entries", b"x").status == 404, "pages only"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    with running(data_dir) as (process, ready):
        terminal.line = TlsLine(ready["url"], made_by_cli["ca"])
        assert terminal.push().effects == first.effects
        terminal.receive()
        # Killed while the answer is on its way: what was stored stays, once.
        terminal.push()
        process.kill()
        process.wait(30)
    with running(data_dir) as (process, ready):
        terminal.line = TlsLine(ready["url"], made_by_cli["ca"])
        assert terminal.push().stored_seq == 6
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    hub = Hub(data_dir)
    try:
        with hub.store.reading() as database:
            # The hub's own: its epoch, a case's number, the terminal's first block of numbers.
            assert entries.counts(database)["entries"] == 6 + 3
    finally:
        hub.close()


def test_a_waiting_terminal_does_not_hold_up_the_end(data_dir: Path, made_by_cli: Any) -> None:
    """SIGTERM answers whoever waits, and the process is gone well before the wait is over."""
    import threading

    from terminal.protocol import wire

    with running(data_dir) as (process, ready):
        line = TlsLine(ready["url"], made_by_cli["ca"])
        hub = Hub(data_dir)
        key = hub.keys.public
        hub.close()
        terminal = TestTerminal.enrolled(line, made_by_cli["code"], key, SystemClock())
        cursor = wire.Cursor(wire.progress_feed(terminal.id))
        request = wire.PullRequest(wire.PROTOCOL_VERSION, terminal.id, os.urandom(16), (cursor,))
        answers: list[wire.PullAnswer] = []
        waiting = threading.Thread(
            target=lambda: answers.append(terminal.ask(wire.PATH_WAIT, request, wire.PullAnswer))
        )
        waiting.start()
        waiting.join(1.0)
        assert waiting.is_alive()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        waiting.join(10)
        assert not waiting.is_alive()
        assert time.monotonic() - began < 15
        assert len(answers) == 1
