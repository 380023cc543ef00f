"""The terminal's keys: what it signs with, and what opens its ledger.

Each is a file that only this account can read: the key in hexadecimal, or wrapped for this
machine (`systemd-creds:…`, `dpapi:…`) once somebody has asked for that by `keys protect`. It is
never done silently: a wrapped key opens on this machine only, so the wrap for recovery, which
the hub can open, has to be there first. A terminal's id is that of its first key; a later key
carries it along.
"""

from __future__ import annotations

import errno
import os
from base64 import b64decode, b64encode
from pathlib import Path

from terminal.errors import DiskFull, InvalidInput, StoreError
from terminal.ids import Randomness
from terminal.protocol.recovery import KeptKeys, is_first_form, wrap_keys
from terminal.protocol.suites import STANDARD, key_id
from terminal.store.protection import FILE, Protection, best_protection, protection

KEY_BYTES = 32
_ID_BYTES = 8
SIGNING_KEY = "terminal.key"
DATABASE_KEY = "database.key"
NEXT_KEY = "next.key"
PREVIOUS_KEY = "previous.key"
RECOVERY_FILE = "recovery.bin"
RESTORE_KEY = "restore.key"


class Keyring:
    """The keys of this terminal; the loop's thread alone changes them.

    `terminal_id` is the id of the first key that this terminal signed with; `protection` names
    what keeps the database key, `file` when nothing but the file's rights does.
    """

    def __init__(
        self, folder: Path, signing: bytes, database: bytes, terminal_id: str = ""
    ) -> None:
        self.folder = folder
        self.signing = signing
        self.database = database
        self.public = STANDARD.public_key(signing)
        self.terminal_id = terminal_id or key_id(self.public)
        self._protection = _protection_of(folder / DATABASE_KEY)

    @property
    def protection(self) -> str:
        return self._protection

    def sign(self, data: bytes) -> bytes:
        """Sign with the terminal's key."""
        return STANDARD.sign(self.signing, data)

    # Recovery

    def wrap_for_recovery(self, recovery_key: bytes) -> None:
        """Keep both keys wrapped for the hub, so that a dead board kills no journal."""
        kept = KeptKeys(
            self.database, self.signing, self.terminal_id, following=self.next_key() or b""
        )
        _write(self.folder / RECOVERY_FILE, wrap_keys(recovery_key, kept))

    @property
    def recoverable(self) -> bool:
        """Whether the hub could open what is kept for recovery, the signing key included."""
        try:
            return not is_first_form((self.folder / RECOVERY_FILE).read_bytes())
        except OSError:
            return False

    # A new signing key

    def next_key(self) -> bytes | None:
        """Return the key that was made to follow, None when there is none."""
        path = self.folder / NEXT_KEY
        return _read(path)[:KEY_BYTES] if path.exists() else None

    def prepare_next(self) -> bytes:
        """Make the key that is to follow, or return the one that was made already.

        It is kept before the hub hears of it: whatever ends the program in between, the same
        key is announced again.
        """
        known = self.next_key()
        if known is None:
            known = STANDARD.new_private_key()
            _write(self.folder / NEXT_KEY, self._form(NEXT_KEY, known))
        return known

    def take_next(self) -> None:
        """Sign with the key that followed, now that the hub has it; the last one is kept."""
        following = self.next_key()
        if following is None:
            return
        # The hub takes nothing else now, also when there is no room to write that down: the key
        # itself is on the disk, and is announced again at the next start.
        self.signing, self.public = following, STANDARD.public_key(following)
        last = _read(self.folder / SIGNING_KEY)[:KEY_BYTES]
        if last != following:
            _write(self.folder / PREVIOUS_KEY, self._form(PREVIOUS_KEY, last))
            own = following + bytes.fromhex(self.terminal_id)
            _write(self.folder / SIGNING_KEY, self._form(SIGNING_KEY, own))
        (self.folder / NEXT_KEY).unlink(missing_ok=True)

    def previous_key(self) -> bytes | None:
        """Return the key before this one: a hub from a backup may know no later one."""
        path = self.folder / PREVIOUS_KEY
        return _read(path)[:KEY_BYTES] if path.exists() else None

    # Protection

    def protect(self) -> Protection:
        """Wrap all keys with the best that this machine has; returns what that is.

        `InvalidInput` when nothing better than a file works here, or the hub could not recover
        the keys yet. A key is replaced only when its wrapped form was opened again.
        """
        if not self.recoverable:
            raise InvalidInput("keys.recovery_first")
        best = best_protection()
        if best is None:
            raise InvalidInput("keys.nothing_better")
        self._rewrap(best.name)
        return best

    def unprotect(self) -> None:
        """Keep the keys as plain files again, which open wherever the disk is put."""
        self._rewrap(FILE)

    def _rewrap(self, name: str) -> None:
        files = [self.folder / name for name in (DATABASE_KEY, SIGNING_KEY, NEXT_KEY, PREVIOUS_KEY)]
        for path in files:
            if path.exists():
                secret = _read(path)
                form = _form(name, path.name, secret)
                if _secret(path, form) != secret:
                    raise StoreError("store.key_damaged", file=path)
                _write(path, form)
        self._protection = name

    def _form(self, label: str, secret: bytes) -> bytes:
        return _form(self._protection, label, secret)


