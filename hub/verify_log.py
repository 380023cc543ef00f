"""Checks the log of ratings from its first leaf: nothing stored is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from hub.hub import Hub
from hub.store import trees
from hub.store.trees import Leaf
from hub.tree import problem_of
from terminal.protocol import merkle, tree
from terminal.protocol.entry import short_hash
from terminal.protocol.merkle import Place
from terminal.protocol.suites import STANDARD
from terminal.protocol.tree import SignedHead

if TYPE_CHECKING:
    from terminal.cli.base import Console

PAGE = 2_000


class LogVerification(msgspec.Struct, frozen=True):
    """What came of it: `bad_leaf` counts from 1 and is 0 for what is no leaf.

    `ratings` are the leaves that are ratings, `waiting` those that are still to be sealed,
    `doubts` the terminals whose own journal says something else.
    """

    leaves: int = 0
    ratings: int = 0
    heads: int = 0
    logs: int = 0
    waiting: int = 0
    doubts: tuple[str, ...] = ()
    root: str = ""
    bad_leaf: int = 0
    bad_entry: str = ""
    code: str = ""

    @property
    def holds(self) -> bool:
        """Whether everything is as it was given."""
        return not self.code


class _Broken(Exception):
    def __init__(self, code: str, leaf: int = 0, entry: str = "") -> None:
        super().__init__(code)
        self.code, self.leaf, self.entry = code, leaf, entry


def verify(hub: Hub) -> LogVerification:
    """Recompute the whole tree from the entries; name the first leaf that does not hold.

    Compared are each rating's bytes with its hash and with what figures are made of, each
    stored subtree, and each head that was signed.
    """
    with hub.store.reading() as database:
        return _Walk(hub, database).run()


def tell(found: LogVerification, console: Console) -> int:
    """Say what came of it; 1 when the log does not hold."""
    if console.json:
        fields = {name: getattr(found, name) for name in found.__struct_fields__}
        console.emit({"holds": found.holds, **fields})
    elif found.holds:
        console.say(
            "rating_log.cli.holds",
            ratings=found.ratings,
            leaves=found.leaves,
            root=short_hash(found.root),
        )
        if found.waiting:
            console.say("rating_log.cli.waiting", waiting=found.waiting)
    if found.doubts:
        names = ", ".join(found.doubts)
        console.note("rating_log.cli.doubts", count=len(found.doubts), terminals=names)
    if found.holds:
        return 0
    reason = console.texts(f"{found.code}.message")
    short = short_hash(found.bad_entry) if found.bad_entry else "–"
    key = "rating_log.cli.broken_leaf" if found.bad_leaf else "rating_log.cli.broken"
    console.note(key, leaf=found.bad_leaf, short=short, reason=reason)
    return 1


class _Walk:
    """One pass over the leaves in their order."""

    def __init__(self, hub: Hub, database: Any) -> None:
        self._key = hub.keys.public
        self._db = database
        self._size = self._ratings = self._heads = self._nodes = 0
        self._logs: set[str] = set()
        self._peaks: dict[Place, bytes] = {}

    def run(self) -> LogVerification:
        broken: _Broken | None = None
        try:
            self._go()
        except _Broken as found:
            broken = found
        return LogVerification(
            leaves=self._size,
            ratings=self._ratings,
            heads=self._heads,
            logs=len(self._logs),
            waiting=trees.count_waiting(self._db),
            doubts=tuple(dict.fromkeys(one.terminal for one in trees.doubts(self._db))),
            root=self._root(),
            bad_leaf=broken.leaf if broken else 0,
            bad_entry=broken.entry if broken else "",
            code=broken.code if broken else "",
        )

    def _go(self) -> None:
        self._check_heads(0, trees.heads(self._db, 0, 0))
        while page := trees.leaves(self._db, self._size, PAGE):
            self._take(page)
        newest = tree.decode_head(trees.newest_head(self._db))
        if newest is not None and newest.size != self._size:
            # Leaves of the end are gone, or were added without a head.
            raise _Broken("rating_log.leaf_missing", min(newest.size, self._size) + 1)
        if trees.count_nodes(self._db) != self._nodes:
            raise _Broken("rating_log.node_differs")
        lost = trees.first_unlogged(self._db)
        if lost:
            raise _Broken("rating_log.not_logged", 0, lost)

    def _take(self, page: list[Leaf]) -> None:
        kept = trees.kept_by_hash(self._db, [leaf.leaf for leaf in page if not leaf.opening])
        heads: dict[int, list[SignedHead]] = {}
        for size, signed in trees.heads(self._db, self._size + 1, page[-1].position + 1):
            heads.setdefault(size, []).append(signed)
        expected = self._expected(page)
        for leaf in page:
            number = self._size + 1
            if leaf.position != self._size:
                raise _Broken("rating_log.leaf_missing", number)
            if leaf.opening:
                self._check_opening(leaf, number)
            else:
                found = kept.get(leaf.leaf)
                if found is None:
                    raise _Broken("rating_log.entry_missing", number, leaf.leaf)
                problem = problem_of(found, leaf.leaf)
                if problem:
                    raise _Broken(problem, number, leaf.leaf)
            self._grow(leaf, number, expected)
            self._ratings += not leaf.opening
            self._check_heads(number, [(number, one) for one in heads.get(number, ())])

    def _expected(self, page: list[Leaf]) -> dict[Place, bytes]:
        """Return the stored subtrees that end within this page."""
        places = [
            (level, position >> level)
            for position in range(self._size, page[-1].position + 1)
            for level in range(1, ((position + 1) & -(position + 1)).bit_length())
        ]
        return trees.load_nodes(self._db, places)

    def _check_opening(self, leaf: Leaf, number: int) -> None:
        if STANDARD.digest(leaf.opening).hex() != leaf.leaf:
            raise _Broken("rating_log.opening_differs", number)

    def _grow(self, leaf: Leaf, number: int, expected: dict[Place, bytes]) -> None:
        digest = merkle.leaf_hash(bytes.fromhex(leaf.leaf))
        grown = merkle.grow(self._size, digest, self._peaks.__getitem__)
        for place, node in grown[1:]:
            self._nodes += 1
            if expected.get(place) != node:
                raise _Broken("rating_log.node_differs", number, leaf.leaf)
        self._peaks.update(grown)
        self._size += 1
        self._peaks = {place: self._peaks[place] for place in merkle.peaks(0, self._size)}

    def _root(self) -> str:
        return merkle.root(self._size, self._peaks.__getitem__).hex()

    def _check_heads(self, number: int, heads: list[tuple[int, SignedHead]]) -> None:
        for size, signed in heads:
            head = tree.read_head(signed, self._key)
            if head is None or head.size != size or head.root != self._root():
                raise _Broken("rating_log.head_differs", number)
            self._heads += 1
            self._logs.add(head.log)
