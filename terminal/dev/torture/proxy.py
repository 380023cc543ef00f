"""A line between terminals and hub that does everything a line can do wrong.

It understands just enough HTTP/1.1 to see where a request or an answer ends, so that it can
lose an answer after the hub's commit, send a request twice, garble bodies, answer in the
hub's place (a captive portal, a gateway, an answer of yesterday), cut, delay and swallow.
What it does is drawn from the `random.Random` that it is given.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter, deque
from typing import Any

import msgspec

from terminal.errors import StoreError

LARGEST = 16 << 20
START_SECONDS = 10.0
_HOLE_SECONDS = 8.0
_REMEMBERED = 40

PORTAL = (
    "<!DOCTYPE html><html><head><title>上网认证 Sign in</title></head>"
    "<body><form action='/login'>请登录后上网</form></body></html>"
).encode()

FAULTS: dict[str, int] = {
    "delay": 10,
    "refuse": 3,
    "reset": 3,
    "black_hole": 2,
    "cut_request": 4,
    "lose_answer": 8,
    "half_answer": 4,
    "short_answer": 3,
    "empty_answer": 2,
    "garble_request": 4,
    "garble_answer": 4,
    "portal": 3,
    "redirect": 1,
    "gateway": 3,
    "twice": 8,
    "twice_at_once": 4,
    "old_answer": 4,
    "drip": 2,
}
"""What can happen to one request, and how often beside the others."""

WEATHER: tuple[tuple[str, float], ...] = (
    ("fine", 0.05),
    ("foul", 0.35),
    ("storm", 0.8),
    ("outage", 1.0),
)
"""The line's moods and the share of requests to which something happens."""


class Message(msgspec.Struct):
    """A request or an answer: the lines of its head, and its body."""

    head: list[bytes]
    body: bytes

    @property
    def first(self) -> list[bytes]:
        """The words of the first line."""
        return self.head[0].split(b" ", 2)

    def encoded(self) -> bytes:
        """The message as it goes over the line."""
        return b"\r\n".join([*self.head, b"", self.body])

    def without(self, *names: bytes) -> Message:
        """The message without these header fields."""
        kept = [line for line in self.head[1:] if line.split(b":", 1)[0].lower() not in names]
        return Message([self.head[0], *kept], self.body)

    def with_body(self, body: bytes) -> Message:
        """The message with another body of its own length."""
        plain = self.without(b"content-length")
        return Message([*plain.head, b"content-length: %d" % len(body)], body)


