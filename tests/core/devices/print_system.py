"""A real CUPS of one's own for the tests: a socket in a folder, and a printer made of a script.

The script is what CUPS calls a backend. It writes the PDFs that reach it into a folder, waits
while the tray is empty, says so as real ones do, and can be told how to end.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.core.devices.samples import wait_until

DAEMON = shutil.which("cupsd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
HELPERS = Path("/usr/lib/cups/daemon")
TOOLS = ("lpadmin", "cupsdisable", "cupsenable", "cupsreject", "cupsaccept", "cancel", "lp")

BACKEND = """#!/bin/sh
[ $# = 0 ] && { echo 'direct hall "Hall" "Hall"'; exit 0; }
tray=${DEVICE_URI#hall:}
out=$tray/$1
echo "$3 $5" >> "$tray/titles"
cat ${6:+"$6"} > "$out.part"
while [ -e "$tray/wait" ]; do sleep 0.02; done
while [ -e "$tray/paper-out" ]; do
    [ "$said" ] || echo "STATE: +media-empty-error" >&2
    said=1
    sleep 0.02
done
[ "$said" ] && echo "STATE: -media-empty-error" >&2
[ -e "$tray/ends" ] && exit "$(cat "$tray/ends")"
mv "$out.part" "$out.pdf"
"""

FILES = """\
ServerRoot {folder}/root
ServerBin {folder}/bin
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/tmp
DocumentRoot {folder}/doc
ErrorLog {folder}/error.log
AccessLog {folder}/access.log
PageLog {folder}/page.log
"""

CONFIG = """\
Listen {folder}/s
Listen 127.0.0.1:{port}
Browsing Off
DefaultAuthType None
ErrorPolicy stop-printer
PreserveJobHistory {history}
<Location />
Order allow,deny
Allow all
</Location>
<Location /admin>
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order allow,deny
</Limit>
</Policy>
"""


def missing() -> str:
    """Say why no CUPS can be started here, or nothing."""
    lacking = [name for name in TOOLS if shutil.which(name, path=_path()) is None]
    if DAEMON is None or not HELPERS.is_dir():
        return "cups-daemon is not installed"
    if lacking:
        return f"cups-client is not installed: no {', '.join(lacking)}"
    return "the CUPS daemon needs root here" if os.geteuid() else ""


def _path() -> str:
    return "/usr/sbin:/usr/bin:" + os.environ.get("PATH", "")


class PrintSystem:
    """One CUPS with one queue, `Hall`; use it as a context manager."""

    def __init__(self, *, history: bool = True) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cups-"))
        # The backend runs as another user, as backends do.
        self.folder.chmod(0o755)
        self.tray = self.folder / "tray"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        for name in ("root", "spool/tmp", "cache", "state", "tmp", "doc", "tray", "bin/backend"):
            (self.folder / name).mkdir(parents=True)
        self.tray.chmod(0o777)
        (self.folder / "bin/daemon").symlink_to(HELPERS)
        backend = self.folder / "bin/backend/hall"
        backend.write_text(BACKEND)
        backend.chmod(0o755)
        (self.folder / "files.conf").write_text(FILES.format(folder=self.folder))
        (self.folder / "cupsd.conf").write_text(
            CONFIG.format(folder=self.folder, port=self.port, history="Yes" if history else "No")
        )
        self._daemon: subprocess.Popen[bytes] | None = None

    @property
    def socket_path(self) -> str:
        return str(self.folder / "s")

    def __enter__(self) -> PrintSystem:
        try:
            self.start()
            self.run("lpadmin", "-p", "Hall", "-v", f"hall:{self.tray}", "-E")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        assert DAEMON is not None
        self._daemon = subprocess.Popen(
            [DAEMON, "-f", "-c", self.folder / "cupsd.conf", "-s", self.folder / "files.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: Path(self.socket_path).exists())

    def stop(self) -> None:
        for name in ("wait", "paper-out"):
            (self.tray / name).unlink(missing_ok=True)
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGTERM)
            self._daemon.wait(10)
            self._daemon = None
        Path(self.socket_path).unlink(missing_ok=True)

    def run(self, *command: str) -> str:
        environment = {"CUPS_SERVER": self.socket_path, "LC_ALL": "C", "PATH": _path()}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=20, check=True
        )
        return done.stdout

    def take_paper(self) -> None:
        (self.tray / "paper-out").touch()

    def put_paper(self) -> None:
        (self.tray / "paper-out").unlink()

    def end_with(self, status: int) -> None:
        """Let jobs end as a backend's exit status says (CUPS_BACKEND_*); 0 prints again."""
        mark = self.tray / "ends"
        if status:
            mark.write_text(str(status))
        else:
            mark.unlink()

    @property
    def sheets(self) -> tuple[bytes, ...]:
        """What came out, in the order of the jobs."""
        found = sorted(self.tray.glob("*.pdf"), key=lambda path: int(path.stem))
        return tuple(path.read_bytes() for path in found)

    def titles(self) -> str:
        """Return title and wishes of each job, as the print system has them."""
        return (self.tray / "titles").read_text()
