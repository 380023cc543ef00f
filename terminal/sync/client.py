"""Signed requests to the hub; only a signed answer with the request's nonce counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

import msgspec

from terminal.clock import Clock, HubMeasure, Instant, measure_hub
from terminal.errors import SyncError
from terminal.ids import Randomness
from terminal.protocol import wire
from terminal.protocol.wire import Answer, BlobAnswer, Cursor, Page, PullAnswer
from terminal.sync.ports import Signer, Stretch
from terminal.sync.returning import Returning
from terminal.sync.speed import LineSpeed
from terminal.sync.transport import GATEWAY_STATUS, HttpReply, Transport

NONCE_BYTES = 16
ZSTD = {"Content-Encoding": "zstd"}
UNKNOWN_CODING = 415
BUSY = "hub.busy"


class SignedAnswer(Protocol):
    """What every answer of the hub says: to whom and what it answers, or why it refuses."""

    @property
    def nonce(self) -> bytes: ...

    @property
    def terminal_id(self) -> str: ...

    @property
    def refusal(self) -> str: ...


AnyAnswer = TypeVar("AnyAnswer", bound=SignedAnswer)


class ComeAgain(SyncError):
    """The hub is there and well, and takes in others first: come again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__("sync.come_again", seconds=seconds)
        self.seconds = seconds


