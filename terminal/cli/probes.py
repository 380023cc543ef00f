"""What `doctor` looks at: one function a row, each answering with findings.

A probe takes the settings in force and returns `Finding`s; it never raises for what it finds
bad, and waits for nothing longer than a few seconds. A new row is a new function in `PROBES`.
"""

from __future__ import annotations

import http.client
import importlib.metadata
import locale
import os
import platform
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from terminal import __version__, settings
from terminal.clock import SystemClock
from terminal.settings import Settings

RELEASED = datetime(2026, 11, 22, tzinfo=UTC)
"""A clock that shows an earlier day than this release is wrong."""

_GIGABYTE = 1 << 30
_MEGABYTE = 1 << 20
_PATIENCE_SECONDS = 4
_HEALTH_BYTES = 64
_CLOCK_TOLERANCE_SECONDS = 120

# Names that people bear and that fonts lack, and a word in Hangul.
_RARE = "王㛃刘䶮𬱖㕮𠅤조선문"
_COMMON = range(0x4E00, 0x9FA6)

_QT = """
import sys, pathlib, ctypes
from PySide6 import QtCore, QtWidgets
print(QtCore.qVersion())
plugins = pathlib.Path(QtCore.QLibraryInfo.path(QtCore.QLibraryInfo.LibraryPath.PluginsPath))
for name in ("xcb", "wayland*", "vnc"):
  for plugin in sorted((plugins / "platforms").glob(f"libq{name}.so")):
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        print(error)
"""


class State(StrEnum):
    """How a finding is: in order, worth a look, or in the way of work."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


class Finding(msgspec.Struct, frozen=True):
    """One row: `row` names it, `key` under `doctor` is its sentence, `data` fills it."""

    row: str
    state: State
    key: str
    data: dict[str, object] = {}


Probe = Callable[[Settings], Iterator[Finding]]


def program(_settings: Settings) -> Iterator[Finding]:
    """Which program, Python and system."""
    yield Finding("program", State.OK, "program", {"version": __version__})
    data: dict[str, object] = {"version": platform.python_version(), "path": sys.executable}
    yield Finding("python", State.OK, "python", data)
    yield Finding("system", State.OK, "system", {"name": platform.platform()})


def qt(_settings: Settings) -> Iterator[Finding]:
    """Whether Qt and its platform plugins can be loaded, tried in a process of its own."""
    try:
        wheel = importlib.metadata.version("PySide6-Essentials")
        done = subprocess.run(
            [sys.executable, "-c", _QT],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    except (importlib.metadata.PackageNotFoundError, OSError, subprocess.SubprocessError) as error:
        yield Finding("qt", State.BAD, "qt_missing", {"reason": str(error)})
        return
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["?"])[-1]
        yield Finding("qt", State.BAD, "qt_missing", {"reason": reason})
        return
    version, *faults = done.stdout.strip().splitlines()
    yield Finding("qt", State.OK, "qt", {"version": version, "wheel": wheel})
    for fault in faults:
        yield Finding("qt", State.WARNING, "qt_platform", {"reason": fault})


def database(_settings: Settings) -> Iterator[Finding]:
    """Which SQLite and which page ciphers keep the ledger."""
    try:
        from terminal.store.database import LEAST_SQLITE
        from terminal.store.encrypted import CIPHERS_VERSION, SQLITE_VERSION
    except (ImportError, AttributeError) as error:
        yield Finding("database", State.BAD, "database_missing", {"reason": str(error)})
        return
    good = SQLITE_VERSION >= LEAST_SQLITE
    sqlite, least = (".".join(map(str, version)) for version in (SQLITE_VERSION, LEAST_SQLITE))
    yield Finding(
        "database",
        State.OK if good else State.BAD,
        "database" if good else "database_old",
        {"sqlite": sqlite, "ciphers": CIPHERS_VERSION, "least": least},
    )


def data_folder(config: Settings) -> Iterator[Finding]:
    """Where the data lies, whether it can be written, and how much room is left."""
    folder = config.data_dir
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    data: dict[str, object] = {"path": folder, "free": free, "gigabytes": free / _GIGABYTE}
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding("data", State.BAD, "data_read_only", data)
    elif free < 200 * _MEGABYTE:
        yield Finding("data", State.BAD, "data_full", data)
    elif free < 2 * _GIGABYTE:
        yield Finding("data", State.WARNING, "data_little", data)
    else:
        yield Finding("data", State.OK, "data" if folder.exists() else "data_new", data)


def configuration(config: Settings) -> Iterator[Finding]:
    """Which settings are in force: window, hall (the enrolled one), devices."""
    from terminal.cli.device_probe import as_written

    hall = _hall_in_force(config)
    data: dict[str, object] = {
        "hall": hall,
        "window": config.window.name,
        "devices": len(config.devices),
        "retention": config.journal.retention_days,
    }
    yield Finding("settings", State.OK, "settings" if hall else "settings_in_use", data)
    for device in config.devices:
        yield as_written(device)


def _hall_in_force(config: Settings) -> str:
    """Return the name that papers give the hall; empty while a window has the ledger open.

    Where nobody was ever enrolled, or the ledger is broken, it is the settings' own.
    """
    from terminal.context import Context
    from terminal.errors import TerminalError

    if not config.ledger_path.exists():
        return config.hall.name
    try:
        with Context(config) as context:
            return context.hall_name
    except TerminalError as error:
        enrolled = (config.data_dir / settings.ENROLLED_FILE).exists()
        return "" if enrolled and error.code == "store.in_use" else config.hall.name


def key_protection(config: Settings) -> Iterator[Finding]:
    """How the keys are kept, and whether the hub could recover them."""
    from terminal.cli.key_probes import protection_in_force as found

    yield from found(config)


def renewal_and_hub_time(config: Settings) -> Iterator[Finding]:
    """When the signing key is renewed, and how this clock stood to the hub's."""
    from terminal.cli.key_probes import renewal_and_hub_time as found

    yield from found(config)


