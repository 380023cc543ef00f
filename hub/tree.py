"""The log of ratings: sealed by one process at a time, told to terminals with proofs.

Every applied rating becomes a leaf, in an order without gaps, seconds after it was judged and
never on the way of storing. A hub that was restored from a backup sees it by a head that it
signed itself and that does not fit its tree: then it opens a new log behind what it has, in the
open, and takes the ratings that terminals give back as further leaves (docs/ratings.md).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from hub import journal
from hub.hub import Hub
from hub.store import entries, people, trees
from hub.store.entries import Stored
from hub.store.people import TerminalData
from hub.store.trees import KeptRating, Leaf
from terminal.domain.records import RatingGiven, Record
from terminal.protocol import entry as protocol
from terminal.protocol import merkle, tree
from terminal.protocol.entry import EntryError, short_hash
from terminal.protocol.merkle import Place
from terminal.protocol.suites import STANDARD
from terminal.protocol.tree import (
    MAX_WANTED,
    Claim,
    Inclusion,
    Opening,
    SignedHead,
    TreeAnswer,
    TreeHead,
    TreeRequest,
)
from terminal.protocol.wire import PROTOCOL_VERSION

log = logging.getLogger(__name__)

SEAL_SECONDS = 2.0
PAGE = 2_000
MAX_CLAIMS = 100
_TURN = "#rating-log"
"""The lease under which a log is sealed; no hall has such an id."""
_EPOCH = "rating_log_epoch"
_NO_HASH = bytes(32)


class Standing(msgspec.Struct, frozen=True):
    """Where a rating stands in the log: `number` counts from 1; `root` is the head's, short."""

    number: int
    size: int
    root: str


def seal(hub: Hub) -> int:
    """Append the ratings that wait to the log, sign its new head; returns how many it took.

    One process at a time does it; whoever does not get the lease leaves word.
    """
    with hub.store.reading() as database:
        if not trees.any_unsealed(database):
            return 0
    done = 0
    with hub.store.turn(_TURN) as turn:
        while turn.take():
            count = _seal_page(hub)
            done += count
            if count < PAGE and turn.give_back():
                break
    return done


def _seal_page(hub: Hub) -> int:
    """Seal a page in one transaction: leaves, subtrees, head and marks come together or not."""
    with hub.store.writing() as database:
        trees.lock_log(database)
        head = _current(hub, database)
        found = trees.unsealed(database, PAGE)
        new = [one.entry_hash for one in found if not one.known]
        if new:
            _append(hub, database, head, [Leaf(0, digest) for digest in new])
        trees.mark_sealed(database, [one.rating_id for one in found])
    return len(found)


def _append(hub: Hub, database: Any, head: TreeHead, leaves: Sequence[Leaf]) -> TreeHead:
    """Append leaves behind a head and sign the new one, of the same log."""
    nodes = trees.load_nodes(database, merkle.peaks(0, head.size))
    made: list[tuple[Place, bytes]] = []
    placed: list[Leaf] = []
    for position, leaf in enumerate(leaves, start=head.size):
        digest = merkle.leaf_hash(bytes.fromhex(leaf.leaf))
        grown = merkle.grow(position, digest, nodes.__getitem__)
        nodes.update(grown)
        made += grown
        placed.append(msgspec.structs.replace(leaf, position=position))
    size = head.size + len(placed)
    trees.add_leaves(database, placed, made, hub.now())
    root = merkle.root(size, nodes.__getitem__)
    return _sign(hub, database, tree.make_head(head.log, head.number, size, root, hub.now()))


def _sign(hub: Hub, database: Any, head: TreeHead) -> TreeHead:
    signed = tree.sign_head(head, hub.keys.signing)
    trees.add_head(database, head.size, head.log, head.number, head.time, signed)
    return head


def _current(hub: Hub, database: Any) -> TreeHead:
    """Return the newest head, inside the log's lock; the first one is made here.

    The hub's own journal in another epoch than when the log was opened means that the hub
    was restored: the log is opened anew before anything is added to it.
    """
    epoch = journal.epoch(database)
    head = tree.decode_head(trees.newest_head(database))
    if head is None:
        people.set_fact(database, _EPOCH, epoch)
        name = hub.randomness.uuid7()
        return _sign(hub, database, tree.make_head(name, 1, 0, merkle.empty_root(), hub.now()))
    known = people.fact(database, _EPOCH)
    if known != epoch:
        people.set_fact(database, _EPOCH, epoch)
        if known:
            return _open_anew(hub, database, head, head.number + 1, "epoch", None)
    return head


def _open_anew(
    hub: Hub, database: Any, head: TreeHead, number: int, reason: str, last: SignedHead | None
) -> TreeHead:
    name = hub.randomness.uuid7()
    body = tree.make_opening(name, number, head, reason, hub.now(), last)
    log.warning("the log of ratings is opened anew behind %s leaves: %s", head.size, reason)
    opened = msgspec.structs.replace(head, log=name, number=number)
    leaf = Leaf(0, STANDARD.digest(body).hex(), body)
    return _append(hub, database, opened, [leaf])


