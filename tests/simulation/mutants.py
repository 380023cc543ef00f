"""Mutants: each breaks one promise of the core; a simulation that lets one live is no proof.

The name says what is broken; the seeds behind it are known to catch it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

import terminal.store.journal as journal_module
from hub import inbox, judge
from hub.restore import notice
from hub.store import entries as hub_entries
from hub.store import feeds as hub_feeds
from terminal.errors import SyncError
from terminal.protocol.entry import GENESIS
from terminal.protocol.wire import PROTOCOL_VERSION, Answer, Page
from terminal.services import printing
from terminal.services.synchronising import LedgerSyncStore
from terminal.store import feeds, meta, outbox, retention
from terminal.store.database import Ledger
from terminal.store.statements import rows, sql_of
from terminal.store.tables.ledger import CursorRow, EntryRow
from terminal.sync.backoff import Backoff
from terminal.sync.client import HubClient
from terminal.sync.ports import Stretch
from tests.simulation import terminal as machine
from tests.simulation.printer import Paper

Patch = pytest.MonkeyPatch
Mutant = Callable[[Patch], None]
MUTANTS: dict[str, tuple[Mutant, tuple[int, ...]]] = {}


def _mutant(*seeds: int) -> Callable[[Mutant], Mutant]:
    def register(mutant: Mutant) -> Mutant:
        MUTANTS[mutant.__name__] = (mutant, seeds)
        return mutant

    return register


def _answer_for(stretch: Any) -> Answer:
    last = stretch.entries[-1]
    seq = last.read_header().seq
    return Answer(PROTOCOL_VERSION, b"", "", stretch.epoch, seq, last.hash, 0, "", 0)


@_mutant(3)
def a_failed_request_acknowledges(patch: Patch) -> None:
    """An HTTP status, a time-out, a captive portal counts as the hub's word."""
    push = HubClient.push

    def mutant(self: HubClient, stretch: Any) -> Answer:
        try:
            return push(self, stretch)
        except SyncError:
            if not stretch.entries:
                raise
            return _answer_for(stretch)

    patch.setattr(HubClient, "push", mutant)


@_mutant(3)
def the_hub_answers_before_it_stores(patch: Patch) -> None:
    """The hub acknowledges what it has not stored."""
    add = hub_entries.add
    count = [0]

    def mutant(database: Any, stored: Any, now: int, **more: Any) -> None:
        count[0] += 1
        if count[0] % 4:
            add(database, stored, now, **more)

    patch.setattr(inbox.entries, "add", mutant)


@_mutant(2)
def the_hub_forgets_what_it_has(patch: Patch) -> None:
    """The hub looks for nothing before it stores: the same batch again is a new one."""
    patch.setattr(hub_entries, "stored_hashes", lambda *_: {})


@_mutant(2)
def an_entry_has_two_effects(patch: Patch) -> None:
    """Nobody asks whether a record was judged before."""
    patch.setattr(hub_entries, "effect_of", lambda *_: None)
    patch.setattr(hub_entries, "effects_of", lambda *_: {})
    patch.setattr(outbox, "_known", lambda *_: False)


@_mutant(2)
def saved_is_said_before_the_commit(patch: Patch) -> None:
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


@_mutant(1)
def rows_are_dropped_behind_the_cursor(patch: Patch) -> None:
    """The cursor moves on although a row was not applied."""
    apply = feeds._Facts.apply
    count = [0]

    def mutant(facts: Any, row: Any, place: int) -> None:
        count[0] += 1
        if count[0] % 3:
            apply(facts, row, place)

    patch.setattr(feeds._Facts, "apply", mutant)


@_mutant(2)
def the_cursor_moves_early(patch: Patch) -> None:
    """The cursor is committed first, its rows in a transaction of their own; some fail between."""
    apply, take = feeds._Facts.apply, LedgerSyncStore.take_page
    later: list[Any] = []
    deaths = [0]

    def mutant(self: Any, page: Page, hub_key: bytes) -> int:
        later.clear()
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(feeds._Facts, "apply", lambda _, *what: later.append(what))
            count = take(self, page, hub_key)
        if later:
            deaths[0] += 1
            if deaths[0] % 4 == 0:
                raise SyncError("sync.unreachable")
            self._ledger.write(
                lambda db: [apply(feeds._Facts(db, hub_key, 0), *what) for what in later]
            )
        return count

    patch.setattr(LedgerSyncStore, "take_page", mutant)


@_mutant(1)
def rows_are_taken_unchained(patch: Patch) -> None:
    """A page lacks its first row, and nobody looks at places and hashes."""
    take = feeds.take_page

    def mutant(db: Any, page: Page, hub_key: bytes, now: int) -> int:
        return take(db, msgspec.structs.replace(page, rows=page.rows[1:]), hub_key, now)

    patch.setattr(feeds, "take_page", mutant)


@_mutant(1)
def a_cursor_is_a_bare_sequence(patch: Patch) -> None:
    """Numbers are given before the commit: a later row is seen before an earlier one."""
    read_after = hub_feeds.read_after
    rng = random.Random(1)

    def late_commit(database: Any, cursor: Any, limit: int) -> Any:
        page = read_after(database, cursor, limit)
        if page is not None and len(page.rows) > 1 and rng.random() < 0.5:
            return msgspec.structs.replace(page, rows=page.rows[1:])
        return page

    def take_page(db: Any, page: Page, hub_key: bytes, now: int) -> int:
        facts = feeds._Facts(db, hub_key, now)
        for row in page.rows:
            if row.kind == "json":
                feeds._put(db, page.feed, 0, row)
            else:
                facts.apply(row, row.position)
        end = page.rows[-1] if page.rows else None
        CursorRow.replace(
            feed=page.feed, handle=page.handle, generation=0, shown=0,
            position=end.position if end else 0, row_hash=end.hash if end else "",
        ).execute(db)  # fmt: skip
        return len(page.rows)

    patch.setattr(hub_feeds, "read_after", late_commit)
    patch.setattr(feeds, "take_page", take_page)


