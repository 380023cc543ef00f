"""One seed: a troubled day, then a quiet hour in which everything must settle; then the truth."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from hub.store.tables import EffectRow
from hub.store.tables import EntryRow as HubEntry
from terminal.clock import to_milliseconds
from terminal.domain.case import Case
from terminal.errors import TerminalError
from terminal.store import aggregates, journal, outbox
from terminal.store.tables.ledger import EntryRow
from tests.simulation.world import START, Terminal, World

SETTLE_ROUNDS = 60


def run_seed(folder: Path, seed: int, *, steps: int = 40) -> World:
    """Play one seed and check the invariants; returns the world, closed."""
    world = World(folder, seed)
    try:
        _trouble(world, steps)
        _settle(world)
        check(world)
    finally:
        world.close()
    return world


def _trouble(world: World, steps: int) -> None:
    rng = world.rng
    for terminal in world.terminals:
        terminal.network.trouble = rng.choice((0.0, 0.3, 0.7))
    for _ in range(steps):
        terminal = rng.choice(world.terminals)
        kind = rng.choices(
            ("take_in", "supplement", "rate", "sync", "die", "full", "clock", "hub", "clone"),
            (30, 10, 10, 25, 8, 4, 4, 4, 1),
        )[0]
        match kind:
            case "take_in" | "supplement" | "rate" | "sync":
                terminal.guarded(getattr(terminal, kind))
            case "die":
                terminal.statements_to_live = rng.randint(0, 25)
            case "full":
                terminal.full_at = rng.randint(0, 12)
            case "clock":
                terminal.clock.wall = rng.choice((0, START, START + 4 * 365 * 86_400_000))
            case "hub":
                if world.line is None:
                    world.start_hub()
                else:
                    world.stop_hub()
            case "clone":
                _roll_back(terminal)


def _roll_back(terminal: Terminal) -> None:
    """Copy the ledger, work on, then put the copy back: a cloned or restored disk.

    What was written meanwhile and never sent is gone with the disk; what was sent must stay
    with the hub, and the number of the chain's places that repeat makes a fork.
    """
    copy = terminal.folder.with_name(f"{terminal.name}-copy")
    shutil.rmtree(copy, ignore_errors=True)
    terminal.ledger.close()
    shutil.copytree(terminal.folder, copy)
    terminal._open()
    before = set(terminal.saved)
    terminal.guarded(terminal.take_in)
    terminal.guarded(terminal.sync)
    sent = _acknowledged(terminal)
    terminal.ledger.close()
    shutil.rmtree(terminal.folder)
    copy.rename(terminal.folder)
    terminal._open()
    terminal.saved = before | (terminal.saved & sent)
    terminal.cases = [case for case in terminal.cases if _has(terminal, case)]


def _acknowledged(terminal: Terminal) -> set[str]:
    query = EntryRow.select(EntryRow.record_id).where(EntryRow.acknowledged == True)  # noqa: E712
    return {r for (r,) in terminal.ledger.read(lambda db: list(query.tuples().execute(db)))}


def _has(terminal: Terminal, case_id: str) -> bool:
    return terminal.ledger.read(lambda db: aggregates.load(db, case_id)) is not None


def _settle(world: World) -> None:
    """No faults any more: everything must arrive without anybody's help."""
    if world.line is None:
        world.start_hub()
    for terminal in world.terminals:
        terminal.restart()
        terminal.network.trouble = 0.0
        terminal.clock.wall = to_milliseconds(terminal.clock.now().local)
    for _ in range(SETTLE_ROUNDS):
        for terminal in world.terminals:
            try:
                terminal.sync()
            except TerminalError:
                continue
        waiting = [t.ledger.read(outbox.pending) for t in world.terminals]
        if not any(waiting):
            break
    for terminal in world.terminals:
        terminal.sync()


def check(world: World) -> None:
    """The invariants that can be seen from outside."""
    with world.hub.store.reading() as db:
        stored: list[Any] = list(
            HubEntry.select(HubEntry.record_id, HubEntry.hash, HubEntry.header).tuples().execute(db)
        )
        effects: list[Any] = list(
            EffectRow.select(EffectRow.record_id, EffectRow.effect).tuples().execute(db)
        )
    on_hub = {record for record, _, _ in stored}
    # 14: stored bytes are the hashed bytes.
    assert all(hashlib.sha256(bytes(h)).hexdigest() == digest for _, digest, h in stored)
    # 2: one effect for one record.
    assert len({record for record, _ in effects}) == len(effects)
    for terminal in world.terminals:
        # 1 and 6: whatever was said to be saved is on the hub once all is quiet.
        lost = terminal.saved - on_hub
        assert not lost, f"lost: {sorted(lost)}"
        assert terminal.ledger.read(outbox.pending) is None
        # 7: gap-free chains that verify.
        verified = terminal.ledger.read(journal.verify)
        assert verified.holds, verified
        _check_acknowledged(terminal, {digest for _, digest, _ in stored})
        _check_cases(world, terminal, dict(effects))


def _check_acknowledged(terminal: Terminal, hashes: set[str]) -> None:
    """3: acknowledged here means that the hub has the same bytes (branches lie apart)."""
    query = EntryRow.select(EntryRow.hash).where(
        EntryRow.acknowledged == True,  # noqa: E712
        EntryRow.state != "forked",
    )
    rows = terminal.ledger.read(lambda db: list(query.tuples().execute(db)))
    assert all(digest in hashes for (digest,) in rows)


def _check_cases(world: World, terminal: Terminal, effects: dict[str, str]) -> None:
    """9: both sides hold the same case, and accepted ones have their number."""
    for case_id in terminal.cases:
        mine = terminal.ledger.read(lambda db, case_id=case_id: aggregates.load(db, case_id))
        assert isinstance(mine, Case)
        assert all(effects.get(step.record_id) == "applied" for step in mine.history)
        if mine.accepted_at:
            assert mine.case_number, (case_id, mine.state)
