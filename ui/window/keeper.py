"""Keeps what stands at the desk once a second, behind everything else, against a crash."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QObject, QTimer

from terminal.services.kept_drafts import KeptVisit
from ui.bridge import Bridge, Failure
from ui.window.desk import Desk
from ui.window.visiting import Visiting

logger = logging.getLogger(__name__)

KEEP_MS = 1_000


class Keeper(QObject):
    """Writes only what has changed; what was discarded or ended goes at once."""

    def __init__(self, bridge: Bridge, desk: Desk) -> None:
        super().__init__(desk)
        self._bridge, self._desk = bridge, desk
        self._stored: dict[str, KeptVisit] = {}
        self._busy = False
        self._timer = QTimer(self)
        self._timer.setInterval(KEEP_MS)
        self._timer.timeout.connect(self.keep)
        self._timer.start()
        desk.cleared.connect(self.keep)
        ctx = bridge.ctx
        if ctx is not None:
            bridge.run(self, ctx.kept_drafts.offered, desk.session, done=self._on_offered)

    @property
    def kept(self) -> bool:
        """Whether the ledger has everything that stands at the desk now."""
        return not self._busy and {one.key: one for one in self._visits()} == self._stored

    def keep(self) -> None:
        """Bring the ledger to what stands at the desk now; nothing when it is there already."""
        ctx = self._bridge.ctx
        if ctx is None or self._busy:
            return
        now = {visit.key: visit for visit in self._visits()}
        changed = [visit for key, visit in now.items() if self._stored.get(key) != visit]
        gone = [key for key in self._stored if key not in now]
        if not changed and not gone:
            return
        self._busy = True
        self._bridge.run(
            self, partial(ctx.kept_drafts.keep, self._desk.session, changed, gone),
            done=partial(self._on_kept, now), failed=self._on_failed,
        )  # fmt: skip

    def stop(self, *, keep: bool = True) -> None:
        """End it; what was typed last is kept too, unless somebody else has it by now."""
        self._timer.stop()
        if keep:
            self._busy = False
            self.keep()
        self._busy = True

    def _visits(self) -> list[KeptVisit]:
        desk = self._desk
        return [visit.kept() for visit in (*desk.parked, desk.now) if not visit.empty]

    def _on_kept(self, stored: dict[str, KeptVisit], _: object) -> None:
        self._stored = stored
        self._busy = not self._timer.isActive()
        if not self._busy:
            # What was discarded while this was written must not wait for the next second.
            standing = {visit.key for visit in self._visits()}
            if any(key not in standing for key in stored):
                self.keep()

    def _on_failed(self, failure: Failure) -> None:
        self._busy = not self._timer.isActive()
        logger.info("a draft was not kept: %s", failure.code)

    def _on_offered(self, found: tuple[KeptVisit, ...]) -> None:
        self._stored = {**{visit.key: visit for visit in found}, **self._stored}
        ctx = self._bridge.ctx
        if found and ctx is not None:
            now = ctx.clock.now().corrected
            self._desk.put_back([Visiting.of(visit, now) for visit in found])
