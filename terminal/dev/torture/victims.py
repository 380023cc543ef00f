"""The processes that are killed, paused and started again: terminals and the hub."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from terminal.context import Context
from terminal.dev.hall import settings_text
from terminal.dev.hub_process import MAIN, HubProcess
from terminal.dev.people import ACCOUNTS
from terminal.dev.torture.worker import CLOSING, TRY_AGAIN_LATER
from terminal.errors import StoreError
from terminal.settings import FILE_NAME, DeviceSettings, HubSettings, Settings
from terminal.sync.transport import HttpTransport

TIMEOUT_SECONDS = 3.0
ROOM_BYTES = 3 << 20
_STOP_SECONDS = 30.0


class HubVictim(HubProcess):
    """The hub, served without TLS behind the faulty line, which may end at any moment."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, "--plain")

    @property
    def pid(self) -> int:
        """The process, 0 when there is none."""
        return self._process.pid if self._process is not None and self.running else 0

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the process, if there is one."""
        if self.pid:
            os.kill(self.pid, number)

    def new_code(self) -> str:
        """Return one more enrolment code."""
        return str(self._run("hub", "code", "--json")["code"])


class SmallDisk:
    """A data folder with three megabytes to spare.

    As root it is a tmpfs of its own. Otherwise no file of the process may grow beyond three
    megabytes (RLIMIT_FSIZE), which fails writes in the same places; `means` says which.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.means = ""

    def mount(self) -> None:
        """Put the disk under the folder, with plenty of room at first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", str(self.folder)],
            capture_output=True,
            check=False,
        )
        self.means = "rlimit" if done.returncode else "tmpfs"

    def narrow(self) -> None:
        """Leave three megabytes beyond what is used now."""
        if self.means == "tmpfs":
            found = os.statvfs(self.folder)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            self._resize(used + ROOM_BYTES)

    def widen(self) -> None:
        """Somebody has cleared the disk."""
        if self.means == "tmpfs":
            self._resize(512 << 20)
        self.means = self.means and "tmpfs"

    def _resize(self, size: int) -> None:
        subprocess.run(
            ["mount", "-o", f"remount,size={size}", str(self.folder)],
            capture_output=True,
            check=True,
        )

    def limit(self) -> None:
        """Narrow the process that is about to run; called in the child."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, ROOM_BYTES))

    def unmount(self) -> None:
        """Take the disk away with everything on it."""
        subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False)


class TerminalVictim:
    """A terminal: its data folder, what it told the world, and its process if there is one."""

    def __init__(self, folder: Path, number: int, seed: int, disk: SmallDisk | None = None) -> None:
        self.number = number
        self.data_dir = folder / "data"
        self.papers = folder / "papers"
        self.notes = folder / "notes"
        self.state = folder / "state.json"
        self.errors = folder / "stderr.log"
        self.disk = disk
        self.crashes = 0
        self.refusals = 0
        self._seed = seed
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.papers.mkdir(parents=True, exist_ok=True)

    @property
    def pid(self) -> int:
        """The process, 0 when there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def set_up(self, hub_url: str, line_url: str, code: str) -> None:
        """Make the data folder, enrol over an honest line, remember the faulty one."""
        if self.disk is not None:
            self.disk.mount()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        settings = Settings(
            data_dir=self.data_dir,
            hub=HubSettings(url=line_url, timeout_seconds=TIMEOUT_SECONDS),
            devices=(DeviceSettings("a4_printer", "folder_a4", f"folder:{self.papers}"),),
        )
        text = settings_text(settings)
        (self.data_dir / FILE_NAME).write_text(text, encoding="utf-8")
        transport = HttpTransport(hub_url, None)
        try:
            with Context(settings) as ctx:
                for account in ACCOUNTS:
                    ctx.staff.add(account.login, account.name, account.password, account.role)
                ctx.enrolment.enrol(transport, code, f"{self.number} 号")
        finally:
            transport.close()
        if self.disk is not None:
            self.disk.narrow()

    def start(self) -> None:
        """Start the process; nothing happens while it runs."""
        if self.pid:
            return
        self._log = self._log or self.errors.open("ab")
        narrow: Callable[[], None] | None = None
        if self.disk is not None and self.disk.means == "rlimit":
            narrow = self.disk.limit
        self._process = subprocess.Popen(
            [sys.executable, "-m", "terminal.dev.torture.worker", str(self.data_dir),
             str(self.notes), str(self.state), str(self._seed)],
            cwd=MAIN.parent, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self._log, start_new_session=True, preexec_fn=narrow,
        )  # fmt: skip

    def look(self) -> None:
        """Notice a process that ended by itself, and start it again as a service manager does."""
        process = self._process
        if process is None or process.poll() is None:
            return
        if process.returncode == TRY_AGAIN_LATER:
            self.refusals += 1
        elif process.returncode != -signal.SIGKILL:
            self.crashes += 1
        self._process = None
        self.start()

    def kill(self) -> None:
        """End the process without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the process, if there is one."""
        if self.pid:
            os.kill(self.pid, number)

    def close(self) -> None:
        """Closing time: nobody new is served, here and after a start."""
        self.state.with_name(CLOSING).touch()

    def stop(self) -> None:
        """Ask the process to end, and wait for it."""
        process = self._process
        if process is not None:
            self.tell(signal.SIGCONT)
            self.tell(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.crashes += 1
                self.kill()
            else:
                self.crashes += process.returncode != 0
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def said(self) -> dict[str, Any]:
        """Return what the process that runs now last wrote of its state; empty without."""
        with contextlib.suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads(self.state.read_text(encoding="utf-8"))
            if found.get("pid") == self.pid:
                return found
        return {}

    def last_words(self) -> str:
        """Return the end of what the processes wrote to their error output."""
        try:
            lines = self.errors.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            raise StoreError("store.cannot_open") from error
        return "\n".join(line for line in lines[-30:] if not line.startswith("refused "))
