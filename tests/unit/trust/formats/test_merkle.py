"""Trees, proofs and their verification, against the recursive definition of RFC 6962 and public SHA-256 vectors."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path

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
    is_subtree,
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


def octets(value: str | None) -> bytes:
    return b64decode(value or "")


def verify_case(kind: str, case: dict) -> None:
    """Run one public case; an empty range has no place in an inclusion proof."""
    proof = [octets(item) for item in case["proof"] or ()]
    if kind == "inclusion":
        leaf, root = octets(case["leafHash"]), octets(case["root"])
        verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root, digest=sha256)
    elif kind == "subtreeinclusion":
        start, end = case["start"], case["end"]
        if not is_subtree(start, end):
            raise Untrusted("inclusion")
        leaf, root = octets(case["leafHash"]), octets(case["root"])
        verify_inclusion(leaf, case["leafIdx"] - start, end - start, proof, root, digest=sha256)
    elif kind == "consistency":
        roots = octets(case["root1"]), octets(case["root2"])
        verify_consistency(case["size1"], case["size2"], *roots, proof, digest=sha256)
    else:
        roots = octets(case["root1"]), octets(case["root2"])
        verify_subtree(case["start"], case["end"], case["size"], *roots, proof, digest=sha256)


@pytest.mark.parametrize(
    ("kind", "count"), [("inclusion", 98), ("consistency", 98), ("subtreeinclusion", 204), ("subtreeconsistency", 118)]
)
def test_public_vectors_with_sha256(kind: str, count: int, shared: Path) -> None:
    vectors = shared / "vectors" / "merkle"
    wrong, files = [], sorted((vectors / kind).rglob("*.json"))
    for file in files:
        case = json.loads(file.read_text())
        try:
            verify_case(kind, case)
            refused = False
        except Untrusted:
            refused = True
        if refused != case["wantErr"]:
            wrong.append(str(file.relative_to(vectors)))
    assert (wrong, len(files)) == ([], count)
