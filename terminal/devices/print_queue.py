"""What becomes of a print job: `queued → printing → printed | failed | unknown`.

`failed` means that nothing went out: the job goes back to `queued` by itself when the printer
can print again. `unknown` means that some bytes went out and nobody can say what is on the
paper: it waits for a person, who looks and settles it or asks for a reprint, which is a job
of its own, marked as a reprint. Nothing is ever printed twice by itself.

The rules are pure; records are kept by a `JobStorage`, which the program puts into its ledger.
"""

from __future__ import annotations

import logging
import threading
from typing import Literal, Protocol

import msgspec

from terminal.errors import NotFound, RuleRefused, TerminalError

logger = logging.getLogger(__name__)

JobState = Literal["queued", "printing", "printed", "failed", "unknown"]
JobFact = Literal["taken", "done", "nothing_sent", "cut_off", "printer_ready", "settled", "noted"]

_MOVES: dict[tuple[JobState, JobFact], JobState] = {
    ("queued", "taken"): "printing",
    ("printing", "done"): "printed",
    ("printing", "nothing_sent"): "failed",
    ("printing", "cut_off"): "unknown",
    ("failed", "printer_ready"): "queued",
    ("unknown", "settled"): "printed",
    # Why a job waits is written on it; it stays where it is.
    ("queued", "noted"): "queued",
    ("printing", "noted"): "printing",
}

_REPORTED: dict[JobState, JobFact] = {
    "printed": "done",
    "failed": "nothing_sent",
    "unknown": "cut_off",
    "printing": "noted",
}


class PrintJob(msgspec.Struct, frozen=True):
    """A document to print, as the printer's own bytes; `reprint_of` marks a reprint.

    `title` is what print systems and file names show: the document's kind and number, never
    a person.
    """

    id: str
    data: bytes
    reprint_of: str = ""
    title: str = ""

    def __repr__(self) -> str:
        return f"PrintJob({self.id}, {len(self.data)} bytes)"


class JobRecord(msgspec.Struct, frozen=True):
    """Where a job stands; `error` is the code of the last trouble, `attempts` counts tries."""

    id: str
    state: JobState = "queued"
    error: str = ""
    attempts: int = 0
    reprint_of: str = ""


def advance(record: JobRecord, fact: JobFact, error: str = "") -> JobRecord:
    """Return the record after a fact; raise `RuleRefused` for a step that cannot happen."""
    state = _MOVES.get((record.state, fact))
    if state is None:
        raise RuleRefused("device.job_step", state=record.state, fact=fact)
    return msgspec.structs.replace(
        record,
        state=state,
        error=error,
        attempts=record.attempts + (fact == "taken"),
    )


class JobStorage(Protocol):
    """Where jobs are kept; each call is one transaction and durable when it returns."""

    def add(self, record: JobRecord, data: bytes) -> None:
        """Keep a new job; keeping the same id again changes nothing."""
        ...

    def get(self, job_id: str) -> JobRecord | None:
        """Return a job's record."""
        ...

    def save(self, record: JobRecord) -> None:
        """Replace a job's record."""
        ...

    def data(self, job_id: str) -> bytes:
        """Return a job's bytes."""
        ...

    def title(self, job_id: str) -> str:
        """Return what the print system may show of a job: no name, no personal data."""
        ...

    def in_state(self, state: JobState) -> list[JobRecord]:
        """Return the jobs in a state, oldest first."""
        ...


class JobSource(Protocol):
    """What the printer's thread needs of a queue."""

    def next_job(self) -> PrintJob | None:
        """Take the oldest waiting job; from now on it counts as printing."""
        ...

    def report(self, job_id: str, state: JobState, error: str) -> None:
        """Say what became of the job that was taken: `printed`, `failed` or `unknown`.

        `printing` says that it is still on its way, and by `error` what it waits for.
        """
        ...

    def printer_ready(self) -> None:
        """Say that the printer can print again: failed jobs go back into the queue."""
        ...

    def note_waiting(self, code: str) -> None:
        """Write on the waiting jobs why nobody prints them; an empty code takes it off."""
        ...


