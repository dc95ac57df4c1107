"""The same trees with SM3: roots and proofs of the vectors that were minted beside those with SHA-256."""

import json
from pathlib import Path

import pytest

from trust.errors import Untrusted
from trust.formats.merkle import (
    consistency_proof,
    grow,
    inclusion_proof,
    leaf_hash,
    levels_of,
    root_of,
    verify_consistency,
    verify_inclusion,
    verify_subtree,
)

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/merkle.json").read_text("utf-8"))
TWIN = VECTORS["twin"]
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in TWIN["roots"]]
NODES = dict(grow(0, [], map(leaf_hash, LEAVES))[1])


def read(wanted):
    return [NODES[node] for node in wanted]


def proof_in(case: dict) -> list[bytes]:
    return [bytes.fromhex(value) for value in case["proof"]]


def test_every_case_has_its_twin() -> None:
    for kind in ("inclusion", "consistency", "range"):
        places = [[case[name] for name in sorted(case.keys() - {"proof", "hash"})] for case in VECTORS[kind]]
        assert places == [[case[name] for name in sorted(case.keys() - {"proof", "hash"})] for case in TWIN[kind]]
    assert not set(TWIN["roots"]) & set(VECTORS["roots"])


@pytest.mark.parametrize("size", range(1, 9))
def test_roots(size: int) -> None:
    assert root_of(LEAVES[:size]) == ROOTS[size - 1]


@pytest.mark.parametrize("case", TWIN["inclusion"], ids=lambda case: f"{case['index']} in {case['size']}")
def test_inclusion(case: dict) -> None:
    index, size = case["index"], case["size"]
    assert inclusion_proof(read, index, size) == proof_in(case)
    verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof_in(case), ROOTS[size - 1])
    with pytest.raises(Untrusted):
        verify_inclusion(leaf_hash(b"other"), index, size, proof_in(case), ROOTS[size - 1])


@pytest.mark.parametrize("case", TWIN["consistency"], ids=lambda case: f"{case['old']} to {case['new']}")
def test_consistency(case: dict) -> None:
    old, new = case["old"], case["new"]
    assert consistency_proof(read, old, new) == proof_in(case)
    verify_consistency(old, new, ROOTS[old - 1], ROOTS[new - 1], proof_in(case))
    with pytest.raises(Untrusted):
        verify_consistency(old, new, ROOTS[old - 1][::-1], ROOTS[new - 1], proof_in(case))


@pytest.mark.parametrize("case", TWIN["range"], ids=lambda case: f"{case['start']} to {case['end']} of {case['size']}")
def test_ranges(case: dict) -> None:
    start, end, size, value = case["start"], case["end"], case["size"], bytes.fromhex(case["hash"])
    verify_subtree(start, end, size, value, ROOTS[size - 1], proof_in(case))
    with pytest.raises(Untrusted):
        verify_subtree(start, end, size, value[::-1], ROOTS[size - 1], proof_in(case))


def test_a_subtree_level_by_level_is_the_same_tree() -> None:
    levels = levels_of(list(map(leaf_hash, LEAVES)))
    assert [len(level) for level in levels] == [8, 4, 2, 1]
    for height, level in enumerate(levels):
        assert level == [NODES[height, place] for place in range(len(level))]
    with pytest.raises(ValueError, match="zip"):
        levels_of(list(map(leaf_hash, LEAVES[:6])))
