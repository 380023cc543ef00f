"""The device's end of a pseudo-terminal that stands where a serial port would."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import tty
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self


class PtyDevice(ABC):
    """A device on a pseudo-terminal; `link` is a path that points to it while it is plugged in.

    Any thread may call its methods. What the terminal writes arrives in `received`, on the
    device's own thread.
    """

    def __init__(self, link: Path) -> None:
        self.link = link
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._master = -1
        self._slave = -1
        self._wake_read, self._wake_write = os.pipe()
        self._pulled = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"emulator-{link.name}", daemon=True)
        self.plug_in()
        self._thread.start()

    @property
    def address(self) -> str:
        """The address that the settings would have."""
        return f"serial:{self.link}"

    @property
    def plugged_in(self) -> bool:
        """Say whether the cable is in."""
        with self._lock:
            return self._master >= 0

    def plug_in(self) -> None:
        """Connect the cable: a new pseudo-terminal, and the link to it."""
        with self._lock:
            if self._master >= 0:
                return
            self._master, self._slave = os.openpty()
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            fresh = self.link.with_name(f"{self.link.name}.new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(self._slave))
            fresh.replace(self.link)
            self.connected()
            self._nudge()

    def unplug(self) -> None:
        """Pull the cable: whoever has the port open gets errors from now on."""
        with self._changed:
            if self._master < 0:
                return
            self._pulled = True
            self._nudge()
            # The device's thread closes its end: while it waited on it, a close from here
            # would not be felt at the other end yet.
            if not self._changed.wait_for(lambda: self._master < 0, 5):
                raise TimeoutError("the emulated device does not react")

    def close(self) -> None:
        """Pull the cable for good and end the thread."""
        self.unplug()
        with self._lock:
            if self._closing:
                return
            self._closing = True
            self._nudge()
        self._thread.join(5)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        """Send bytes to the terminal; they are lost when the cable is out."""
        with self._lock:
            if self._master >= 0:
                # A terminal that does not read loses bytes, as on a line without handshake.
                with contextlib.suppress(BlockingIOError):
                    os.write(self._master, data)

    def connected(self) -> None:  # noqa: B027 - most devices forget nothing when plugged in
        """React to the cable being plugged in."""

    @abstractmethod
    def received(self, data: bytes) -> None:
        """React to bytes from the terminal (device's thread, lock held)."""

    def due(self) -> float | None:
        """Return seconds until `tick` is wanted, or None (device's thread, lock held)."""
        return None

    def tick(self) -> None:  # noqa: B027 - most devices do nothing by themselves
        """Do what is due (device's thread, lock held)."""

    def listening(self) -> bool:
        """Say whether bytes are taken from the line now (lock held)."""
        return True

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._wake_write, b"x")

    def _let_go(self) -> None:
        self._pulled = False
        self.link.unlink(missing_ok=True)
        # This end kept the slave open too, so that a terminal that closes its port does not
        # look like a pulled cable; now both go.
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._closing:
                    return
                sources = [self._wake_read]
                if self._master >= 0 and self.listening():
                    sources.append(self._master)
                due = self.due()
            ready, _, _ = select.select(sources, [], [], due)
            with self._lock:
                if self._wake_read in ready:
                    os.read(self._wake_read, 1024)
                if self._pulled:
                    self._let_go()
                if self._master >= 0 and self._master in ready:
                    with contextlib.suppress(OSError):
                        self.received(os.read(self._master, 4096))
                self.tick()
                self._changed.notify_all()
