"""Rescue: a ledger that this release cannot work with is opened to send and export what waits.

It is a newer release's ledger, or one whose update failed half way. Nothing is lost and nothing
is taken in; the schema stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from terminal.clock import Clock, SystemClock
from terminal.errors import InvalidInput, NotFound, RescueNeeded, SyncError
from terminal.events import EventBus
from terminal.ids import Randomness, SystemRandomness
from terminal.protocol.wire import MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, Enrolment
from terminal.services.blobs import BlobsService
from terminal.services.courier import CourierService, Exported
from terminal.services.enrolment import EnrolmentService
from terminal.settings import Settings
from terminal.store import blob_rows, outbox, rescue
from terminal.store.database import Ledger
from terminal.store.journal import Journal
from terminal.store.keys import open_keys
from terminal.store.rescue import Standing
from terminal.sync.client import HubClient
from terminal.sync.ports import Stretch
from terminal.sync.transport import HttpTransport, Transport


class Rescue:
    """A terminal in rescue; use it as a context manager. Any thread may call it, it blocks.

    `reason` is why: `store.newer_schema` or `store.step_failed`, with the step's name.
    """

    def __init__(
        self,
        settings: Settings,
        reason: RescueNeeded,
        *,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.reason = reason
        self._settings = settings
        self._clock = clock or SystemClock()
        self._randomness = randomness or SystemRandomness()
        self._given = transport
        self.keys = open_keys(settings.keys_dir, settings.ledger_path, self._randomness)
        self.ledger = Ledger(settings.ledger_path, self.keys.database, rescue=True)
        self.ledger.open()
        self._enrolment = EnrolmentService(self.ledger, self.keys, self._clock, self._randomness)
        self._blobs = BlobsService(
            self.ledger, settings.blobs_dir, self.keys.database, self._randomness
        )

    def __enter__(self) -> Rescue:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def standing(self) -> Standing:
        """Return how much is in the ledger and how much of it waits."""
        return self.ledger.read(rescue.standing)

    def send(self, *, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send all that waits, then the scans; returns how many entries arrived.

        Raises `InvalidInput` when there is no hub to send to, `SyncError` for what stopped it:
        then what has arrived so far stays marked.
        """
        enrolled = self._enrolled()
        transport = self._transport()
        client = HubClient(transport, self.keys, enrolled.hub_key, self._clock, self._randomness)
        arrived, batch = 0, MAX_BATCH_ENTRIES
        try:
            while not stopping():
                limit = batch
                found = self.ledger.read(lambda db: outbox.pending(db, limit, MAX_BATCH_BYTES))  # noqa: B023
                if found is None:
                    break
                try:
                    arrived += self._push(client, Stretch(found.epoch, found.entries))
                except SyncError as error:
                    if error.code != "sync.hub_busy" or batch == 1:
                        raise
                    batch = max(1, len(found.entries) // 2)
            self._send_scans(client, stopping)
        finally:
            if self._given is None:
                transport.close()
        return arrived

    def _push(self, client: HubClient, stretch: Stretch) -> int:
        answer = client.push(stretch)
        if answer.fork is not None:
            # A new epoch would have to be opened, which writes: a courier file carries both.
            raise SyncError("sync.fork_in_rescue")
        changed = self.ledger.write_in_rescue(lambda db: rescue.acknowledge(db, answer))
        if not changed:
            raise SyncError("sync.nothing_acknowledged")
        return changed

    def _send_scans(self, client: HubClient, stopping: Callable[[], bool]) -> None:
        """Send what entries name; the hub says the same again when it has them already."""
        for digest in self.ledger.read(blob_rows.unconfirmed):
            if stopping():
                return
            try:
                data = self._blobs.read(digest)
            except NotFound:
                continue
            client.put_blob(digest, data)

    def export(self, folder: Path) -> Exported:
        """Write what waits into a courier file in a folder; nothing is marked as sent."""
        courier = CourierService(
            ledger=self.ledger,
            journal=Journal(self.keys.terminal_id, self._clock, self._randomness),
            blobs=self._blobs,
            keys=self.keys,
            enrolment=self._enrolment.current,
            clock=self._clock,
            randomness=self._randomness,
            events=EventBus(),
        )
        return courier.export(folder)

    def _enrolled(self) -> Enrolment:
        enrolled = self._enrolment.current()
        if enrolled is None:
            raise InvalidInput("enrolment.needed")
        return enrolled

    def _transport(self) -> Transport:
        if self._given is not None:
            return self._given
        hub = self._settings.hub
        if not hub.url:
            raise InvalidInput("enrolment.no_hub")
        authority = Path(hub.certificate_authority) if hub.certificate_authority else None
        return HttpTransport(hub.url, authority, timeout=hub.timeout_seconds)
