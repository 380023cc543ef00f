"""The fourteen invariants, each a function of its number; 6 is held in `settle` and `pace`.

`check_step` is called after every step that may have moved something, `check_end` when all is
quiet. An assertion begins with the number of its invariant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from hub.restore import missing
from hub.store import incidents, projections
from hub.store.tables import ConflictRow, EffectRow, FeedHead, FeedLine, ForkRow
from hub.store.tables import EntryRow as HubEntry
from terminal.domain.case import Case, CaseState
from terminal.domain.parties import Party
from terminal.domain.records import HUB_ORIGIN
from terminal.domain.wiping import is_wiped, wiped
from terminal.protocol.entry import GENESIS, decode_header, short_hash
from terminal.protocol.wire import policy_feed, progress_feed
from terminal.store import aggregates, feeds, journal
from terminal.store.statements import rows, sql_of
from terminal.store.tables.ledger import CursorRow, EntryRow
from tests.simulation.template import HALL
from tests.simulation.terminal import Terminal
from tests.simulation.world import World

PERSON = Party(name="张三丰", identity_number="210211198505041234")
PERSONAL = (PERSON.name.encode(), PERSON.identity_number.encode())
"""What no file may hold in the clear."""
_HELD = frozenset({"hub.blob_missing", "journal.base_missing", "journal.unknown_kind"})
_WIPED = frozenset({"hub.payload_missing", "hub.record_missing"})
"""What a hub waits for in vain that was put back further than the retention time."""
_FINAL = frozenset({"applied", "refused", "conflict"})


_AT_HUB = sql_of(
    HubEntry.select(
        HubEntry.record_id, HubEntry.hash, HubEntry.header, HubEntry.payload, HubEntry.origin,
        HubEntry.epoch, HubEntry.seq,
    ).order_by(HubEntry.origin, HubEntry.epoch, HubEntry.seq)
)  # fmt: skip
_FORKS = sql_of(ForkRow.select(ForkRow.hash, ForkRow.header))
_EFFECTS = sql_of(EffectRow.select(EffectRow.record_id, EffectRow.effect, EffectRow.code))
_TWICE = sql_of(ConflictRow.select(ConflictRow.record_id).where(ConflictRow.code == ""))
_AT_TERMINAL = sql_of(
    EntryRow.select(
        EntryRow.record_id, EntryRow.hash, EntryRow.header, EntryRow.payload, EntryRow.epoch,
        EntryRow.seq, EntryRow.acknowledged, EntryRow.state,
    ).order_by(EntryRow.id)
)  # fmt: skip


class AtHub:
    """What the hub's database says, read once."""

    def __init__(self, world: World) -> None:
        with world.hub.store.reading() as database:
            self.entries = rows(database, _AT_HUB)
            branches = rows(database, _FORKS)
            self.effect_rows = rows(database, _EFFECTS)
            self.twice = {record for (record,) in rows(database, _TWICE, "hub.record_twice")}
        self.hashes = {row[1] for row in self.entries}
        self.branches = {digest for digest, _ in branches}
        self.records = {row[0] for row in self.entries}
        self.records |= {decode_header(bytes(header)).record_id for _, header in branches}
        self.effects = {record: effect for record, effect, _ in self.effect_rows}
        self.codes = {record: code for record, _, code in self.effect_rows}


class AtTerminal:
    """What a ledger says, read in one snapshot."""

    def __init__(self, terminal: Terminal) -> None:
        self.entries = terminal.ledger.read(lambda db: rows(db, _AT_TERMINAL))
        self.records = {row[0] for row in self.entries}
        self.hashes = {row[1] for row in self.entries}


def _rows(database: Any, query: Any) -> list[tuple[Any, ...]]:
    return list(query.tuples().execute(database))


def check_step(world: World, terminal: Terminal) -> None:
    """Check what must hold at every step for the terminal that moved."""
    if world.line is None:
        return
    hub, here = AtHub(world), AtTerminal(terminal)
    no_loss(terminal, hub, here)
    no_double(world, hub)
    if not world.restored:
        # A terminal learns of a restored hub at its next request.
        acknowledged_means_stored(terminal, hub, here)
    forks_keep_both_branches(world, hub)


