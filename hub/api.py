"""The terminals' routes: signed envelopes in, signed envelopes out, nothing else.

Whoever cannot be told apart from a stranger gets a signed refusal and stores nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar

import msgspec
import zstandard
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from hub import catalogue, enrol, inbox, pull, renewal, tree
from hub.backlogs import Backlogs, Busy
from hub.blobs import Blobs
from hub.hub import Hub
from hub.restore import taking
from hub.store import people
from hub.store.people import TerminalData
from terminal.errors import SyncError
from terminal.protocol import wire
from terminal.protocol.renewal import PATH_KEY, KeyRequest
from terminal.protocol.returns import PATH_RETURN, Return, ReturnAnswer
from terminal.protocol.suites import key_id
from terminal.protocol.tree import PATH_TREE, TreeRequest
from terminal.protocol.wire import Batch, BlobAnswer, BlobPiece, EnrolRequest, Envelope, PullRequest

Message = TypeVar("Message", Batch, PullRequest, BlobPiece, TreeRequest, Return, KeyRequest)
Result = TypeVar("Result")
_LONGEST_ECHO = 64
_TOO_LARGE = 413
_SAID_AT_THE_HUB = {
    "sync.bad_message": "hub.bad_message",
    "sync.unknown_suite": "hub.unknown_suite",
}


class _Claim(msgspec.Struct, frozen=True):
    """What a message says of itself before its signature is checked; only ever echoed."""

    nonce: bytes = b""
    terminal_id: str = ""


class Refused(Exception):
    """A request that gets a signed refusal; what it claims to be is echoed where it is known."""

    def __init__(
        self, status: int, code: str, claim: _Claim | None = None, *, come_after: int = 0
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.come_after = come_after
        self.nonce = claim.nonce if claim else b""
        self.terminal_id = claim.terminal_id if claim else ""


class Api:
    """The routes of one hub; blocking work runs on `executor`."""

    def __init__(self, hub: Hub, executor: Executor) -> None:
        self._hub = hub
        self._executor = executor
        self._blobs = Blobs(hub)
        self._backlogs = Backlogs()

    def routes(self) -> list[Route]:
        """Return the routes of the terminals' side."""
        return [
            Route(wire.PATH_ENROL, self._guard(self.enrol, self._no_enrolment), methods=["POST"]),
            Route(wire.PATH_PUSH, self._guard(self.push, self._no_answer), methods=["POST"]),
            Route(wire.PATH_PULL, self._guard(self.pull, self._no_pages), methods=["POST"]),
            Route(wire.PATH_WAIT, self._guard(self.wait, self._no_pages), methods=["POST"]),
            Route(PATH_KEY, self._guard(self.renew_key, self._no_key), methods=["POST"]),
            Route(PATH_TREE, self._guard(self.rating_log, self._no_tree), methods=["POST"]),
            Route(PATH_RETURN, self._guard(self.give_back, self._no_return), methods=["POST"]),
            Route(wire.PATH_SNAPSHOT + "{handle}", self.snapshot, methods=["GET"]),
            Route(
                wire.PATH_BLOB + "{sha256}",
                self._guard(self.blob_piece, self._no_piece),
                methods=["PUT"],
            ),
            Route("/ca.pem", self.authority, methods=["GET"]),
        ]

    async def enrol(self, request: Request) -> Response:
        """Enrol a key by its one-time code."""
        envelope = await self._envelope(request)
        try:
            glimpse = msgspec.msgpack.decode(envelope.body, type=EnrolRequest)
            message = wire.unseal(envelope, glimpse.public_key, EnrolRequest)
        except (SyncError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused(401, "hub.wrong_signature", _claim(envelope)) from error
        answer = await self._run(enrol.enrol, self._hub, message)
        return self._sealed(answer, 403 if answer.refusal else 200)

    async def renew_key(self, request: Request) -> Response:
        """Put a terminal's new key in the place of the one that signs."""
        terminal, message = await self._message(request, KeyRequest)
        answer = await self._run(renewal.renew, self._hub, terminal, message)
        return self._sealed(answer, 403 if answer.refusal else 200)

    async def push(self, request: Request) -> Response:
        """Store a batch; one of a terminal with few entries does not wait behind backlogs."""
        terminal, batch = await self._message(request, Batch)
        # SQLite gives the interpreter away with each row, and would wait for it each time.
        beside = self._hub.store.shared
        check = partial(self._run, inbox.check, terminal, batch) if beside else None
        backlog = inbox.of_backlog(batch)
        place = self._backlogs.place(check) if backlog else contextlib.nullcontext()
        try:
            async with place as checked:
                answer = await self._run(inbox.receive, self._hub, terminal, batch, checked)
        except Busy as busy:
            claim = _Claim(batch.nonce, terminal.id)
            raise Refused(503, "hub.busy", claim, come_after=busy.seconds) from busy
        return self._sealed(answer, 400 if answer.refusal else 200)

    async def pull(self, request: Request) -> Response:
        """Return what came after the cursors."""
        terminal, message = await self._message(request, PullRequest)
        answer = await self._run(pull.pull, self._hub, terminal, message)
        return self._sealed(answer, 403 if answer.refusal else 200)

    async def wait(self, request: Request) -> Response:
        """Answer when a feed moved."""
        terminal, message = await self._message(request, PullRequest)
        answer = await pull.wait(self._hub, terminal, message, self._executor)
        return self._sealed(answer, 403 if answer.refusal else 200)

    async def rating_log(self, request: Request) -> Response:
        """Return the newest head of the log of ratings, with proofs."""
        terminal, message = await self._message(request, TreeRequest)
        answer = await self._run(tree.answer, self._hub, terminal, message)
        return self._sealed(answer, 400 if answer.refusal else 200)

    async def give_back(self, request: Request) -> Response:
        """Take back entries of the hub's own that a restore has lost."""
        terminal, message = await self._message(request, Return)
        answer = await self._run(taking.take_back, self._hub, terminal, message)
        return self._sealed(answer, 400 if answer.refusal else 200)

    async def blob_piece(self, request: Request) -> Response:
        """Take a piece of a blob; an empty one asks how many bytes are here."""
        terminal, piece = await self._message(request, BlobPiece)
        if piece.sha256 != request.path_params["sha256"]:
            raise Refused(400, "hub.blob_name", _Claim(piece.nonce, terminal.id))
        answer = await self._run(self._blobs.put, terminal.id, piece)
        return self._sealed(answer, 400 if answer.refusal else 200)

    async def snapshot(self, request: Request) -> Response:
        """Return a catalogue snapshot; its name is its hash, so it needs no signature."""
        path = await self._run(catalogue.file_of, self._hub, request.path_params["handle"])
        if path is None:
            return Response(status_code=404)
        return FileResponse(path, media_type="application/zstd")

    async def authority(self, request: Request) -> Response:
        """Return the hall's certificate authority."""
        return Response(self._hub.keys.ca_pem, media_type="application/x-pem-file")

    def _guard(
        self,
        endpoint: Callable[[Request], Awaitable[Response]],
        refusal: Callable[[Refused], msgspec.Struct],
    ) -> Callable[[Request], Awaitable[Response]]:
        """Turn a refusal into a signed answer of the kind that the caller waits for."""

        async def guarded(request: Request) -> Response:
            try:
                return await endpoint(request)
            except Refused as refused:
                response = self._sealed(refusal(refused), refused.status)
                if refused.come_after:
                    # For what stands in between; a terminal believes the signed answer alone.
                    response.headers["retry-after"] = str(refused.come_after)
                if refused.status == _TOO_LARGE:
                    # What is still coming is not read.
                    response.headers["connection"] = "close"
                return response
            except ClientDisconnect:
                # Half a request: its line broke, or its program ended. Nobody hears an answer.
                return Response(status_code=400)

        return guarded

    def _no_enrolment(self, refused: Refused) -> msgspec.Struct:
        return enrol.refusal(self._hub, refused.code, refused.nonce)

    def _no_key(self, refused: Refused) -> msgspec.Struct:
        return renewal.answer(self._hub, refused.terminal_id, refused.nonce, refusal=refused.code)

    def _no_answer(self, refused: Refused) -> msgspec.Struct:
        return inbox.refusal(
            self._hub, refused.code, refused.terminal_id, refused.nonce,
            come_after=refused.come_after,
        )  # fmt: skip

    def _no_pages(self, refused: Refused) -> msgspec.Struct:
        return pull.answer(self._hub, refused.terminal_id, refused.nonce, refusal=refused.code)

    def _no_tree(self, refused: Refused) -> msgspec.Struct:
        return tree.refusal(self._hub, refused.code, refused.terminal_id, refused.nonce)

    def _no_return(self, refused: Refused) -> msgspec.Struct:
        return ReturnAnswer(
            wire.PROTOCOL_VERSION, refused.nonce, refused.terminal_id, "", 0, refused.code
        )

    def _no_piece(self, refused: Refused) -> msgspec.Struct:
        return BlobAnswer(
            wire.PROTOCOL_VERSION,
            refused.nonce,
            refused.terminal_id,
            "",
            0,
            complete=False,
            refusal=refused.code,
        )

    async def _run(self, function: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, function, *arguments)

    def _sealed(self, message: msgspec.Struct, status: int) -> Response:
        body = wire.seal(message, self._hub.keys.signing)
        return Response(body, status, media_type=wire.MEDIA_TYPE)

    async def _message(self, request: Request, kind: type[Message]) -> tuple[TerminalData, Message]:
        """Return who speaks and what was said; `Refused` when that is not certain."""
        return await self._run(self._heard, await self._envelope(request), kind)

    def _heard(self, envelope: Envelope, kind: type[Message]) -> tuple[TerminalData, Message]:
        # Not on the loop's thread: a megabyte's signature takes milliseconds.
        claim = _claim(envelope)
        terminal = self._terminal(envelope.key)
        if terminal is None:
            raise Refused(401, "hub.unknown_terminal", claim)
        try:
            message = wire.unseal(envelope, terminal.public_key, kind)
        except SyncError as error:
            code = _SAID_AT_THE_HUB.get(error.code, "hub.wrong_signature")
            status = 401 if code == "hub.wrong_signature" else 400
            raise Refused(status, code, claim) from error
        if terminal.revoked_at:
            raise Refused(403, "hub.revoked", claim)
        if terminal.retired_at and kind is not KeyRequest:
            raise Refused(403, "hub.key_retired", claim)
        if message.terminal_id != terminal.id or key_id(terminal.public_key) != envelope.key:
            raise Refused(403, "hub.foreign_terminal", claim)
        return terminal, message

    def _terminal(self, key: str) -> TerminalData | None:
        with self._hub.store.reading(once=True) as database:
            return people.terminal_by_key(database, key)

    async def _envelope(self, request: Request) -> Envelope:
        data = await _body(request)
        try:
            return wire.open_envelope(data)
        except SyncError as error:
            raise Refused(400, "hub.no_envelope") from error


async def _body(request: Request) -> bytes:
    """Read a request's body, at most `MAX_BODY_BYTES` of it, unpacked when it is zstd."""
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > wire.MAX_BODY_BYTES:
            raise Refused(_TOO_LARGE, "hub.too_large")
        pieces.append(piece)
    data = b"".join(pieces)
    coding = request.headers.get("content-encoding", "identity").lower()
    if coding == "identity":
        return data
    if coding != "zstd":
        raise Refused(415, "hub.unknown_coding")
    return _unpack(data)


def _unpack(data: bytes) -> bytes:
    # Unpacked bytes are limited too: a small body must not become a large memory.
    try:
        unpacker = zstandard.ZstdDecompressor(max_window_size=wire.MAX_BODY_BYTES)
        with unpacker.stream_reader(data) as reader:
            plain = reader.read(wire.MAX_BODY_BYTES + 1)
    except zstandard.ZstdError as error:
        raise Refused(400, "hub.no_envelope") from error
    if len(plain) > wire.MAX_BODY_BYTES:
        raise Refused(_TOO_LARGE, "hub.too_large")
    return plain


def _claim(envelope: Envelope) -> _Claim:
    try:
        claim = msgspec.msgpack.decode(envelope.body, type=_Claim)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Claim()
    return _Claim(claim.nonce[:_LONGEST_ECHO], claim.terminal_id[:_LONGEST_ECHO])
