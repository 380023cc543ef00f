"""The simulation can fail: each mutant breaks one promise of the core and is caught.

A seed fails by an assertion or by not settling; a mutant that survives all seeds is a defect
of the simulation.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import terminal.store.journal as journal_module
from hub import inbox
from hub.store import entries as hub_entries
from terminal.errors import SyncError
from terminal.protocol.entry import GENESIS
from terminal.protocol.wire import PROTOCOL_VERSION, Answer, Page
from terminal.store import feeds, outbox
from terminal.store.database import Ledger
from terminal.sync.client import HubClient
from tests.simulation.run import run_seed

SEEDS = range(1, 13)
Patch = pytest.MonkeyPatch


def _acknowledge_without_answer(patch: Patch) -> None:
    """A line that failed counts as an acknowledgement (an HTTP status, a time-out)."""
    push = HubClient.push

    def mutant(self: HubClient, stretch: Any) -> Answer:
        try:
            return push(self, stretch)
        except SyncError:
            last = stretch.entries[-1]
            seq = last.read_header().seq
            return Answer(PROTOCOL_VERSION, b"", "", stretch.epoch, seq, last.hash, 0, "", 0)

    patch.setattr(HubClient, "push", mutant)


def _answer_before_commit(patch: Patch) -> None:
    """The hub acknowledges what it has not stored."""
    add = hub_entries.add
    count = [0]

    def mutant(database: Any, stored: Any, now: int) -> None:
        count[0] += 1
        if count[0] % 4:
            add(database, stored, now)

    patch.setattr(inbox.entries, "add", mutant)


def _say_saved_before_commit(patch: Patch) -> None:
    """The terminal says saved, and the transaction is rolled back now and then."""
    transact = Ledger._transact_once
    count = [0]

    def mutant(self: Ledger, function: Callable[[Any], Any]) -> Any:
        count[0] += 1
        if count[0] % 10:
            return transact(self, function)
        database: Any = self._write_db
        database.execute_sql("BEGIN IMMEDIATE")
        result = function(database)
        database.execute_sql("ROLLBACK")
        return result

    patch.setattr(Ledger, "_transact_once", mutant)


def _cursor_before_rows(patch: Patch) -> None:
    """The cursor moves on although the rows were not applied."""
    take = feeds._apply
    count = [0]

    def mutant(db: Any, row: Any, hub_key: bytes, now: int) -> None:
        count[0] += 1
        if count[0] % 3:
            take(db, row, hub_key, now)

    patch.setattr(feeds, "_apply", mutant)


def _chain_skipped(patch: Patch) -> None:
    """Entries do not name the one before them."""
    last = journal_module._last

    def mutant(db: Any, epoch: str) -> Any:
        found = last(db, epoch)
        return (found[0], GENESIS) if found else None

    patch.setattr(journal_module, "_last", mutant)


def _fork_ignored(patch: Patch) -> None:
    """A fork is taken for an acknowledgement."""
    push = HubClient.push

    def mutant(self: HubClient, stretch: Any) -> Answer:
        answer = push(self, stretch)
        if answer.fork is None:
            return answer
        last = stretch.entries[-1]
        return msgspec.structs.replace(
            answer, fork=None, stored_seq=last.read_header().seq, stored_hash=last.hash
        )

    patch.setattr(HubClient, "push", mutant)


def _reset_forgotten(patch: Patch) -> None:
    """Pages are taken without looking at position and chain, and the first row is dropped."""
    take = feeds.take_page

    def mutant(db: Any, page: Page, hub_key: bytes, now: int) -> int:
        return take(db, msgspec.structs.replace(page, rows=page.rows[1:]), hub_key, now)

    patch.setattr(feeds, "take_page", mutant)


def _drained_twice(patch: Patch) -> None:
    """The hub gives every entry an effect of its own, known or not."""
    patch.setattr(hub_entries, "effect_of", lambda *_: None)
    patch.setattr(hub_entries, "effects_of", lambda *_: {})
    patch.setattr(outbox, "_known", lambda *_: False)


MUTANTS = (
    _acknowledge_without_answer,
    _answer_before_commit,
    _say_saved_before_commit,
    _cursor_before_rows,
    _chain_skipped,
    _fork_ignored,
    _reset_forgotten,
    _drained_twice,
)


@pytest.mark.allow_warnings
@pytest.mark.parametrize("mutate", MUTANTS, ids=lambda mutant: mutant.__name__.strip("_"))
def test_mutant_is_caught(mutate: Callable[[Patch], None]) -> None:
    for seed in SEEDS:
        with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
            mutate(patch)
            try:
                run_seed(Path(folder), seed)
            except Exception:  # noqa: BLE001 - any failure is the mutant's end
                return
    pytest.fail("the mutant survived every seed")
