"""Merkle trees of any size: proofs hold, and only those."""

from hypothesis import given
from hypothesis import strategies as st

from trust.errors import Untrusted
from trust.formats.merkle import (
    MAX_PROOF,
    complete_nodes,
    consistency_proof,
    fold,
    grow,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

MANY = [number.to_bytes(2, "big") for number in range(700)]
NODES = dict(grow(0, [], map(leaf_hash, MANY))[1])
SIZES = st.integers(1, len(MANY))


def read(wanted):
    return [NODES[node] for node in wanted]


def holds(verify, *arguments) -> bool:
    try:
        verify(*arguments)
    except Untrusted:
        return False
    return True


@given(SIZES, st.data())
def test_inclusion_proofs_hold_and_damaged_ones_do_not(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(read, index, size), root_of(MANY[:size])
    leaf = leaf_hash(MANY[index])
    assert holds(verify_inclusion, leaf, index, size, proof, root)
    assert not holds(verify_inclusion, leaf, index ^ 1, size, proof, root)
    assert len(proof) <= 10
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        damaged = bytearray(proof[place])
        damaged[bit // 8] ^= 1 << bit % 8
        assert not holds(
            verify_inclusion, leaf, index, size, [*proof[:place], bytes(damaged), *proof[place + 1 :]], root
        )
        assert not holds(verify_inclusion, leaf, index, size, proof[:-1], root)


@given(SIZES, SIZES, st.data())
def test_consistency_proofs_hold_and_damaged_ones_do_not(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    proof = consistency_proof(read, old, new)
    roots = root_of(MANY[:old]), root_of(MANY[:new])
    assert holds(verify_consistency, old, new, *roots, proof)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not holds(verify_consistency, old, new, *roots, proof[:place] + proof[place + 1 :])
        assert not holds(verify_consistency, old, new, *roots, [*proof, proof[place]])
        assert not holds(verify_consistency, old, new, roots[1], roots[0], proof)


@given(st.lists(st.integers(1, 40), max_size=12))
def test_growing_in_any_steps_gives_the_same_tree(steps: list[int]) -> None:
    edge, size, nodes = [], 0, {}
    for step in steps:
        edge, made = grow(size, edge, map(leaf_hash, MANY[size : size + step]))
        nodes |= dict(made)
        size += step
    assert fold(edge) == root_of(MANY[:size])
    assert nodes == dict(grow(0, [], map(leaf_hash, MANY[:size]))[1])


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_complete_nodes_cover_a_range_exactly(one: int, other: int) -> None:
    start, end = sorted((one, other))
    place = start
    for level, index in complete_nodes(start, end):
        assert index << level == place
        place += 1 << level
    assert place == end
    assert len(complete_nodes(start, end)) <= 2 * 13


@given(st.integers(-2, 2**64), st.integers(-2, 2**64), st.lists(st.binary(max_size=33), max_size=MAX_PROOF + 2))
def test_any_numbers_and_octets_are_refused_quietly(one: int, other: int, proof: list[bytes]) -> None:
    assert not holds(verify_inclusion, bytes(32), one, other, proof, b"\x01" * 32)
    assert not holds(verify_consistency, one, other, bytes(32), b"\x01" * 32, proof)
