"""Print jobs over the ledger: the storage behind each device's queue, and reprints."""

from __future__ import annotations

from collections.abc import Callable

from terminal.clock import Clock
from terminal.devices.print_queue import JobRecord, JobState, PrintQueue
from terminal.domain.aggregates import Document
from terminal.domain.wiping import is_wiped
from terminal.errors import NotFound, RuleRefused
from terminal.events import EventBus
from terminal.ids import Randomness
from terminal.services.papers import PAPER_OF_KIND
from terminal.services.views import DocumentView, PrintJobView, Session
from terminal.store import aggregates, lists, print_jobs
from terminal.store.database import Ledger, Transaction
from terminal.store.print_jobs import StoredJob

PRINTERS = ("receipt_printer", "a4_printer")
RenderJob = Callable[[Document, StoredJob], bytes]


class LedgerJobStorage:
    """One device's jobs in the ledger; the bytes are rendered when they are asked for."""

    def __init__(
        self, ledger: Ledger, clock: Clock, events: EventBus, device: str, render: RenderJob
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._events = events
        self._device = device
        self._render = render
        # Sheets of no case: they live in memory until they are printed.
        self._loose: dict[str, tuple[JobRecord, bytes]] = {}

    def add(self, record: JobRecord, data: bytes) -> None:
        """Take a sheet that belongs to no case, such as the phone list.

        Jobs of documents are added inside their action's transaction, never here.
        """
        self._loose[record.id] = (record, data)

    def get(self, job_id: str) -> JobRecord | None:
        loose = self._loose.get(job_id)
        if loose is not None:
            return loose[0]
        job = self._ledger.read(lambda db: print_jobs.get(db, job_id))
        return _record(job) if job else None

    def save(self, record: JobRecord) -> None:
        loose = self._loose.get(record.id)
        if loose is not None:
            # Once it is printed nothing of it stays.
            kept = b"" if record.state == "printed" else loose[1]
            self._loose[record.id] = (record, kept)
            self._events.publish("print_job_changed", record.id, record.state)
            return
        now = self._clock.now().corrected
        self._ledger.write(
            lambda db: print_jobs.move(
                db, record.id,
                state=record.state, code=record.error, attempts=record.attempts, now=now,
            )
        )  # fmt: skip
        self._events.publish("print_job_changed", record.id, record.state)

    def data(self, job_id: str) -> bytes:
        if job_id in self._loose:
            return self._loose[job_id][1]
        job, document = self._ledger.read(lambda db: _job_and_document(db, job_id))
        return self._render(document, job)

    def title(self, job_id: str) -> str:
        """Return the document's kind and number, and which copy it is: no personal data."""
        if job_id in self._loose:
            return job_id.partition("/")[0]
        job, document = self._ledger.read(lambda db: _job_and_document(db, job_id))
        copy = f"-{job.copy}" if job.copy > 1 else ""
        return f"{document.document_kind}-{document.number}{copy}"

    def in_state(self, state: JobState) -> list[JobRecord]:
        jobs = self._ledger.read(lambda db: print_jobs.in_state(db, self._device, state))
        loose = [record for record, _ in list(self._loose.values()) if record.state == state]
        return [*(_record(job) for job in jobs), *loose]


def _record(job: StoredJob) -> JobRecord:
    return JobRecord(job.job_id, job.state, job.code, job.attempts, job.reprint_of)  # type: ignore[arg-type]


def _job_and_document(db: Transaction, job_id: str) -> tuple[StoredJob, Document]:
    job = print_jobs.get(db, job_id)
    document = aggregates.load(db, job.document_id) if job else None
    if job is None or not isinstance(document, Document):
        raise NotFound("device.no_job", job=job_id)
    return job, document


def queue_document(db: Transaction, document: Document, job_id: str, now: int) -> StoredJob:
    """Add a print job for a document in the transaction that is going on."""
    before = print_jobs.of_document(db, document.document_id)
    job = StoredJob(
        job_id=job_id,
        document_id=document.document_id,
        device=PAPER_OF_KIND[document.document_kind],
        state="queued",
        copy=len(before) + 1,
        code="",
        attempts=0,
        reprint_of=before[0].job_id if before else "",
        created_at=now,
        changed_at=now,
    )
    print_jobs.add(db, job)
    return job


def job_view(job: StoredJob) -> PrintJobView:
    """Return a job as screens see it."""
    return PrintJobView(job.job_id, job.document_id, job.state, job.copy, job.code, job.changed_at)


def document_view(db: Transaction, document: Document) -> DocumentView:
    """Return a document with its print jobs."""
    return DocumentView(
        document_id=document.document_id,
        kind=document.document_kind,
        number=document.number,
        case_id=document.case_id,
        issued_at=document.issued_at,
        digest=document.digest,
        jobs=tuple(job_view(j) for j in print_jobs.of_document(db, document.document_id)),
        signed=document.signed is not None,
    )


class PrintingService:
    """Print jobs for screens: where they are, retry, reprint, settle."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        randomness: Randomness,
        events: EventBus,
        render: RenderJob,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._randomness = randomness
        self._events = events
        self.wake: Callable[[], None] = lambda: None
        storages = {
            device: LedgerJobStorage(ledger, clock, events, device, render) for device in PRINTERS
        }
        self._storages = tuple(storages.values())
        self.queues = {device: PrintQueue(storage) for device, storage in storages.items()}

    def recover(self) -> None:
        """At the start: what was printing when the program stopped has an unknown outcome."""
        for queue in self.queues.values():
            queue.recover()

    def jobs(self, case_id: str = "", limit: int = 50) -> tuple[PrintJobView, ...]:
        """Return the jobs of a case, or the newest ones."""

        def read(db: Transaction) -> list[StoredJob]:
            if not case_id:
                return print_jobs.newest(db, limit)
            documents = lists.documents_of_case(db, case_id)
            return [j for d in documents for j in print_jobs.of_document(db, d.document_id)]

        return tuple(job_view(job) for job in self._ledger.read(read))

    def reprint(self, document_id: str, session: Session) -> PrintJobView:
        """Print a document once more; the paper says which copy it is and when."""
        job_id = self._randomness.uuid7()
        now = self._clock.now().corrected

        def act(db: Transaction) -> StoredJob:
            document = aggregates.load(db, document_id)
            if not isinstance(document, Document):
                raise NotFound("document.not_found", number=document_id)
            if is_wiped(document):
                raise RuleRefused("document.wiped")
            return queue_document(db, document, job_id, now)

        job = self._ledger.write(act)
        self._events.publish("print_job_changed", job_id, "queued")
        self.wake()
        return job_view(job)

    def print_loose(self, device: str, data: bytes, title: str) -> str:
        """Print a sheet that belongs to no case and is not kept; returns its job's id."""
        job_id = f"{title}/{self._randomness.uuid7()}"
        self.queues[device].add(job_id, data)
        self._events.publish("print_job_changed", job_id, "queued")
        self.wake()
        return job_id

    def loose_job(self, job_id: str) -> PrintJobView | None:
        """Return where such a sheet stands."""
        for storage in self._storages:
            record = storage.get(job_id)
            if record is not None:
                return PrintJobView(record.id, "", record.state, 1, record.error, 0)
        return None

    def retry(self, job_id: str) -> None:
        """Try a failed job again now instead of when the printer says that it is ready."""
        for queue in self.queues.values():
            queue.printer_ready()
        self.wake()

    def settle(self, job_id: str) -> None:
        """A person has looked: the job of unknown outcome did come out whole."""
        job = self._ledger.read(lambda db: print_jobs.get(db, job_id))
        if job is None:
            raise NotFound("device.no_job", job=job_id)
        self.queues[job.device].settle(job_id)