@_mutant(1)
def the_chain_is_skipped(patch: Patch) -> None:
    """Entries do not name the one before them."""
    last = journal_module._last

    def mutant(db: Any, epoch: str) -> Any:
        found = last(db, epoch)
        return (found[0], GENESIS) if found else None

    patch.setattr(journal_module, "_last", mutant)


@_mutant(8)
def a_fork_acknowledges(patch: Patch) -> None:
    """A fork is taken for an acknowledgement."""
    push = HubClient.push

    def mutant(self: HubClient, stretch: Any) -> Answer:
        answer = push(self, stretch)
        return answer if answer.fork is None else _answer_for(stretch)

    patch.setattr(HubClient, "push", mutant)


@_mutant(1)
def sending_survives_a_crash(patch: Patch) -> None:
    """What is being sent is marked so on the disk, and nobody sends it again."""
    pending = LedgerSyncStore.pending

    def mutant(self: Any, limit: int, max_bytes: int) -> Stretch | None:
        found = pending(self, limit, max_bytes)
        if found is None:
            return None
        first = found.entries[0].hash
        if self._ledger.read(lambda db: meta.get(db, f"sending-{first}")):
            return None
        self._ledger.write(lambda db: meta.put(db, f"sending-{first}", "yes"))
        return found

    patch.setattr(LedgerSyncStore, "pending", mutant)


@_mutant(2)
def it_gives_up_after_three_tries(patch: Patch) -> None:
    """A record that failed three times is not sent any more."""
    pending = LedgerSyncStore.pending
    tries: dict[str, int] = {}

    def mutant(self: Any, limit: int, max_bytes: int) -> Stretch | None:
        found = pending(self, limit, max_bytes)
        if found is not None:
            first = found.entries[0].hash
            tries[first] = tries.get(first, 0) + 1
            if tries[first] > 3:
                return None
        return found

    patch.setattr(LedgerSyncStore, "pending", mutant)


@_mutant(8)
def one_bad_record_blocks_all(patch: Patch) -> None:
    """The hub refuses a batch with an entry that it does not understand."""
    place_all = inbox._place_all

    def mutant(terminal: Any, batch: Any) -> Any:
        placed = place_all(terminal, batch)
        if any(one.kind == "note_of_the_future" for one in placed):
            raise SyncError("hub.bad_message")
        return placed

    patch.setattr(inbox, "_place_all", mutant)


@_mutant(3)
def a_missing_scan_refuses_the_record(patch: Patch) -> None:
    """A record whose scan is not here is refused for good."""
    verdict = judge.Bench._verdict

    def mutant(self: Any, stored: Any) -> Any:
        found = verdict(self, stored)
        if found.code == "hub.blob_missing":
            return msgspec.structs.replace(found, effect="refused", waits_for="")
        return found

    patch.setattr(judge.Bench, "_verdict", mutant)


@_mutant(3)
def a_scan_is_confirmed_unsent(patch: Patch) -> None:
    """The terminal forgets a scan that the hub has not got."""
    patch.setattr(HubClient, "put_blob", lambda *_: True)


@_mutant(10)
def it_is_printed_before_the_commit(patch: Patch) -> None:
    """The printer works inside the transaction."""
    queue = printing.queue_document

    def mutant(db: Any, document: Any, job_id: str, now: int) -> Any:
        job = queue(db, document, job_id, now)
        paper = msgspec.json.decode(document.view, type=Paper)
        db.simulated.papers.append(msgspec.structs.replace(paper, job=f"early {job_id}"))
        return job

    patch.setattr(printing, "queue_document", mutant)


@_mutant(5)
def a_number_is_repeated_after_a_roll_back(patch: Patch) -> None:
    """Receipt numbers are counted on the disk alone."""
    patch.setattr(machine, "draw_tag", lambda _: "AAA2")


@_mutant(1)
def the_unacknowledged_is_wiped(patch: Patch) -> None:
    """Retention asks for nothing but the age."""
    patch.setattr(retention, "_OWN", "FROM entry WHERE payload IS NOT NULL AND since < ?")


@_mutant(3)
def it_retries_without_a_pause(patch: Patch) -> None:
    """The loop asks again at once."""
    patch.setattr(Backoff, "next_delay", lambda _: 0.0)


@_mutant(2)
def the_hub_does_not_notice_its_roll_back(patch: Patch) -> None:
    """A restored hub goes on as if nothing had been."""
    patch.setattr(notice, "hear", lambda *_: False)
    patch.setattr(notice, "hear_cursors", lambda *_: False)
    patch.setattr(notice, "look", lambda _: False)


@_mutant(27)
def pulling_overwrites_unsent_work(patch: Patch) -> None:
    """What comes down a feed puts a case back to what the hub knows, and it stays so."""
    save = outbox.aggregates.save
    unsent = sql_of(EntryRow.select(EntryRow.record_id).where(EntryRow.acknowledged == False))  # noqa: E712

    def mutant(db: Any, aggregate: Any) -> None:
        waiting = {record for (record,) in rows(db, unsent, False)}
        kept = tuple(step for step in aggregate.history if step.record_id not in waiting)
        save(db, msgspec.structs.replace(aggregate, history=kept))

    judge_foreign = machine._judge

    def judged(db: Any, foreign: Any) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(outbox.aggregates, "save", mutant)
            return judge_foreign(db, foreign)

    patch.setattr(machine, "_judge", judged)
    patch.setattr(outbox, "put_in_order", lambda *_: None)
