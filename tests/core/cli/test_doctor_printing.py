"""What the doctor says of printing, with a folder and with a real CUPS where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.cli import probes
from terminal.cli.probes import Finding, State
from terminal.errors import TerminalError
from terminal.settings import DeviceSettings, Settings
from terminal.texts import Texts
from tests.core.devices import print_system
from tests.core.devices.print_system import PrintSystem

REASON = print_system.missing()


@pytest.fixture(autouse=True)
def no_print_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "none"))


def settings(tmp_path: Path, driver: str, address: str) -> Settings:
    return Settings(data_dir=tmp_path, devices=(DeviceSettings("a4_printer", driver, address),))


def found(config: Settings) -> dict[str, Finding]:
    return {finding.key: finding for finding in probes.printers(config)}


def test_a_terminal_without_printers_is_told(tmp_path: Path) -> None:
    findings = list(probes.printers(Settings(data_dir=tmp_path)))
    assert [finding.key for finding in findings] == [
        "printer_no_system",
        "printer_missing",
        "printer_missing",
    ]
    reasons = [finding.data["reason"] for finding in findings[1:]]
    said = [reason.sentence(Texts()) for reason in reasons if isinstance(reason, TerminalError)]
    assert "未配置票据打印机" in said[0]
    assert "未配置 A4 打印机" in said[1]


def test_a_folder_as_a_printer(tmp_path: Path) -> None:
    config = settings(tmp_path, "folder_a4", f"folder:{tmp_path}")
    assert found(config)["printer_ready"].state is State.OK
    (tmp_path / "paper-out").touch()
    assert found(config)["printer_trouble"].state is State.WARNING
    gone = settings(tmp_path, "folder_a4", f"folder:{tmp_path}/gone")
    assert found(gone)["printer_trouble"].state is State.BAD
    wrong = settings(tmp_path, "folder_a4", "folder")
    assert found(wrong)["printer_trouble"].state is State.BAD


@pytest.mark.skipif(bool(REASON), reason=REASON)
def test_the_queues_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PrintSystem() as system:
        monkeypatch.setenv("CUPS_SERVER", system.socket_path)
        findings = found(settings(tmp_path, "cups_a4", "cups:Hall"))
        assert findings["printer_queues"].data["queues"] == "Hall"
        assert findings["printer_ready"].state is State.OK
        system.run("cupsdisable", "Hall")
        findings = found(settings(tmp_path, "cups_a4", "cups:Hall"))
        assert findings["printer_trouble"].state is State.WARNING
