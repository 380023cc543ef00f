"""The log of ratings in the store: leaves, complete subtrees, signed heads, what differs.

A node's number is `position << 6 | level`; level 0 is not kept, it is the hash of the leaf.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from peewee import Database

from hub.store.rating_tables import RatingDoubtRow, RatingHeadRow, RatingLeafRow, RatingNodeRow
from hub.store.statements import Insert, lock, rows, run
from terminal.domain.records import RatingGiven
from terminal.protocol import merkle
from terminal.protocol.entry import Entry
from terminal.protocol.merkle import Place
from terminal.protocol.tree import SignedHead

_LEVELS = 6
"""Bits of a node's number that hold its level: a tree has at most 63."""

_UNSEALED = (
    "FROM ratings r"
    f" JOIN entries e ON e.aggregate_id = r.id AND e.kind = '{RatingGiven.kind}'"
    " JOIN effects f ON f.entry_hash = e.hash AND f.effect = 'applied'"
    " LEFT JOIN rating_leaves l ON l.leaf = e.hash"
    " WHERE NOT r.sealed"
)
_insert_leaves = Insert(RatingLeafRow)
_insert_nodes = Insert(RatingNodeRow)
_insert_heads = Insert(RatingHeadRow)
_put_doubt = Insert(
    RatingDoubtRow,
    "(terminal, epoch) DO UPDATE SET last_seq = excluded.last_seq, theirs = excluded.theirs,"
    " ours = excluded.ours, found_at = excluded.found_at",
)


class Leaf(msgspec.Struct, frozen=True):
    """A leaf of the log: an entry's hash, or that of the opening whose bytes are `opening`."""

    position: int
    leaf: str
    opening: bytes = b""


class Waiting(msgspec.Struct, frozen=True):
    """An applied rating that is not in the log yet; `known` when its entry is all the same."""

    rating_id: str
    entry_hash: str
    known: bool


class KeptRating(msgspec.Struct, frozen=True):
    """A rating's entry as it is stored, with what it came to and what figures are made of.

    `logged` says whether it is a leaf of the log.
    """

    entry: Entry
    effect: str
    logged: bool
    grade: int | None
    body: bytes | None


class Doubt(msgspec.Struct, frozen=True):
    """A terminal whose own ratings of an epoch are not those that the hub has."""

    terminal: str
    epoch: str
    last_seq: int
    found_at: int


def lock_log(database: Database) -> None:
    """Let nobody else add to the log until the transaction ends."""
    lock(database, "rating-log")


def any_unsealed(database: Database) -> bool:
    """Say whether a rating may wait to be sealed."""
    return bool(rows(database, "SELECT id FROM ratings WHERE NOT sealed LIMIT 1"))


def unsealed(database: Database, limit: int) -> list[Waiting]:
    """Return applied ratings that are not sealed, a page of them in the order of arrival."""
    # In two steps, and the kind is looked at here: in one, SQLite walks all ratings.
    ids = [
        one for (one,) in rows(database, "SELECT id FROM ratings WHERE NOT sealed LIMIT ?", limit)
    ]
    if not ids:
        return []
    found = rows(
        database,
        "SELECT e.aggregate_id, e.hash, l.position IS NOT NULL, e.kind FROM entries e"
        " JOIN effects f ON f.entry_hash = e.hash AND f.effect = 'applied'"
        " LEFT JOIN rating_leaves l ON l.leaf = e.hash"
        " WHERE e.aggregate_id IN ? ORDER BY e.id",
        ids,
    )
    return [
        Waiting(rating, digest, bool(known))
        for rating, digest, known, kind in found
        if kind == RatingGiven.kind
    ]


def mark_sealed(database: Database, rating_ids: Sequence[str]) -> None:
    """Note that these ratings are in the log."""
    if rating_ids:
        run(database, "UPDATE ratings SET sealed = TRUE WHERE id IN ?", list(rating_ids))


def newest_head(database: Database) -> SignedHead | None:
    """Return the newest signed head, or None before the first."""
    found = rows(
        database,
        "SELECT body, signature, signer FROM rating_heads ORDER BY size DESC, number DESC LIMIT 1",
    )
    return _head(found[0]) if found else None


def heads(database: Database, low: int, high: int) -> list[tuple[int, SignedHead]]:
    """Return the heads of sizes from `low` to `high`, smallest first."""
    found = rows(
        database,
        "SELECT size, body, signature, signer FROM rating_heads"
        " WHERE size BETWEEN ? AND ? ORDER BY size, number",
        low,
        high,
    )
    return [(size, _head(rest)) for size, *rest in found]


def _head(row: Sequence[Any]) -> SignedHead:
    return SignedHead(bytes(row[0]), bytes(row[1]), row[2])


def add_head(
    database: Database, size: int, log: str, number: int, time: int, signed: SignedHead
) -> None:
    """Keep a signed head."""
    row = (size, number, log, time, signed.body, signed.signature, signed.key)
    _insert_heads(database, [row])


def add_leaves(
    database: Database, leaves: Sequence[Leaf], nodes: Iterable[tuple[Place, bytes]], now: int
) -> None:
    """Append leaves and the subtrees that became complete with them."""
    _insert_leaves(database, [(one.position, one.leaf, one.opening or None, now) for one in leaves])
    _insert_nodes(database, [(node_id(place), digest) for place, digest in nodes if place[0]])


def node_id(place: Place) -> int:
    """Return the number under which a subtree is kept."""
    level, position = place
    return position << _LEVELS | level


