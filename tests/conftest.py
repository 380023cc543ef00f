"""What every test stands on: a fresh data folder, loopback only, nothing left over.

A test fails when it talks to anything but this machine, when something logs a WARNING that
nobody expected, or when a thread or a process outlives it. The mark `allow_warnings` lets
records of the named loggers pass: `@pytest.mark.allow_warnings("terminal.sync")`, or any
without a name.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LANG"] = "C.UTF-8"
for _name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(_name, None)

_GRACE_SECONDS = 5.0


class NetworkForbiddenError(AssertionError):
    """A test tried to reach something that is not this machine."""


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # Unix sockets, netlink: this machine by nature.
    host = str(address[0])
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[list[str]]:
    """Refuse connections to other machines for the whole run; yields what was refused."""
    refused: list[str] = []
    patch = pytest.MonkeyPatch()

    def guarded(name: str) -> Callable[..., Any]:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1] if name in {"sendto", "bind"} else arguments[0]
            # Connecting a datagram socket sends nothing: it only asks for the route.
            asks = name.startswith("connect") and self.type is socket.SOCK_DGRAM
            if asks:
                return original(self, *arguments)
            if not _is_local(address):
                refused.append(f"{name} {address!r}")
                raise NetworkForbiddenError(f"a test may not {name} to {address!r}")
            return original(self, *arguments)

        return call

    for name in ("connect", "connect_ex", "sendto", "bind"):
        patch.setattr(socket.socket, name, guarded(name))
    yield refused
    patch.undo()


class _WarningCollector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _unexpected(records: list[logging.LogRecord], mark: pytest.Mark | None) -> list[str]:
    if mark is not None and not mark.args:
        return []
    allowed: tuple[str, ...] = mark.args if mark is not None else ()
    return [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for record in records
        if not any(record.name == name or record.name.startswith(f"{name}.") for name in allowed)
    ]


def _threads() -> set[threading.Thread]:
    # A dummy stands for a thread that Python did not start (Qt's): not ours to end.
    return {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)}


def _children() -> set[int]:
    """Return the ids of this process's children that still run; empty outside Linux."""
    found: set[int] = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            found.update(int(pid) for pid in listing.read_text(encoding="ascii").split())
        except OSError:
            continue  # The thread has just ended.
    return {pid for pid in found if _runs(pid)}


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _qt_left() -> set[str]:
    """Return what still shows or still ticks in Qt, where a test has loaded it at all."""
    widgets, core = sys.modules.get("PySide6.QtWidgets"), sys.modules.get("PySide6.QtCore")
    app = widgets.QApplication.instance() if widgets else None
    if widgets is None or core is None or app is None:
        return set()
    app.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    app.processEvents()
    tops = widgets.QApplication.topLevelWidgets()
    shown = {
        f"window left over: {w.objectName() or type(w).__name__}" for w in tops if w.isVisible()
    }
    ticking = {
        f"timer left over in: {owner.objectName() or type(owner).__name__}"
        for owner in (app, *(w for w in tops if w.isVisible()))
        for timer in owner.findChildren(core.QTimer)
        if timer.isActive()
    }
    return shown | ticking


def _gone(left_over: Callable[[], set[Any]]) -> set[Any]:
    """Wait for `left_over` to become empty; return what is still there after the grace."""
    deadline = time.monotonic() + _GRACE_SECONDS
    while (rest := left_over()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return rest


@pytest.fixture(autouse=True)
def _clean_house(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    _loopback_only: list[str],
) -> Iterator[None]:
    """Give the test folders of its own and look afterwards what it left behind."""
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "home" / name.lower()))
    for name in [name for name in os.environ if name.startswith("YICHUANG_")]:
        monkeypatch.delenv(name)
    threads, children, qt = _threads(), _children(), _qt_left()
    _loopback_only.clear()
    collector = _WarningCollector()
    logging.getLogger().addHandler(collector)
    yield
    logging.getLogger().removeHandler(collector)

    complaints = [f"tried to reach another machine: {what}" for what in _loopback_only]
    mark = request.node.get_closest_marker("allow_warnings")
    complaints += [f"unexpected log: {what}" for what in _unexpected(collector.records, mark)]
    for thread in _gone(lambda: _threads() - threads):
        complaints.append(f"thread left over: {thread.name}")
    complaints += sorted(_gone(lambda: _qt_left() - qt))
    for pid in _gone(lambda: _children() - children):
        complaints.append(f"process left over: {pid}")
        os.kill(pid, signal.SIGKILL)
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A fresh data folder, as `--data-dir` takes it."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


RunCli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_cli(data_dir: Path) -> RunCli:
    """Run `main.py` as its own process: `run_cli("check", "identity", number)`.

    `stdin` is text, `env` is added to the environment, `timeout` is in seconds. The data
    folder is the test's own.
    """

    def run(
        *arguments: str | Path,
        stdin: str = "",
        env: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "main.py"), *map(str, arguments)],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            cwd=data_dir,
            env=os.environ | {"YICHUANG_DATA_DIR": str(data_dir)} | (env or {}),
        )

    return run
