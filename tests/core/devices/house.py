"""A manager of devices with its queue, and what it told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from terminal.clock import CHINA_TIME, FixedClock
from terminal.devices.emulators.printer import NetworkPrinterEmulator, PrinterEmulator
from terminal.devices.manager import DeviceManager
from terminal.devices.print_queue import (
    JobSource,
    JobState,
    MemoryJobStorage,
    PrintQueue,
)
from terminal.devices.registry import DeviceConfig
from terminal.devices.workers import Timing
from terminal.events import Event, EventBus
from tests.core.devices.samples import SLIP, wait_until

QUICK = Timing(printer_poll=0.05, first_retry=0.02, longest_retry=0.05, input_wait=0.2, grace=2.0)
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=CHINA_TIME)


class House:
    """A manager, what it told, and its queue."""

    def __init__(self, configs: tuple[DeviceConfig, ...], jobs: JobSource | None) -> None:
        self.clock = FixedClock(MORNING)
        self.bus = EventBus()
        self.events: list[Event] = []
        self.bus.subscribe(self.events.append)
        self.storage = MemoryJobStorage()
        self.queue = PrintQueue(self.storage)
        self.manager = DeviceManager(
            configs,
            bus=self.bus,
            clock=self.clock,
            jobs={
                config.kind: jobs or self.queue
                for config in configs
                if config.kind == "receipt_printer"
            },
            timing=QUICK,
        )

    def state(self, device_id: str = "receipt_printer") -> str:
        view = self.manager.view(device_id)
        assert view is not None
        return view.state

    def wait_for_state(self, state: str, device_id: str = "receipt_printer") -> None:
        wait_until(lambda: self.state(device_id) == state)

    def job(self, job_id: str) -> JobState:
        record = self.storage.get(job_id)
        assert record is not None
        return record.state

    def print(self, job_id: str, data: bytes = SLIP) -> None:
        self.queue.add(job_id, data)
        self.manager.wake_printer()

    def wait_for_job(self, job_id: str, state: JobState) -> None:
        wait_until(lambda: self.job(job_id) == state)


@contextmanager
def running(*configs: DeviceConfig, jobs: JobSource | None = None) -> Iterator[House]:
    house = House(configs, jobs)
    house.manager.start()
    try:
        yield house
    finally:
        assert house.manager.stop()


def printer_config(printer: PrinterEmulator | NetworkPrinterEmulator) -> DeviceConfig:
    return DeviceConfig("receipt_printer", "escpos_80mm", printer.address)
