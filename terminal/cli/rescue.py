"""Commands on a ledger in rescue: what waits can be counted, sent and exported, nothing more."""

from __future__ import annotations

from argparse import Namespace

from terminal.cli.base import Console, Exit
from terminal.clock import to_local
from terminal.errors import RescueNeeded
from terminal.services.rescue import Rescue
from terminal.settings import load


def run(args: Namespace, console: Console, reason: RescueNeeded) -> int:
    """Do what a command can do in rescue; every other one says why not."""
    action = (args.command, args.action)
    if action[0] == "sync":
        return _send(args, console, reason)
    if action == ("courier", "export"):
        return _export(args, console, reason)
    if action == ("journal", "status"):
        _tell_standing(args, console, reason)
    return console.refuse(reason)


def _rescue(args: Namespace, reason: RescueNeeded) -> Rescue:
    return Rescue(load(args.data_dir, args.config, args.hub), reason)


def _send(args: Namespace, console: Console, reason: RescueNeeded) -> int:
    console.note("command.rescue.is", reason=reason.message(console.texts))
    with _rescue(args, reason) as rescue:
        sent = rescue.send()
        standing = rescue.standing()
    console.result(
        {"sent": sent, "waiting": standing.waiting, "rescue": reason.code},
        "command.rescue.sent",
        sent=sent,
        waiting=standing.waiting,
    )
    return Exit.DONE


def _export(args: Namespace, console: Console, reason: RescueNeeded) -> int:
    from terminal.cli.courier import tell_export

    console.note("command.rescue.is", reason=reason.message(console.texts))
    with _rescue(args, reason) as rescue:
        tell_export(rescue.export(args.path.absolute()), console)
    return Exit.DONE


def _tell_standing(args: Namespace, console: Console, reason: RescueNeeded) -> None:
    with _rescue(args, reason) as rescue:
        standing = rescue.standing()
    if console.json:
        console.emit({"rescue": reason.code, "written": standing.written,
                      "waiting": standing.waiting, "oldest": standing.oldest})  # fmt: skip
        return
    texts = console.texts
    rows = [
        (texts("command.journal.written"), str(standing.written)),
        (texts("command.journal.waiting"), str(standing.waiting)),
    ]
    if standing.oldest:
        moment = to_local(standing.oldest).strftime("%Y-%m-%d %H:%M:%S")
        rows.append((texts("command.journal.oldest"), moment))
    console.table(rows)
