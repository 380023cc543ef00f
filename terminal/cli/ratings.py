"""`ratings verify`: whether every rating taken here is still what the citizen gave."""

from __future__ import annotations

from argparse import Namespace

from terminal.cli.base import Console
from terminal.cli.journal import tell_verification
from terminal.cli.workplace import workplace


def run(args: Namespace, console: Console) -> int:
    """Walk the chain and read every rating; 1 when one was edited, moved or deleted."""
    with workplace(args) as context:
        return tell_verification(context.ratings.verify(), "ratings", console)
