"""Trees, proofs and their verification, against the recursive definition of RFC 6962 and vectors with SHA-256."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from keys.sm3 import sm3
from trust.errors import Malformed, Untrusted
from trust.formats.merkle import (
    Node,
    NodeReader,
    complete_nodes,
    consistency_proof,
    fold,
    grow,
    inclusion_proof,
    leaf_hash,
    read_root,
    root_of,
    verify_consistency,
    verify_inclusion,
    verify_subtree,
)

ENTRIES = [f"entry {number}".encode() for number in range(40)]


def sha256(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()


def by_definition(entries: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word, with SM3."""
    if not entries:
        return sm3(b"")
    if len(entries) == 1:
        return sm3(b"\x00" + entries[0])
    half = 1
    while half * 2 < len(entries):
        half *= 2
    return sm3(b"\x01" + by_definition(entries[:half]) + by_definition(entries[half:]))


def stored(entries: Sequence[bytes]) -> NodeReader:
    nodes = dict(grow(0, [], map(leaf_hash, entries))[1])
    return lambda wanted: [nodes[node] for node in wanted]


@pytest.mark.parametrize("size", range(34))
def test_root_is_that_of_the_definition(size: int) -> None:
    assert root_of(ENTRIES[:size]) == by_definition(ENTRIES[:size])
    assert read_root(stored(ENTRIES), size) == by_definition(ENTRIES[:size])


def test_growing_in_steps_equals_growing_at_once() -> None:
    edge, size = [], 0
    for step in (1, 2, 5, 8, 13):
        edge, _ = grow(size, edge, map(leaf_hash, ENTRIES[size : size + step]))
        size += step
        assert fold(edge) == by_definition(ENTRIES[:size])


def test_complete_nodes_cover_a_range_left_to_right() -> None:
    assert complete_nodes(0, 7) == [Node(2, 0), Node(1, 2), Node(0, 6)]
    assert complete_nodes(4, 7) == [Node(1, 2), Node(0, 6)]
    assert complete_nodes(5, 5) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 21, 32, 33])
def test_every_inclusion_proof_holds_and_no_other_leaf_fits_it(size: int) -> None:
    read, root = stored(ENTRIES), root_of(ENTRIES[:size])
    for index in range(size):
        proof = inclusion_proof(read, index, size)
        verify_inclusion(leaf_hash(ENTRIES[index]), index, size, proof, root)
        with pytest.raises(Untrusted, match="inclusion"):
            verify_inclusion(leaf_hash(b"never logged"), index, size, proof, root)
        with pytest.raises(Untrusted, match="inclusion"):
            verify_inclusion(leaf_hash(ENTRIES[index]), index, size, [*proof, root], root)


@pytest.mark.parametrize("new", [1, 2, 5, 8, 13, 21, 33])
def test_every_consistency_proof_holds_and_a_rewritten_history_does_not(new: int) -> None:
    read, root = stored(ENTRIES), root_of(ENTRIES[:new])
    for old in range(1, new + 1):
        proof = consistency_proof(read, old, new)
        verify_consistency(old, new, root_of(ENTRIES[:old]), root, proof)
        rewritten = root_of([*ENTRIES[: old - 1], b"rewritten"])
        with pytest.raises(Untrusted, match="consistency"):
            verify_consistency(old, new, rewritten, root, proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_no_inclusion_proof_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(Malformed, match="proof-range"):
        inclusion_proof(stored(ENTRIES), index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 2)])
def test_no_consistency_proof_backwards_or_from_nothing(old: int, new: int) -> None:
    with pytest.raises(Malformed, match="proof-range"):
        consistency_proof(stored(ENTRIES), old, new)


def test_a_proof_longer_than_any_tree_is_refused_before_hashing() -> None:
    calls = []
    with pytest.raises(Untrusted):
        verify_inclusion(
            bytes(32), 0, 1, [bytes(32)] * 64, bytes(32), digest=lambda octets: calls.append(octets) or b""
        )
    assert calls == []


