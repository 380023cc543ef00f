"""The emulated hall: settings that any command reads, and a cable that can be pulled."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.dev.hall import Cable, settings_text
from terminal.errors import SyncError
from terminal.settings import (
    FILE_NAME,
    DeviceSettings,
    HallSettings,
    HubSettings,
    JournalSettings,
    Settings,
    load,
)
from terminal.sync.transport import HttpReply


def test_settings_are_read_back_as_they_were(data_dir: Path) -> None:
    settings = Settings(
        data_dir=data_dir,
        hall=HallSettings(name="“一窗”大厅", phone="0000\\1"),
        hub=HubSettings(url="https://127.0.0.1:1", timeout_seconds=2.5),
        devices=(
            DeviceSettings("receipt_printer", "escpos_80mm", "serial:/dev/x"),
            DeviceSettings("code_scanner", "serial_scanner", "serial:/dev/y"),
        ),
        journal=JournalSettings(retention_days=3),
    )
    (data_dir / FILE_NAME).write_text(settings_text(settings), encoding="utf-8")
    assert load(data_dir) == settings


class Line:
    """A line that counts what was sent over it."""

    def __init__(self) -> None:
        self.sent = 0
        self.closed = False

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        self.sent += 1
        return HttpReply(200, b"here")

    def close(self) -> None:
        self.closed = True


def test_nothing_goes_through_a_pulled_cable() -> None:
    line = Line()
    cable = Cable(line)
    assert cable.request("GET", "/").body == b"here"
    cable.pull()
    with pytest.raises(SyncError) as pulled:
        cable.request("GET", "/")
    assert pulled.value.code == "sync.unreachable"
    assert (cable.pulled, line.sent) == (True, 1)
    cable.plug_in()
    assert cable.request("GET", "/").status == 200
    cable.close()
    assert line.closed