def check_end(world: World) -> None:
    """Check all that can be seen when everything is quiet."""
    hub = AtHub(world)
    no_double(world, hub)
    forks_keep_both_branches(world, hub)
    chains_are_whole(world, hub)
    stored_bytes_are_the_hashed_bytes(hub.entries)
    nothing_of_the_hub_is_lost(world, hub)
    numbers_are_given_once(world)
    for terminal in world.terminals:
        here = AtTerminal(terminal)
        everything_arrived(terminal, hub)
        acknowledged_means_stored(terminal, hub, here)
        printed_means_durable(terminal, hub, here)
        healthy_entries_arrive(terminal, hub, here)
        terminal_chain_verifies(terminal)
        stored_bytes_are_the_hashed_bytes(here.entries)
        sets_are_the_hubs(world, terminal)
        cases_agree(world, terminal, hub)
        no_personal_data_in_files(terminal)


def no_loss(terminal: Terminal, hub: AtHub, here: AtTerminal) -> None:
    """1: an entry whose local commit returned is on the terminal or on the hub."""
    lost = terminal.saved - here.records - hub.records
    assert not lost, f"1: lost at {terminal.name}: {sorted(lost)[:3]}"


def everything_arrived(terminal: Terminal, hub: AtHub) -> None:
    """1 and 6: once all is quiet, whatever was said to be saved is on the hub."""
    lost = terminal.saved - hub.records
    assert not lost, f"1: never arrived from {terminal.name}: {sorted(lost)[:3]}"
    assert not terminal.waits(), f"6: {terminal.name} still waits"


def nothing_of_the_hub_is_lost(world: World, hub: AtHub) -> None:
    """1: the hub's own entries are there after a restore, or named as missing.

    What it told nobody, nobody can name; the first entry of an epoch only opens it.
    """
    known: dict[str, int] = {}
    for terminal in world.terminals:
        for epoch, seq in terminal.knew.items():
            known[epoch] = max(seq, known.get(epoch, 0))
    with world.hub.store.reading() as database:
        gaps = [one for one in missing(database) if one.kind == "gap"]
    for record, (epoch, seq) in world.own_acts.items():
        untold = world.restored and (seq == 1 or seq > known.get(epoch, 0))
        if record in hub.records or untold:
            continue
        named = any(one.epoch == epoch and one.first <= seq <= one.last for one in gaps)
        assert named, f"1: the hub lost {record} at {seq} and does not say so"


def no_double(world: World, hub: AtHub) -> None:
    """2: one effect for one record, and a final one for ever."""
    assert len(hub.effects) == len(hub.effect_rows), "2: two effects of one record"
    for record, effect in world.effects.items():
        assert hub.effects.get(record) == effect, f"2: {record} was {effect}"
    world.effects = {r: effect for r, effect in hub.effects.items() if effect in _FINAL}


def numbers_are_given_once(world: World) -> None:
    """2: no two cases have one receipt number or one case number."""
    with world.hub.store.reading() as database:
        cases = projections.cases(database, None, tuple(CaseState))
        named = {one.number for one in missing(database) if one.kind == "number"}
    for numbers in (
        [one.receipt_number for one in cases],
        [one.case_number for one in cases if one.case_number not in ("", *named)],
    ):
        assert len(set(numbers)) == len(numbers), "2: a number was given twice"
    for one in cases:
        records = [step.record_id for step in one.history]
        assert len(set(records)) == len(records), "2: a step was taken twice"


def acknowledged_means_stored(terminal: Terminal, hub: AtHub, here: AtTerminal) -> None:
    """3: acknowledged here means that the hub has the same bytes (branches lie apart)."""
    for record, digest, _, _, _, _, acknowledged, state in here.entries:
        if acknowledged and state != "forked":
            assert digest in hub.hashes, f"3: {terminal.name} believes {record} is stored"


