"""`staff add | list | password`: who may sign in here; the first account is made here."""

from __future__ import annotations

from argparse import Namespace

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import NEW_PASSWORD, password, workplace
from terminal.services.views import Role


def run(args: Namespace, console: Console) -> int:
    """Add an account, list them without their passwords, or change a password."""
    with workplace(args) as context:
        if args.action == "add":
            secret = password(console, args.login)
            row = context.staff.add(args.login, args.name, secret, Role(args.role))
            console.result(
                row, "command.staff.added", login=row.login, name=row.name,
                role=console.texts(f"staff.role.{row.role.value}"),
            )  # fmt: skip
            return Exit.DONE
        if args.action == "password":
            old = password(console, args.login)
            new = password(console, args.login, NEW_PASSWORD, "command.new_password")
            context.staff.change_password(args.login, old, new)
            console.result({"login": args.login}, "command.staff.changed", login=args.login)
            return Exit.DONE
        rows = context.staff.rows()
    if console.json:
        for row in rows:
            console.emit(row)
    elif rows:
        console.table(
            [
                (
                    r.login,
                    r.name,
                    console.texts(f"staff.role.{r.role.value}"),
                    console.texts(f"staff.source.{r.source}"),
                )
                for r in rows
            ]
        )
    else:
        console.note("command.staff.none")
    return Exit.DONE