def journal(config: Settings) -> Iterator[Finding]:
    """What waits in the journal; a ledger that a window has open tells nothing here."""
    from terminal.context import Context
    from terminal.errors import TerminalError

    if not config.ledger_path.exists():
        yield Finding("journal", State.OK, "journal_none")
        return
    try:
        with Context(config) as context:
            status = context.journal.status()
    except TerminalError as error:
        if error.code == "store.in_use":
            yield Finding("journal", State.OK, "journal_in_use")
        else:
            yield Finding("journal", State.BAD, "journal_broken", {"reason": error})
        return
    data: dict[str, object] = {
        "written": status.written,
        "waiting": status.waiting,
        "refused": status.refused + status.conflict,
    }
    if status.refused or status.conflict:
        yield Finding("journal", State.WARNING, "journal_refused", data)
    else:
        yield Finding("journal", State.OK, "journal", data)


def fonts(_settings: Settings) -> Iterator[Finding]:
    """Whether the shipped fonts draw what names and papers need."""
    from terminal.documents.fonts import SYSTEM_FALLBACKS
    from terminal.documents.fonts import fonts as load
    from terminal.errors import TerminalError

    try:
        regular = load()
        missing = regular.missing("".join(map(chr, _COMMON)))
        rare = regular.missing(_RARE)
    except TerminalError as error:
        yield Finding("fonts", State.BAD, "fonts_missing", {"reason": error.code})
        return
    data: dict[str, object] = {
        "covered": len(_COMMON) - len(missing),
        "common": len(_COMMON),
        "missing": "".join(rare),
    }
    if rare:
        yield Finding("fonts", State.WARNING, "fonts_rare", data)
    else:
        yield Finding("fonts", State.OK, "fonts", data)
    if not any(path.is_file() for path in SYSTEM_FALLBACKS):
        yield Finding("fonts", State.OK, "fonts_no_fallback", {"package": "fonts-hanazono"})


def surroundings(_settings: Settings) -> Iterator[Finding]:
    """Locale and display, as the screens will find them."""
    name = os.environ.get("LC_ALL") or os.environ.get("LANG") or "C"
    encoding = locale.getencoding()
    good = encoding.replace("-", "").lower() == "utf8"
    data: dict[str, object] = {"locale": name, "encoding": encoding}
    yield Finding("locale", State.OK if good else State.WARNING, "locale", data)
    shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if shown:
        yield Finding("display", State.OK, "display", {"display": shown})
    else:
        yield Finding("display", State.WARNING, "display_none")


