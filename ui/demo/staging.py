"""The demo's hall: one clock for its terminal and its hub, which the scenes may move."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from terminal.clock import CHINA_TIME
from terminal.dev.hall import HUB_FOLDER, EmulatedHall
from terminal.dev.hub_process import HubMade, HubProcess
from terminal.dev.people import DeskAccount
from terminal.dev.stage_clock import StageClock

FIRST_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA_TIME)
"""A Monday with a whole working week before it; scenes in which time passes begin here."""

CLOCK_FILE = "clock"


class SettingUp(msgspec.Struct, frozen=True):
    """What the hub of a demo is set up with, in one go."""

    public_url: str
    catalogue: str
    accounts: tuple[DeskAccount, ...]


class StagedHub(HubProcess):
    """The hub by a clock that scenes move, in a process of its own (`ui.demo.staged_hub`)."""

    def __init__(self, data_dir: Path, clock: StageClock) -> None:
        program = ("-m", "ui.demo.staged_hub", str(clock.file.absolute()))
        super().__init__(data_dir, program=program)

    def set_up(self, accounts: tuple[DeskAccount, ...] = ()) -> HubMade:
        """Set the hub up with its accounts; one process does it all."""
        wanted = SettingUp(f"http://127.0.0.1:{self.public_port}", str(self._catalogue()), accounts)
        told = self._run("hub", "--json", stdin=msgspec.json.encode(wanted).decode())
        return msgspec.convert(told, HubMade)


def staged_hall(
    folder: Path,
    *,
    begin: datetime | None = None,
    language: str = "zh",
    theme: str = "light",
) -> EmulatedHall:
    """Return a hall whose time scenes may move; without `begin` it is the machine's time."""
    clock = StageClock(folder / CLOCK_FILE)
    if begin is not None:
        clock.begin_at(begin)
    hub = StagedHub(folder / HUB_FOLDER, clock)
    return EmulatedHall(folder, language=language, theme=theme, hub=hub, clock=clock)
