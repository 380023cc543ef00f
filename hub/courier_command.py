"""`hub courier import FILE [--answer FILE]`: takes in what came on a stick, and answers it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hub.courier import TakenIn, take_in, write_answer
from hub.hub import Hub

if TYPE_CHECKING:
    from terminal.cli.base import Console


def run(hub: Hub, args: argparse.Namespace, console: Console) -> int:
    """Store the file's content, say so, then write the answer beside it or where it is asked for.

    1 when some of it was not acceptable.
    """
    taken = take_in(hub, args.file, from_revoked=bool(getattr(args, "from_revoked", False)))
    said = {
        "terminal": taken.terminal.label,
        "entries": taken.entries,
        "new": taken.new,
        "blobs": taken.blobs,
        "refused": taken.refused,
    }
    if not console.json:
        _tell(taken, console)
    try:
        answer = write_answer(hub, taken, getattr(args, "answer", None) or args.file.parent)
        said["answer"] = None if answer is None else str(answer)
    finally:
        # What was stored is stored, also when there is no room for the answer.
        if console.json:
            console.emit(said)
    if answer is None:
        console.note("courier.no_answer")
    else:
        console.say("courier.answer_written", file=answer, number=taken.terminal.label)
    return 1 if taken.refused else 0


def _tell(taken: TakenIn, console: Console) -> None:
    key = "courier.taken" if taken.new or not taken.entries else "courier.taken_again"
    console.say(key, number=taken.terminal.label, entries=taken.entries, blobs=taken.blobs)
    for code in sorted(set(taken.refused)):
        reason = console.texts(f"{code}.message") if console.texts.has(f"{code}.message") else code
        console.note("courier.not_taken", count=taken.refused.count(code), reason=reason)