def serial_ports(_settings: Settings) -> Iterator[Finding]:
    """Which serial ports this machine has; a port that only root may open is no use."""
    from serial.tools import list_ports

    ports = sorted(list_ports.comports(), key=lambda port: str(port.device))
    for port in ports:
        usable = os.access(port.device, os.R_OK | os.W_OK)
        data: dict[str, object] = {"port": port.device, "description": port.description or ""}
        state = State.OK if usable else State.WARNING
        yield Finding("serial", state, "serial" if usable else "serial_denied", data)
    if not ports:
        yield Finding("serial", State.OK, "serial_none")


def printers(config: Settings) -> Iterator[Finding]:
    """Which print queues there are, and whether the A4 printer of the settings answers."""
    from terminal.cli.printer_probe import printers as found

    yield from found(config)


def hub_and_clock(config: Settings) -> Iterator[Finding]:
    """Whether the hub answers, and whether this clock agrees with it."""
    from terminal.sync.transport import GATEWAY_STATUS

    now = SystemClock().now().local
    offset: float | None = None
    if config.hub.url:
        try:
            status, body, offset = _ask(config.hub.url)
        except (OSError, ValueError, http.client.HTTPException) as error:
            data: dict[str, object] = {"url": config.hub.url, "reason": str(error)}
            yield Finding("hub", State.WARNING, _why_silent(error), data)
        else:
            data = {"url": config.hub.url, "status": status, "reason": f"HTTP {status}"}
            if status in GATEWAY_STATUS:
                yield Finding("hub", State.WARNING, "hub_silent", data)
            elif (status, body) == (200, b"ok"):
                yield Finding("hub", State.OK, "hub", data)
            else:
                yield Finding("hub", State.BAD, "hub_other", data)
                offset = None  # A stranger's clock is nobody's measure.
    else:
        yield Finding("hub", State.OK, "hub_none")
    clock: dict[str, object] = {
        "time": now.isoformat(sep=" ", timespec="seconds"),
        "seconds": round(offset or 0),
    }
    if now < RELEASED:
        yield Finding("clock", State.BAD, "clock_past", clock)
    elif offset is None:
        yield Finding("clock", State.OK, "clock_alone", clock)
    elif abs(offset) > _CLOCK_TOLERANCE_SECONDS:
        yield Finding("clock", State.WARNING, "clock_off", clock)
    else:
        yield Finding("clock", State.OK, "clock", clock)


def _why_silent(error: Exception) -> str:
    """Return the key of the sentence for a hub that could not be asked."""
    for kind, key in (
        (socket.gaierror, "hub_no_name"),
        (ConnectionRefusedError, "hub_refused"),
        (TimeoutError, "hub_slow"),
        (ValueError, "hub_address"),
    ):
        # A certificate's trouble is an OSError and a ValueError at once.
        if isinstance(error, kind) and not isinstance(error, ssl.SSLError):
            return key
    return "hub_silent"


def _ask(url: str) -> tuple[int, bytes, float | None]:
    """Ask a hub how it is; return status, the body's start and its clock minus ours in seconds.

    Whose hub it is does not matter here (the signed answers of the sync tell), so its
    certificate is not looked at.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=_PATIENCE_SECONDS, context=context
        )
    else:
        connection = http.client.HTTPConnection(
            parts.hostname, parts.port, timeout=_PATIENCE_SECONDS
        )
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        said = answer.getheader("Date")
        offset = None
        if said:
            offset = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        return answer.status, answer.read(_HEALTH_BYTES), offset
    finally:
        connection.close()


def reports(config: Settings) -> Iterator[Finding]:
    """Which numbered reports wait for a technician."""
    from terminal.reports import Reports

    numbers = Reports(config.data_dir, "doctor", __version__).numbers()
    if numbers:
        data: dict[str, object] = {
            "count": len(numbers),
            "last": numbers[-1],
            "path": config.reports_dir,
        }
        yield Finding("reports", State.WARNING, "reports", data)
    else:
        yield Finding("reports", State.OK, "reports_none")


PROBES: tuple[Probe, ...] = (
    program,
    qt,
    database,
    data_folder,
    configuration,
    key_protection,
    journal,
    fonts,
    surroundings,
    serial_ports,
    printers,
    hub_and_clock,
    renewal_and_hub_time,
    reports,
)


def config_file(data_dir: Path, config: Path | None) -> Path | None:
    """Return the settings file that is read, None when there is none."""
    path = config or data_dir / settings.FILE_NAME
    return path if path.is_file() else None
