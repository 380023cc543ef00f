"""A code scanner and a rating pad made of software."""

from __future__ import annotations

from pathlib import Path

from terminal.devices.emulators.pty import PtyDevice
from terminal.devices.registry import load_profile


class ScannerEmulator(PtyDevice):
    """A scanner that ends a code with CR, unless told otherwise."""

    def __init__(self, link: Path, terminator: bytes = b"\r") -> None:
        self.terminator = terminator
        super().__init__(link)

    def scan(self, code: str | bytes) -> None:
        """Read a code; text goes out as UTF-8."""
        raw = code.encode("utf-8") if isinstance(code, str) else code
        self.send(raw + self.terminator)

    def received(self, data: bytes) -> None:
        """A scanner listens to nothing here."""


class RatingPadEmulator(PtyDevice):
    """A pad that sends the patterns of the driver's table."""

    def __init__(self, link: Path, driver: str = "table_rating_pad") -> None:
        patterns = load_profile(driver).options["patterns"]
        self._patterns = {int(grade): bytes.fromhex(text) for grade, text in patterns.items()}
        super().__init__(link)

    def press(self, value: int) -> None:
        """Press the key of a grade, 1 to 5."""
        self.send(self._patterns[value])

    def received(self, data: bytes) -> None:
        """A pad of this kind listens to nothing."""
