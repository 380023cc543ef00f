"""Making the search index of a catalogue: in this process, or in one of its own.

    python -m terminal.services.indexing CATALOGUE INDEX

It takes a second for 10,000 names, in which a window of the same process would hardly get its
turn, and what knows how Chinese is pronounced would stay in its memory.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

from terminal.errors import TerminalError
from terminal.store.catalogue import CatalogueStore

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 600.0
_NICENESS = 10
_NO_CONSOLE = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""Windows would open one for a program that has none."""


def make_index(store: CatalogueStore, path: Path) -> None:
    """Write the index of the items in `store` to `path`; raises `StoreError`."""
    # pypinyin's neighbourhood comes with it; a normal start does without.
    from terminal.search.build import IndexItem, build_index

    # Before the items: of a catalogue that changes meanwhile the index is known to be old.
    handle = store.handle
    entries = [IndexItem(i.code, i.name, i.aliases, i.usage) for i in store.items()]
    build_index(path, entries, handle=handle)


def make_index_apart(catalogue: Path, path: Path) -> bool:
    """Write the index of a catalogue's file in another process; False: it did not come about."""
    command = [sys.executable, "-m", __name__, str(catalogue.absolute()), str(path.absolute())]
    try:
        subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, timeout=LIMIT_SECONDS, check=True, creationflags=_NO_CONSOLE,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        logger.warning("no index was made apart: %s", error.stderr.decode("utf-8", "replace"))
    except (OSError, subprocess.TimeoutExpired):
        logger.warning("no index was made apart", exc_info=True)
    else:
        return True
    return False


def main(arguments: list[str]) -> int:
    """Make an index, behind everything else that the machine does."""
    catalogue, path = map(Path, arguments)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        with CatalogueStore(catalogue) as store:
            make_index(store, path)
    except TerminalError as error:
        sys.stderr.write(f"{error.code}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
