"""`ratings verify | noted`: whether every rating taken here is still what the citizen gave.

Own chain and rows are always checked; with the hub in reach it proves each rating to be in its
log, without it the command says up to where that was proved before.
"""

from __future__ import annotations

from argparse import Namespace

from terminal.cli.base import Console, Exit
from terminal.cli.journal import tell_verification
from terminal.cli.workplace import workplace
from terminal.protocol.entry import short_hash
from terminal.services.rating_log import RatingLogService, RatingLogView
from terminal.store.journal import Verification
from terminal.sync.trees import LogProof


def run(args: Namespace, console: Console) -> int:
    """Check chain, rows and log; 1 when a rating was edited, moved, deleted or is not logged."""
    with workplace(args) as context:
        if args.action == "noted":
            return _noted(context.rating_log, console)
        chain = context.ratings.verify()
        proof = context.prove_ratings() if chain.holds else None
        view = context.rating_log.view()
    if console.json:
        console.emit(_answer(chain, proof, view))
    if not console.json or not chain.holds:
        tell_verification(chain, "ratings", console, quiet=console.json)
    if chain.holds:
        _tell_log(proof, view, console)
    for alarm in view.alarms:
        fields = {"lost": alarm.lost, "short": alarm.short}
        console.note(f"{alarm.code}.message", **fields)
        console.note(f"{alarm.code}.hint", **fields)
    return Exit.DONE if _holds(chain, proof, view) else Exit.REFUSED


def _noted(log: RatingLogService, console: Console) -> int:
    alarms = log.view().alarms
    for alarm in alarms:
        log.settle(alarm)
    key = "rating_log.cli.noted" if alarms else "rating_log.cli.nothing"
    console.result({"noted": [alarm.code for alarm in alarms]}, key, count=len(alarms))
    return Exit.DONE


def _holds(chain: Verification, proof: LogProof | None, view: RatingLogView) -> bool:
    broken = proof is not None and bool(proof.code or proof.missing)
    return chain.holds and not broken and not view.grave


def _tell_log(proof: LogProof | None, view: RatingLogView, console: Console) -> None:
    if proof is None and not view.root:
        console.note("rating_log.cli.never_seen")
    elif proof is None:
        console.note(
            "rating_log.cli.not_reached", size=view.size, root=view.root, unproved=view.unproved
        )
    elif proof.missing:
        console.note(
            "rating_log.cli.missing",
            count=len(proof.missing),
            short=short_hash(proof.missing[0]),
        )
    elif proof.head is not None and not proof.code:
        console.say(
            "rating_log.cli.proved",
            included=proof.included,
            root=short_hash(proof.head.root),
            size=proof.head.size,
        )


def _answer(chain: Verification, proof: LogProof | None, view: RatingLogView) -> dict[str, object]:
    fields = {name: getattr(chain, name) for name in chain.__struct_fields__}
    return {
        "holds": _holds(chain, proof, view),
        **fields,
        "log": {
            "reached": proof is not None,
            "included": proof.included if proof else 0,
            "missing": proof.missing if proof else (),
            "code": proof.code if proof else "",
            "size": view.size,
            "root": view.root,
            "unproved": view.unproved,
            "alarms": [alarm.code for alarm in view.alarms],
        },
    }
