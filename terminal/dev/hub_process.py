"""The hub as a process of its own: set up, started, stopped and started again where it was."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from terminal.dev.people import DeskAccount
from terminal.errors import StoreError
from terminal.protocol.snapshot import pack
from terminal.services.catalogue import read_shipped

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "main.py"
SET_UP_SECONDS = 60.0
READY_SECONDS = 30.0
STOP_SECONDS = 15.0


class HubMade(msgspec.Struct, frozen=True):
    """What setting up told: the one-time code, the hall's CA, the first account."""

    code: str
    ca: str
    account: str = ""
    password: str = ""


class HubReady(msgspec.Struct, frozen=True):
    """What the hub says once both addresses answer."""

    url: str
    public_url: str
    desk_url: str
    board_url: str = ""
    ca: str = ""


class HubProcess:
    """`main.py hub` in a data folder of its own, on loopback, behind TLS by its own CA.

    The ports are chosen once and kept, so that a hub that was stopped comes back where the
    terminal looks for it; `serving` are more options for `hub serve`, `program` is what Python
    runs instead of `main.py`. Not thread-safe.
    """

    def __init__(
        self, data_dir: Path, *serving: str, program: Sequence[str] = (str(MAIN),)
    ) -> None:
        self.data_dir = data_dir.absolute()
        self._serving = serving
        self._program = program
        self.port, self.public_port = _free_ports(2)
        self.ready: HubReady | None = None
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def database(self) -> Path:
        """The hub's store, for looking at from outside."""
        return self.data_dir / "hub" / "hub.db"

    def set_up(self, accounts: tuple[DeskAccount, ...] = ()) -> HubMade:
        """Run `hub init` and add desk accounts; each call gives a fresh enrolment code."""
        told = self._run(
            "hub", "init", "--public-url", f"http://127.0.0.1:{self.public_port}",
            "--catalogue", str(self._catalogue()), "--json",
        )  # fmt: skip
        for account in accounts:
            self._run(
                "hub", "account", account.login,
                "--display-name", account.name, "--organ", account.organ,
                "--enforcement-number", account.enforcement_number, "--json",
                *(["--legal"] if account.legal else []),
                stdin=f"{account.password}\n",
            )  # fmt: skip
        return msgspec.convert(told, HubMade)

    def _catalogue(self) -> Path:
        """Return a file with the shipped catalogue."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        catalogue = self.data_dir / "catalogue.zst"
        shipped = read_shipped()
        catalogue.write_bytes(pack(shipped.items, shipped.life_events))
        return catalogue

    def start(self) -> HubReady:
        """Start serving and wait until both addresses answer."""
        if self.running and self.ready is not None:
            return self.ready
        self._lines = queue.Queue()
        with self._log("a") as log:
            self._process = subprocess.Popen(
                self._command(
                    "hub", "--port", str(self.port), "--public-port", str(self.public_port),
                    *self._serving, "serve", "--json",
                ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
                start_new_session=True,
                cwd=ROOT,
            )  # fmt: skip
        self._reader = threading.Thread(target=self._read, name="hub-output", daemon=True)
        self._reader.start()
        self.ready = self._wait_ready()
        return self.ready

    def kill(self) -> None:
        """End the hub without a word (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
        self.stop()

    def stop(self) -> None:
        """Ask the hub to end (SIGTERM) and wait for it; without a hub nothing happens."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._reader is not None:
            self._reader.join()
        if process.stdout is not None:
            process.stdout.close()
        self._process = self._reader = None

    def __enter__(self) -> HubProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, *self._program, "--data-dir", str(self.data_dir), *arguments]

    def _log(self, mode: str) -> Any:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        return (self.data_dir / "hub-stderr.log").open(mode, encoding="utf-8")

    def _run(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        # A session of its own: a password is read from what is handed in, not from a keyboard.
        done = subprocess.run(
            self._command(*arguments),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=SET_UP_SECONDS,
            check=False,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        lines = done.stdout.strip().splitlines()
        if done.returncode or not lines:
            raise StoreError("demo.hub_failed", reason=_last_line(done.stderr))
        told: dict[str, Any] = json.loads(lines[-1])
        return told

    def _read(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _wait_ready(self) -> HubReady:
        deadline = time.monotonic() + READY_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if not line:
                break
            try:
                return msgspec.json.decode(line, type=HubReady)
            except msgspec.DecodeError:
                continue  # something else was said before
        self.stop()
        log = self.data_dir / "hub-stderr.log"
        raise StoreError("demo.hub_failed", reason=_last_line(log.read_text(encoding="utf-8")))


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "?"


def _free_ports(count: int) -> tuple[int, ...]:
    """Return ports of loopback that nobody uses now."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = tuple(int(listener.getsockname()[1]) for listener in listeners)
    for listener in listeners:
        listener.close()
    return ports
