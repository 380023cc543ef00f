"""What `doctor` says of printing: the system's queues, and whether the A4 printer answers."""

from __future__ import annotations

from collections.abc import Iterator

from terminal.cli.probes import Finding, State
from terminal.devices import ipp
from terminal.devices.ports import DocumentPrinter
from terminal.devices.registry import DeviceConfig, create_device
from terminal.devices.views import state_of_sheets
from terminal.errors import DeviceError, InvalidInput, TerminalError
from terminal.services.printing import PRINTERS
from terminal.settings import DeviceSettings, Settings


def printers(config: Settings) -> Iterator[Finding]:
    """Which queues this machine has, which kind of printer is not set up, how A4 is."""
    yield _queues()
    for kind in PRINTERS:
        if not any(device.kind == kind for device in config.devices):
            error = DeviceError(f"device.no_{kind}")
            yield Finding("printer", State.WARNING, "printer_missing", {"reason": error})
    for device in config.devices:
        if device.kind == "a4_printer":
            yield _a4(device)


def _queues() -> Finding:
    try:
        queues = ipp.found_queues()
    except DeviceError:
        return Finding("printer", State.OK, "printer_no_system")
    if not queues:
        return Finding("printer", State.OK, "printer_no_queues")
    return Finding("printer", State.OK, "printer_queues", {"queues": " ".join(queues)})


def _a4(device: DeviceSettings) -> Finding:
    data: dict[str, object] = {"address": device.address}
    try:
        printer = create_device(DeviceConfig("a4_printer", device.driver, device.address))
        if not isinstance(printer, DocumentPrinter):
            raise InvalidInput("device.wrong_kind", driver=device.driver)
        printer.open()
        try:
            state, code = state_of_sheets(printer.status())
        finally:
            printer.close()
    except TerminalError as error:
        return Finding("printer", State.BAD, "printer_trouble", {**data, "reason": error})
    if state not in {"connected", "near_end"}:
        trouble = DeviceError(code)
        return Finding("printer", State.WARNING, "printer_trouble", {**data, "reason": trouble})
    return Finding("printer", State.OK, "printer_ready", data)