class HubClient:
    """Speaks the protocol; raises `SyncError` for whatever is not the hub's own word.

    `speed` remembers between rounds what the line carries; `measured` is told what each answer
    says of the hub's clock, `returning` what it says of the hub's own journal.
    """

    def __init__(
        self,
        transport: Transport,
        keys: Signer,
        hub_key: bytes,
        clock: Clock,
        randomness: Randomness,
        *,
        speed: LineSpeed | None = None,
        measured: Callable[[HubMeasure], object] | None = None,
        returning: Returning | None = None,
    ) -> None:
        self._transport = transport
        self._keys = keys
        self._hub_key = hub_key
        self._clock = clock
        self._randomness = randomness
        self._speed = speed or LineSpeed()
        self._measured = measured
        self.hub_time = 0
        """What the hub's clock said in the last answer, in milliseconds; 0 before one."""
        self._returning = returning

    def push(self, stretch: Stretch) -> Answer:
        """Send entries; the answer's refusal, if any, is raised."""
        nonce = self.nonce()
        batch = wire.Batch(
            protocol=wire.PROTOCOL_VERSION,
            terminal_id=self._keys.terminal_id,
            nonce=nonce,
            sent_at=self._clock.now().wall,
            epoch=stretch.epoch,
            entries=stretch.entries,
        )
        answer = self.ask("POST", wire.PATH_PUSH, batch, nonce, Answer)
        if answer.epoch != stretch.epoch:
            raise SyncError("sync.wrong_answer")
        return answer

    def pull(
        self, cursors: tuple[Cursor, ...], *, wait: bool = False, limit: int = 200
    ) -> tuple[Page, ...]:
        """Ask for what came after the cursors; with `wait` the hub answers when there is news."""
        nonce = self.nonce()
        request = wire.PullRequest(
            wire.PROTOCOL_VERSION, self._keys.terminal_id, nonce, cursors, limit
        )
        path = wire.PATH_WAIT if wait else wire.PATH_PULL
        return self.ask("POST", path, request, nonce, PullAnswer).pages

    def put_blob(self, digest: str, data: bytes) -> bool:
        """Send a blob in pieces from where the hub has it; True once it is whole there."""
        # One that needs several pieces begins with an empty one, which asks how far the hub is.
        several = len(data) > wire.BLOB_PIECE_BYTES
        answer = self._piece(digest, data, 0, 0 if several else len(data))
        while not answer.complete:
            offset = answer.received
            answer = self._piece(digest, data, offset, wire.BLOB_PIECE_BYTES)
            if not answer.complete and answer.received <= offset:
                return False
        return answer.sha256 == digest

    def _piece(self, digest: str, data: bytes, offset: int, size: int) -> BlobAnswer:
        nonce = self.nonce()
        piece = wire.BlobPiece(
            wire.PROTOCOL_VERSION, self._keys.terminal_id, nonce, digest, offset, len(data),
            data[offset : offset + size],
        )  # fmt: skip
        return self.ask("PUT", wire.PATH_BLOB + digest, piece, nonce, BlobAnswer)

    @property
    def transport(self) -> Transport:
        """The line itself, for what is named by its hash and needs no signature."""
        return self._transport

    def nonce(self) -> bytes:
        """Return what binds the next answer to its request."""
        return self._randomness.token_bytes(NONCE_BYTES)

    def ask(
        self,
        method: str,
        path: str,
        message: msgspec.Struct,
        nonce: bytes,
        kind: type[AnyAnswer],
        *,
        signing: bytes = b"",
    ) -> AnyAnswer:
        """Send a signed message that carries `nonce`; return the hub's signed answer to it.

        `signing` is another key than the one in force.
        """
        if self._returning is not None:
            message = self._returning.fill(message)
        sealed = wire.seal(message, signing or self._keys.signing)
        reply, asked, answered = self._request(method, path, sealed)
        try:
            answer = self._read(reply, nonce, kind)
        except SyncError as error:
            if reply.status < 500 or _is_strangers_page(reply):
                raise
            # A hub in trouble, or a gateway before it, says so as it can.
            raise SyncError("sync.hub_busy", status=reply.status) from error
        if answer.refusal == BUSY:
            raise ComeAgain(getattr(answer, "come_after", 0))
        if answer.refusal:
            raise SyncError(_refusal(answer))
        if self._returning is not None:
            self._returning.hear(answer)
        hub_time = getattr(answer, "hub_time", 0)
        self.hub_time = hub_time or self.hub_time
        if self._measured is not None and hub_time:
            self._measured(measure_hub(asked, answered, hub_time))
        return answer

    def _read(self, reply: HttpReply, nonce: bytes, kind: type[AnyAnswer]) -> AnyAnswer:
        """Return what the hub said; `SyncError` when it is not the hub's word on this request."""
        envelope = wire.open_envelope(reply.body)
        answer = cast(AnyAnswer, wire.unseal(envelope, self._hub_key, cast(Any, kind)))
        if answer.nonce != nonce or answer.terminal_id != self._keys.terminal_id:
            raise SyncError("sync.wrong_answer")
        return answer

    def _request(self, method: str, path: str, sealed: bytes) -> tuple[HttpReply, Instant, Instant]:
        """Send bytes, packed where the line is slow; return the reply and both moments."""
        body, packed = self._speed.prepare(sealed)
        asked = self._clock.now()
        reply = self._transport.request(method, path, body, ZSTD if packed else None)
        if packed and reply.status == UNKNOWN_CODING:
            # An older hub, or a gateway that looks into bodies: plain from now on.
            self._speed.never_compress()
            return self._request(method, path, sealed)
        answered = self._clock.now()
        self._speed.measured(len(body), answered.monotonic - asked.monotonic)
        return reply, asked, answered


def _refusal(answer: SignedAnswer) -> str:
    """Return the hub's reason; of an unknown protocol it is told which side is too old."""
    if answer.refusal == "hub.unknown_protocol":
        least, greatest = getattr(answer, "speaks", (1, 1))
        if least > wire.PROTOCOL_VERSION:
            return "sync.program_too_old"
        if greatest < wire.LEAST_PROTOCOL:
            return "sync.hub_too_old"
    return answer.refusal


def _is_strangers_page(reply: HttpReply) -> bool:
    """Say whether a page for people came back that is no proxy's word on a hub it cannot reach."""
    return reply.status not in GATEWAY_STATUS and reply.body.lstrip()[:1] == b"<"
