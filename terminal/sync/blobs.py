"""Blobs: scans and photos go up in pieces, after the entries that name them."""

from __future__ import annotations

from terminal.sync.turn import Turn


def send_blobs(turn: Turn) -> int:
    """Send what the hub has not confirmed; returns how many blobs it has now."""
    sent = 0
    for digest in turn.store.unconfirmed_blobs():
        if turn.stopping():
            break
        data = turn.store.blob(digest)
        if data is not None and turn.client.put_blob(digest, data):
            turn.store.confirm_blob(digest)
            sent += 1
    return sent
