"""`demo` chooses how to show itself; VNC is kept to this machine."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from terminal.cli.base import Console
from terminal.reports import Reports
from terminal.texts import Texts
from ui.demo import headless
from ui.demo.cli import has_display, run_headless

ROOT = Path(__file__).resolve().parents[2]
LISTENING = "0A"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="displays as Linux has them")


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"QT_QPA_PLATFORM": "offscreen"}, True),
    ],
)
def test_a_display_or_a_chosen_platform_shows_windows(
    environment: dict[str, str], shown: bool
) -> None:
    assert has_display(environment) is shown


def test_an_end_by_the_system_unwinds_what_was_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def play(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    for name in ("QT_QPA_PLATFORM", "QT_LOGGING_RULES"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setattr(headless, "play", play)
    before = signal.getsignal(signal.SIGTERM)
    args = Namespace(out=tmp_path, scene=None, all=False, keep=False)
    reports = Reports(tmp_path, "demo", "0")
    console = Console(
        texts=Texts(), stdout=io.StringIO(), stderr=io.StringIO(), json=False, reports=reports
    )
    with pytest.raises(KeyboardInterrupt):
        run_headless(args, console)
    assert signal.getsignal(signal.SIGTERM) is before


def _listening(port: int) -> list[str]:
    """Return the addresses, in hexadecimal, that listen on a port of this machine."""
    found = []
    for name in ("tcp", "tcp6"):
        for line in Path("/proc/net", name).read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            host, _, own = address.partition(":")
            if state == LISTENING and int(own, 16) == port:
                found.append(host)
    return found


def test_vnc_answers_on_loopback_alone_and_ends_cleanly(tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "--data-dir", str(tmp_path), "demo", "--vnc"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env={name: value for name, value in os.environ.items() if name not in hidden},
    )
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "演示已开始" in line:
                break
        address = next(word for line in said for word in line.split() if "127.0.0.1:" in word)
        port = int(address.split(":")[1].split("，")[0])
        with socket.create_connection(("127.0.0.1", port), 10) as viewer:
            assert viewer.recv(12).startswith(b"RFB 003.")
        assert _listening(port) == ["0100007F"]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
