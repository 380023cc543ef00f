"""What commands that work on this machine's ledger share: opening it, and signing in."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from terminal.cli.base import Console
from terminal.context import Context
from terminal.errors import InvalidInput
from terminal.settings import load

PASSWORD = "YICHUANG_PASSWORD"
SECOND_PASSWORD = "YICHUANG_SECOND_PASSWORD"
NEW_PASSWORD = "YICHUANG_NEW_PASSWORD"


def workplace(args: Namespace) -> Context:
    """Return the terminal of the common options, to be entered by `with`."""
    return Context(load(args.data_dir, args.config, args.hub))


def password(
    console: Console, login: str, variable: str = PASSWORD, question: str = "command.password"
) -> str:
    """Return a password from the environment, or ask for it where somebody can answer."""
    given = os.environ.get(variable)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise InvalidInput("command.password_needed", login=login, variable=variable)
    return console.secret(question, login=login)
