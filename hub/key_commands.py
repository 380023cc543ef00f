"""`hub keys` and `hub recover-key`: terminals' keys on the hub's command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hub import renewal
from hub.hub import Hub
from hub.renewal import KeyStanding
from hub.store import people
from terminal.clock import to_local
from terminal.errors import InvalidInput
from terminal.protocol.recovery import KeptKeys, parse_request, unwrap_keys, wrap_keys
from terminal.protocol.suites import STANDARD, key_id

if TYPE_CHECKING:
    from terminal.cli.base import Console


class Recovered(msgspec.Struct, frozen=True):
    """What a recovery file holds; `file` is what was written for the new machine, if anything.

    `complete` says that the signing key is in it, too. Terminal and number are empty when the
    file does not say whose it is.
    """

    terminal: str
    number: str
    complete: bool
    file: str


def recover(hub: Hub, source: Path, request: str, target: Path) -> Recovered:
    """Open a terminal's recovery file; with a request, wrap its keys for the new machine.

    `InvalidInput` when the file is not for this hub's recovery key, the request has a wrong
    character, or there is a file already where the keys are to go.
    """
    try:
        kept = unwrap_keys(hub.keys.recovery, source.read_bytes())
    except OSError as error:
        raise InvalidInput("hub.recovery_not_for_us", file=source) from error
    if kept is None:
        raise InvalidInput("hub.recovery_not_for_us", file=source)
    terminal, number = _whose(hub, kept)
    if not request:
        return Recovered(terminal, number, bool(kept.signing), "")
    public = parse_request(request)
    if public is None:
        raise InvalidInput("hub.recovery_bad_request")
    try:
        with target.open("xb") as file:
            file.write(wrap_keys(public, kept))
    except OSError as error:
        raise InvalidInput("hub.recovery_not_written", file=target) from error
    return Recovered(terminal, number, bool(kept.signing), str(target))


def _whose(hub: Hub, kept: KeptKeys) -> tuple[str, str]:
    name = kept.terminal_id
    if not name and kept.signing:
        name = key_id(STANDARD.public_key(kept.signing))
    with hub.store.reading() as database:
        known = next((one for one in people.terminals(database) if one.id == name), None)
    return name, known.label if known else ""


def run_recover(args: argparse.Namespace, console: Console) -> None:
    """Say what a recovery file holds, or write it for a new machine."""
    hub = Hub(args.data_dir, database=getattr(args, "database", None) or "")
    try:
        target = args.out or args.file.with_name("restored.bin")
        found = recover(hub, args.file, getattr(args, "request", None) or "", target)
    finally:
        hub.close()
    key = "hub.cli.recovered" if found.file else "hub.cli.recoverable"
    console.result(found, key, number=found.number or "?", file=found.file)
    if not found.complete:
        console.note("hub.cli.recovery_incomplete")


def run_keys(args: argparse.Namespace, console: Console) -> None:
    """List the terminals' keys, or change after how many days they are renewed."""
    hub = Hub(args.data_dir, database=getattr(args, "database", None) or "")
    try:
        if args.days is not None:
            renewal.set_renewal_days(hub, args.days)
        found = renewal.standing(hub)
        days = renewal.renewal_days(hub)
    finally:
        hub.close()
    if console.json:
        for one in found:
            console.emit(_facts(one))
        return
    texts = console.texts
    names = ("number", "name", "key", "since", "renew_at", "state")
    rows = [tuple(texts(f"hub.cli.keys.{name}") for name in names)]
    for one in found:
        state = "revoked" if one.terminal.revoked_at else "overdue" if one.overdue else "in_force"
        rows.append(
            (
                one.terminal.label,
                one.terminal.name,
                one.terminal.key_id,
                _day(one.since),
                _day(one.renew_at),
                texts(f"hub.cli.keys.{state}"),
            )
        )
    console.table(rows)
    console.say("hub.cli.keys.days", days=days)


def _facts(one: KeyStanding) -> dict[str, object]:
    terminal = one.terminal
    return {
        "terminal": terminal.id,
        "number": terminal.label,
        "name": terminal.name,
        "key": terminal.key_id,
        "since": one.since,
        "renew_at": one.renew_at,
        "overdue": one.overdue,
        "revoked": bool(terminal.revoked_at),
    }


def _day(milliseconds: int) -> str:
    return to_local(milliseconds).date().isoformat()