class PrintQueue:
    """The jobs of one printer over a storage; any thread may call it."""

    def __init__(self, storage: JobStorage) -> None:
        self._storage = storage
        self._lock = threading.Lock()

    def recover(self) -> None:
        """At the program's start: what was printing when it stopped is `unknown`."""
        with self._lock:
            for record in self._storage.in_state("printing"):
                self._storage.save(advance(record, "cut_off", "device.job_interrupted"))

    def add(self, job_id: str, data: bytes) -> JobRecord:
        """Queue a document; the same id again returns the record that is there."""
        with self._lock:
            return self._add(JobRecord(job_id), data)

    def reprint(self, job_id: str, new_id: str, data: bytes) -> JobRecord:
        """Queue a reprint of a job; `data` is the document rendered anew with its mark."""
        with self._lock:
            original = self._record(job_id)
            if original.state not in {"printed", "unknown"}:
                raise RuleRefused("device.job_not_printed_yet")
            # A reprint of a reprint still names the first job: that is the paper people know.
            root = original.reprint_of or original.id
            return self._add(JobRecord(new_id, reprint_of=root), data)

    def settle(self, job_id: str) -> JobRecord:
        """A person has looked: the job of unknown outcome did come out whole."""
        with self._lock:
            return self._move(job_id, "settled")

    def next_job(self) -> PrintJob | None:
        with self._lock:
            for record in self._storage.in_state("queued"):
                try:
                    data = self._storage.data(record.id)
                    title = self._storage.title(record.id)
                except Exception as error:  # noqa: BLE001 - the jobs behind it go on
                    self._set_aside(record, error)
                    continue
                self._move(record.id, "taken")
                return PrintJob(record.id, data, record.reprint_of, title)
            return None

    def report(self, job_id: str, state: JobState, error: str) -> None:
        with self._lock:
            if state not in _REPORTED:
                raise RuleRefused("device.job_step", state="printing", fact=state)
            record = self._record(job_id)
            if record.state == state and (state != "printing" or record.error == error):
                return  # told again after an answer was lost
            if state == "printing" and record.state != state:
                raise RuleRefused("device.job_step", state=record.state, fact="noted")
            self._move(job_id, _REPORTED[state], error)

    def printer_ready(self) -> None:
        with self._lock:
            for record in self._storage.in_state("failed"):
                self._storage.save(advance(record, "printer_ready"))

    def note_waiting(self, code: str) -> None:
        with self._lock:
            for record in self._storage.in_state("queued"):
                if record.error != code:
                    self._storage.save(advance(record, "noted", code))

    def _set_aside(self, record: JobRecord, error: Exception) -> None:
        """Mark a job whose document cannot be made as failed: nothing was sent."""
        # Without the message: it may repeat what stands on the paper.
        logger.error("print job %s cannot be made: %s", record.id, type(error).__name__)
        code = error.code if isinstance(error, TerminalError) else "device.job_unreadable"
        self._move(record.id, "taken")
        self._move(record.id, "nothing_sent", code)

    def _add(self, record: JobRecord, data: bytes) -> JobRecord:
        known = self._storage.get(record.id)
        if known is None:
            self._storage.add(record, data)
        return known or record

    def _move(self, job_id: str, fact: JobFact, error: str = "") -> JobRecord:
        moved = advance(self._record(job_id), fact, error)
        self._storage.save(moved)
        return moved

    def _record(self, job_id: str) -> JobRecord:
        record = self._storage.get(job_id)
        if record is None:
            raise NotFound("device.no_job", job=job_id)
        return record


class MemoryJobStorage:
    """Jobs in memory, for test pages of a technician and for tests."""

    def __init__(self) -> None:
        self._records: dict[str, JobRecord] = {}
        self._data: dict[str, bytes] = {}

    def add(self, record: JobRecord, data: bytes) -> None:
        self._records.setdefault(record.id, record)
        self._data.setdefault(record.id, data)

    def get(self, job_id: str) -> JobRecord | None:
        return self._records.get(job_id)

    def save(self, record: JobRecord) -> None:
        self._records[record.id] = record

    def data(self, job_id: str) -> bytes:
        return self._data[job_id]

    def title(self, job_id: str) -> str:
        return ""

    def in_state(self, state: JobState) -> list[JobRecord]:
        return [record for record in self._records.values() if record.state == state]
