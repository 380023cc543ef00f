"""Numbered reports of defects: whatever is no `TerminalError` ends here, saved in a file.

A report is a small text in `<data_dir>/reports/report-NNNN.txt`: version, command, thread,
traceback, without personal data. Its number is what a person reads out to the technician.
A crash of the interpreter itself leaves a dump that becomes a report at the next start.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from terminal.logs import redact_trace

logger = logging.getLogger(__name__)

_NAME = re.compile(r"report-(\d+)\.txt")
_CRASH = re.compile(r"crash-(\d+)\.log")
_KEPT = 200
_TRIES = 1000


class Reports:
    """Saves defects of one run under `data_dir`; any thread may call it.

    `told` is called with the number of each report (0: it could not be saved) on the thread
    that failed; the window shows it.
    """

    def __init__(self, data_dir: Path, command: str, version: str) -> None:
        self.folder = data_dir / "reports"
        self.told: Callable[[int], None] | None = None
        self._command = command
        self._version = version
        self._hooks: tuple[object, object] | None = None
        self._crash: TextIO | None = None

    def save(self, error: BaseException, *, thread: str = "") -> int:
        """Write a report of `error`; return its number, 0 when it could not be written."""
        trace = "".join(traceback.format_exception(error))
        return self._write(trace, thread or threading.current_thread().name)

    def _write(self, trace: str, thread: str) -> int:
        import platform

        lines = [
            f"yichuang {self._version}",
            f"command {self._command}",
            f"time {datetime.now(UTC).isoformat(timespec='seconds')}",
            f"python {platform.python_version()} on {platform.platform()}",
            f"thread {thread}",
            "",
            redact_trace(trace),
        ]
        try:
            number = self._store("\n".join(lines))
        except OSError as failure:
            # Nothing may go wrong because a report could not be written.
            sys.stderr.write(redact_trace(trace))
            logger.debug("report not saved: %s", failure)
            number = 0
        if self.told is not None:
            self.told(number)
        return number

    def _store(self, text: str) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = max(self.numbers(), default=0)
        for _ in range(_TRIES):
            number += 1
            path = self.folder / f"report-{number:04}.txt"
            try:
                # Two processes may fail at once: whoever makes the file has the number.
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                continue
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            for old in self.numbers()[:-_KEPT]:
                self.path(old).unlink(missing_ok=True)
            return number
        raise FileExistsError(self.folder)

    def path(self, number: int) -> Path:
        """Return the file of report `number`."""
        return self.folder / f"report-{number:04}.txt"

    def numbers(self) -> list[int]:
        """Return the numbers of all reports that are kept, oldest first."""
        if not self.folder.is_dir():
            return []
        matches = (_NAME.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in matches if match)

    def install(self, *, long_running: bool) -> None:
        """Catch what nobody caught, on every thread; `close` puts the old hooks back.

        A long-running program also keeps a file for the interpreter's own crash dump and
        turns those of earlier runs into reports.
        """
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        if long_running:
            self._adopt_crashes()
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._crash = self._crash_file(os.getpid()).open("w", encoding="utf-8")
                faulthandler.enable(self._crash)
            except OSError as failure:
                logger.debug("no file for crash dumps: %s", failure)

    def close(self) -> None:
        """Put the hooks back and remove the crash file, which is empty after a clean run."""
        if self._hooks is not None:
            sys.excepthook, threading.excepthook = self._hooks  # type: ignore[assignment]
            self._hooks = None
        if self._crash is not None:
            if faulthandler.is_enabled():
                faulthandler.disable()
            self._crash.close()
            self._crash = None
            with contextlib.suppress(OSError):
                self._crash_file(os.getpid()).unlink(missing_ok=True)
                self.folder.rmdir()  # Only an empty folder goes.

    def _crash_file(self, pid: int) -> Path:
        return self.folder / f"crash-{pid}.log"

    def _adopt_crashes(self) -> None:
        try:
            files = sorted(self.folder.iterdir())
        except OSError:
            return  # There is no folder yet, or it cannot be read.
        for path in files:
            match = _CRASH.fullmatch(path.name)
            if match is None or _runs(int(match[1])):
                continue
            try:
                dump = path.read_text(encoding="utf-8", errors="replace")
                if dump.strip() and os.access(self.folder, os.W_OK):
                    self._write(dump, "crash of an earlier run")
                path.unlink(missing_ok=True)
            except OSError as failure:
                # A folder that cannot be written is told in words later, by whoever needs it.
                logger.debug("crash dump left where it is: %s", failure)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.error("unhandled error, report %s", self.save(error))

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        error = arguments.exc_value
        if error is None or isinstance(error, SystemExit):
            return
        thread = arguments.thread.name if arguments.thread is not None else "?"
        logger.error("unhandled error, report %s", self.save(error, thread=thread))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
