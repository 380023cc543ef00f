"""Bringing a ledger's schema up to date: each step one transaction, a copy kept before the first.

What cannot be brought up to date is left as it stands, and `RescueNeeded` says why: the
records in it can still be sent and exported (`Ledger(…, rescue=True)`).
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import peewee
from playhouse.migrations import Runner

from terminal.errors import RescueNeeded, TerminalError

logger = logging.getLogger(__name__)

ROOM_BESIDE = 8 << 20
"""A copy is made only where so much stays free behind it: the journal comes first."""

Explain = Callable[[Exception], Exception]


def copy_of(ledger: Path) -> Path:
    """Return where the copy from before an update lies."""
    return ledger.with_name(f"{ledger.name}.before-update")


def bring_up(database: peewee.Database, ledger: Path, folder: Path, explain: Explain) -> None:
    """Apply the steps that are missing.

    Raises `RescueNeeded` when a newer release has written the ledger or a step fails, and the
    store's own errors (full disk, wrong key …) as `explain` words them.
    """
    try:
        runner = Runner(database, str(folder))
        steps = runner.status()
    except Exception as error:
        raise explain(error) from error
    unknown = [step.name for step in steps if step.path is None]
    if unknown:
        raise RescueNeeded("store.newer_schema", step=unknown[-1])
    missing = [step.name for step in steps if not step.applied]
    if not missing:
        return
    if len(missing) < len(steps):
        _keep_copy(database, ledger)
    for name in missing:
        _apply(runner, name, explain)


def _apply(runner: Runner, name: str, explain: Explain) -> None:
    try:
        runner.up(name)
    except Exception as error:
        told = explain(error)
        if isinstance(told, TerminalError):
            raise told from error
        logger.exception("schema step %s failed", name)
        raise RescueNeeded("store.step_failed", step=name) from error


def _keep_copy(database: peewee.Database, ledger: Path) -> None:
    """Copy the ledger as it is before the update; the copy of an earlier attempt stays."""
    copy = copy_of(ledger)
    new = copy.with_name(f"{copy.name}.new")
    if copy.exists():
        return
    try:
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        if shutil.disk_usage(ledger.parent).free < ledger.stat().st_size + ROOM_BESIDE:
            logger.warning("no room for a copy of the ledger before the update")
            return
        shutil.copyfile(ledger, new)
        os.chmod(new, 0o600)
        new.replace(copy)
    except (OSError, peewee.DatabaseError):
        logger.warning("no copy of the ledger before the update", exc_info=True)
        with suppress(OSError):
            new.unlink(missing_ok=True)


def drop_copy(ledger: Path) -> None:
    """Remove the copy: the program has started well with the new schema."""
    with suppress(OSError):
        copy_of(ledger).unlink(missing_ok=True)
