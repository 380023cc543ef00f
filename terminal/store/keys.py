"""The terminal's keys: files that only this account can read.

The signing key makes the terminal what it is; the database key opens the ledger. Where the
machine offers a better wrap (TPM, DPAPI) it is added here; `doctor` says what is in force.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from terminal.errors import DiskFull, StoreError
from terminal.ids import Randomness
from terminal.protocol.recovery import wrap_for
from terminal.protocol.suites import STANDARD, key_id

KEY_BYTES = 32
SIGNING_KEY = "terminal.key"
DATABASE_KEY = "database.key"
RECOVERY_FILE = "recovery.bin"


class Keyring:
    """The two keys of this terminal; `terminal_id` is the id of its public key."""

    def __init__(self, folder: Path, signing: bytes, database: bytes) -> None:
        self.folder = folder
        self.signing = signing
        self.database = database
        self.public = STANDARD.public_key(signing)
        self.terminal_id = key_id(self.public)

    def sign(self, data: bytes) -> bytes:
        """Sign with the terminal's key."""
        return STANDARD.sign(self.signing, data)

    def wrap_for_recovery(self, recovery_key: bytes) -> None:
        """Keep the database key wrapped for the hub, so that a dead board kills no journal."""
        _write(self.folder / RECOVERY_FILE, wrap_for(recovery_key, self.database))


def open_keys(folder: Path, ledger: Path, randomness: Randomness) -> Keyring:
    """Read the keys, or make them on the very first start.

    Raises `StoreError('store.key_missing')` when a ledger is there but one of its keys is not:
    with a new database key every waiting record would be unreadable, with a new signing key
    nobody's.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        database_file = folder / DATABASE_KEY
        missing = not (database_file.exists() and (folder / SIGNING_KEY).exists())
        if missing and ledger.exists():
            raise StoreError("store.key_missing", folder=folder)
        signing = _read_or_make(folder / SIGNING_KEY, STANDARD.new_private_key)
        database = _read_or_make(database_file, lambda: randomness.token_bytes(KEY_BYTES))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull from error
        raise StoreError("store.cannot_open") from error
    return Keyring(folder, signing, database)


def _read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    if path.exists():
        try:
            key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (ValueError, UnicodeDecodeError):
            key = b""
        if len(key) != KEY_BYTES:
            raise StoreError("store.key_damaged", file=path)
        return key
    key = make()
    _write(path, key.hex().encode("ascii"))
    return key


def _write(path: Path, data: bytes) -> None:
    """Write a file that only this account reads, whole or not at all."""
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(path)
