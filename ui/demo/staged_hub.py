"""The process of a demo's hub: the hub as it is, by the clock of the scenes.

`python -m ui.demo.staged_hub CLOCK_FILE …` takes what `main.py` takes; with something on its
standard input it sets the hub up instead of serving.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

import msgspec

from hub import cli, setup
from hub.catalogue import publish_file
from hub.hub import Hub
from hub.store.people import HallData
from main import parse
from terminal.cli.base import Console
from terminal.dev.stage_clock import StageClock
from terminal.reports import Reports
from terminal.settings import HallSettings
from terminal.texts import Texts
from ui.demo.staging import SettingUp


def main() -> int:
    """Set up or serve, as the demo asks for."""
    args = parse(sys.argv[2:])
    args.clock = StageClock(Path(sys.argv[1]))
    reports = Reports(args.data_dir, args.command, "")
    console = Console(
        texts=Texts(args.language), stdout=sys.stdout, stderr=sys.stderr, json=True,
        reports=reports,
    )  # fmt: skip
    try:
        wanted = sys.stdin.read()
        if wanted:
            console.emit(set_up(args, msgspec.json.decode(wanted.encode(), type=SettingUp)))
            return 0
        return cli.run(args, console)
    finally:
        reports.close()


def set_up(args: Namespace, wanted: SettingUp) -> setup.Made:
    """Make the hub with catalogue and accounts, as `hub init` and `hub account` do."""
    defaults = HallSettings()
    hall = HallData(defaults.id, defaults.name, defaults.region)
    made = setup.init(args.data_dir, hall, public_url=wanted.public_url, clock=args.clock)
    hub = Hub(args.data_dir, clock=args.clock)
    try:
        publish_file(hub, Path(wanted.catalogue))
        for account in wanted.accounts:
            setup.add_account(
                hub, account.login, account.name, account.organ, account.password,
                enforcement_number=account.enforcement_number, legal=account.legal,
            )  # fmt: skip
    finally:
        hub.close()
    return made


if __name__ == "__main__":
    sys.exit(main())