def printed_means_durable(terminal: Terminal, hub: AtHub, here: AtTerminal) -> None:
    """4: what is on paper is durable, its hash verifies, and no job came out twice."""
    known = here.hashes | hub.hashes | hub.branches
    shorts = {short_hash(digest) for digest in known}
    for paper in (*terminal.papers, *terminal.old_papers):
        assert paper.record_id in here.records | hub.records, f"4: printed, lost: {paper}"
        assert not paper.hash or short_hash(paper.hash) in shorts, f"4: hash differs: {paper}"
    jobs = [paper.job for paper in terminal.papers]
    assert len(set(jobs)) == len(jobs), "4: printed twice by itself"


def healthy_entries_arrive(terminal: Terminal, hub: AtHub, here: AtTerminal) -> None:
    """5: what waits for nothing is judged, whatever lies before it; a scan refuses nothing.

    10: no clock refuses anything. 12: what a failing disk interrupted is whole.
    """
    for record, _, header, _, _, _, _, state in here.entries:
        if state == "forked":
            continue
        effect, code = hub.effects.get(record, ""), hub.codes.get(record, "")
        kind = decode_header(bytes(header)).kind
        if effect == "held":
            if terminal.world.restored and terminal.world.wiped and code in _WIPED:
                continue
            assert code in _HELD, f"5: {kind} held: {code}"
            gone = terminal.lost_somewhere() or (terminal.world.restored and terminal.world.wiped)
            assert code != "hub.blob_missing" or gone, f"5: {kind} forgotten"
        elif effect == "refused":
            assert code == "hub.base_without_effect", f"5: {kind} refused: {code}"
        else:
            assert effect in ("applied", "conflict"), f"5: {kind} was never judged"
        assert state in (effect, "acknowledged"), f"9: {kind} is {effect}, not {state}"


def chains_are_whole(world: World, hub: AtHub) -> None:
    """7: on the hub each epoch is a chain without gaps, and records keep their order."""
    ends: dict[tuple[str, str], tuple[int, str]] = {}
    with world.hub.store.reading() as database:
        ended = {(HUB_ORIGIN, one.epoch) for one in incidents.all_of(database)}
    for record, digest, header_bytes, _, origin, epoch, seq in hub.entries:
        header = decode_header(bytes(header_bytes))
        last, before = ends.get((origin, epoch), (0, GENESIS))
        if (origin, epoch) in ended:
            # Its end was lost with a hub that was put back, and what came back stands there.
            last, before = seq - 1, header.prev_hash
        assert seq == header.seq == last + 1, f"7: a gap before {record}"
        assert header.prev_hash == before, f"7: the chain breaks at {record}"
        ends[origin, epoch] = (seq, digest)


def terminal_chain_verifies(terminal: Terminal) -> None:
    """7 and 8: the terminal's own chain verifies, before and after a wipe."""
    verified = terminal.ledger.read(journal.verify)
    assert verified.holds, f"7: {verified}"


def forks_keep_both_branches(world: World, hub: AtHub) -> None:
    """7: whatever the hub said it keeps is there, in a chain or as a branch."""
    gone = world.told - hub.hashes - hub.branches
    assert not gone, f"7: the hub lost {len(gone)} entries of which it had told"