def load_nodes(database: Database, places: Iterable[Place]) -> dict[Place, bytes]:
    """Return the hashes of these subtrees, as far as they are there."""
    wanted = set(places)
    leaves = [position for level, position in wanted if level == 0]
    kept = {node_id(place): place for place in wanted if place[0]}
    found: dict[Place, bytes] = {}
    if leaves:
        for position, leaf in rows(
            database, "SELECT position, leaf FROM rating_leaves WHERE position IN ?", leaves
        ):
            found[0, position] = merkle.leaf_hash(bytes.fromhex(leaf))
    if kept:
        for number, digest in rows(
            database, "SELECT id, hash FROM rating_nodes WHERE id IN ?", list(kept)
        ):
            found[kept[number]] = bytes(digest)
    return found


def positions(database: Database, hashes: Sequence[str]) -> dict[str, int]:
    """Return at which places of the log these entries are."""
    if not hashes:
        return {}
    found = rows(database, "SELECT leaf, position FROM rating_leaves WHERE leaf IN ?", list(hashes))
    return dict(found)


def leaves(database: Database, low: int, limit: int) -> list[Leaf]:
    """Return leaves from position `low` on, in their order."""
    found = rows(
        database,
        "SELECT position, leaf, opening FROM rating_leaves WHERE position >= ?"
        " ORDER BY position LIMIT ?",
        low,
        limit,
    )
    return [Leaf(position, leaf, bytes(body or b"")) for position, leaf, body in found]


def openings(database: Database) -> list[Leaf]:
    """Return the leaves that opened a log anew, the newest first."""
    found = rows(
        database,
        "SELECT position, leaf, opening FROM rating_leaves WHERE opening IS NOT NULL"
        " ORDER BY position DESC",
    )
    return [Leaf(position, leaf, bytes(body)) for position, leaf, body in found]


def count_nodes(database: Database) -> int:
    """Return how many subtrees are kept."""
    return int(rows(database, "SELECT count(*) FROM rating_nodes")[0][0])


_KEPT = (
    "SELECT e.header, e.payload, e.hash, e.signature, coalesce(f.effect, ''),"
    " l.position IS NOT NULL, r.grade, a.body"
    " FROM entries e LEFT JOIN effects f ON f.entry_hash = e.hash"
    " LEFT JOIN ratings r ON r.id = e.aggregate_id"
    " LEFT JOIN aggregates a ON a.id = e.aggregate_id"
    " LEFT JOIN rating_leaves l ON l.leaf = e.hash"
)


def _kept(row: Sequence[Any]) -> KeptRating:
    header, payload, digest, signature, effect, logged, grade, body = row
    return KeptRating(
        Entry(_raw(header), None if payload is None else _raw(payload), digest, _raw(signature)),
        effect,
        bool(logged),
        grade,
        None if body is None else _raw(body),
    )


def _raw(value: Any) -> bytes:
    """Return a column of bytes; also one that a person's edit turned into text (SQLite)."""
    return value.encode() if isinstance(value, str) else bytes(value)


def kept_by_hash(database: Database, hashes: Sequence[str]) -> dict[str, KeptRating]:
    """Return the entries of these hashes with what became of them."""
    found = [_kept(row) for row in rows(database, f"{_KEPT} WHERE e.hash IN ?", list(hashes))]
    return {one.entry.hash: one for one in found}


def kept_of_terminal(
    database: Database, terminal: str, epoch: str, last_seq: int
) -> list[KeptRating]:
    """Return a terminal's ratings of one epoch up to a place, in the order of writing."""
    found = rows(
        database,
        f"{_KEPT} WHERE e.origin = ? AND e.epoch = ? AND e.seq <= ? AND e.kind = ? ORDER BY e.seq",
        terminal,
        epoch,
        last_seq,
        RatingGiven.kind,
    )
    return [_kept(row) for row in found]


def first_unlogged(database: Database) -> str:
    """Return the first applied rating that neither is in the log nor waits for it, or ''."""
    found = rows(
        database,
        "SELECT e.hash FROM entries e"
        " JOIN effects f ON f.entry_hash = e.hash AND f.effect = 'applied'"
        " LEFT JOIN rating_leaves l ON l.leaf = e.hash"
        " LEFT JOIN ratings r ON r.id = e.aggregate_id AND NOT r.sealed"
        # Written out: an index of some rows is not used for a value that comes later.
        f" WHERE e.kind = '{RatingGiven.kind}' AND l.leaf IS NULL AND r.id IS NULL"
        " ORDER BY e.id LIMIT 1",
    )
    return str(found[0][0]) if found else ""


def count_waiting(database: Database) -> int:
    """Return how many ratings wait to be sealed."""
    return int(rows(database, f"SELECT count(*) {_UNSEALED} AND l.leaf IS NULL")[0][0])


def put_doubt(
    database: Database, terminal: str, epoch: str, last_seq: int, theirs: str, ours: str, now: int
) -> None:
    """Note that a terminal and the hub have different ratings."""
    _put_doubt(database, [(terminal, epoch, last_seq, theirs, ours, now)])


def drop_doubt(database: Database, terminal: str, epoch: str) -> None:
    """Forget a doubt after both sides agreed again."""
    run(database, "DELETE FROM rating_doubts WHERE terminal = ? AND epoch = ?", terminal, epoch)


def doubts(database: Database) -> list[Doubt]:
    """Return the terminals whose ratings are not those that the hub has."""
    found = rows(
        database, "SELECT terminal, epoch, last_seq, found_at FROM rating_doubts ORDER BY found_at"
    )
    return [Doubt(*row) for row in found]
