"""What each command of the command line takes: one function a command, in the order of help."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from collections.abc import Callable
from pathlib import Path

from terminal.cli.parser import Grammar


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65536:
        raise ValueError(text)
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count


def _share(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise ValueError(text)
    return number


# argparse names a type by these words when a value does not fit it.
_port.__name__ = "0–65535"
_count.__name__ = "1…"
_share.__name__ = "> 0"

_POLICIES = ("limits", "conditional", "numbers", "commitments", "seals")
_ROLES = ("CLERK", "SUPERVISOR", "CHIEF_REPRESENTATIVE")
_DOCUMENT_KINDS = (
    "receipt",
    "supplement",
    "copy_check",
    "acceptance",
    "correction",
    "decline",
    "non-acceptance",
    "conditional",
    "undertaking",
    "commitment",
    "extension",
    "special_procedure",
    "decision_grant",
    "decision_refuse",
    "cure_failed",
    "payment_notice",
    "withdrawal",
    "void_note",
    "originals_returned",
    "handover_slip",
    "delivery_address",
    "courier_slip",
    "result_handover",
    "delivery_receipt",
    "one_time_notice",
    "case_history",
    "blank",
)


def _screen(g: Grammar, name: str) -> None:
    screen = g.command(name, json=False)
    g.argument(screen, "--screenshots", "cli.option.screenshots", meta="directory", type=Path)
    themes = ("light", "dark", "large", "contrast")
    g.argument(screen, "--theme", "cli.option.theme", choices=themes)


def _demo(g: Grammar, name: str) -> None:
    demo = g.command(name)
    g.argument(demo, "--headless", "cli.demo.headless", action="store_true")
    g.argument(demo, "--out", "cli.demo.out", meta="directory", type=Path)
    g.argument(demo, "--keep", "cli.demo.keep", action="store_true")
    g.argument(demo, "--vnc", "cli.demo.vnc", action="store_true")
    g.argument(demo, "--list", "cli.demo.list", action="store_true")
    g.argument(demo, "--scene", "cli.demo.scene", meta="text", action="append")
    g.argument(demo, "--all", "cli.demo.all", action="store_true")


def _doctor(g: Grammar, name: str) -> None:
    g.command(name)


def _test(g: Grammar, name: str) -> None:
    test = g.command(name, json=False)
    g.argument(test, "arguments", "cli.test.arguments", meta="arguments", nargs="*")


def _benchmark(g: Grammar, name: str) -> None:
    benchmark = g.command(name, json=False)
    g.argument(benchmark, "arguments", "cli.benchmark.names", meta="arguments", nargs="*")


def _torture(g: Grammar, name: str) -> None:
    torture = g.command(name)
    g.argument(torture, "--minutes", "cli.torture.minutes", metavar="M", type=_share, default=1.0)
    g.argument(torture, "--terminals", "cli.torture.terminals", metavar="N", type=_count, default=3)
    g.argument(torture, "--seed", "cli.torture.seed", metavar="K", type=int, default=1)
    g.argument(torture, "--keep", "cli.torture.keep", meta="directory", type=Path)


def _simulate(g: Grammar, name: str) -> None:
    simulate = g.command(name)
    g.argument(simulate, "--seeds", "cli.simulate.seeds", metavar="N", type=_count, default=200)
    g.argument(simulate, "--start", "cli.simulate.start", metavar="K", type=_count, default=1)
    g.argument(simulate, "--steps", "cli.simulate.steps", metavar="M", type=_count)
    g.argument(simulate, "--jobs", "cli.simulate.jobs", metavar="J", type=_count, default=1)
    g.argument(simulate, "--power-cuts", "cli.simulate.power_cuts", metavar="N", type=_count)


def _hub(g: Grammar, name: str) -> None:
    hub = g.command(name)
    _serve(g, hub)
    actions = g.actions(hub, required=False)
    _serve(g, g.action(actions, name, "serve"))
    init = g.action(actions, name, "init")
    g.argument(init, "--hall", "cli.hub.hall", meta="code")
    g.argument(init, "--hall-name", "cli.hub.hall_name", meta="text")
    g.argument(init, "--region", "cli.hub.region", meta="code")
    g.argument(init, "--name", "cli.hub.name", meta="address", action="append")
    g.argument(init, "--public-url", "cli.hub.public_url", metavar="URL")
    g.argument(init, "--catalogue", "cli.hub.source", meta="file", type=Path)
    g.argument(init, "--database", "cli.hub.database", metavar="URL", default=SUPPRESS)
    code = g.action(actions, name, "code")
    g.argument(code, "--hall", "cli.hub.hall", meta="code")
    g.argument(code, "--terminal", "cli.hub.code_terminal", meta="code")
    keys = g.action(actions, name, "keys")
    g.argument(keys, "--days", "cli.hub.key_days", metavar="N", type=_count)
    recover = g.action(actions, name, "recover-key")
    g.argument(recover, "file", "cli.hub.recovery_file", meta="file", type=Path)
    g.argument(recover, "--request", "cli.hub.recovery_request", meta="code")
    g.argument(recover, "--out", "cli.hub.recovery_out", meta="file", type=Path)
    publish = g.action(actions, name, "catalogue")
    g.argument(publish, "file", "cli.hub.source", meta="file", type=Path)
    account = g.action(actions, name, "account")
    g.argument(account, "name", "cli.hub.account_name", meta="text")
    g.argument(account, "--display-name", "cli.hub.display_name", meta="text")
    g.argument(account, "--organ", "cli.hub.organ", meta="text")
    g.argument(account, "--enforcement-number", "cli.hub.enforcement_number", meta="number")
    g.argument(account, "--supervisor", "cli.hub.supervisor", action="store_true")
    g.argument(account, "--legal", "cli.hub.legal", action="store_true")
    backup = g.action(actions, name, "backup")
    g.argument(backup, "file", "cli.hub.backup_file", meta="file", type=Path)
    ratings = g.action(actions, name, "ratings")
    g.argument(ratings, "task", "cli.hub.ratings_task", choices=("verify",), meta="")
    policy = g.action(actions, name, "policy")
    g.argument(policy, "key", "cli.hub.policy_key", choices=_POLICIES)
    g.argument(policy, "file", "cli.hub.policy_file", meta="file", nargs="?", type=Path)
    g.argument(policy, "--hall", "cli.hub.hall", meta="code")
    credit = g.action(actions, name, "credit")
    g.argument(credit, "number", "cli.hub.credit_number", meta="number")
    g.argument(credit, "--lift", "cli.hub.credit_lift", action="store_true")
    g.argument(credit, "--hall", "cli.hub.hall", meta="code")
    calendar = g.action(actions, name, "calendar")
    g.argument(calendar, "file", "cli.hub.calendar_file", meta="file", type=Path)
    g.argument(calendar, "--hall", "cli.hub.hall", meta="code")
    staff = g.action(actions, name, "staff")
    g.argument(staff, "task", "cli.hub.staff_task", choices=("add", "remove", "list"))
    g.argument(staff, "login", "cli.hub.account_name", meta="login", nargs="?")
    g.argument(staff, "--display-name", "cli.hub.display_name", meta="text")
    g.argument(staff, "--role", "cli.staff.role", choices=_ROLES, default=_ROLES[0])
    g.argument(staff, "--window", "cli.hub.staff_window", meta="number", action="append")
    g.argument(staff, "--hall", "cli.hub.hall", meta="code")
    appointments = g.action(actions, name, "appointments")
    g.argument(appointments, "file", "cli.hub.appointments_file", meta="file", type=Path)
    g.argument(appointments, "--hall", "cli.hub.hall", meta="code")
    revoke = g.action(actions, name, "revoke")
    g.argument(revoke, "terminal", "cli.hub.terminal", meta="code")
    lease = g.action(actions, name, "lease")
    g.argument(lease, "terminal", "cli.hub.terminal", meta="code")
    g.argument(lease, "--size", "cli.hub.lease_size", metavar="N", type=int)
    g.argument(lease, "--organ", "cli.hub.lease_organ", meta="text")
    friday = g.action(actions, name, "friday")
    g.argument(friday, "--format", "cli.hub.friday_format", choices=("text", "pdf"))
    g.argument(friday, "--out", "cli.hub.friday_output", meta="file", type=Path)
    numbers = g.action(actions, name, "numbers")
    g.argument(numbers, "--year", "cli.hub.numbers_year", metavar="N", type=int)
    courier = g.action(actions, name, "courier")
    g.argument(courier, "step", "cli.hub.courier_step", choices=("import",))
    g.argument(courier, "file", "cli.hub.courier_file", meta="file", type=Path)
    g.argument(courier, "--answer", "cli.hub.courier_answer", meta="file", type=Path)
    g.argument(courier, "--from-revoked", "cli.hub.from_revoked", action="store_true")


def _serve(g: Grammar, to: ArgumentParser) -> None:
    # Left out unless given, so that `hub --port N serve` keeps what stands before the action.
    quiet = {"default": SUPPRESS}
    g.argument(to, "--host", "cli.hub.host", meta="address", **quiet)
    g.argument(to, "--port", "cli.hub.port", metavar="N", type=_port, **quiet)
    g.argument(to, "--public-port", "cli.hub.public_port", metavar="N", type=_port, **quiet)
    g.argument(to, "--public-url", "cli.hub.public_url", metavar="URL", **quiet)
    g.argument(to, "--plain", "cli.hub.plain", action="store_true", **quiet)
    g.argument(to, "--database", "cli.hub.database", metavar="URL", **quiet)


def _enrol(g: Grammar, name: str) -> None:
    enrol = g.command(name)
    g.argument(enrol, "code", "cli.enrol.code", meta="code")
    g.argument(enrol, "--name", "cli.enrol.name", meta="text")


def _staff(g: Grammar, name: str) -> None:
    actions = g.actions(g.command(name))
    add = g.action(actions, name, "add")
    g.argument(add, "login", "cli.staff.login", meta="login")
    g.argument(add, "name", "cli.staff.name", meta="text")
    g.argument(add, "--role", "cli.staff.role", choices=_ROLES, default=_ROLES[0])
    g.action(actions, name, "list")
    change = g.action(actions, name, "password")
    g.argument(change, "login", "cli.staff.login", meta="login")


def _catalogue(g: Grammar, name: str) -> None:
    actions = g.actions(g.command(name))
    importing = g.action(actions, name, "import")
    g.argument(importing, "files", "cli.catalogue.files", meta="file", nargs="+", type=Path)
    search = g.action(actions, name, "search")
    g.argument(search, "text", "cli.catalogue.text", meta="text", nargs="?")
    g.argument(search, "--limit", "cli.catalogue.limit", metavar="N", type=_count, default=10)
    g.argument(search, "--batch", "cli.catalogue.batch", meta="file", type=Path)
    show = g.action(actions, name, "show")
    g.argument(show, "code", "cli.catalogue.code", meta="code")
    export = g.action(actions, name, "export")
    export.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar=g.texts("cli.meta.file"),
        help=g.texts("cli.catalogue.out"),
    )


def _intake(g: Grammar, name: str) -> None:
    intake = g.command(name)
    g.argument(intake, "file", "cli.intake.file", meta="json_file", type=Path, nargs="?")
    g.argument(intake, "--as", "cli.intake.login", meta="login", dest="login")
    g.argument(intake, "--schema", "cli.intake.schema", action="store_true")


def _document(g: Grammar, name: str) -> None:
    document = g.command(name)
    formats = ("text", "escpos", "png", "pdf")
    g.argument(document, "kind", "cli.document.kind", meta="kind", choices=_DOCUMENT_KINDS)
    g.argument(document, "number", "cli.document.number", meta="number", nargs="?", default="")
    g.argument(document, "--count", "cli.document.count", metavar="N", type=_count, default=50)
    g.argument(document, "--format", "cli.document.format", choices=formats, default="text")
    document.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=g.texts("cli.meta.file"),
        help=g.texts("cli.document.out"),
    )


def _journal(g: Grammar, name: str) -> None:
    actions = g.actions(g.command(name))
    g.action(actions, name, "status")
    listing = g.action(actions, name, "list")
    g.argument(listing, "--limit", "cli.journal.limit", metavar="N", type=_count, default=50)
    g.action(actions, name, "verify")
    wiping = g.action(actions, name, "wipe")
    g.argument(wiping, "--dry-run", "cli.journal.dry_run", action="store_true")


def _sync(g: Grammar, name: str) -> None:
    g.argument(g.command(name), "--once", "cli.sync.once", action="store_true")


def _courier(g: Grammar, name: str) -> None:
    actions = g.actions(g.command(name))
    export = g.action(actions, name, "export")
    g.argument(export, "path", "cli.courier.path", meta="directory", type=Path)
    for action in ("import", "show"):
        one = g.action(actions, name, action)
        g.argument(one, "file", f"cli.courier.{action}.file", meta="file", type=Path)


def _ratings(g: Grammar, name: str) -> None:
    actions = g.actions(g.command(name))
    g.action(actions, name, "verify")
    g.action(actions, name, "noted")


def _keys(g: Grammar, name: str) -> None:
    actions = g.actions(g.command(name))
    g.action(actions, name, "show")
    protect = g.action(actions, name, "protect")
    g.argument(protect, "--file", "cli.keys.file", action="store_true")
    g.action(actions, name, "rotate")
    restore = g.action(actions, name, "restore")
    g.argument(restore, "answer", "cli.keys.answer", meta="file", type=Path, nargs="?")


def _check(g: Grammar, name: str) -> None:
    actions = g.actions(g.command(name))
    deadline = g.action(actions, name, "deadline")
    g.argument(deadline, "values", "cli.check.from_and_count", meta="from_and_count", nargs="*")
    g.argument(deadline, "--unit", "cli.check.unit", choices=("W", "N", "H"), default="W")
    for number in ("identity", "credit-code", "receipt-number"):
        one = g.action(actions, name, number)
        g.argument(one, "values", "cli.check.values", meta="number", nargs="*")


COMMANDS: dict[str, Callable[[Grammar, str], None]] = {
    "window": _screen,
    "kiosk": _screen,
    "demo": _demo,
    "doctor": _doctor,
    "test": _test,
    "benchmark": _benchmark,
    "torture": _torture,
    "simulate": _simulate,
    "hub": _hub,
    "enrol": _enrol,
    "staff": _staff,
    "catalogue": _catalogue,
    "intake": _intake,
    "document": _document,
    "journal": _journal,
    "sync": _sync,
    "courier": _courier,
    "ratings": _ratings,
    "keys": _keys,
    "check": _check,
}
"""The grammar of each command, by its name."""
