"""An A4 printer made of software: each sheet that it prints becomes a PDF in a folder."""

from __future__ import annotations

import threading
from pathlib import Path

from terminal.devices.print_queue import JobSource
from terminal.events import Event, EventBus

_EVENTS = frozenset({"case_saved", "print_job_changed"})


class FolderPrinter:
    """Takes the jobs of the A4 queue on a thread of its own.

    `take_paper` lets jobs wait, `put_paper` goes on. `sheets` are the files that came out.
    """

    def __init__(self, jobs: JobSource, events: EventBus, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._jobs = jobs
        self._folder = folder
        self._wake = threading.Event()
        self._stopping = False
        self._paper = True
        self.sheets: list[Path] = []
        self._unsubscribe = events.subscribe(self._on_event)
        self._thread = threading.Thread(target=self._run, name="emulator-a4", daemon=True)
        self._thread.start()

    @property
    def has_paper(self) -> bool:
        """Whether there is paper in the tray."""
        return self._paper

    def take_paper(self) -> None:
        """Empty the tray."""
        self._paper = False

    def put_paper(self) -> None:
        """Fill the tray."""
        self._paper = True
        self._wake.set()

    def close(self) -> None:
        """End the thread; a sheet that is being printed still comes out."""
        self._unsubscribe()
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def _on_event(self, event: Event) -> None:
        if event.name in _EVENTS:
            self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            while self._paper and not self._stopping:
                job = self._jobs.next_job()
                if job is None:
                    break
                path = self._folder / f"{len(self.sheets) + 1:02}.pdf"
                path.write_bytes(job.data)
                self.sheets.append(path)
                self._jobs.report(job.id, "printed", "")
            self._wake.wait()
