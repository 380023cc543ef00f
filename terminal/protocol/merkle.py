"""Merkle trees as in RFC 6962 and RFC 9162: hashing, proofs and their verification.

A tree never holds its own nodes: whoever keeps them hands in `Node`, which returns the hash of
a complete subtree, `(level, position)` covering the leaves from `position << level` on. What a
proof needs is listed first (`inclusion_plan`, `consistency_plan`), so that a store loads it in
one query. Leaves are hashed with 0x00 before them, nodes with 0x01: neither can pass for the
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from terminal.protocol.suites import STANDARD, Suite

Place = tuple[int, int]
"""A complete subtree: its level (0: a leaf) and its position among those of the level."""

Node = Callable[[Place], bytes]
"""Returns the hash of a complete subtree."""

Plan = list[list[Place]]
"""A proof before its hashes are known: for each step the complete subtrees to be folded."""


def leaf_hash(data: bytes, suite: Suite = STANDARD) -> bytes:
    """Return the hash of a leaf."""
    return suite.digest(b"\x00" + data)


def node_hash(left: bytes, right: bytes, suite: Suite = STANDARD) -> bytes:
    """Return the hash of a node from those of its children."""
    return suite.digest(b"\x01" + left + right)


def empty_root(suite: Suite = STANDARD) -> bytes:
    """Return the root of a tree without leaves."""
    return suite.digest(b"")


def grow(place: int, leaf: bytes, node: Node, suite: Suite = STANDARD) -> list[tuple[Place, bytes]]:
    """Return the nodes that become complete with the leaf at `place`, the leaf itself first.

    `leaf` is the leaf's hash. Over n leaves this makes fewer than 2 n nodes.
    """
    level, position, digest = 0, place, leaf
    made = [((level, position), digest)]
    while position & 1:
        digest = node_hash(node((level, position - 1)), digest, suite)
        level, position = level + 1, position >> 1
        made.append(((level, position), digest))
    return made


def peaks(low: int, high: int) -> list[Place]:
    """Return the complete subtrees that the leaves from `low` to before `high` consist of.

    `low` must be where a subtree of that size can begin, as it is for every part of a tree.
    """
    found: list[Place] = []
    while low < high:
        level = (high - low).bit_length() - 1
        found.append((level, low >> level))
        low += 1 << level
    return found


def fold(hashes: Sequence[bytes], suite: Suite = STANDARD) -> bytes:
    """Return the root over subtrees that stand side by side, the greater ones first."""
    if not hashes:
        return empty_root(suite)
    digest = hashes[-1]
    for left in reversed(hashes[:-1]):
        digest = node_hash(left, digest, suite)
    return digest


def root(size: int, node: Node, suite: Suite = STANDARD) -> bytes:
    """Return the root of the first `size` leaves."""
    return fold([node(place) for place in peaks(0, size)], suite)


def inclusion_plan(index: int, size: int) -> Plan:
    """Return what proves that leaf `index` is in the tree of `size`; from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    low, high, steps = 0, size, []
    while high - low > 1:
        middle = low + _half(high - low)
        if index < middle:
            steps.append(peaks(middle, high))
            high = middle
        else:
            steps.append(peaks(low, middle))
            low = middle
    return steps[::-1]


def consistency_plan(old: int, new: int) -> Plan:
    """Return what proves that the tree of size `new` begins with the one of size `old`.

    Nothing has to be shown for an empty tree or for the same one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not begin with one of {old}")
    if old in (0, new):
        return []
    low, high, whole, steps = 0, new, True, []
    while old != high:
        middle = low + _half(high - low)
        if old <= middle:
            steps.append(peaks(middle, high))
            high = middle
        else:
            steps.append(peaks(low, middle))
            low, whole = middle, False
    if not whole:
        steps.append(peaks(low, high))
    return steps[::-1]


def filled(plan: Plan, node: Node, suite: Suite = STANDARD) -> tuple[bytes, ...]:
    """Return the proof of a plan."""
    return tuple(fold([node(place) for place in step], suite) for step in plan)


def includes(
    leaf: bytes,
    index: int,
    size: int,
    proof: Sequence[bytes],
    root_hash: bytes,
    suite: Suite = STANDARD,
) -> bool:
    """Say whether a proof shows that leaf `index` has the hash `leaf` (RFC 9162, 2.1.3)."""
    if not 0 <= index < size:
        return False
    place, last, digest = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            digest = node_hash(step, digest, suite)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            digest = node_hash(digest, step, suite)
        place, last = place >> 1, last >> 1
    return last == 0 and digest == root_hash


def continues(
    old: int,
    new: int,
    old_root: bytes,
    new_root: bytes,
    proof: Sequence[bytes],
    suite: Suite = STANDARD,
) -> bool:
    """Say whether a proof shows that the newer tree begins with the older one (RFC 9162, 2.1.4)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        same = old_root == (new_root if old == new else empty_root(suite))
        return same and not proof
    steps = list(proof)
    if old & (old - 1) == 0:
        # The older tree is a subtree itself: its root is where the proof begins.
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before = node_hash(step, before, suite)
            after = node_hash(step, after, suite)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, step, suite)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def all_places(plans: Iterable[Plan]) -> set[Place]:
    """Return every subtree that these plans ask for."""
    return {place for plan in plans for step in plan for place in step}


def _half(count: int) -> int:
    """Return the greatest power of two below `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)
