"""`sync [--once]`: talks to the hub, for one round or until it is stopped."""

from __future__ import annotations

import signal
import threading
from argparse import Namespace

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import workplace
from terminal.context import Context
from terminal.errors import InvalidInput
from terminal.events import Event
from terminal.sync.worker import SyncWorker

MORE_ROUNDS = 2
"""How often `--once` asks again while the hub still holds entries."""

HELD_SHOWN = 20


def run(args: Namespace, console: Console) -> int:
    """Run one round and say what came of it, or the loop until SIGINT or SIGTERM."""
    with workplace(args) as context:
        if context.enrolment.current() is None:
            raise InvalidInput("enrolment.needed")
        worker = context.sync
        if worker is None:
            raise InvalidInput("enrolment.no_hub")
        if args.once:
            return _once(context, worker, console)
        _until_stopped(context, worker, console)
    return Exit.DONE


def _once(context: Context, worker: SyncWorker, console: Console) -> int:
    before = context.journal.status()
    worker.once()
    after = context.journal.status()
    for _ in range(MORE_ROUNDS):
        if not after.held:
            break
        # The hub judges in its own time: what waited for a record or a scan may be applied now.
        held = after.held
        worker.once()
        after = context.journal.status()
        if after.held == held:
            break
    console.result(
        {"sent": after.acknowledged - before.acknowledged, **_counts(context)},
        "command.sync.done",
        sent=after.acknowledged - before.acknowledged,
        acknowledged=after.acknowledged,
        waiting=after.waiting,
    )
    if not after.held:
        return Exit.DONE
    console.note("command.sync.held", held=after.held)
    for line in context.journal.lines(limit=HELD_SHOWN, state="held"):
        reason = f"{line.code}.message"
        console.note(
            "command.sync.held_line",
            subject=line.subject or line.record_id[:8],
            kind=console.texts(f"case.kind.{line.kind}"),
            reason=console.texts(reason) if console.texts.has(reason) else line.code,
        )
    return Exit.REFUSED


def _counts(context: Context) -> dict[str, object]:
    status = context.journal.status()
    return {name: getattr(status, name) for name in status.__struct_fields__}


def _until_stopped(context: Context, worker: SyncWorker, console: Console) -> None:
    stopped = threading.Event()

    def told(event: Event) -> None:
        status = context.journal.status()
        if event.name == "hub_state_changed":
            key = f"journal.hub.{event.detail}"
            console.result({"hub": event.detail, **_counts(context)}, key)
        elif event.name == "journal_acknowledged":
            console.result(
                {"sent": int(event.detail), **_counts(context)},
                "command.sync.done",
                sent=event.detail,
                acknowledged=status.acknowledged,
                waiting=status.waiting,
            )

    handlers = {
        number: signal.signal(number, lambda *_: stopped.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    unsubscribe = context.events.subscribe(told)
    try:
        worker.start()
        stopped.wait()
    finally:
        unsubscribe()
        for number, handler in handlers.items():
            signal.signal(number, handler)
