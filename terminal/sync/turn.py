"""What one turn of the loop works with; every round takes it and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from terminal.clock import Clock
from terminal.events import EventBus
from terminal.protocol.wire import Enrolment
from terminal.sync.client import HubClient
from terminal.sync.ports import Signer, SyncStore
from terminal.sync.returning import Returning


@dataclass(frozen=True)
class Turn:
    """One turn: the line to the hub, the ledger, and who is told.

    `stopping` says whether the program ends: a round looks between two requests, and leaves.
    `sending` is called before entries go out, `reached` after an answer that counted.
    """

    client: HubClient
    returning: Returning
    enrolled: Enrolment
    store: SyncStore
    keys: Signer
    clock: Clock
    events: EventBus
    stopping: Callable[[], bool]
    sending: Callable[[], None]
    reached: Callable[[], None]
