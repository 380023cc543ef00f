"""What one turn of the loop does, in its order; a further round is one further line.

A round raises `SyncError` for what stopped it: the turn ends there and is tried again after a
pause, so a round whose failure must not stop the others stands behind them.
"""

from __future__ import annotations

from terminal.sync.blobs import send_blobs
from terminal.sync.client import ComeAgain
from terminal.sync.pull import pull_all
from terminal.sync.push import Pusher
from terminal.sync.renewal import Renewal
from terminal.sync.trees import TreeWatch
from terminal.sync.turn import Turn


def run_rounds(
    turn: Turn,
    pusher: Pusher,
    rating_log: TreeWatch | None = None,
    renewal: Renewal | None = None,
) -> None:
    """Push all that waits, pull all that is new, send the scans, look at the log of ratings."""
    if renewal is not None:
        # The hub may know the new key already, and take nothing signed with the old one.
        renewal.finish(turn)
    try:
        _push_all(turn, pusher)
    except ComeAgain:
        # It takes no backlog in just now; what it has for us costs it little.
        pull_all(turn)
        raise
    pull_all(turn)
    if turn.returning.due:
        _push_all(turn, pusher)
        pull_all(turn)
    if send_blobs(turn):
        # What waited for a scan is applied by now: its effect is in the feed.
        pull_all(turn)
    if rating_log is not None:
        rating_log.turn(turn.client, turn.enrolled.hub_key, turn.stopping)
    if renewal is not None:
        renewal.look(turn)


def _push_all(turn: Turn, pusher: Pusher) -> None:
    """Push, and give back in between what a hub that was taken back has lost."""
    turn.returning.settle(turn)
    pusher.push_all(turn)
    while turn.returning.settle(turn):
        pusher.push_all(turn)
