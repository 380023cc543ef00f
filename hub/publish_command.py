"""`hub policy | credit | calendar | staff | appointments`: what the windows of a hall are told."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from hub import policy
from hub.hub import Hub

if TYPE_CHECKING:
    from terminal.cli.base import Console

Password = Callable[["Console"], str]


def run(hub: Hub, args: argparse.Namespace, console: Console, password: Password) -> None:
    """Do one of the five."""
    hall = getattr(args, "hall", None) or ""
    match args.action:
        case "calendar":
            year = policy.publish_calendar(hub, args.file, hall)
            console.result(
                year, "hub.cli.calendar", year=year.year, off=len(year.off), work=len(year.work)
            )
        case "appointments":
            count = policy.publish_appointments(hub, args.file, hall)
            console.result({"appointments": count}, "hub.cli.appointments", count=count)
        case "credit":
            _credit(hub, args, console, hall)
        case "policy":
            if args.file is None:
                policy.drop_policy(hub, args.key, hall)
            else:
                policy.set_policy(hub, args.key, args.file, hall)
            console.result({"key": args.key}, "hub.cli.policy", key=args.key)
        case _:
            _staff(hub, args, console, password, hall)


def _credit(hub: Hub, args: argparse.Namespace, console: Console, hall: str) -> None:
    """Say whether an applicant may give commitments; `--lift` after the credit was repaired."""
    if args.lift:
        policy.lift_bar(hub, args.number, hall)
    bar = policy.barred(hub, args.number, hall)
    since = bar.since if bar is not None else ""
    case = bar.case if bar is not None else ""
    console.result(
        {"barred": bar is not None, "since": since, "case": case},
        "hub.cli.credit_barred" if bar is not None else "hub.cli.credit_free",
        since=since,
        case=case,
    )


def _staff(
    hub: Hub, args: argparse.Namespace, console: Console, password: Password, hall: str
) -> None:
    match args.task:
        case "add":
            account = policy.put_staff(
                hub,
                args.login or "",
                args.display_name or args.login or "",
                password(console),
                role=args.role,
                windows=args.window or (),
                hall=hall,
            )
            said = {"login": account.login, "staff_id": account.staff_id}
            console.result(said, "hub.cli.staff_saved", login=account.login)
        case "remove":
            policy.remove_staff(hub, args.login or "", hall)
            console.result({"removed": args.login}, "hub.cli.staff_removed", login=args.login)
        case _:
            rows = [
                (one.login, one.name, one.role, " ".join(one.windows) or "-")
                for one in policy.staff(hub, hall)
            ]
            if console.json:
                for login, name, role, windows in rows:
                    console.emit(
                        {"login": login, "name": name, "role": role, "windows": windows.split()}
                    )
            elif rows:
                console.table(rows)