def answer(hub: Hub, terminal: TerminalData, request: TreeRequest) -> TreeAnswer:
    """Return the newest head with what the terminal wants proved."""
    if request.protocol != PROTOCOL_VERSION:
        return refusal(hub, "hub.unknown_protocol", terminal.id, request.nonce)
    if len(request.wanted) > MAX_WANTED or len(request.claims) > MAX_CLAIMS:
        return refusal(hub, "hub.batch_too_large", terminal.id, request.nonce)
    seal(hub)
    with hub.store.reading() as database:
        signed = trees.newest_head(database)
        stale = _is_stale(hub, database, signed, request.known)
    if stale:
        signed = _heal(hub, request.known)
    differing = _compare(hub, terminal, request.claims)
    with hub.store.reading() as database:
        head = tree.decode_head(signed)
        assert head is not None
        return _prove(hub, database, terminal, request, signed, head, differing)


def refusal(hub: Hub, code: str, terminal_id: str, nonce: bytes) -> TreeAnswer:
    """Return the answer that says nothing of the log."""
    return TreeAnswer(PROTOCOL_VERSION, nonce, terminal_id, hub.now(), refusal=code)


def _is_stale(hub: Hub, database: Any, signed: SignedHead | None, shown: SignedHead | None) -> bool:
    """Say whether the newest head must be made first: there is none, or it is an old one.

    `shown` is what a terminal remembers. Signed by this hub and not what this hub has, it
    proves that the hub was restored from a backup.
    """
    head = tree.decode_head(signed)
    if head is None or people.fact(database, _EPOCH) != journal.epoch(database):
        return True
    known = tree.read_head(shown, hub.keys.public)
    return known is not None and not _fits(database, head, known)


def _fits(database: Any, head: TreeHead, known: TreeHead) -> bool:
    if known.number != head.number:
        return known.number < head.number
    if known.log != head.log or known.size > head.size:
        return False
    places = merkle.peaks(0, known.size)
    nodes = trees.load_nodes(database, places)
    if len(nodes) < len(places):
        # Nodes are missing: this is no restored hub but a damaged one, and nothing to heal.
        return True
    return merkle.root(known.size, nodes.__getitem__).hex() == known.root or not _whole(
        database, head
    )


def _whole(database: Any, head: TreeHead) -> bool:
    """Say whether the kept subtrees still make the root that was signed for them."""
    places = merkle.peaks(0, head.size)
    nodes = trees.load_nodes(database, places)
    if len(nodes) < len(places):
        return False
    return merkle.root(head.size, nodes.__getitem__).hex() == head.root


def _heal(hub: Hub, shown: SignedHead | None) -> SignedHead | None:
    """Make the newest head, opening the log anew where that is the honest thing to say."""
    with hub.store.writing() as database:
        trees.lock_log(database)
        head = _current(hub, database)
        known = tree.read_head(shown, hub.keys.public)
        if known is not None and not _fits(database, head, known):
            number = max(head.number, known.number) + 1
            _open_anew(hub, database, head, number, "restored", shown)
        return trees.newest_head(database)


def _prove(
    hub: Hub,
    database: Any,
    terminal: TerminalData,
    request: TreeRequest,
    signed: SignedHead | None,
    head: TreeHead,
    differing: tuple[str, ...],
) -> TreeAnswer:
    """Plan every proof, load what they need in one go, and fill them."""
    since = request.since if 0 <= request.since <= head.size else 0
    consistency = merkle.consistency_plan(since, head.size)
    found = _places_of(database, terminal, request.wanted)
    found = {wanted: one for wanted, one in found.items() if one[0] < head.size}
    plans = {wanted: merkle.inclusion_plan(one[0], head.size) for wanted, one in found.items()}
    opening, opening_plan = _opening(database, head)
    nodes = trees.load_nodes(
        database, merkle.all_places([consistency, opening_plan, *plans.values()])
    )

    def node(place: Place) -> bytes:
        # What was deleted from the store cannot be proved, and the terminal is to see that.
        return nodes.get(place, _NO_HASH)

    return TreeAnswer(
        PROTOCOL_VERSION,
        request.nonce,
        terminal.id,
        hub.now(),
        head=signed,
        consistency=merkle.filled(consistency, node),
        inclusions=tuple(
            Inclusion(wanted, index, merkle.filled(plans[wanted], node), header)
            for wanted, (index, header) in found.items()
        ),
        opening=opening,
        opening_proof=merkle.filled(opening_plan, node),
        differing=differing,
    )


