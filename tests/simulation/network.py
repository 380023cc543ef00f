"""The line between one terminal and the hub, as bad as it gets."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from terminal.errors import SyncError, TerminalError
from terminal.protocol import wire
from terminal.protocol.suites import STANDARD
from terminal.sync.transport import HttpReply
from tests.simulation.faults import Crash

if TYPE_CHECKING:
    from tests.simulation.world import World

PORTAL = b"<html><body>please log in</body></html>"
MOST_IN_A_ROW = 300
"""What one step may ask at most; an hour of the loop is the longest."""

STRANGER = bytes(range(32))
"""The key of somebody who is not the hub."""

FAULTS = (
    "lost_request", "lost_answer", "twice", "late", "old_answer", "cut", "flipped", "garbage",
    "portal", "stranger", "busy", "bad_gateway", "empty", "dies",
)  # fmt: skip


class Network:
    """A transport of one terminal; `trouble` is how often a request meets a fault (0 to 1).

    `requests` counts what was tried. `meanwhile` is what people do during the n-th request.
    What a fault called `late` holds back reaches the hub behind later requests, and its answer
    nobody.
    """

    def __init__(self, world: World, rng: random.Random) -> None:
        self._world = world
        self.rng = rng
        self.trouble = 0.0
        self.requests = 0
        self.in_a_row = 0
        self.hub_away = False
        self.meanwhile: tuple[int, Callable[[], None]] | None = None
        self._last: HttpReply | None = None
        self._held: list[tuple[str, str, bytes, dict[str, str] | None]] = []

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        self.requests += 1
        self.in_a_row += 1
        assert self.in_a_row <= MOST_IN_A_ROW, "6: requests without end"
        self._work_meanwhile()
        fault = self.rng.choice(FAULTS) if self.rng.random() < self.trouble else ""
        if fault == "lost_request" or self.hub_away:
            raise SyncError("sync.unreachable")
        if fault == "late":
            self._held.append((method, path, body, headers))
            raise SyncError("sync.unreachable")
        if fault == "busy":
            return HttpReply(503, b"busy")
        reply = self._world.ask(method, path, body, headers)
        if fault == "twice":
            reply = self._world.ask(method, path, body, headers)
        self.deliver_late(keep=not fault)
        old, self._last = self._last, reply
        match fault:
            case "lost_answer":
                raise SyncError("sync.unreachable")
            case "dies":
                raise Crash
            case "old_answer" if old is not None:
                return old
            case "flipped" if reply.body:
                return HttpReply(reply.status, flip(reply.body, self.rng))
            case "stranger":
                return HttpReply(reply.status, _sign_anew(reply.body))
            case "bad_gateway":
                return HttpReply(502, PORTAL)
        wrong = {
            "cut": reply.body[: len(reply.body) // 2],
            "garbage": self.rng.randbytes(64),
            "portal": PORTAL,
            "empty": b"",
        }
        return HttpReply(200, wrong[fault]) if fault in wrong else reply

    def _work_meanwhile(self) -> None:
        if self.meanwhile is None:
            return
        left, work = self.meanwhile
        self.meanwhile = (left - 1, work) if left > 1 else None
        if left <= 1:
            try:
                work()
            except TerminalError:
                return

    def deliver_late(self, *, keep: bool = False) -> None:
        """Let one request that was held back reach the hub now, newest first."""
        if not self._held or (keep and self.rng.random() < 0.5):
            return
        try:
            self._world.ask(*self._held.pop())
        except SyncError:
            return

    def close(self) -> None:
        return


def flip(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with one bit of them changed."""
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]


def _sign_anew(data: bytes) -> bytes:
    """Return the hub's own answer under another's signature."""
    try:
        envelope = wire.open_envelope(data)
    except SyncError:
        return data
    signature = STANDARD.sign(STRANGER, envelope.body)
    return msgspec.msgpack.encode(msgspec.structs.replace(envelope, signature=signature))
