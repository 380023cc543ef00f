"""The thread of a device: open, work, and after trouble close, wait and open anew."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Protocol

import msgspec

from terminal.devices.ports import (
    CodeScanner,
    Device,
    IdCard,
    IdCardReader,
    PadPress,
    RatingPad,
    ScannedCode,
)
from terminal.devices.views import DeviceState, state_of_error
from terminal.errors import DeviceError, InvalidInput, TerminalError

logger = logging.getLogger(__name__)

Input = IdCard | ScannedCode | PadPress


class Timing(msgspec.Struct, frozen=True):
    """Seconds: between looks at an idle printer, first and longest pause before reopening.

    `job_poll` lies between two questions how a sheet is getting on that the print system has;
    `input_wait` is how long a thread sleeps for a scanner or pad before it looks up, `grace`
    how long a job that is being printed may go on when the program ends.
    """

    printer_poll: float = 2.0
    first_retry: float = 0.25
    longest_retry: float = 5.0
    job_poll: float = 0.5
    input_wait: float = 1.0
    grace: float = 3.0


class Hall(Protocol):
    """Whom a worker tells; the manager."""

    def show(
        self, device_id: str, state: DeviceState, code: str, data: Mapping[str, object]
    ) -> None:
        """Set how a device is."""
        ...

    def deliver(self, device_id: str, value: Input) -> None:
        """Hand on a card, a code or a press."""
        ...

    def refuse(self, device_id: str, error: TerminalError) -> None:
        """Tell that something was put in that cannot be taken."""
        ...


class Worker(ABC):
    """One device and its thread; `cut_short` says that ending need not wait for a job."""

    cut_short = True

    def __init__(self, device_id: str, device: Device, hall: Hall, timing: Timing) -> None:
        self._id = device_id
        self._device = device
        self._hall = hall
        self._timing = timing
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"device-{device_id}", daemon=True)

    def start(self) -> None:
        """Begin; returns at once, a second time does nothing."""
        if self._thread.ident is None:
            self._thread.start()

    def wake(self) -> None:
        """End a pause: a job is waiting, or somebody wants another try now."""
        self._wake.set()

    def ask_to_stop(self) -> None:
        """Tell the thread to end; a printer may finish its job."""
        self._stopping.set()
        self._wake.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; say whether it has ended or never began."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def interrupt(self) -> None:
        """Cut short what the device is waiting for."""
        self._device.interrupt()

    @abstractmethod
    def step(self) -> None:
        """Do one round of the device's work; raise what makes the line useless."""

    def _run(self) -> None:
        pause = self._timing.first_retry
        while not self._stopping.is_set():
            try:
                self._device.open()
                self._opened()
                while not self._stopping.is_set():
                    self.step()
                    pause = self._timing.first_retry
            except TerminalError as error:
                self._show_error(error)
            except Exception as error:  # noqa: BLE001 - a faulty driver must not end the thread
                # Without the message: it may repeat what was on a card.
                logger.error("device driver failed: %s: %s", self._id, where_it_failed(error))
                self._hall.show(self._id, "error", "device.defect", {})
            finally:
                self._device.close()
            self._pause(pause)
            pause = min(pause * 2, self._timing.longest_retry)

    def _opened(self) -> None:
        self._hall.show(self._id, "connected", "device.connected", {})

    def _show_error(self, error: TerminalError) -> None:
        state, code = state_of_error(error)
        data = {key: value for key, value in error.data.items() if key != "sent"}
        self._hall.show(self._id, state, code, data)

    def _pause(self, seconds: float) -> None:
        if not self._stopping.is_set():
            self._wake.wait(seconds)
        if not self._stopping.is_set():
            self._wake.clear()


def where_it_failed(error: BaseException) -> str:
    """Return the kind of an error and its place, without its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"


class ReaderWorker(Worker):
    """Looks for cards."""

    def __init__(self, device_id: str, device: IdCardReader, hall: Hall, timing: Timing) -> None:
        super().__init__(device_id, device, hall, timing)
        self._reader = device

    def step(self) -> None:
        try:
            card = self._reader.poll()
        except DeviceError as error:
            if not error.code.startswith("device.card_"):
                raise
            self._hall.refuse(self._id, error)
        else:
            if card is not None and not self._stopping.is_set():
                self._hall.deliver(self._id, card)
        # Not a pause that can be ended: readers do not stand being asked more often.
        self._stopping.wait(self._reader.poll_interval)


class InputWorker(Worker):
    """Waits for codes or presses."""

    def __init__(
        self, device_id: str, device: CodeScanner | RatingPad, hall: Hall, timing: Timing
    ) -> None:
        super().__init__(device_id, device, hall, timing)
        self._source = device

    def step(self) -> None:
        try:
            value = self._source.wait(self._timing.input_wait)
        except InvalidInput as error:
            self._hall.refuse(self._id, error)
        else:
            if value is not None and not self._stopping.is_set():
                self._hall.deliver(self._id, value)
