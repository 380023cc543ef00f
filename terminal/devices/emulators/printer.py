"""A receipt printer made of software: takes ESC/POS, keeps each slip that was cut off."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from terminal.devices.emulators.escpos_parser import Parser, Token
from terminal.devices.emulators.pty import PtyDevice

CLEAR = bytes.fromhex("10 14 08 01 03 14 01 06 02 08")


class PrinterModel:
    """What a printer does with bytes; knows nothing of lines. Not thread-safe.

    `sheets` are the slips that were cut off, `torn` what a clearing of the buffer left unfinished.
    """

    def __init__(self, answer: Callable[[bytes], None]) -> None:
        self.paper = "ok"
        self.cover_open = False
        self.error = ""
        self.mute = False
        self.bytes_per_second: float | None = None
        self.bytes_until_out: int | None = None
        self.sheets: list[bytes] = []
        self.torn: list[bytes] = []
        self._answer = answer
        self._parser = Parser()
        self._waiting: deque[Token] = deque()
        self._slip = bytearray()
        self._realtime = b""
        self._not_before = 0.0

    def feed(self, data: bytes) -> None:
        """Take bytes from the line."""
        data = self._look_for_realtime(data)
        self._waiting.extend(self._parser.feed(data))

    def due(self) -> float | None:
        """Return seconds until more can be printed, or None when nothing waits."""
        if not self._waiting or not self._running:
            return None
        return max(0.0, self._not_before - time.monotonic())

    def work(self) -> None:
        """Print what can be printed now."""
        while self._waiting and self._running and time.monotonic() >= self._not_before:
            self._print(self._waiting.popleft())

    def power_off(self) -> None:
        """Lose everything that is in the buffer."""
        self._clear()

    @property
    def _running(self) -> bool:
        return self.paper != "out" and not self.cover_open and not self.error

    def _print(self, token: Token) -> None:
        if token.kind == "ask_done":
            self._say(bytes([{"ok": 0x00, "near_end": 0x03}.get(self.paper, 0x0F)]))
            return
        if token.kind == "status":
            return  # answered when it came in
        self._slip += token.data
        if token.kind == "cut":
            self.sheets.append(bytes(self._slip))
            self._slip.clear()
        if self.bytes_per_second:
            self._not_before = time.monotonic() + len(token.data) / self.bytes_per_second
        if self.bytes_until_out is not None:
            self.bytes_until_out -= len(token.data)
            if self.bytes_until_out <= 0:
                self.bytes_until_out = None
                self.paper = "out"

    def _look_for_realtime(self, data: bytes) -> bytes:
        """Answer DLE EOT wherever it stands, as real printers do; return what is to be parsed.

        The bytes stay in the stream: inside a picture they are part of the picture too.
        """
        stream = self._realtime + data
        position = 0
        while (position := stream.find(0x10, position)) >= 0:
            if stream[position : position + len(CLEAR)] == CLEAR:
                self._clear()
                self._realtime = b""
                return self._look_for_realtime(stream[position + len(CLEAR) :])
            if stream[position + 1 : position + 2] == b"\x04":
                for number in stream[position + 2 : position + 3]:
                    if position + 2 >= len(self._realtime) and 1 <= number <= 4:
                        self._say(self._status(number))
            position += 1
        known = len(self._realtime)
        # The end may be the beginning of a real-time command: looked at again with what follows.
        tail = stream[-(len(CLEAR) - 1) :]
        start = tail.find(0x10)
        self._realtime = tail[start:] if start >= 0 else b""
        return stream[known:]

    def _status(self, number: int) -> bytes:
        out, near = self.paper == "out", self.paper in {"out", "near_end"}
        if number == 1:
            return bytes([0x12 | (0 if self._running else 0x08)])
        if number == 2:
            return bytes(
                [
                    0x12
                    | (0x04 if self.cover_open else 0)
                    | (0x20 if out else 0)
                    | (0x40 if self.error else 0)
                ]
            )
        if number == 3:
            return bytes([0x12 | {"": 0, "cutter": 0x08, "broken": 0x20}.get(self.error, 0x40)])
        return bytes([0x12 | (0x60 if out else 0) | (0x0C if near else 0)])

    def _say(self, data: bytes) -> None:
        if not self.mute:
            self._answer(data)

    def _clear(self) -> None:
        left = bytes(self._slip) + b"".join(token.data for token in self._waiting)
        left += self._parser.unfinished
        if left.strip(b"\x10"):
            self.torn.append(left)
        self._slip.clear()
        self._waiting.clear()
        self._parser.clear()


class PrinterPanel:
    """The hands on a printer: cover, paper, trouble. Any thread may call it."""

    model: PrinterModel
    _lock: threading.RLock
    _changed: threading.Condition

    @property
    def sheets(self) -> tuple[bytes, ...]:
        """The slips that came out, each with its cut."""
        with self._lock:
            return tuple(self.model.sheets)

    @property
    def torn(self) -> tuple[bytes, ...]:
        """What was begun and never cut off."""
        with self._lock:
            return tuple(self.model.torn)

    @property
    def paper(self) -> str:
        """`ok`, `near_end` or `out`."""
        return self.model.paper

    @property
    def cover_is_open(self) -> bool:
        """Say whether the cover is open."""
        return self.model.cover_open

    def wait_for_sheets(self, count: int, timeout: float = 5.0) -> tuple[bytes, ...]:
        """Wait until so many slips have come out; raise `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.model.sheets) >= count, timeout):
                raise TimeoutError(f"{len(self.model.sheets)} of {count} slips came out")
            return tuple(self.model.sheets)

    def open_cover(self) -> None:
        """Open the cover."""
        self._set("cover_open", True)

    def close_cover(self) -> None:
        """Close the cover."""
        self._set("cover_open", False)

    def take_paper(self) -> None:
        """Take the roll out."""
        self._set("paper", "out")

    def near_end(self) -> None:
        """Let the roll come to its end."""
        self._set("paper", "near_end")

    def put_paper(self) -> None:
        """Put in a new roll."""
        self._set("paper", "ok")

    def run_out_after(self, count: int) -> None:
        """Let the paper end after so many more bytes were printed."""
        self._set("bytes_until_out", count)

    def slow_down(self, bytes_per_second: float | None) -> None:
        """Print no faster than this; None is full speed again."""
        self._set("bytes_per_second", bytes_per_second)

    def fail(self, error: str) -> None:
        """Let the cutter jam (`cutter`) or the printer break (`broken`); empty mends it."""
        self._set("error", error)

    def hush(self, mute: bool) -> None:
        """Let the printer answer nothing any more, or again."""
        self._set("mute", mute)

    def _set(self, name: str, value: object) -> None:
        with self._lock:
            setattr(self.model, name, value)
        self._nudge()

    def _nudge(self) -> None:
        raise NotImplementedError


class PrinterEmulator(PrinterPanel, PtyDevice):
    """A printer on a pseudo-terminal."""

    def __init__(self, link: Path) -> None:
        self.model = PrinterModel(self.send)
        self._frozen = False
        super().__init__(link)

    def freeze(self, frozen: bool) -> None:
        """Take nothing from the line any more, so that writing blocks; or again."""
        with self._lock:
            self._frozen = frozen
        self._nudge()

    def received(self, data: bytes) -> None:
        self.model.feed(data)

    def listening(self) -> bool:
        return not self._frozen

    def connected(self) -> None:
        self.model.power_off()

    def due(self) -> float | None:
        return self.model.due()

    def tick(self) -> None:
        self.model.work()

    def _nudge(self) -> None:
        PtyDevice._nudge(self)


class NetworkPrinterEmulator(PrinterPanel):
    """A printer on a port of the loopback network; one connection at a time, as printers do."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self.model = PrinterModel(self._send)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._server.getsockname()[1]
        self._connection: socket.socket | None = None
        self._wake = socket.socketpair()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="emulator-network", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The address that the settings would have."""
        return f"tcp://127.0.0.1:{self._port}"

    def unplug(self) -> None:
        """Break the connection and refuse new ones."""
        with self._lock:
            self._drop()
            self._server.close()
        self._nudge()

    def plug_in(self) -> None:
        """Answer at the same port again."""
        with self._lock:
            if self._server.fileno() < 0:
                self._server = socket.create_server(("127.0.0.1", self._port))
                self.model.power_off()
        self._nudge()

    def close(self) -> None:
        """Stop for good."""
        self._closing = True
        self.unplug()
        self._thread.join(5)
        for each in self._wake:
            each.close()

    def __enter__(self) -> NetworkPrinterEmulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, data: bytes) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.sendall(data)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):
            self._wake[1].send(b"x")

    def _run(self) -> None:
        while not self._closing:
            with self._lock:
                wanted = self._connection or self._server
                sources = [self._wake[0]] + ([wanted] if wanted.fileno() >= 0 else [])
                due = self.model.due()
            try:
                ready, _, _ = select.select(sources, [], [], due)
            except (OSError, ValueError):
                continue  # closed between the look and the wait
            with self._lock:
                self._serve(ready)
                self.model.work()
                self._changed.notify_all()

    def _serve(self, ready: list[socket.socket]) -> None:
        if self._wake[0] in ready:
            self._wake[0].recv(1024)
        if self._connection is None:
            if self._server in ready and self._server.fileno() >= 0:
                self._connection, _ = self._server.accept()
        elif self._connection in ready:
            try:
                data = self._connection.recv(4096)
            except OSError:
                data = b""
            if data:
                self.model.feed(data)
            else:
                self._drop()
