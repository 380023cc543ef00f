"""A hot folder instead of a printer: each document becomes one PDF, whole or not at all.

The name is the document's kind and number. Whoever takes the files away (a print server, a
technician) is not seen from here: a file that lies there counts as printed.
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import msgspec

from terminal.devices.ports import DocumentPrinter, PrinterStatus, SheetProgress
from terminal.devices.registry import DriverProfile
from terminal.errors import DeviceError, InvalidInput, NotConnected

PAPER_OUT = "paper-out"
"""While a file of this name lies in the folder, nothing is put there."""

_UNSAFE = re.compile(r"[^\w-]+")
_FULL = {errno.ENOSPC, errno.EDQUOT}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[options]` of `device.toml`: none."""


class FolderPrinter(DocumentPrinter):
    """Puts documents into one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        self.status()

    def close(self) -> None:
        return

    def status(self) -> PrinterStatus:
        if not self._folder.is_dir():
            raise NotConnected("device.folder_missing", folder=str(self._folder))
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise NotConnected("device.folder_denied", folder=str(self._folder))
        return PrinterStatus(
            online=True, paper="out" if (self._folder / PAPER_OUT).exists() else "ok"
        )

    def submit(self, title: str, pdf: bytes) -> str:
        path = self._free(_UNSAFE.sub("_", title) or "document")
        part = path.with_suffix(".part")
        try:
            with part.open("xb") as file:
                file.write(pdf)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise DeviceError("device.folder_full", folder=str(self._folder), sent=0) from None
            raise NotConnected("device.folder_denied", folder=str(self._folder), sent=0) from None
        return path.name

    def progress(self, ticket: str) -> SheetProgress:
        return SheetProgress("printed")

    def _free(self, name: str) -> Path:
        """Return a path that is not taken: a sheet that still lies there is not overwritten."""
        path, number = self._folder / f"{name}.pdf", 1
        while path.exists() or path.with_suffix(".part").exists():
            number += 1
            path = self._folder / f"{name}_{number}.pdf"
        return path


def create_at(profile: DriverProfile, address: str) -> FolderPrinter:
    """Return the driver for `folder:/path`."""
    profile.convert(Options)
    scheme, _, path = address.strip().partition(":")
    folder = Path(path)
    if scheme != "folder" or not folder.is_absolute():
        raise InvalidInput("device.bad_sheet_address", address=address)
    return FolderPrinter(folder)