def open_keys(folder: Path, ledger: Path, randomness: Randomness) -> Keyring:
    """Read the keys, or make them on the very first start.

    Raises `StoreError('store.key_missing')` when a ledger is there but one of its keys is not:
    with a new database key every waiting record would be unreadable, with a new signing key
    nobody's. `store.key_of_another_machine` when a wrapped key does not open here.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = folder / SIGNING_KEY, folder / DATABASE_KEY
        missing = not all(path.exists() for path in files)
        if missing and ledger.exists():
            raise StoreError("store.key_missing", folder=folder)
        if not files[0].exists():
            _write(files[0], STANDARD.new_private_key().hex().encode())
        if not files[1].exists():
            _write(files[1], randomness.token_bytes(KEY_BYTES).hex().encode())
        own, database = map(_read, files)
        keys = Keyring(folder, own[:KEY_BYTES], database, own[KEY_BYTES:].hex())
        if keys.next_key() == keys.signing:
            # The program ended between two steps of `take_next`.
            keys.take_next()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull from error
        raise StoreError("store.cannot_open") from error
    return keys


def write_keys(folder: Path, keys: KeptKeys) -> None:
    """Put recovered keys in their places, as plain files; what was there is kept beside."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = keys.signing + bytes.fromhex(keys.terminal_id)
    for name, secret in (
        (DATABASE_KEY, keys.database),
        (SIGNING_KEY, own),
        (NEXT_KEY, keys.following),
        (PREVIOUS_KEY, b""),
    ):
        path = folder / name
        if path.exists():
            path.replace(path.with_suffix(".old"))
        if secret:
            _write(path, secret.hex().encode("ascii"))
    (folder / RESTORE_KEY).unlink(missing_ok=True)


def write_restore_key(folder: Path, private_key: bytes) -> None:
    """Keep the key of this machine's request until the hub's answer comes."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / RESTORE_KEY, private_key.hex().encode("ascii"))


def read_restore_key(folder: Path) -> bytes | None:
    """Return the key of this machine's request, None when it has made none."""
    path = folder / RESTORE_KEY
    return _read(path) if path.exists() else None


def key_protection(path: Path) -> str:
    """Return the name of what keeps a key file; `StoreError` when the key does not open."""
    try:
        _read(path)
    except OSError as error:
        raise StoreError("store.cannot_open") from error
    return _protection_of(path)


def _protection_of(path: Path) -> str:
    try:
        head, found, _ = path.read_bytes().partition(b":")
    except OSError:
        return FILE
    return head.decode("ascii", "replace") if found else FILE


def _form(name: str, label: str, secret: bytes) -> bytes:
    """Return the file's content under a protection."""
    if name == FILE:
        return secret.hex().encode("ascii")
    known = protection(name)
    wrapped = known.wrap(label, secret) if known else None
    if wrapped is None:
        raise StoreError("store.key_not_wrapped", protection=name)
    return name.encode("ascii") + b":" + b64encode(wrapped)


def _read(path: Path) -> bytes:
    return _secret(path, path.read_bytes())


def _secret(path: Path, data: bytes) -> bytes:
    """Return what a key file holds: a key, and behind the signing key its terminal's id."""
    name, wrapped, body = data.strip().partition(b":")
    try:
        if wrapped:
            known = protection(name.decode("ascii"))
            secret = known.unwrap(path.name, b64decode(body, validate=True)) if known else None
            if secret is None:
                raise StoreError("store.key_of_another_machine", file=path)
        else:
            secret = bytes.fromhex(name.decode("ascii"))
    except ValueError as error:
        raise StoreError("store.key_damaged", file=path) from error
    if len(secret) not in (KEY_BYTES, KEY_BYTES + _ID_BYTES):
        raise StoreError("store.key_damaged", file=path)
    return secret


def _write(path: Path, data: bytes) -> None:
    """Write a file that only this account reads, whole or not at all, and durably."""
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(path)
    if os.name == "posix":
        # The name, too: a ledger without the key that it was made with would be lost.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
