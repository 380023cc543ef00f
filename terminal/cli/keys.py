"""`keys show | protect | rotate | restore`: what this terminal signs with and how it is kept."""

from __future__ import annotations

from argparse import Namespace

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import workplace
from terminal.clock import SystemClock, to_local
from terminal.context import Context
from terminal.errors import InvalidInput
from terminal.ids import SystemRandomness
from terminal.protocol.suites import key_id
from terminal.services.key_renewal import NEVER, KeyRenewal
from terminal.settings import load


def run(args: Namespace, console: Console) -> int:
    """Show the keys, or change how they are kept."""
    if args.action == "restore":
        return _restore(args, console)
    with workplace(args) as context:
        match args.action:
            case "protect":
                _protect(args, context, console)
            case "rotate":
                _rotate(context, console)
            case _:
                _show(context, console)
    return Exit.DONE


def _show(context: Context, console: Console) -> None:
    keys = context.keys
    renew_at = KeyRenewal(keys, context.enrolment).renew_at()
    now = context.clock.now().corrected
    facts = {
        "terminal": keys.terminal_id,
        "key": key_id(keys.public),
        "protection": keys.protection,
        "recoverable": keys.recoverable,
        "enrolled": renew_at != NEVER,
        "renew_at": 0 if renew_at == NEVER else renew_at,
        "overdue": now > renew_at,
        "changing": keys.next_key() is not None,
    }
    if console.json:
        console.emit(facts)
        return
    texts = console.texts
    renewal = "keys.renewal.none"
    if renew_at != NEVER:
        renewal = "keys.renewal.overdue" if now > renew_at else "keys.renewal.due"
    date = to_local(min(renew_at, _LATEST)).date().isoformat()
    rows = [
        (texts("keys.row.terminal"), keys.terminal_id),
        (texts("keys.row.key"), key_id(keys.public)),
        (texts("keys.row.protection"), texts(f"keys.protection.{keys.protection}")),
        (
            texts("keys.row.recovery"),
            texts("keys.recovery.kept" if keys.recoverable else "keys.recovery.none"),
        ),
        (texts("keys.row.renewal"), texts(renewal, date=date)),
    ]
    if facts["changing"]:
        rows.append((texts("keys.row.change"), texts("keys.changing")))
    console.table(rows)


_LATEST = 253_000_000_000_000
"""The end of the calendar's range, in milliseconds."""


def _protect(args: Namespace, context: Context, console: Console) -> None:
    if args.file:
        context.keys.unprotect()
        console.result({"protection": context.keys.protection}, "keys.unprotected")
        return
    best = context.keys.protect()
    kind = best.kind()
    console.result({"protection": best.name, "kind": kind}, f"keys.protected.{kind}")


def _rotate(context: Context, console: Console) -> None:
    if context.enrolment.current() is None:
        raise InvalidInput("enrolment.needed")
    if context.sync is None:
        raise InvalidInput("enrolment.no_hub")
    context.sync.renew_key()
    renew_at = KeyRenewal(context.keys, context.enrolment).renew_at()
    date = to_local(renew_at).date().isoformat()
    key = key_id(context.keys.public)
    console.result({"key": key, "renew_at": renew_at}, "keys.rotated", key=key, date=date)


def _restore(args: Namespace, console: Console) -> int:
    from terminal.services import key_restore

    settings = load(args.data_dir, args.config, args.hub)
    if args.answer is None:
        request = key_restore.request(settings, SystemRandomness())
        console.result({"request": request}, "keys.restore_request", request=request)
        return Exit.DONE
    found = key_restore.restore(settings, args.answer, SystemClock(), SystemRandomness())
    console.result(found, "keys.restored", terminal=found.terminal_id, waiting=found.waiting)
    if found.needs_code:
        console.note("keys.restored_needs_code")
    return Exit.DONE
