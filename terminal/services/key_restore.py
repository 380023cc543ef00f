"""Bringing a dead machine's data folder back to life on another machine.

Three steps, and no key is ever readable on the way: the new machine makes a request (`keys
restore`), the hub wraps the keys of the old one for it (`hub recover-key`), the new machine
takes them (`keys restore FILE`). The pending journal then opens and is pushed as ever. A file
of the first releases holds the database key alone: the records open, and a code for this
terminal (`hub code --terminal`) gives it a new signing key.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from terminal.clock import Clock
from terminal.errors import InvalidInput, StoreError
from terminal.ids import Randomness
from terminal.protocol.recovery import KeptKeys, request_text, unwrap_keys
from terminal.protocol.suites import STANDARD
from terminal.services.enrolment import EnrolmentService
from terminal.settings import Settings
from terminal.store import rescue
from terminal.store.database import Ledger
from terminal.store.keys import (
    KEY_BYTES,
    Keyring,
    open_keys,
    read_restore_key,
    write_keys,
    write_restore_key,
)


class Restored(msgspec.Struct, frozen=True):
    """Which terminal it is; `needs_code` when its signing key was not in the file."""

    terminal_id: str
    needs_code: bool
    waiting: int


def request(settings: Settings, randomness: Randomness) -> str:
    """Return this machine's request; the same one until keys were restored by it."""
    _refuse_what_works(settings, randomness)
    private = read_restore_key(settings.keys_dir)
    if private is None:
        private = STANDARD.new_agreement_key()
        write_restore_key(settings.keys_dir, private)
    return request_text(STANDARD.agreement_public(private))


def restore(settings: Settings, file: Path, clock: Clock, randomness: Randomness) -> Restored:
    """Take the keys that the hub has wrapped for this machine.

    `InvalidInput` when the file is for another machine or another ledger; nothing changed then.
    Keys that were there and did not work are kept beside (`.old`).
    """
    _refuse_what_works(settings, randomness)
    private = read_restore_key(settings.keys_dir)
    try:
        wrapped = file.read_bytes()
    except OSError as error:
        raise InvalidInput("keys.restore_unreadable", file=file) from error
    kept = unwrap_keys(private, wrapped) if private else None
    if kept is None:
        raise InvalidInput("keys.restore_not_for_us", file=file)
    ledger = _opened(settings, kept.database)
    try:
        keys = _complete(kept, ledger, settings, clock, randomness)
        waiting = ledger.read(rescue.standing).waiting
        write_keys(settings.keys_dir, keys)
    except OSError as error:
        raise StoreError("store.cannot_open") from error
    finally:
        ledger.close()
    return Restored(keys.terminal_id, needs_code=not kept.signing, waiting=waiting)


def _refuse_what_works(settings: Settings, randomness: Randomness) -> None:
    """Refuse to replace keys that open the ledger, or to make a request without a ledger."""
    if not settings.ledger_path.exists():
        raise InvalidInput("keys.restore_no_ledger", folder=settings.data_dir)
    try:
        keys = open_keys(settings.keys_dir, settings.ledger_path, randomness)
    except StoreError:
        return
    try:
        _opened(settings, keys.database).close()
    except InvalidInput:
        return
    raise InvalidInput("keys.restore_not_needed")


def _opened(settings: Settings, key: bytes) -> Ledger:
    """Open the ledger as it stands; `InvalidInput` when this is not its key."""
    ledger = Ledger(settings.ledger_path, key, rescue=True)
    try:
        ledger.open()
    except StoreError as error:
        ledger.close()
        if error.code == "store.wrong_key":
            raise InvalidInput("keys.restore_other_ledger") from error
        raise
    return ledger


def _complete(
    kept: KeptKeys, ledger: Ledger, settings: Settings, clock: Clock, randomness: Randomness
) -> KeptKeys:
    """Return all keys; what an old file lacks is made new, for the terminal of the ledger."""
    if kept.signing:
        return kept
    signing = STANDARD.new_private_key()
    keyring = Keyring(settings.keys_dir, signing, kept.database)
    enrolled = EnrolmentService(ledger, keyring, clock, randomness).current()
    if enrolled is None or len(kept.database) != KEY_BYTES:
        raise InvalidInput("keys.restore_never_enrolled")
    return msgspec.structs.replace(kept, signing=signing, terminal_id=enrolled.terminal_id)
