"""`hub lease | numbers`: blocks of numbers granted by hand, and what became of those of a year."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hub import leases
from hub.granting import grant_by_name
from hub.hub import Hub
from hub.store import people
from terminal.clock import to_local
from terminal.domain.numbers import number_in_series

if TYPE_CHECKING:
    from terminal.cli.base import Console


def lease(hub: Hub, args: argparse.Namespace, console: Console) -> None:
    """Lease a terminal case numbers, or the numbers of an organ's papers."""
    size: int | None = getattr(args, "size", None)
    for one in grant_by_name(hub, args.terminal, size, getattr(args, "organ", None) or ""):
        console.result(
            one,
            "hub.cli.leased",
            terminal=args.terminal,
            first=number_in_series(one.series, one.first),
            last=number_in_series(one.series, one.last),
        )


def show(hub: Hub, args: argparse.Namespace, console: Console) -> None:
    """List a year's blocks: how many numbers are used, what was given back and is void."""
    year = getattr(args, "year", None) or to_local(hub.now()).year
    with hub.store.reading() as database:
        found = leases.accounts(database, year)
        labels = {one.id: one.label for one in people.terminals(database)}
    if console.json:
        for account in found:
            console.emit(account)
        return
    if not found:
        console.say("hub.cli.no_blocks", year=year)
        return
    heads = ("terminal", "first", "last", "used", "void_from")
    rows = [
        (
            labels.get(one.terminal_id, one.terminal_id),
            number_in_series(one.series, one.first),
            number_in_series(one.series, one.last),
            str(one.used),
            number_in_series(one.series, one.void_from) if one.void_from else "-",
        )
        for one in found
    ]
    console.table([tuple(console.texts(f"hub.cli.block.{head}") for head in heads), *rows])
