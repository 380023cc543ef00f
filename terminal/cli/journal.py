"""`journal status | list | verify | wipe`: where everything stands that was written here."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import workplace
from terminal.clock import to_local
from terminal.services.journal_views import JournalLine, JournalStatus
from terminal.services.retention import RetentionService
from terminal.store.journal import Verification


def run(args: Namespace, console: Console) -> int:
    """Show counts, entries, walk the chains, or wipe; 1 when a chain does not hold."""
    with workplace(args) as context:
        match args.action:
            case "status":
                _tell_status(context.journal.status(), console)
            case "list":
                _tell_lines(context.journal.lines(args.limit), console)
            case "wipe":
                _wipe(context.retention, console, dry_run=args.dry_run)
            case _:
                return tell_verification(context.journal.verify(), "journal", console)
    return Exit.DONE


def _wipe(retention: RetentionService, console: Console, *, dry_run: bool) -> None:
    """Wipe what the hub has had for the retention time, or only say how much that is."""
    found = retention.plan() if dry_run else retention.run()
    if console.json:
        console.emit({"dry_run": dry_run, "days": retention.days, **msgspec.to_builtins(found)})
    elif dry_run:
        console.say("command.journal.would_wipe", entries=found.entries, days=retention.days)
    else:
        console.say(
            "command.journal.wiped", entries=found.entries, cases=found.cases,
            scans=found.scans, days=retention.days,
        )  # fmt: skip


def _moment(milliseconds: int) -> str:
    return to_local(milliseconds).strftime("%Y-%m-%d %H:%M:%S") if milliseconds else ""


def _tell_status(status: JournalStatus, console: Console) -> None:
    if console.json:
        console.emit(status)
        return
    texts = console.texts
    rows = [
        (texts(f"command.journal.{name}"), str(getattr(status, name)))
        for name in ("written", "acknowledged", "waiting", "held", "refused", "conflict")
    ]
    if status.oldest_waiting_at:
        rows.append((texts("command.journal.oldest"), _moment(status.oldest_waiting_at)))
    if status.earliest_due is not None:
        rows.append((texts("command.journal.due"), status.earliest_due.isoformat()))
    console.table(rows)


def _tell_lines(lines: tuple[JournalLine, ...], console: Console) -> None:
    if console.json:
        for line in lines:
            console.emit(line)
        return
    texts = console.texts
    names = ("seq", "at", "kind", "subject", "state", "hash")
    rows = [tuple(texts(f"command.journal.column.{name}") for name in names)]
    rows += [
        (
            str(line.seq),
            _moment(line.written_at),
            texts(f"case.kind.{line.kind}"),
            line.subject,
            texts(f"journal.state.{line.state}"),
            line.short_hash,
        )
        for line in lines
    ]
    console.table(rows)


def tell_verification(
    found: Verification, what: str, console: Console, *, quiet: bool = False
) -> int:
    """Say whether the chains hold; the first entry that does not is named by epoch and seq.

    `quiet` when the caller answers in JSON itself: only what is wrong is said.
    """
    if console.json and not quiet:
        console.emit({"holds": found.holds, **_fields(found)})
    elif found.holds:
        console.say(
            f"command.{what}.holds", entries=found.entries, epochs=found.epochs,
            wiped=found.wiped, ratings=found.counted,
        )  # fmt: skip
    if found.holds:
        return Exit.DONE
    reason = console.texts(f"{found.code}.message")
    console.note(f"command.{what}.broken", seq=found.bad_seq, epoch=found.bad_epoch, reason=reason)
    return Exit.REFUSED


def _fields(found: Verification) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__struct_fields__}
