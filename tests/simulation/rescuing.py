"""An update that failed half way: the ledger is opened for rescue and sends what waits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from terminal.errors import RescueNeeded
from terminal.services.blobs import BlobsService
from terminal.services.rescue import Rescue
from terminal.store.database import Ledger
from tests.simulation.template import LEDGER_KEY
from tests.simulation.terminal import Terminal


class SimRescue(Rescue):
    """The program's rescue on a simulated machine; only where its parts come from is other."""

    def __init__(self, terminal: Terminal) -> None:
        self.reason = RescueNeeded("store.step_failed", step="0000")
        self.keys = cast(Any, terminal.keys)
        self._clock = terminal.clock
        self._randomness = terminal.randomness
        self._given = terminal.network
        self._enrolment = cast(Any, SimpleNamespace(current=lambda: terminal.enrolment))
        self.ledger = Ledger(terminal.folder / "ledger.db", LEDGER_KEY, rescue=True)
        self.ledger.open()
        self._blobs = BlobsService(
            self.ledger, terminal.folder / "blobs", LEDGER_KEY, terminal.randomness
        )


def rescue(terminal: Terminal) -> None:
    """Send what waits in rescue, then let the update succeed."""
    terminal.close()
    try:
        with SimRescue(terminal) as found:
            found.send()
    finally:
        terminal.open()
