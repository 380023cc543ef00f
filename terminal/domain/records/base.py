"""What every kind of entry shares."""

from __future__ import annotations

from typing import ClassVar

import msgspec

HUB_ORIGIN = "hub"


class Body(msgspec.Struct, frozen=True):
    """What an entry says; the children name their kind and the number of their schema."""

    kind: ClassVar[str] = ""
    schema: ClassVar[int] = 1


class EpochOpened(Body, frozen=True):
    """First entry of an epoch; names the last hash of the epoch before it, if any."""

    kind: ClassVar[str] = "epoch_opened"
    reason: str
    previous_epoch: str = ""
    previous_hash: str = ""


class Record(msgspec.Struct, frozen=True):
    """An entry as the rules see it.

    `base` is the aggregate's last record id that the writer knew (empty: none), `at` the
    writer's corrected time in milliseconds.
    """

    record_id: str
    aggregate_id: str
    base: str
    origin: str
    at: int
    body: Body
