"""All devices of this terminal: a thread for each, their states, and what they read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from terminal.clock import Clock
from terminal.devices.ports import (
    CodeScanner,
    Device,
    DeviceKind,
    DocumentPrinter,
    IdCard,
    IdCardReader,
    PadPress,
    RatingPad,
    ReceiptPrinter,
    ScannedCode,
)
from terminal.devices.print_queue import JobSource, JobState, PrintJob
from terminal.devices.printer_workers import PrinterWorker, SheetWorker, SlipWorker
from terminal.devices.registry import DRIVERS_FOLDER, DeviceConfig, create_device, load_profile
from terminal.devices.views import DeviceState, DeviceView
from terminal.devices.workers import Input, InputWorker, ReaderWorker, Timing, Worker
from terminal.errors import TerminalError
from terminal.events import EventBus

logger = logging.getLogger(__name__)

T = TypeVar("T")
Problem = Callable[[str, TerminalError], None]
Unsubscribe = Callable[[], None]


class NoJobs:
    """A queue in which nothing ever waits, for terminals without a printer."""

    def next_job(self) -> PrintJob | None:
        return None

    def report(self, job_id: str, state: JobState, error: str) -> None:
        return

    def printer_ready(self) -> None:
        return

    def note_waiting(self, code: str) -> None:
        return


class DeviceManager:
    """Runs the devices that the settings name; any thread may call it.

    Facts go out on the bus: `device_changed` (subject: the device's id, detail: its state)
    and `device_input_refused` (detail: the error's code). What was read, personal data, goes
    only to the callbacks, on the device's thread.

    `jobs` is a queue for each kind of printer. A kind that has a queue and no device in the
    settings is shown as not set up, and its jobs say so.
    """

    def __init__(
        self,
        configs: Sequence[DeviceConfig],
        *,
        bus: EventBus,
        clock: Clock,
        jobs: Mapping[str, JobSource] | None = None,
        timing: Timing | None = None,
        folder: Path = DRIVERS_FOLDER,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._jobs = dict(jobs or {})
        self._timing = timing or Timing()
        self._folder = folder
        self._lock = threading.Lock()
        self._views: dict[str, DeviceView] = {}
        self._workers: dict[str, Worker] = {}
        self._listeners: dict[type[Any], list[Callable[[Any], None]]] = {}
        self._problem_listeners: list[Problem] = []
        for config in configs:
            self._add(config)
        for kind in self._jobs:
            if not any(view.kind == kind for view in self._views.values()):
                self._add_absent(kind)

    def start(self) -> None:
        """Start the threads; returns at once, states arrive as events."""
        self._note_waiting()
        for worker in self._workers.values():
            worker.start()

    def stop(self) -> bool:
        """End all threads; say whether all have ended. A job being printed may finish."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.ask_to_stop()
            if worker.cut_short:
                worker.interrupt()
        ended = [worker.join(self._timing.grace) for worker in workers]
        if not all(ended):
            for worker in workers:
                worker.interrupt()
            ended = [worker.join(2 * self._timing.grace) for worker in workers]
        return all(ended)

    def snapshot(self) -> tuple[DeviceView, ...]:
        """Return all devices as they are now, in the order of the settings."""
        with self._lock:
            return tuple(self._views.values())

    def view(self, device_id: str) -> DeviceView | None:
        """Return one device as it is now."""
        with self._lock:
            return self._views.get(device_id)

    def wake_printer(self) -> None:
        """Say that a job is waiting; returns at once."""
        self._note_waiting(absent_only=True)
        for worker in self._workers.values():
            if isinstance(worker, PrinterWorker):
                worker.wake()

    def retry(self, device_id: str = "") -> None:
        """Look again now instead of after the pause; without an id all devices do."""
        for each, worker in self._workers.items():
            if device_id in {"", each}:
                worker.wake()

    def on_card(self, callback: Callable[[IdCard], None]) -> Unsubscribe:
        """Call back for each identity card; return the call that ends it."""
        return self._listen(IdCard, callback)

    def on_code(self, callback: Callable[[ScannedCode], None]) -> Unsubscribe:
        """Call back for each scanned code; return the call that ends it."""
        return self._listen(ScannedCode, callback)

    def on_press(self, callback: Callable[[PadPress], None]) -> Unsubscribe:
        """Call back for each key of the rating pad; return the call that ends it."""
        return self._listen(PadPress, callback)

    def on_problem(self, callback: Problem) -> Unsubscribe:
        """Call back with id and error for a card or code that could not be taken."""
        return self._subscribe(self._problem_listeners, callback)

    # What the workers tell.

    def show(
        self, device_id: str, state: DeviceState, code: str, data: Mapping[str, object]
    ) -> None:
        """Set how a device is (worker threads)."""
        with self._lock:
            view = self._views[device_id]
            if (view.state, view.message_code, view.data) == (state, code, data):
                return
            since = view.since if view.state == state else self._clock.now().wall
            self._views[device_id] = msgspec.structs.replace(
                view, state=state, message_code=code, data=data, since=since
            )
        logger.info("device %s: %s (%s)", device_id, state, code)
        self._bus.publish("device_changed", device_id, state)

    def deliver(self, device_id: str, value: Input) -> None:
        """Hand on what was read (worker threads)."""
        with self._lock:
            callbacks = list(self._listeners.get(type(value), ()))
        for callback in callbacks:
            self._guarded(partial(callback, value))

    def refuse(self, device_id: str, error: TerminalError) -> None:
        """Tell that something could not be taken (worker threads)."""
        with self._lock:
            callbacks = list(self._problem_listeners)
        for callback in callbacks:
            self._guarded(partial(callback, device_id, error))
        self._bus.publish("device_input_refused", device_id, error.code)

    def _add(self, config: DeviceConfig) -> None:
        device_id = self._free_id(config)
        titles: Mapping[str, str] = {}
        state: DeviceState = "starting"
        code, data = "device.starting", dict[str, object]()
        try:
            titles = load_profile(config.driver, self._folder).title
            device = create_device(config, self._folder)
            self._workers[device_id] = self._worker(device_id, device, config.kind)
        except TerminalError as error:
            # Wrong settings are shown where the device would be; everything else goes on.
            state, code, data = "error", error.code, dict(error.data)
        self._views[device_id] = DeviceView(
            id=device_id,
            kind=config.kind,
            driver=config.driver,
            address=config.address,
            titles=titles,
            state=state,
            message_code=code,
            since=self._clock.now().wall,
            data=data,
        )

    def _worker(self, device_id: str, device: Device, kind: str) -> Worker:
        jobs = self._jobs.get(kind) or NoJobs()
        if isinstance(device, ReceiptPrinter):
            return SlipWorker(device_id, device, self, self._timing, jobs)
        if isinstance(device, DocumentPrinter):
            return SheetWorker(device_id, device, self, self._timing, jobs)
        if isinstance(device, IdCardReader):
            return ReaderWorker(device_id, device, self, self._timing)
        if isinstance(device, CodeScanner | RatingPad):
            return InputWorker(device_id, device, self, self._timing)
        raise TypeError(f"no worker for {type(device).__name__}")

    def _add_absent(self, kind: str) -> None:
        self._views[kind] = DeviceView(
            id=kind,
            kind=cast(DeviceKind, kind),
            driver="",
            address="",
            titles={},
            state="disconnected",
            message_code=f"device.no_{kind}",
            since=self._clock.now().wall,
        )

    def _note_waiting(self, *, absent_only: bool = False) -> None:
        """Write on the waiting jobs of each printer whether there is nobody to print them."""
        for kind, jobs in self._jobs.items():
            views = [view for view in self.snapshot() if view.kind == kind]
            code = ""
            if not any(view.id in self._workers for view in views):
                absent = any(not view.driver for view in views)
                code = f"device.no_{kind}" if absent else "device.printer_set_up_wrong"
            if code or not absent_only:
                self._guarded(partial(jobs.note_waiting, code))

    def _free_id(self, config: DeviceConfig) -> str:
        wanted = config.id or config.kind
        number = 1
        device_id = wanted
        while device_id in self._views:
            number += 1
            device_id = f"{wanted}-{number}"
        return device_id

    def _listen(self, kind: type[T], callback: Callable[[T], None]) -> Unsubscribe:
        return self._subscribe(self._listeners.setdefault(kind, []), callback)

    def _subscribe(self, callbacks: list[T], callback: T) -> Unsubscribe:
        with self._lock:
            callbacks.append(callback)

        def unsubscribe() -> None:
            with self._lock:
                if callback in callbacks:
                    callbacks.remove(callback)

        return unsubscribe

    @staticmethod
    def _guarded(call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - one listener must not stop the device
            # Only the type: the message may repeat personal data.
            logger.error("device listener failed: %s", type(error).__name__)
