"""After an update: what an earlier release could not understand is tried again."""

from __future__ import annotations

import logging

from terminal import __version__
from terminal.clock import Clock
from terminal.protocol.wire import Enrolment
from terminal.store import feeds, meta, outbox
from terminal.store.database import Ledger
from terminal.store.write_thread import SYNC

logger = logging.getLogger(__name__)

PROGRAM = "program"


def after_update(ledger: Ledger, enrolled: Enrolment | None, clock: Clock) -> None:
    """Take what was set aside, if another release wrote this ledger last; then note this one."""
    if ledger.read(lambda db: meta.get(db, PROGRAM)) == __version__:
        return
    now = clock.now().corrected
    if enrolled is not None:
        hub_key = enrolled.hub_key
        left = ledger.write(lambda db: feeds.retry_kept(db, hub_key, now), priority=SYNC)
        while ledger.write(lambda db: outbox.retry_held(db, now), priority=SYNC):
            pass
        if left:
            logger.info("%d rows of the hub are still not understood", left)
    ledger.write(lambda db: meta.put(db, PROGRAM, __version__), priority=SYNC)
