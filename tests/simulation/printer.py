"""A printer that jams, runs out of paper, or outlives the program that fed it.

Its jobs are the program's own, in the ledger; what came out of it lies on `papers`.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec

from terminal.devices.print_queue import PrintQueue
from terminal.domain.aggregates import Document
from terminal.events import EventBus
from terminal.services.printing import LedgerJobStorage
from terminal.store.print_jobs import StoredJob
from tests.simulation.faults import Crash

if TYPE_CHECKING:
    from tests.simulation.terminal import Terminal

DEVICE = "receipt_printer"


class Paper(msgspec.Struct, frozen=True):
    """What somebody holds in their hands: the job it came from, a record and its hash."""

    job: str
    record_id: str
    hash: str


def view_of(record_id: str, digest: str) -> msgspec.Raw:
    """Return the input of a receipt's template: the record it confirms, and its hash."""
    return msgspec.Raw(msgspec.json.encode(Paper("", record_id, digest)))


def _render(document: Document, job: StoredJob) -> bytes:
    paper = msgspec.json.decode(document.view or b"{}", type=Paper)
    return msgspec.json.encode(msgspec.structs.replace(paper, job=job.job_id))


class Printer:
    """One terminal's printer and its queue."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.queue = PrintQueue(
            LedgerJobStorage(terminal.ledger, terminal.clock, EventBus(), DEVICE, _render)
        )
        self.queue.recover()

    def print_all(self, rng: random.Random) -> None:
        """Print what waits, until the printer is in trouble; paper is put in before."""
        self.queue.printer_ready()
        while (job := self.queue.next_job()) is not None:
            trouble = rng.random()
            if trouble < 0.1:
                self.queue.report(job.id, "failed", "device.paper_out")
                return
            self._terminal.papers.append(msgspec.json.decode(job.data, type=Paper))
            if trouble < 0.2:
                raise Crash
            if trouble < 0.3:
                self.queue.report(job.id, "unknown", "device.jam")
                return
            self.queue.report(job.id, "printed", "")
