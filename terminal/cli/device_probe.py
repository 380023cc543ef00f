"""What `doctor` says of a device of the settings before anything is sent to it."""

from __future__ import annotations

from pathlib import Path

from terminal.cli.probes import Finding, State
from terminal.devices.lines import parse_address
from terminal.devices.registry import load_profile
from terminal.errors import InvalidInput, TerminalError
from terminal.settings import DeviceSettings


def as_written(device: DeviceSettings) -> Finding:
    """Whether a device can be there as it is written: its driver, its address, its port."""
    facts: dict[str, object] = {
        "kind": device.kind,
        "driver": device.driver,
        "address": device.address,
    }
    try:
        if load_profile(device.driver).kind != device.kind:
            raise InvalidInput("device.wrong_kind", driver=device.driver)
        if device.kind == "a4_printer":  # `printers` asks it
            return Finding("device", State.OK, "device", facts)
        port = parse_address(device.address).port
    except TerminalError as error:
        return Finding("device", State.BAD, "device_wrong", {**facts, "reason": error})
    if port and not Path(port).exists():
        return Finding("device", State.WARNING, "device_absent", facts)
    return Finding("device", State.OK, "device", facts)