def _opening(database: Any, head: TreeHead) -> tuple[bytes, merkle.Plan]:
    """Return the statement that opened the head's log, and the plan of its proof."""
    if head.number == 1:
        return b"", []
    for leaf in trees.openings(database):
        opening = msgspec.msgpack.decode(leaf.opening, type=Opening)
        if opening.log == head.log and leaf.position < head.size:
            return leaf.opening, merkle.inclusion_plan(leaf.position, head.size)
    return b"", []


def _places_of(
    database: Any, terminal: TerminalData, wanted: Sequence[str]
) -> dict[str, tuple[int, bytes]]:
    """Return place, and where it differs the logged entry's header, of a terminal's ratings."""
    places = trees.positions(database, wanted)
    found = {digest: (place, b"") for digest, place in places.items()}
    for digest in wanted:
        if digest in found:
            continue
        # Written again in a later epoch: the record's first entry is the one in the log.
        stored = entries.entry_by_hash(database, digest)
        effect = entries.effect_of(database, stored.record_id) if stored else None
        first = entries.entry_by_hash(database, effect.entry_hash) if effect else None
        if first is not None and first.origin == terminal.id:
            place = trees.positions(database, [first.entry.hash]).get(first.entry.hash)
            if place is not None:
                found[digest] = (place, first.entry.header)
    return found


def _compare(hub: Hub, terminal: TerminalData, claims: Sequence[Claim]) -> tuple[str, ...]:
    """Return the epochs in which this terminal's ratings are not those that are stored here.

    Both sides leave out nothing and count what does not fit its hash as zeros: whichever side
    was edited, the other one hears of it. An epoch that has not arrived up to the named place
    (a restored hub) is not compared.
    """
    differing: list[str] = []
    agreed: list[str] = []
    ours: dict[str, str] = {}
    with hub.store.reading() as database:
        doubted = {(one.terminal, one.epoch) for one in trees.doubts(database)}
        for claim in claims:
            if entries.chain_end(database, terminal.id, claim.epoch).seq < claim.last_seq:
                continue
            kept = trees.kept_of_terminal(database, terminal.id, claim.epoch, claim.last_seq)
            ours[claim.epoch] = tree.claim_digest([_claimed(one) for one in kept])
            if (len(kept), ours[claim.epoch]) != (claim.count, claim.digest):
                differing.append(claim.epoch)
            elif (terminal.id, claim.epoch) in doubted:
                agreed.append(claim.epoch)
    if differing or agreed:
        now = hub.now()
        with hub.store.writing() as database:
            for claim in claims:
                if claim.epoch in differing:
                    trees.put_doubt(
                        database, terminal.id, claim.epoch, claim.last_seq, claim.digest,
                        ours[claim.epoch], now,
                    )  # fmt: skip
            for epoch in agreed:
                trees.drop_doubt(database, terminal.id, epoch)
    return tuple(differing)


def _claimed(kept: KeptRating) -> bytes:
    return _NO_HASH if problem_of(kept, kept.entry.hash) else bytes.fromhex(kept.entry.hash)


def problem_of(kept: KeptRating, digest: str) -> str:
    """Return what is wrong with a stored rating, or ''.

    Its bytes must have the hash, its payload must be here and fit, and what pages and figures
    are made of must say the same.
    """
    try:
        header = protocol.check(msgspec.structs.replace(kept.entry, hash=digest))
        record = protocol.to_record(kept.entry, header)
    except EntryError as error:
        return error.code
    if kept.effect != "applied":
        # Refused, held or a second entry of its record: no figure is made of it.
        return "rating_log.no_rating" if kept.logged else ""
    if not isinstance(record, Record) or not isinstance(record.body, RatingGiven):
        return "rating_log.no_rating"
    said = _said(kept.body)
    given = record.body
    if kept.grade != given.grade or said != (given.grade, given.reasons, given.comment):
        return "rating_log.figures_differ"
    return ""


class _Said(msgspec.Struct, frozen=True):
    grade: int
    reasons: tuple[str, ...]
    comment: str


def _said(body: bytes | None) -> tuple[int, tuple[str, ...], str] | None:
    try:
        said = msgspec.json.decode(body or b"", type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return said.grade, said.reasons, said.comment


def place_of(database: Any, digest: str) -> Standing | None:
    """Return where an entry stands in the log, or None before it is sealed."""
    found = trees.positions(database, [digest])
    head = tree.decode_head(trees.newest_head(database))
    if digest not in found or head is None or found[digest] >= head.size:
        return None
    return Standing(found[digest] + 1, head.size, short_hash(head.root))


def place_of_record(database: Any, stored: Stored) -> Standing | None:
    """Return where a rating stands whose entry was written again in a later epoch, too."""
    standing = place_of(database, stored.entry.hash)
    if standing is None:
        effect = entries.effect_of(database, stored.record_id)
        standing = place_of(database, effect.entry_hash) if effect else None
    return standing
