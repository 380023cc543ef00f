"""What `doctor` says of the keys and of the hub's time: protection, recovery, renewal, offset."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from terminal.cli.probes import Finding, State
from terminal.clock import SystemClock, to_local
from terminal.errors import StoreError, TerminalError
from terminal.settings import ENROLLED_FILE, Settings
from terminal.store.keys import (
    DATABASE_KEY,
    NEXT_KEY,
    PREVIOUS_KEY,
    RECOVERY_FILE,
    SIGNING_KEY,
    key_protection,
)
from terminal.store.protection import FILE, best_protection, protection

_OTHERS_READ = 0o077
_TOLERANCE = 120_000


def protection_in_force(config: Settings) -> Iterator[Finding]:
    """How the keys are kept, and whether the hub could recover them."""
    path = config.keys_dir / DATABASE_KEY
    if not path.exists():
        there = config.ledger_path.exists()
        key = "key_missing" if there else "key_none"
        yield Finding("key", State.BAD if there else State.OK, key, {"path": path})
        return
    exposed = [file for file in _secret_files(config.keys_dir) if _exposed(file)]
    if exposed:
        yield Finding("key", State.BAD, "key_open", {"path": exposed[0]})
    elif not exposed:
        yield _protection(path)
    if (config.data_dir / ENROLLED_FILE).exists():
        if (config.keys_dir / RECOVERY_FILE).exists():
            yield Finding("recovery", State.OK, "recovery")
        else:
            yield Finding("recovery", State.WARNING, "recovery_missing")


def _secret_files(folder: Path) -> list[Path]:
    names = (DATABASE_KEY, SIGNING_KEY, NEXT_KEY, PREVIOUS_KEY)
    return [folder / name for name in names if (folder / name).exists()]


def _exposed(file: Path) -> bool:
    # Windows keeps rights in lists of its own, which this number does not tell.
    return os.name == "posix" and bool(file.stat().st_mode & _OTHERS_READ)


def _protection(path: Path) -> Finding:
    try:
        name = key_protection(path)
    except StoreError as error:
        return Finding("key", State.BAD, "key_unusable", {"reason": error})
    if name != FILE:
        known = protection(name)
        return Finding("key", State.OK, f"key_{known.kind() if known else 'host'}")
    best = best_protection()
    key = "key_file" if best is None else "key_better"
    return Finding("key", State.OK, key, {"path": path})


def renewal_and_hub_time(config: Settings) -> Iterator[Finding]:
    """When the signing key is renewed, and how this clock stands to the hub's as last measured.

    A ledger that a window has open tells nothing here; what is wrong with it is another row's.
    """
    from terminal.context import Context
    from terminal.services.hub_time import stored_measure
    from terminal.services.key_renewal import NEVER, KeyRenewal

    if not config.ledger_path.exists():
        return
    try:
        with Context(config) as context:
            measure = stored_measure(context.ledger)
            renew_at = KeyRenewal(context.keys, context.enrolment).renew_at()
    except TerminalError:
        return
    now = SystemClock().now().wall + (measure.offset if measure else 0)
    if renew_at != NEVER:
        overdue = now > renew_at
        date = to_local(renew_at).date().isoformat()
        yield Finding(
            "renewal",
            State.WARNING if overdue else State.OK,
            "renewal_overdue" if overdue else "renewal",
            {"date": date},
        )
    if measure is not None:
        off = abs(measure.offset) > _TOLERANCE
        yield Finding(
            "hub_time",
            State.WARNING if off else State.OK,
            "hub_time_off" if off else "hub_time",
            {
                "seconds": round(measure.offset / 1000, 1) + 0.0,
                "uncertainty": measure.uncertainty / 1000,
            },
        )
