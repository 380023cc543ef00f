"""A hub in a process of its own that stores and acknowledges; judging is put off."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks import _fleet
from benchmarks._common import memory_of

PERIOD_SECONDS, HELD_TO = 0.06, 0.15


def _serve(folder: Path, telling: Connection) -> None:
    """Be a hub process that stores and acknowledges, until the other side hangs up."""
    from hub import inbox
    from hub.hub import Hub
    from tests.hub.served import served

    inbox.judge_pending = lambda hub, hall=None: 0
    hub = Hub(folder)
    try:
        with served(hub) as url:
            telling.send(url)
            with contextlib.suppress(EOFError):
                telling.recv()
    finally:
        hub.close()


class StoringHub:
    """The process; `held` keeps it to a share of one core."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(folder, theirs))
        self._process.start()
        theirs.close()
        self.url = str(self._line.recv())
        self.number = self._process.pid or 0

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let it run for a part of each period only."""
        over = threading.Event()

        def hold() -> None:
            while not over.wait(PERIOD_SECONDS * HELD_TO):
                os.kill(self.number, signal.SIGSTOP)
                over.wait(PERIOD_SECONDS * (1 - HELD_TO))
                os.kill(self.number, signal.SIGCONT)

        holding = threading.Thread(target=hold)
        holding.start()
        try:
            yield
        finally:
            over.set()
            holding.join()
            os.kill(self.number, signal.SIGCONT)

    def seconds(self) -> float:
        """Return the processor time that it has used."""
        return _fleet.seconds_of(self.number)

    def peak(self) -> int:
        """Return the most memory that it ever held, in bytes."""
        return memory_of(self.number, "VmHWM")

    def close(self) -> None:
        """End it."""
        self._line.close()
        self._process.join()
