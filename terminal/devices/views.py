"""What the screens and a technician see of a device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from terminal.devices.ports import DeviceKind, PrinterStatus
from terminal.errors import DeviceError, DeviceTimeout, NotConnected, TerminalError
from terminal.texts import Texts

DeviceState = Literal[
    "starting",
    "connected",
    "near_end",
    "paper_out",
    "cover_open",
    "disconnected",
    "error",
]


class DeviceView(msgspec.Struct, frozen=True):
    """A device as it is now; `since` is the clock's wall time in milliseconds.

    `message_code` is a key of the texts (`<code>.message`, `<code>.hint`), `data` fills it.
    """

    id: str
    kind: DeviceKind
    driver: str
    address: str
    titles: Mapping[str, str]
    state: DeviceState
    message_code: str
    since: int
    data: Mapping[str, object] = {}

    @property
    def usable(self) -> bool:
        """Say whether the device does its work now."""
        return self.state in {"connected", "near_end"}

    def name(self, texts: Texts | None = None) -> str:
        """Return the device's name in the language of `texts`."""
        texts = texts or Texts()
        key = f"device.kind.{self.kind}"
        # Wrong settings may name any kind; they are shown as they were written.
        return self.titles.get(texts.language) or (texts(key) if texts.has(key) else self.kind)

    def message(self, texts: Texts | None = None) -> str:
        """Return the sentence that says how the device is."""
        return (texts or Texts())(f"{self.message_code}.message", **self.data)

    def hint(self, texts: Texts | None = None) -> str:
        """Return what to do now, or an empty string."""
        texts = texts or Texts()
        key = f"{self.message_code}.hint"
        return texts(key, **self.data) if texts.has(key) else ""


def state_of_status(status: PrinterStatus) -> tuple[DeviceState, str]:
    """Return the state and message code of what a printer says of itself."""
    if status.cover_open:
        return "cover_open", "device.cover_open"
    if status.paper == "out":
        return "paper_out", "device.paper_out"
    if status.error:
        return "error", f"device.printer_{status.error}"
    if not status.online:
        return "error", "device.printer_offline"
    if status.paper == "near_end":
        return "near_end", "device.near_end"
    return "connected", "device.connected"


def state_of_sheets(status: PrinterStatus) -> tuple[DeviceState, str]:
    """Return the state and message code of what an A4 printer and its queue say."""
    if status.error:
        return "error", f"device.a4_{status.error}"
    if status.cover_open:
        return "cover_open", "device.a4_cover_open"
    if status.paper == "out":
        return "paper_out", "device.a4_paper_out"
    if not status.online:
        return "disconnected", "device.a4_offline"
    if status.paper == "near_end":
        return "near_end", "device.a4_paper_low"
    return "connected", "device.connected"


def state_of_error(error: TerminalError) -> tuple[DeviceState, str]:
    """Return the state and message code that an error of a device stands for."""
    if isinstance(error, NotConnected | DeviceTimeout):
        return "disconnected", error.code
    if isinstance(error, DeviceError) and error.code in _OWN_STATES:
        return _OWN_STATES[error.code], error.code
    return "error", error.code


_OWN_STATES: dict[str, DeviceState] = {
    "device.paper_out": "paper_out",
    "device.cover_open": "cover_open",
}
