"""The Merkle tree against the definition of RFC 6962 word for word, and its known vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.protocol import merkle

# The leaves, roots and proofs that the reference implementation of RFC 6962 is tested with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_5_OF_8 = [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
PROOF_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]


def _split(count: int) -> int:
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def naive_root(data: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    half = _split(len(data))
    children = naive_root(data[:half]) + naive_root(data[half:])
    return hashlib.sha256(b"\x01" + children).digest()


def naive_path(index: int, data: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(data) == 1:
        return []
    half = _split(len(data))
    if index < half:
        return [*naive_path(index, data[:half]), naive_root(data[half:])]
    return [*naive_path(index - half, data[half:]), naive_root(data[:half])]


def naive_proof(old: int, data: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if old == len(data):
        return [] if whole else [naive_root(data)]
    half = _split(len(data))
    if old <= half:
        return [*naive_proof(old, data[:half], whole), naive_root(data[half:])]
    return [*naive_proof(old - half, data[half:], False), naive_root(data[:half])]


class Kept:
    """The nodes of a tree that grew leaf by leaf."""

    def __init__(self, data: Sequence[bytes]) -> None:
        self.nodes: dict[merkle.Place, bytes] = {}
        for place, one in enumerate(data):
            self.nodes |= dict(merkle.grow(place, merkle.leaf_hash(one), self.nodes.__getitem__))

    def __call__(self, place: merkle.Place) -> bytes:
        return self.nodes[place]


def test_the_known_vectors_hold() -> None:
    kept = Kept(LEAVES)
    assert merkle.empty_root().hex() == hashlib.sha256(b"").hexdigest()
    assert [merkle.root(size, kept).hex() for size in range(1, 9)] == ROOTS
    path = merkle.filled(merkle.inclusion_plan(5, 8), kept)
    assert [step.hex() for step in path] == PATH_5_OF_8
    proof = merkle.filled(merkle.consistency_plan(6, 8), kept)
    assert [step.hex() for step in proof] == PROOF_6_TO_8


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33])
def test_every_proof_of_small_trees_is_the_definitions_own(size: int) -> None:
    data = [bytes([n]) for n in range(size)]
    kept = Kept(data)
    top = merkle.root(size, kept)
    assert top == naive_root(data)
    assert len(kept.nodes) < max(2 * size, 1)
    for index in range(size):
        path = merkle.filled(merkle.inclusion_plan(index, size), kept)
        assert list(path) == naive_path(index, data)
        assert merkle.includes(merkle.leaf_hash(data[index]), index, size, path, top)
    for old in range(size + 1):
        proof = merkle.filled(merkle.consistency_plan(old, size), kept)
        assert list(proof) == (naive_proof(old, data) if old else [])
        assert merkle.continues(old, size, naive_root(data[:old]), top, proof)


sizes = st.integers(1, 150)


@settings(max_examples=40)
@given(size=sizes, pick=st.integers(0, 1 << 30), other=st.integers(0, 1 << 30), bit=st.data())
def test_a_proof_of_anything_else_does_not_hold(
    size: int, pick: int, other: int, bit: st.DataObject
) -> None:
    data = [n.to_bytes(4, "big") for n in range(size)]
    kept, index = Kept(data), pick % size
    top, leaf = merkle.root(size, kept), merkle.leaf_hash(data[index])
    path = list(merkle.filled(merkle.inclusion_plan(index, size), kept))
    assert merkle.includes(leaf, index, size, path, top)
    wrong = other % (size + 3)
    if wrong != index:
        assert not merkle.includes(leaf, wrong, size, path, top)
    assert not merkle.includes(merkle.leaf_hash(b"other"), index, size, path, top)
    assert not merkle.includes(leaf, index, size, [*path, top], top)
    if path:
        assert not merkle.includes(leaf, index, size, path[:-1], top)
        step = bit.draw(st.integers(0, len(path) - 1))
        path[step] = bytes([path[step][0] ^ 1]) + path[step][1:]
        assert not merkle.includes(leaf, index, size, path, top)


@settings(max_examples=40)
@given(old=sizes, more=st.integers(0, 200), edited=st.integers(0, 1 << 30))
def test_a_changed_past_has_no_proof(old: int, more: int, edited: int) -> None:
    data = [n.to_bytes(4, "big") for n in range(old + more)]
    before = naive_root(data[:old])
    data[edited % old] = b"edited"
    kept, size = Kept(data), old + more
    proof = list(merkle.filled(merkle.consistency_plan(old, size), kept))
    top = merkle.root(size, kept)
    assert not merkle.continues(old, size, before, top, proof)
    honest = merkle.root(old, kept)
    assert merkle.continues(old, size, honest, top, proof)
    if proof:
        assert not merkle.continues(old, size, honest, top, proof[:-1])
        assert not merkle.continues(old, size, honest, top, [*proof, top])


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="no leaf 3"):
        merkle.inclusion_plan(3, 3)
    with pytest.raises(ValueError, match="does not begin"):
        merkle.consistency_plan(4, 3)
    root = merkle.leaf_hash(b"a")
    assert not merkle.includes(root, -1, 1, [], root)
    assert not merkle.continues(2, 1, root, root, [])
    assert not merkle.continues(1, 2, root, root, [])
    assert not merkle.continues(0, 2, root, root, [])