class FaultyProxy:
    """Listens on a port of loopback and passes on to `upstream`, more or less.

    `counts` says how often what was done. Use it as a context manager: the loop runs on a
    thread of its own.
    """

    def __init__(self, upstream: tuple[str, int], dice: random.Random) -> None:
        self.port = 0
        self.counts: Counter[str] = Counter()
        self.mood = "fine"
        self._upstream = upstream
        self._dice = dice
        self._calm = False
        self._answers: deque[Message] = deque(maxlen=_REMEMBERED)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="faulty-proxy", daemon=True)
        self._open: set[asyncio.Task[Any]] = set()

    def __enter__(self) -> FaultyProxy:
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise StoreError("torture.no_proxy")
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """The address that terminals are told."""
        return f"http://127.0.0.1:{self.port}"

    def calm(self) -> None:
        """Be an honest line from now on."""
        self._calm = True

    # The loop's thread

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._track, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        changing = asyncio.create_task(self._change_mood())
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in (changing, *self._open):
            task.cancel()
        await asyncio.gather(changing, *self._open, return_exceptions=True)
        await server.wait_closed()

    async def _change_mood(self) -> None:
        while True:
            self.mood = self._dice.choices([name for name, _ in WEATHER], [5, 5, 2, 1])[0]
            await asyncio.sleep(self._dice.uniform(1, 6))

    def _fault(self) -> str:
        """Draw what happens to the next request; empty: nothing."""
        if self._calm or self._dice.random() >= dict(WEATHER)[self.mood]:
            return ""
        if self.mood == "outage":
            return self._dice.choice(["refuse", "black_hole", "gateway", "portal"])
        return self._dice.choices(list(FAULTS), list(FAULTS.values()))[0]

    async def _track(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._connection(reader, writer)
        finally:
            self._open.discard(task)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_message(reader)) is not None:
                fault = self._fault()
                self.counts[fault or "passed"] += 1
                if not await self._treat(fault, request, writer):
                    break
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError):
            pass  # one of the two ends is gone: that is this program's trade
        finally:
            writer.close()

    async def _treat(self, fault: str, request: Message, writer: asyncio.StreamWriter) -> bool:
        """Do to one request what was drawn; False: the connection ends here."""
        match fault:
            case "" | "delay" | "drip" | "twice" | "twice_at_once" | "garble_request":
                return await self._pass(fault, request, writer)
            case "refuse":
                return False
            case "reset":
                _reset(writer)
                return False
            case "black_hole":
                await asyncio.sleep(self._dice.uniform(1, _HOLE_SECONDS))
                return False
            case "cut_request":
                await self._cut(request)
                return False
            case "portal" | "redirect" | "gateway":
                writer.write(_strangers_page(fault).encoded())
                await writer.drain()
                return True
            case "old_answer" if self._answers:
                writer.write(self._dice.choice(list(self._answers)).encoded())
                await writer.drain()
                return True
        return await self._spoil(fault, request, writer)

    async def _pass(self, fault: str, request: Message, writer: asyncio.StreamWriter) -> bool:
        """Hand the request on, late or twice or garbled, and bring the answer back."""
        if fault == "delay":
            await asyncio.sleep(self._dice.uniform(0.02, 1.5))
        if fault == "garble_request":
            request = request.with_body(self._garbled(request.body))
        if fault == "twice":
            await self._ask(request)
        if fault == "twice_at_once":
            first, _ = await asyncio.gather(self._ask(request), self._ask(request))
            answer = first
        else:
            answer = await self._ask(request)
        if answer is None:
            return False
        data = answer.encoded()
        if fault == "drip":
            for start in range(0, min(len(data), 2000), 100):
                writer.write(data[start : start + 100])
                await writer.drain()
                await asyncio.sleep(0.02)
            data = data[2000:]
        writer.write(data)
        await writer.drain()
        return True

    async def _spoil(self, fault: str, request: Message, writer: asyncio.StreamWriter) -> bool:
        """Let the hub do its work, and spoil what it says."""
        answer = await self._ask(request)
        if answer is None or fault == "lose_answer":
            _reset(writer)
            return False
        cut = self._dice.randrange(len(answer.body)) if answer.body else 0
        match fault:
            case "half_answer":
                data = answer.encoded()
                writer.write(data[: len(data) - len(answer.body) + cut])
                await writer.drain()
                return False
            case "short_answer":
                answer = answer.with_body(answer.body[:cut])
            case "empty_answer":
                answer = answer.with_body(b"")
            case _:
                answer = answer.with_body(self._garbled(answer.body))
        writer.write(answer.encoded())
        await writer.drain()
        return True

    async def _cut(self, request: Message) -> None:
        """Let the hub see the beginning of a request only."""
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(*self._upstream)
            data = request.encoded()
            writer.write(data[: self._dice.randrange(1, len(data))])
            await writer.drain()
            _reset(writer)
            writer.close()

    async def _ask(self, request: Message) -> Message | None:
        """Put a request to the hub on a connection of its own; None: no whole answer came."""
        try:
            reader, writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            return None
        try:
            plain = request.without(b"connection", b"expect")
            writer.write(Message([*plain.head, b"connection: close"], plain.body).encoded())
            await writer.drain()
            answer = await read_message(reader, no_body=request.first[0] == b"HEAD")
        except (OSError, EOFError, ValueError):
            return None
        finally:
            writer.close()
        if answer is None:
            return None
        answer = answer.without(b"connection")
        if request.first[0] != b"HEAD":
            self._answers.append(answer)
        return answer

    def _garbled(self, body: bytes) -> bytes:
        if not body:
            return bytes([self._dice.randrange(256)])
        changed = bytearray(body)
        for _ in range(self._dice.randrange(1, 4)):
            changed[self._dice.randrange(len(changed))] ^= 1 << self._dice.randrange(8)
        return bytes(changed)


async def read_message(reader: asyncio.StreamReader, *, no_body: bool = False) -> Message | None:
    """Read a request or an answer whose length its head tells; None at the end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = head[:-4].split(b"\r\n")
    length = 0
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if length > LARGEST:
        raise ValueError(length)
    return Message(lines, b"" if no_body else await reader.readexactly(length))


def _strangers_page(fault: str) -> Message:
    first = {
        "portal": b"HTTP/1.1 200 OK",
        "redirect": b"HTTP/1.1 302 Found",
        "gateway": b"HTTP/1.1 502 Bad Gateway",
    }[fault]
    head = [first, b"content-type: text/html; charset=utf-8"]
    if fault == "redirect":
        head.append(b"location: http://portal.invalid/login")
    return Message(head, b"").with_body(PORTAL)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crash does: RST instead of FIN."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