VECTORS = json.loads((Path(__file__).parents[3] / "vectors/merkle.json").read_text("utf-8"))
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in VECTORS["roots"]]
Verify = Callable[[Sequence[bytes], bytes, bytes], None]
"""Verification of one case: the proof, what is proved (a leaf's, an older tree's or a range's hash), and the root."""


def of_inclusion(case: dict[str, Any]) -> tuple[bytes, bytes, Verify]:
    index, size = case["index"], case["size"]
    proved = leaf_hash(LEAVES[index], digest=sha256)

    def verify(proof: Sequence[bytes], leaf: bytes, root: bytes) -> None:
        verify_inclusion(leaf, index, size, proof, root, digest=sha256)

    return proved, ROOTS[size - 1], verify


def of_consistency(case: dict[str, Any]) -> tuple[bytes, bytes, Verify]:
    old, new = case["old"], case["new"]

    def verify(proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
        verify_consistency(old, new, old_root, root, proof, digest=sha256)

    return ROOTS[old - 1], ROOTS[new - 1], verify


def of_range(case: dict[str, Any]) -> tuple[bytes, bytes, Verify]:
    start, end, size = case["start"], case["end"], case["size"]

    def verify(proof: Sequence[bytes], subtree: bytes, root: bytes) -> None:
        verify_subtree(start, end, size, subtree, root, proof, digest=sha256)

    return bytes.fromhex(case["hash"]), ROOTS[size - 1], verify


READERS = {"inclusion": of_inclusion, "consistency": of_consistency, "range": of_range}


def damaged(proof: list[bytes], root: bytes) -> Iterator[list[bytes]]:
    """Every proof that is nearly this one: an octet, a hash too many or too few at each place, two exchanged."""
    for place, value in enumerate(proof):
        yield [*proof[:place], bytes([value[0] ^ 1]) + value[1:], *proof[place + 1 :]]
        yield [*proof[:place], value[:-1] + bytes([value[-1] ^ 128]), *proof[place + 1 :]]
        yield [*proof[:place], value[:-1], *proof[place + 1 :]]
        yield proof[:place] + proof[place + 1 :]
    for place in range(len(proof) + 1):
        for more in (root, b"", bytes(32)):
            yield [*proof[:place], more, *proof[place:]]
    for place in range(len(proof) - 1):
        yield [*proof[:place], proof[place + 1], proof[place], *proof[place + 2 :]]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots_with_sha256(size: int) -> None:
    assert root_of(LEAVES[:size], digest=sha256) == ROOTS[size - 1]


@pytest.mark.parametrize(("kind", "count"), [("inclusion", 36), ("consistency", 36), ("range", 26)])
def test_proofs_with_sha256_hold_and_no_neighbour_of_them(kind: str, count: int) -> None:
    assert len(VECTORS[kind]) == count
    for case in VECTORS[kind]:
        proved, root, verify = READERS[kind](case)
        proof = [bytes.fromhex(value) for value in case["proof"]]
        verify(proof, proved, root)
        for wrong in damaged(proof, root):
            with pytest.raises(Untrusted):
                verify(wrong, proved, root)
        for one, other in ((root[::-1], root), (proved, proved[::-1]), (b"", root), (proved, b"")):
            with pytest.raises(Untrusted):
                verify(proof, one, other)


@pytest.mark.parametrize("kind", READERS)
def test_a_proof_holds_at_no_other_place_of_its_tree(kind: str) -> None:
    for case in VECTORS[kind]:
        proof = [bytes.fromhex(value) for value in case["proof"]]
        proved, root, _ = READERS[kind](case)
        for other in VECTORS[kind]:
            _, same_tree, verify = READERS[kind](other)
            if same_tree == root and other != case:
                with pytest.raises(Untrusted):
                    verify(proof, proved, root)
