"""`hub init | serve | code | catalogue | account | backup | revoke | courier`: its command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hub import setup
from hub.hub import Hub
from hub.store.people import HallData
from terminal.errors import InvalidInput

if TYPE_CHECKING:
    from hub.serve import Addresses, Ready
    from terminal.cli.base import Console
    from terminal.clock import Clock


_REGION_DIGITS = 6
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ANY = frozenset({"0.0.0.0", "::"})


def run(args: argparse.Namespace, console: Console) -> int:
    """Run one action; without a name it serves."""
    actions: dict[str, Callable[[argparse.Namespace, Console], int | None]] = {
        "init": _init,
        "code": _code,
        "enrol-code": _code,
        "catalogue": _catalogue,
        "account": _account,
        "backup": _backup,
        "revoke": _revoke,
        "lease": _lease,
        "numbers": _numbers,
        "friday": _friday,
        **dict.fromkeys(("policy", "credit", "calendar", "staff", "appointments"), _publish_set),
        "ratings": _ratings,
        "courier": _courier,
        "keys": _keys,
        "recover-key": _recover_key,
    }
    return actions.get(getattr(args, "action", None) or "serve", _serve)(args, console) or 0


def _hub(args: argparse.Namespace) -> Hub:
    # No option of the command line sets a clock: scenes of the demo hand theirs over here.
    clock: Clock | None = getattr(args, "clock", None)
    return Hub(args.data_dir, database=getattr(args, "database", None) or "", clock=clock)


def _hall(args: argparse.Namespace) -> HallData:
    from terminal.settings import HallSettings

    defaults = HallSettings()
    region = getattr(args, "region", None) or defaults.region
    if not (len(region) == _REGION_DIGITS and region.isascii() and region.isdigit()):
        raise InvalidInput("hub.region_invalid", region=region)
    return HallData(
        id=getattr(args, "hall", None) or defaults.id,
        name=getattr(args, "hall_name", None) or defaults.name,
        region=region,
    )


def _init(args: argparse.Namespace, console: Console) -> None:
    from hub.catalogue import publish, read_file

    source: Path | None = getattr(args, "catalogue", None)
    # Before anything is made: the first account's password is told once, by the run that made it.
    lines = None if source is None else read_file(source)
    made = setup.init(
        args.data_dir,
        _hall(args),
        names=getattr(args, "name", None) or (),
        public_url=getattr(args, "public_url", None) or "",
        database=getattr(args, "database", None) or "",
        clock=getattr(args, "clock", None),
    )
    if console.json:
        console.emit(made)
    console.say("hub.cli.made" if made.created else "hub.cli.was_made", folder=made.folder)
    if made.created:
        console.say("hub.cli.account", account=made.account, password=made.password)
    console.say("hub.cli.names", names=" ".join(made.names))
    console.say("hub.cli.code", code=made.code)
    if lines is not None:
        with closing(_hub(args)) as hub:
            publish(hub, lines)


def _code(args: argparse.Namespace, console: Console) -> None:
    from hub.enrol import make_code

    with closing(_hub(args)) as hub:
        terminal = getattr(args, "terminal", None) or ""
        code = make_code(hub, getattr(args, "hall", None) or "", terminal)
    console.result({"code": code}, "hub.cli.code", code=code)


def _publish(args: argparse.Namespace, source: Path) -> object:
    from hub.catalogue import publish_file

    with closing(_hub(args)) as hub:
        return publish_file(hub, source)


def _catalogue(args: argparse.Namespace, console: Console) -> None:
    pointer = _publish(args, args.file)
    console.result(pointer, "hub.cli.catalogue", items=getattr(pointer, "items", 0))


def _publish_set(args: argparse.Namespace, console: Console) -> None:
    from hub.publish_command import run as publish

    with closing(_hub(args)) as hub:
        publish(hub, args, console, _password)


def _account(args: argparse.Namespace, console: Console) -> None:
    from hub.catalogue import organs

    password, organ = _password(console), getattr(args, "organ", None) or ""
    with closing(_hub(args)) as hub:
        setup.add_account(
            hub,
            args.name,
            getattr(args, "display_name", None) or args.name,
            organ,
            password,
            enforcement_number=getattr(args, "enforcement_number", None) or "",
            supervisor=bool(getattr(args, "supervisor", False)),
            legal=bool(getattr(args, "legal", False)),
        )
        known = organs(hub)
    console.result({"account": args.name}, "hub.cli.account_made", account=args.name)
    if organ and known and organ not in known:
        _doubt_organ(organ, known, console)


def _doubt_organ(organ: str, known: Collection[str], console: Console) -> None:
    """Say that no item is of an organ, and which names are near to it.

    No more than a word of caution: an organ of another place, whose cases are only received
    here, stands in no catalogue, and an account may be made before its organ's items are.
    """
    import difflib

    near = difflib.get_close_matches(organ, sorted(known), n=3, cutoff=0.5)
    if near:
        names = console.texts("hub.cli.list").join(near)
        console.note("hub.cli.organ_unknown_near", organ=organ, names=names)
    else:
        console.note("hub.cli.organ_unknown", organ=organ)


def _password(console: Console) -> str:
    """Ask for a password, twice; without a keyboard it is the first line of what is piped in."""
    if sys.stdin.isatty():
        typed = console.secret("hub.cli.password")
        if console.secret("hub.cli.password_again") != typed:
            raise InvalidInput("hub.passwords_differ")
        return typed
    return sys.stdin.readline().rstrip("\r\n")


def _backup(args: argparse.Namespace, console: Console) -> None:
    with closing(_hub(args)) as hub:
        count = hub.store.backup(args.file)
    said = {"file": str(args.file), "entries": count}
    console.result(said, "hub.cli.backed_up", **said)


def _keys(args: argparse.Namespace, console: Console) -> None:
    from hub.key_commands import run_keys

    run_keys(args, console)


def _recover_key(args: argparse.Namespace, console: Console) -> None:
    from hub.key_commands import run_recover

    run_recover(args, console)


def _revoke(args: argparse.Namespace, console: Console) -> None:
    from hub.enrol import revoke

    with closing(_hub(args)) as hub:
        revoke(hub, args.terminal)
    console.result({"revoked": args.terminal}, "hub.cli.revoked", terminal=args.terminal)


def _lease(args: argparse.Namespace, console: Console) -> None:
    from hub.number_commands import lease

    with closing(_hub(args)) as hub:
        lease(hub, args, console)


def _friday(args: argparse.Namespace, console: Console) -> None:
    from hub.friday_command import run as write

    with closing(_hub(args)) as hub:
        write(hub, args, console)


def _numbers(args: argparse.Namespace, console: Console) -> None:
    from hub.number_commands import show

    with closing(_hub(args)) as hub:
        show(hub, args, console)


def _courier(args: argparse.Namespace, console: Console) -> int:
    from hub import courier_command

    with closing(_hub(args)) as hub:
        return courier_command.run(hub, args, console)


def _ratings(args: argparse.Namespace, console: Console) -> int:
    from hub.verify_log import tell, verify

    with closing(_hub(args)) as hub:
        found = verify(hub)
    return tell(found, console)


def _serve(args: argparse.Namespace, console: Console) -> None:
    from hub.serve import Addresses, serve

    defaults = Addresses()
    port = _given(args, "port", defaults.port)
    addresses = Addresses(
        host=getattr(args, "host", None) or defaults.host,
        port=port,
        # Who takes any free port for one address hardly wants a fixed one for the other.
        public_port=_given(args, "public_port", defaults.public_port if port else 0),
        public_url=getattr(args, "public_url", None) or "",
        plain=bool(getattr(args, "plain", False)),
    )
    hub = _hub(args)

    def ready(said: Ready) -> None:
        console.result(
            said, "hub.cli.ready", url=said.url, public=said.public_url, desk=said.desk_url
        )
        if not console.json:
            _tell_who_can_come(addresses, said, console)

    try:
        serve(hub, addresses, ready)
    finally:
        hub.close()


def _tell_who_can_come(addresses: Addresses, said: Ready, console: Console) -> None:
    """Say what a new hall meets first: an address at which only this machine is heard."""
    if addresses.host in _LOOPBACK:
        console.note("hub.cli.only_here")
    if urlsplit(said.public_url).hostname in _LOOPBACK | _ANY:
        console.note("hub.cli.no_public_url", public=said.public_url)


def _given(args: argparse.Namespace, name: str, default: int) -> int:
    value = getattr(args, name, None)
    return default if value is None else int(value)
