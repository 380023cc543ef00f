"""The ports: what the program expects of a device, whoever made it.

A driver implements one port. Its methods are called on the one thread that the manager
keeps for the device; only `interrupt` may be called from another. Every wait has a time-out.
Troubles are `DeviceError` kinds; `NotConnected` means that the line has to be opened anew.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from typing import Any, Literal

import msgspec

from terminal.errors import NotConnected

DeviceKind = Literal[
    "receipt_printer", "a4_printer", "id_card_reader", "code_scanner", "rating_pad"
]
KINDS: tuple[DeviceKind, ...] = (
    "receipt_printer",
    "a4_printer",
    "id_card_reader",
    "code_scanner",
    "rating_pad",
)

Paper = Literal["ok", "near_end", "out"]
CardKind = Literal["resident", "hmt_permit", "foreigner_2017", "foreigner_2023"]
Sex = Literal["male", "female", "unspecified"]


class PrinterStatus(msgspec.Struct, frozen=True):
    """What a printer says of itself; `error` is a code such as `cutter`, empty for none."""

    online: bool
    paper: Paper = "ok"
    cover_open: bool = False
    error: str = ""

    @property
    def can_print(self) -> bool:
        """Say whether a job may be sent now."""
        return self.online and self.paper != "out" and not self.cover_open and not self.error


class IdCard(msgspec.Struct, frozen=True, kw_only=True):
    """What an identity card says. Personal data: held in memory, absent from repr and logs.

    `nation` is the ethnic group's name, or for a foreigner the country's three letters;
    `nation_code` is as the card has it. `valid_to` is None for 长期 (`long_term`).
    `photo` is the card's own coding (WLT), which only a licensed decoder can show.
    """

    kind: CardKind
    name: str
    number: str
    sex: Sex = "unspecified"
    nation: str = ""
    nation_code: str = ""
    birth: date | None = None
    address: str = ""
    issuer: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    long_term: bool = False
    pass_number: str = ""
    issue_count: str = ""
    english_name: str = ""
    photo: bytes = b""

    def __repr__(self) -> str:
        return f"IdCard(kind={self.kind!r}, …)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("kind", self.kind)]


class ScannedCode(msgspec.Struct, frozen=True):
    """A code that was scanned: text without control characters; `symbology` may be empty.

    The text may be personal data, so repr gives only its length.
    """

    text: str
    symbology: str = ""

    def __repr__(self) -> str:
        return f"ScannedCode({len(self.text)} characters, {self.symbology or 'unknown'})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("characters", len(self.text)), ("symbology", self.symbology)]


class PadPress(msgspec.Struct, frozen=True):
    """A key of the rating pad: 5 very satisfied (非常满意) … 1 very dissatisfied (非常不满意)."""

    value: int


class Device(ABC):
    """What all devices have in common."""

    @abstractmethod
    def open(self) -> None:
        """Take the line and see that the right device answers; raise `NotConnected` if not."""

    @abstractmethod
    def close(self) -> None:
        """Give the line back; may be called twice and never raises."""

    def interrupt(self) -> None:  # noqa: B027 - a device that never waits has nothing to do
        """Cut a wait short; any thread may call it."""

    def probe(self) -> None:
        """Open, see that the device answers, and close again; for a technician's check."""
        try:
            self.open()
        finally:
            self.close()


class ReceiptPrinter(Device):
    """A printer of slips that takes the bytes of a rendered document."""

    @abstractmethod
    def status(self) -> PrinterStatus:
        """Ask the printer how it is; raise `DeviceTimeout` if it does not answer."""

    @abstractmethod
    def print_bytes(self, data: bytes) -> None:
        """Print one document and return when the printer has worked through it.

        A `DeviceError` carries in `data["sent"]` how many bytes may have gone out: 0 means
        that nothing can have been printed.
        """


class SheetProgress(msgspec.Struct, frozen=True):
    """How a document is getting on: `code` says why it waits or why nobody can say any more.

    `waiting` is on its way, `printed` is out or handed on for good, `lost` was cancelled or
    given up by the print system: some of it may be on paper.
    """

    state: Literal["waiting", "printed", "lost"]
    code: str = ""


class DocumentPrinter(Device):
    """A printer of sheets that takes whole documents as PDF, usually by the print system."""

    @abstractmethod
    def status(self) -> PrinterStatus:
        """Say how printer and queue are; raise `NotConnected` if nobody answers."""

    @abstractmethod
    def submit(self, title: str, pdf: bytes) -> str:
        """Hand over one document and return the ticket by which it is followed.

        `title` names no person; `-` and letters, digits. A `DeviceError` carries in
        `data["sent"]` how many bytes may have been taken: 0 means that nothing was.
        """

    @abstractmethod
    def progress(self, ticket: str) -> SheetProgress:
        """Say how a document that was handed over is getting on; raise `NotConnected`."""


class IdCardReader(Device):
    """A reader for identity cards."""

    poll_interval = 0.3
    """Seconds between two polls."""

    @abstractmethod
    def poll(self) -> IdCard | None:
        """Look once for a card; each card put on the reader is returned once only."""


class CodeScanner(Device):
    """A scanner for bar codes and QR codes."""

    @abstractmethod
    def wait(self, timeout: float) -> ScannedCode | None:
        """Wait up to `timeout` seconds for a code; raise `InvalidInput` for a hostile one."""


class RatingPad(Device):
    """A pad with a key for each grade."""

    @abstractmethod
    def wait(self, timeout: float) -> PadPress | None:
        """Wait up to `timeout` seconds for a key."""


class _Absent(Device):
    """A device that was not set up."""

    def open(self) -> None:
        raise NotConnected("device.not_configured")

    def close(self) -> None:
        return


class NullReceiptPrinter(_Absent, ReceiptPrinter):
    """Stands where no printer was set up: always offline, refuses every job unsent."""

    def status(self) -> PrinterStatus:
        return PrinterStatus(online=False)

    def print_bytes(self, data: bytes) -> None:
        raise NotConnected("device.not_configured", sent=0)


class NullDocumentPrinter(_Absent, DocumentPrinter):
    """Stands where no A4 printer was set up: always offline, takes no document."""

    def status(self) -> PrinterStatus:
        return PrinterStatus(online=False)

    def submit(self, title: str, pdf: bytes) -> str:
        raise NotConnected("device.not_configured", sent=0)

    def progress(self, ticket: str) -> SheetProgress:
        raise NotConnected("device.not_configured")


class NullIdCardReader(_Absent, IdCardReader):
    """Stands where no card reader was set up: never sees a card."""

    def poll(self) -> IdCard | None:
        return None


class NullCodeScanner(_Absent, CodeScanner):
    """Stands where no scanner was set up: never reads a code."""

    def wait(self, timeout: float) -> ScannedCode | None:
        return None


class NullRatingPad(_Absent, RatingPad):
    """Stands where no rating pad was set up: nobody presses a key."""

    def wait(self, timeout: float) -> PadPress | None:
        return None


NULL_DEVICES: dict[DeviceKind, type[Device]] = {
    "receipt_printer": NullReceiptPrinter,
    "a4_printer": NullDocumentPrinter,
    "id_card_reader": NullIdCardReader,
    "code_scanner": NullCodeScanner,
    "rating_pad": NullRatingPad,
}
