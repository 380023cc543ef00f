"""`enrol CODE --hub URL`: makes this terminal's key known to a hall's hub, once."""

from __future__ import annotations

from argparse import Namespace

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import workplace
from terminal.errors import InvalidInput
from terminal.settings import FILE_NAME, WindowSettings


def run(args: Namespace, console: Console) -> int:
    """Enrol, and keep hub and certificate for `window`, `sync` and the others."""
    with workplace(args) as context:
        url = context.settings.hub.url
        if not url:
            raise InvalidInput("enrolment.no_hub")
        name = args.name or context.settings.window.name
        enrolled = context.enrolment.join(context.settings, url, args.code, name)
    console.result(
        {
            "terminal": enrolled.terminal_id,
            "number": enrolled.terminal_number,
            "hall": enrolled.hall_id,
            "hall_name": enrolled.hall_name,
            "region": enrolled.region,
            "hub": url,
        },
        "enrolment.done",
        hall=enrolled.hall_name,
        number=enrolled.terminal_number,
    )
    if not args.name and context.settings.window == WindowSettings():
        # Every machine that nobody has named carries the same name: papers would not tell
        # them apart.
        console.note(
            "enrolment.name_the_window",
            name=name,
            file=context.settings.data_dir / FILE_NAME,
            number=enrolled.terminal_number,
        )
    return Exit.DONE
