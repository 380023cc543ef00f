"""Errors that a person is told about.

A `TerminalError` carries a stable code and the data of its sentence; the sentence itself
stands in the text resources under `<code>.message` and `<code>.hint` (what to do now).
Anything that is no `TerminalError` is a defect and becomes a numbered report.
"""

from __future__ import annotations

from terminal.texts import Texts


class TerminalError(Exception):
    """Something that a person can be told in a sentence, with what to do now.

    `code` is `area.name`; the texts `area.name.message` and `area.name.hint` belong to it.
    """

    def __init__(self, code: str, /, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data = data

    def message(self, texts: Texts | None = None) -> str:
        """Return the sentence that says what is wrong."""
        return (texts or Texts())(f"{self.code}.message", **self.data)

    def hint(self, texts: Texts | None = None) -> str:
        """Return the sentence that says how to go on, or an empty string."""
        texts = texts or Texts()
        key = f"{self.code}.hint"
        return texts(key, **self.data) if texts.has(key) else ""

    def sentence(self, texts: Texts | None = None) -> str:
        """Return message and hint in one line, as the command line prints it."""
        texts = texts or Texts()
        hint = self.hint(texts)
        if not hint:
            return self.message(texts)
        return texts("common.message_and_hint", message=self.message(texts), hint=hint)

    def __str__(self) -> str:
        try:
            return self.sentence()
        except KeyError:
            return self.code


class InvalidInput(TerminalError):
    """What was typed, scanned or read from a file is not valid."""


class RuleRefused(TerminalError):
    """A rule of lawful procedure does not allow this step; the code names the rule."""


class NotAllowed(TerminalError):
    """The signed-in person may not do this."""


class NotFound(TerminalError):
    """A record, item or document that was named does not exist here."""


class StoreError(TerminalError):
    """The local store cannot do its work (full disk, damaged file, missing key)."""


class RescueNeeded(StoreError):
    """The ledger is sound but not in a form that this release can work with.

    What it holds can still be sent and exported: `terminal.services.rescue`.
    """


class DiskFull(StoreError):
    """There is no room left on the disk; nothing was half-written."""

    def __init__(self, code: str = "store.disk_full", /, **data: object) -> None:
        super().__init__(code, **data)


class SyncError(TerminalError):
    """Talking to the hub failed in a way a person may want to know."""


class DeviceError(TerminalError):
    """A device did not do what it was asked; the children name the cause."""

    default_code = "device.failed"

    def __init__(self, code: str = "", /, **data: object) -> None:
        super().__init__(code or self.default_code, **data)


class NotConnected(DeviceError):
    """No cable, no power, or the port has gone."""

    default_code = "device.not_connected"


class PaperOut(DeviceError):
    """The printer has no paper."""

    default_code = "device.paper_out"


class CoverOpen(DeviceError):
    """The printer's cover is open."""

    default_code = "device.cover_open"


class DeviceTimeout(DeviceError):
    """The device did not answer in time; what was sent may or may not have been done."""

    default_code = "device.timeout"


class DeviceProtocolError(DeviceError):
    """The device answered something that its protocol does not know."""

    default_code = "device.protocol"
