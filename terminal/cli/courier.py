"""`courier export | import | show`: the pending journal on a stick, and the hub's answer to it."""

from __future__ import annotations

from argparse import Namespace

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import workplace
from terminal.clock import to_local
from terminal.services.courier import BroughtBack, Exported, Shown


def run(args: Namespace, console: Console) -> int:
    """Write an outbox, take an answer, or say what a courier file is."""
    with workplace(args) as context:
        match args.action:
            case "export":
                tell_export(context.courier.export(args.path.absolute()), console)
            case "import":
                _tell_answer(context.courier.bring_back(args.file), console)
            case _:
                _tell_file(context.courier.show(args.file), console)
    return Exit.DONE


def kilobytes(size: int) -> int:
    """Return a size in KB, rounded up."""
    return -(-size // 1024)


def tell_export(made: Exported, console: Console) -> None:
    """Say what was written, and what to do with it."""
    console.result(
        made,
        "courier.exported",
        file=made.path,
        entries=made.entries,
        blobs=made.blobs,
        kilobytes=kilobytes(made.bytes),
    )
    console.note("courier.carry")


def _tell_answer(back: BroughtBack, console: Console) -> None:
    new = back.acknowledged or back.effects or back.rows
    console.result(
        back,
        "courier.brought_back" if new else "courier.brought_back_again",
        acknowledged=back.acknowledged,
        effects=back.effects,
        rows=back.rows,
    )


def _tell_file(shown: Shown, console: Console) -> None:
    console.result(
        shown,
        "courier.shown",
        direction=console.texts(f"courier.direction_{shown.direction}"),
        hall=shown.hall_name,
        number=shown.terminal_number,
        at=to_local(shown.made_at).strftime("%Y-%m-%d %H:%M"),
        kilobytes=kilobytes(shown.bytes),
    )
    if shown.mine:
        console.say("courier.shown_mine")
