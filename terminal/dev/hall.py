"""A whole hall on this machine: a terminal's data folder, its devices, and a hub of its own."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from terminal.clock import Clock
from terminal.context import Context
from terminal.dev.hub_process import HubMade, HubProcess, HubReady
from terminal.dev.people import ACCOUNTS, DESK_ACCOUNTS
from terminal.devices.emulators.hall import EmulatedDevices
from terminal.errors import SyncError
from terminal.settings import (
    FILE_NAME,
    DeviceSettings,
    HallSettings,
    HubSettings,
    JournalSettings,
    ScreenSettings,
    Settings,
)
from terminal.sync.transport import HttpReply, HttpTransport, Transport

TERMINAL_FOLDER = "terminal"
HUB_FOLDER = "hub-data"
TIMEOUT_SECONDS = 5.0
A_YEAR = 365
"""Days for which a hall whose time is moved keeps what it wrote."""


class Cable(Transport):
    """The network cable between terminal and hub: while it is pulled nothing is reachable."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._pulled = threading.Event()

    @property
    def pulled(self) -> bool:
        """Whether the cable is out."""
        return self._pulled.is_set()

    def pull(self) -> None:
        """Take the cable out; a request that is under way still gets its answer."""
        self._pulled.set()

    def plug_in(self) -> None:
        """Put the cable back."""
        self._pulled.clear()

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        if self.pulled:
            raise SyncError("sync.unreachable")
        return self._inner.request(method, path, body, headers)

    def close(self) -> None:
        self._inner.close()


class EmulatedHall:
    """Sets up everything in a folder and takes it down again; use it as a context manager.

    `settings` lead a program to the emulated devices and to the hub; they are also written to
    the terminal's folder, so that any command with `--data-dir` works with this hall. `hub` and
    `clock` are for scenes in which time passes; both sides must go by the same clock.
    """

    def __init__(
        self,
        folder: Path,
        *,
        language: str = "zh",
        theme: str = "light",
        hub: HubProcess | None = None,
        clock: Clock | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.hub = hub or HubProcess(folder / HUB_FOLDER)
        self.clock = clock
        self.made: HubMade | None = None
        self._screen = ScreenSettings(language=language, theme=theme)
        self._stack = contextlib.ExitStack()
        self.devices: EmulatedDevices
        self.settings: Settings
        self.cable: Cable

    def __enter__(self) -> EmulatedHall:
        with self._stack as stack:
            stack.enter_context(self.hub)
            self.made = self.hub.set_up(DESK_ACCOUNTS)
            ready = self.hub.start()
            self.devices = stack.enter_context(EmulatedDevices(self.folder / "devices"))
            self.settings = self._settings(ready, self.made)
            self._write_settings()
            self._enrol(self.made)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def open_terminal(self) -> Context:
        """Open the terminal with its devices and its sync; it is closed with the hall."""
        ctx = Context(self.settings, transport=self.cable, clock=self.clock)
        ctx.open(devices=True, sync=True)
        self._stack.callback(ctx.close)
        return ctx

    def _settings(self, ready: HubReady, made: HubMade) -> Settings:
        return Settings(
            data_dir=self.folder / TERMINAL_FOLDER,
            hall=HallSettings(phone="12345"),
            hub=HubSettings(
                url=ready.url,
                public_url=ready.public_url,
                certificate_authority=made.ca,
                timeout_seconds=TIMEOUT_SECONDS,
            ),
            screen=self._screen,
            # Scenes move the clock by months, and what they wrote is looked at in the end.
            journal=JournalSettings() if self.clock is None else JournalSettings(A_YEAR),
            devices=tuple(
                DeviceSettings(c.kind, c.driver, c.address) for c in self.devices.configs()
            ),
        )

    def _write_settings(self) -> None:
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        text = settings_text(self.settings)
        (self.settings.data_dir / FILE_NAME).write_text(text, encoding="utf-8")

    def _enrol(self, made: HubMade) -> None:
        """Make the accounts and present the one-time code, before the terminal is used."""
        hub = self.settings.hub
        transport = HttpTransport(
            hub.url, Path(hub.certificate_authority), timeout=hub.timeout_seconds
        )
        with Context(self.settings, clock=self.clock) as ctx:
            for account in ACCOUNTS:
                ctx.staff.add(account.login, account.name, account.password, account.role)
            try:
                ctx.enrolment.enrol(transport, made.code, self.settings.window.name)
            finally:
                transport.close()
        self.cable = Cable(
            HttpTransport(hub.url, Path(hub.certificate_authority), timeout=hub.timeout_seconds)
        )


def settings_text(settings: Settings) -> str:
    """Return settings as TOML, without the data folder, in which they lie."""
    tree = msgspec.to_builtins(settings, enc_hook=str)
    tree.pop("data_dir")
    plain = {
        key: value for key, value in tree.items() if not isinstance(value, dict | list | tuple)
    }
    lines = _assignments(plain)
    for key, value in tree.items():
        if isinstance(value, dict):
            lines += ["", f"[{key}]", *_assignments(value)]
        elif isinstance(value, list | tuple):
            for each in value:
                lines += ["", f"[[{key}]]", *_assignments(each)]
    return "\n".join([*lines, ""])


def _assignments(values: Mapping[str, object]) -> list[str]:
    # JSON's strings, numbers and truth values are TOML's too.
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
