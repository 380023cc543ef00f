"""`staff add | list`: the accounts of this machine; the first one is made here."""

from __future__ import annotations

from argparse import Namespace

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import password, workplace
from terminal.services.views import Role


def run(args: Namespace, console: Console) -> int:
    """Add an account, or list them without their passwords."""
    with workplace(args) as context:
        if args.action == "add":
            secret = password(console, args.login)
            row = context.staff.add(args.login, args.name, secret, Role(args.role))
            console.result(
                row, "command.staff.added", login=row.login, name=row.name,
                role=console.texts(f"staff.role.{row.role.value}"),
            )  # fmt: skip
            return Exit.DONE
        rows = context.staff.rows()
    if console.json:
        for row in rows:
            console.emit(row)
    elif rows:
        console.table(
            [(r.login, r.name, console.texts(f"staff.role.{r.role.value}")) for r in rows]
        )
    else:
        console.note("command.staff.none")
    return Exit.DONE