def sets_are_the_hubs(world: World, terminal: Terminal) -> None:
    """9: policy data and keys are the hub's, and no cursor is ahead of its rows."""
    feed = policy_feed(HALL.id)
    with world.hub.store.reading() as database:
        lines = FeedLine.select(FeedLine.key, FeedLine.body).where(FeedLine.feed == feed)
        expected: dict[str, bytes] = {}
        for key, body in lines.order_by(FeedLine.position).tuples().execute(database):
            expected.pop(key, None)
            if body is not None:
                expected[key] = bytes(body)
        names = (feed, progress_feed(terminal.keys.terminal_id))
        heads = FeedHead.select(FeedHead.name, FeedHead.position, FeedHead.hash).where(
            FeedHead.name.in_(names)
        )
        ends = {name: (position, digest) for name, position, digest in _rows(database, heads)}
    keys = [f"holiday/{number}" for number in range(3)]
    keys += [f"terminal/{one.keys.terminal_id}" for one in world.terminals]
    read = terminal.ledger.read
    here = {key: read(lambda db, key=key: feeds.policy(db, key)) for key in keys}
    found = {key: body for key, body in here.items() if body is not None}
    assert found == {key: expected[key] for key in keys if key in expected}, (
        f"9: {terminal.name} has another policy"
    )
    cursors = CursorRow.select(CursorRow.feed, CursorRow.position, CursorRow.row_hash)
    stands = terminal.ledger.read(lambda db: _rows(db, cursors))
    for name, position, digest in stands:
        if name in ends:
            assert (position, digest) == ends[name], f"9: cursor of {name} is elsewhere"


def cases_agree(world: World, terminal: Terminal, hub: AtHub) -> None:
    """9: a case of which nothing is held is the same on both sides, conflicts or not.

    Also in the order of its steps. A case that was wiped here goes on without what its first steps
    said of persons. Where payloads were wiped before a restore, who took a case over by such a
    paper is sent nothing of it, and a step that the hub has written anew stays what it was told
    first.
    """
    twins = sum(other.number == terminal.number for other in world.terminals)
    disputed: set[str] = set()
    held: set[str] = set()
    for _, _, header_bytes, _, origin, _, _ in hub.entries:
        header = decode_header(bytes(header_bytes))
        mine_too = origin == terminal.keys.terminal_id
        settled = hub.effects.get(header.record_id) in _FINAL
        if not settled and mine_too and hub.codes.get(header.record_id) in _WIPED:
            held.add(header.aggregate_id)
        if not settled or (twins > 1 and mine_too):
            disputed.add(header.aggregate_id)
    wiped_before = world.restored and world.wiped
    for case_id in set(terminal.cases) - disputed:
        mine = terminal.ledger.read(lambda db, name=case_id: aggregates.load(db, name))
        with world.hub.store.reading() as database:
            theirs = projections.load(database, case_id)
        if mine is None and any(paper.startswith(case_id) for paper in held):
            continue
        again = isinstance(mine, Case) and any(s.record_id in hub.twice for s in mine.history)
        if wiped_before and again:
            continue
        same = mine == theirs or _same_without_persons(mine, theirs)
        assert same, f"9: {terminal.name} sees another {case_id}: {differs(mine, theirs)}"
        if isinstance(theirs, Case) and theirs.accepted_at:
            assert theirs.case_number, f"9: {case_id} has no number"


def _same_without_persons(mine: Any, theirs: Any) -> bool:
    """Whether a case that was wiped here is the hub's in all that wiping leaves."""
    both = isinstance(mine, Case) and isinstance(theirs, Case)
    return both and is_wiped(mine) and wiped(mine) == wiped(theirs)


def differs(mine: Any, theirs: Any) -> str:
    """Name the fields in which two aggregates differ."""
    if mine is None or theirs is None:
        return f"{mine is not None} here, {theirs is not None} there"
    one, other = msgspec.structs.asdict(mine), msgspec.structs.asdict(theirs)
    return ", ".join(name for name in one if one[name] != other.get(name))


def no_personal_data_in_files(terminal: Terminal) -> None:
    """13: without the key no file of the terminal says who came."""
    for path in sorted(terminal.folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            assert not any(mark in data for mark in PERSONAL), f"13: {path.name} names a person"


def stored_bytes_are_the_hashed_bytes(entries: Iterable[tuple[Any, ...]]) -> None:
    """14: header and payload that are stored have the hashes under which they are known."""
    for record, digest, header_bytes, payload, *_ in entries:
        data = bytes(header_bytes)
        assert hashlib.sha256(data).hexdigest() == digest, f"14: header of {record}"
        if payload is not None:
            hashed = hashlib.sha256(bytes(payload)).hexdigest()
            assert hashed == decode_header(data).payload_hash, f"14: payload of {record}"
