"""Drivers are found by their folders, and their files say what is wrong with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from terminal.devices import registry
from terminal.devices.ports import KINDS, NULL_DEVICES, ReceiptPrinter
from terminal.devices.registry import (
    DRIVERS_FOLDER,
    DeviceConfig,
    create_device,
    create_driver,
    drivers,
    load_profile,
)
from terminal.devices.replay import ReplayLine
from terminal.errors import InvalidInput, NotConnected


def test_there_is_a_driver_for_every_kind() -> None:
    profiles = drivers()
    assert {profile.kind for profile in profiles} == set(KINDS) == set(NULL_DEVICES)
    for profile in profiles:
        assert profile.title["zh"]
        assert profile.title["en"]
        if profile.kind == "a4_printer":
            address = {"cups_a4": "cups:Hall", "folder_a4": "folder:/srv/print"}[profile.name]
            device = create_device(DeviceConfig(profile.kind, profile.name, address))
        else:
            device = create_driver(profile, ReplayLine(()))
        assert isinstance(device, NULL_DEVICES[profile.kind].__mro__[2])


def test_removing_the_folder_removes_the_device(tmp_path: Path) -> None:
    folder = tmp_path / "drivers"
    shutil.copytree(DRIVERS_FOLDER, folder)
    shutil.rmtree(folder / "serial_scanner")
    assert "serial_scanner" not in [profile.name for profile in drivers(folder)]
    with pytest.raises(InvalidInput) as caught:
        create_device(DeviceConfig("code_scanner", "serial_scanner", "serial:/dev/x"), folder)
    assert caught.value.code == "device.no_driver"


@pytest.mark.parametrize("name", ["nothing", "", "..", "../drivers/serial_scanner", "escpos_80mm/"])
def test_names_that_are_no_driver(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_profile(name)
    assert caught.value.code == "device.no_driver"


@pytest.mark.parametrize(
    "content",
    [
        b"kind = ",
        b'kind = "coffee"\ntitle = {zh = "x"}',
        b'title = {zh = "x"}',
        b'kind = "code_scanner"\ntitle = {zh = "x"}\n[serial]\nbaud = "fast"',
        b"\xff\xfe",
    ],
)
def test_a_device_file_that_is_wrong(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "device.toml").write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        load_profile("odd", tmp_path)
    assert caught.value.code == "device.bad_driver"
    assert "odd" in caught.value.message()


def test_options_that_the_driver_does_not_know(tmp_path: Path) -> None:
    shutil.copytree(DRIVERS_FOLDER / "serial_scanner", tmp_path / "serial_scanner")
    path = tmp_path / "serial_scanner" / "device.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("silence = 0.15", "silense = 0.15"),
        encoding="utf-8",
    )
    with pytest.raises(InvalidInput, match="silense"):
        create_driver(load_profile("serial_scanner", tmp_path), ReplayLine(()))


def test_a_driver_for_another_kind() -> None:
    with pytest.raises(InvalidInput) as caught:
        create_device(DeviceConfig("rating_pad", "serial_scanner", "serial:/dev/x"))
    assert caught.value.code == "device.wrong_kind"


def test_the_printer_tells_its_encoder_about_paper() -> None:
    paper = load_profile("escpos_80mm").paper
    assert paper is not None
    assert (paper.dots, paper.columns, paper.encoding) == (576, 48, "gbk")


def test_ports_of_this_machine_with_fitting_drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Port:
        device, description, vid, pid = "/dev/ttyUSB0", "USB Serial", 0x04B8, 0x0202

    class Plain:
        device, description, vid, pid = "/dev/ttyS0", None, None, None

    profile = registry.msgspec.structs.replace(load_profile("escpos_80mm"), usb_ids=("04b8:0202",))
    monkeypatch.setattr(registry, "drivers", lambda folder: (profile,))
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [Port, Plain])
    found = registry.found_ports()
    assert [(port.address, port.usb_id, port.drivers) for port in found] == [
        ("serial:/dev/ttyUSB0", "04b8:0202", ("escpos_80mm",)),
        ("serial:/dev/ttyS0", "", ()),
    ]


def test_where_nothing_was_set_up_nothing_happens() -> None:
    for kind in KINDS:
        device = NULL_DEVICES[kind]()
        with pytest.raises(NotConnected):
            device.probe()
        device.interrupt()
    printer = NULL_DEVICES["receipt_printer"]()
    assert isinstance(printer, ReceiptPrinter)
    assert not printer.status().can_print
    with pytest.raises(NotConnected) as caught:
        printer.print_bytes(b"slip")
    assert caught.value.data["sent"] == 0
