"""The drivers, found by their folders: `drivers/<name>/device.toml` beside `driver.py`.

Adding a folder adds a device, removing it removes the device; nothing else lists them.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar, cast

import msgspec

from terminal.devices.lines import Line, SerialSettings, make_line, parse_address
from terminal.devices.ports import Device, DeviceKind
from terminal.errors import InvalidInput

DRIVERS_FOLDER = Path(__file__).resolve().parent / "drivers"
_PACKAGE = "terminal.devices.drivers"

T = TypeVar("T")


class DeviceConfig(msgspec.Struct, frozen=True):
    """One device as the settings have it; `id` is made from the kind when it is empty."""

    kind: DeviceKind
    driver: str
    address: str
    id: str = ""


class PaperProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an encoder has to know of a printer: dots and half-width columns of a line.

    `encoding` is the printer's own for Chinese; what it cannot encode goes out as raster.
    `qr` says whether the printer draws QR codes by itself (`native`) or not (`raster`),
    `chinese_mode` whether it knows FS & and FS !, `cutter` how it cuts, `feed` how many lines
    it feeds before the cut, `raster` that whole slips go out as a picture.
    """

    dots: int = 576
    columns: int = 48
    encoding: Literal["gbk", "gb18030", "utf8"] = "gbk"
    qr: Literal["native", "raster"] = "native"
    chinese_mode: bool = True
    cutter: Literal["partial", "full", "none"] = "partial"
    feed: int = 4
    raster: bool = False


class DriverProfile(msgspec.Struct, frozen=True):
    """A driver's `device.toml`; `options` is the driver's own part, read by `convert`."""

    kind: DeviceKind
    title: Mapping[str, str]
    name: str = ""
    usb_ids: tuple[str, ...] = ()
    serial: SerialSettings = SerialSettings()
    paper: PaperProfile | None = None
    options: Mapping[str, Any] = {}

    def convert(self, wanted: type[T]) -> T:
        """Return `options` as the struct that the driver declares for them."""
        try:
            return msgspec.convert(self.options, wanted, strict=True)
        except msgspec.ValidationError as error:
            raise InvalidInput("device.bad_driver", driver=self.name, reason=str(error)) from None


class FoundPort(msgspec.Struct, frozen=True):
    """A serial port of this machine and the drivers that know its USB id."""

    address: str
    description: str
    usb_id: str
    drivers: tuple[str, ...]


def drivers(folder: Path = DRIVERS_FOLDER) -> tuple[DriverProfile, ...]:
    """Return the profile of every driver there is, by name."""
    return tuple(
        load_profile(path.parent.name, folder) for path in sorted(folder.glob("*/device.toml"))
    )


def load_profile(name: str, folder: Path = DRIVERS_FOLDER) -> DriverProfile:
    """Read a driver's `device.toml`; raise `InvalidInput` if it is missing or wrong."""
    path = folder / name / "device.toml"
    if not name.isidentifier() or not path.is_file():
        raise _no_driver(name, folder)
    try:
        with path.open("rb") as file:
            tree = tomllib.load(file)
        return msgspec.convert({**tree, "name": name}, DriverProfile)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise InvalidInput("device.bad_driver", driver=name, reason=str(error)) from None


def _no_driver(name: str, folder: Path) -> InvalidInput:
    known = sorted(path.parent.name for path in folder.glob("*/device.toml"))
    return InvalidInput("device.no_driver", driver=name, known=" ".join(known))


def create_device(config: DeviceConfig, folder: Path = DRIVERS_FOLDER) -> Device:
    """Return the device that a configuration names, still closed."""
    profile = load_profile(config.driver, folder)
    if profile.kind != config.kind:
        raise InvalidInput("device.wrong_kind", driver=config.driver)
    if profile.kind == "a4_printer":
        # Behind a print system or a folder there is no line; the driver reads the address.
        return cast(Device, _module(profile).create_at(profile, config.address))
    return create_driver(profile, make_line(parse_address(config.address), profile.serial))


def create_driver(profile: DriverProfile, line: Line) -> Device:
    """Return a driver on a line; tests and replays pass a line of their own."""
    return cast(Device, _module(profile).create(profile, line))


def _module(profile: DriverProfile) -> ModuleType:
    try:
        return importlib.import_module(f"{_PACKAGE}.{profile.name}.driver")
    except ModuleNotFoundError:
        raise _no_driver(profile.name, DRIVERS_FOLDER) from None


def found_ports(folder: Path = DRIVERS_FOLDER) -> tuple[FoundPort, ...]:
    """Return the serial ports that this machine has now, for a technician to choose from."""
    from serial.tools import list_ports

    profiles = drivers(folder)
    found = []
    for port in list_ports.comports():
        usb_id = "" if port.vid is None else f"{port.vid:04x}:{port.pid:04x}"
        fitting = tuple(profile.name for profile in profiles if usb_id in profile.usb_ids)
        found.append(FoundPort(f"serial:{port.device}", port.description or "", usb_id, fitting))
    return tuple(found)
