"""What one turn of the loop does, in its order; a further round is one further line.

A round raises `SyncError` for what stopped it: the turn ends there and is tried again after a
pause, so a round whose failure must not stop the others stands behind them.
"""

from __future__ import annotations

from terminal.sync.blobs import send_blobs
from terminal.sync.pull import pull_all
from terminal.sync.push import Pusher
from terminal.sync.turn import Turn


def run_rounds(turn: Turn, pusher: Pusher) -> None:
    """Push all that waits, pull all that is new, send the scans."""
    pusher.push_all(turn)
    pull_all(turn)
    if send_blobs(turn):
        # What waited for a scan is applied by now: its effect is in the feed.
        pull_all(turn)
