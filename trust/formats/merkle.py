"""Merkle trees of RFC 6962 and RFC 9162 §2.1: hashes, proofs and their verification, with the hash as a parameter.

The tree over n entries splits at the largest power of two below n. A node is *complete* when all the leaves below it
are there; complete nodes never change, so they are what a log stores. Every root and every element of a proof is the
hash of a range of leaves that starts where a complete node starts; such a range is a few complete nodes of falling
size, folded from the right. So a proof is made in two steps: which nodes are needed (arithmetic alone), then one read
for all of them.

The project's log uses SM3; the RFCs say SHA-256, and the same code runs on it against public vectors.
Verification follows RFC 9162 §2.1.3.2 and §2.1.4.2, with the subtrees of the Merkle tree certificates draft (§4.4),
of which the consistency of two trees is the case that starts at zero.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from keys.sm3 import sm3
from trust.errors import Malformed, Untrusted

Digest = Callable[[bytes], bytes]

HASH_SIZE = 32
"""Octets of SM3 and of SHA-256. Elements of another size are refused, or `left ‖ right` could be cut elsewhere."""

MAX_PROOF = 63
"""As many hashes as a proof in a tree of 2^63 leaves has."""


class Node(NamedTuple):
    """A complete node: the one over leaves `place << level` up to, not including, `(place + 1) << level`."""

    level: int
    place: int


NodeReader = Callable[[Sequence[Node]], Sequence[bytes]]
"""Gives the stored hashes of complete nodes, in the order asked."""

Range = tuple[int, int]


def leaf_hash(entry: bytes, *, digest: Digest = sm3) -> bytes:
    """Hash of a leaf: 00, then the entry."""
    return digest(b"\x00" + entry)


def node_hash(left: bytes, right: bytes, *, digest: Digest = sm3) -> bytes:
    """Hash of an inner node: 01, then its two children."""
    return digest(b"\x01" + left + right)


def complete_nodes(start: int, end: int) -> list[Node]:
    """The complete nodes that together cover the leaves from `start` to `end`, left to right."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def fold(hashes: Sequence[bytes], *, digest: Digest = sm3) -> bytes:
    """The hash of a range from those of its complete nodes; of no nodes, the hash of nothing (the empty tree)."""
    if not hashes:
        return digest(b"")
    value = hashes[-1]
    for left in reversed(hashes[:-1]):
        value = node_hash(left, value, digest=digest)
    return value


def grow(
    size: int, edge: Sequence[bytes], leaves: Iterable[bytes], *, digest: Digest = sm3
) -> tuple[list[bytes], list[tuple[Node, bytes]]]:
    """Add leaf hashes to a tree of `size` leaves of which only the right edge is known.

    `edge` holds the hashes of `complete_nodes(0, size)`. Returns the new edge and every node that became complete.
    """
    edge, made = list(edge), []
    for leaf in leaves:
        value, node = leaf, Node(0, size)
        made.append((node, value))
        while node.place & 1:
            value, node = node_hash(edge.pop(), value, digest=digest), Node(node.level + 1, node.place >> 1)
            made.append((node, value))
        edge.append(value)
        size += 1
    return edge, made


def levels_of(leaves: Sequence[bytes], *, digest: Digest = sm3) -> list[list[bytes]]:
    """The hashes of a whole subtree, level by level from these leaf hashes, whose number is a power of two."""
    level, levels = list(leaves), [list(leaves)]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [digest(b"\x01" + left + right) for left, right in pairs]
        levels.append(level)
    return levels


def root_of(entries: Sequence[bytes], *, digest: Digest = sm3) -> bytes:
    """The root of the tree over `entries`."""
    edge, _ = grow(0, [], (leaf_hash(entry, digest=digest) for entry in entries), digest=digest)
    return fold(edge, digest=digest)


def read_root(read: NodeReader, size: int, *, digest: Digest = sm3) -> bytes:
    """The root of the first `size` leaves of a stored tree."""
    return fold(read(complete_nodes(0, size)), digest=digest)


def inclusion_proof(read: NodeReader, index: int, size: int, *, digest: Digest = sm3) -> list[bytes]:
    """Proof that leaf `index` is in the tree of the first `size` leaves, from the leaf upwards.

    Raises:
        Malformed: `proof-range`, the index is not in that tree.

    """
    if not 0 <= index < size:
        raise Malformed("proof-range", f"no leaf {index} among {size}")
    return _hashes(read, _beside(index, size), digest)


def consistency_proof(read: NodeReader, old: int, new: int, *, digest: Digest = sm3) -> list[bytes]:
    """Proof that the first `old` of `new` leaves are those of the tree of `old` leaves; empty when they are equal.

    Raises:
        Malformed: `proof-range`, not 0 < old ≤ new.

    """
    if not 0 < old <= new:
        raise Malformed("proof-range", f"no proof from {old} to {new}")
    return _hashes(read, _between(old, new), digest)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes, *, digest: Digest = sm3
) -> None:
    """Check that the leaf hash stands at `index` of the tree of `size` leaves with this root.

    Raises:
        Untrusted: `inclusion`.

    """
    if not 0 <= index < size or not _sound(leaf, root, *proof):
        raise Untrusted("inclusion", "the leaf is outside the tree, or the proof is not a short list of hashes")
    value, place, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            raise Untrusted("inclusion", "the proof is too long")
        if place & 1 or place == last:
            value = node_hash(sibling, value, digest=digest)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling, digest=digest)
        place, last = place >> 1, last >> 1
    if last != 0 or value != root:
        raise Untrusted("inclusion", "the proof does not lead to the root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes], *, digest: Digest = sm3
) -> None:
    """Check that the tree of `new` leaves continues the tree of `old` leaves; an empty old tree proves nothing.

    Raises:
        Untrusted: `consistency`.

    """
    if old <= 0:
        raise Untrusted("consistency", "an empty tree is continued by every tree")
    verify_subtree(0, old, new, old_root, new_root, proof, digest=digest)


def verify_subtree(
    start: int, end: int, size: int, subtree: bytes, root: bytes, proof: Sequence[bytes], *, digest: Digest = sm3
) -> None:
    """Check that `subtree` is the hash of leaves `start` to `end` of the tree of `size` leaves with this root.

    The range must begin where a complete node at least as wide begins. An empty range has the hash of nothing.

    Raises:
        Untrusted: `consistency`.

    """
    if not 0 <= start <= end <= size:
        raise Untrusted("consistency", "not a range of this tree")
    if start == end:
        if proof or subtree != digest(b""):
            raise Untrusted("consistency", "an empty range has an empty proof and the hash of nothing")
        return
    if not is_subtree(start, end) or not _sound(*proof):
        raise Untrusted("consistency", "the range does not begin at a complete node, or this is no proof")
    if _climb(start, end - 1, size - 1, subtree, list(proof), digest) != (subtree, root):
        raise Untrusted("consistency", "the proof does not join the two roots")


def is_subtree(start: int, end: int) -> bool:
    """Whether a range begins at a multiple of its length, rounded up to a power of two."""
    return 0 <= start < end and not start & ((1 << (end - start - 1).bit_length()) - 1)


def _sound(*hashes: bytes) -> bool:
    """Whether these are hashes, and not more than a proof and two beside it."""
    return len(hashes) <= MAX_PROOF + 2 and all(len(value) == HASH_SIZE for value in hashes)


def _climb(
    first: int, last: int, end: int, subtree: bytes, proof: list[bytes], digest: Digest
) -> tuple[bytes, bytes] | None:
    """The hashes of the range and of the whole tree that the proof leads to; None when its length is wrong.

    `first` and `last` are the range's outer nodes and `end` the tree's last node, on the level reached so far.
    """
    while first != last and (last == end or last & 1):
        first, last, end = first >> 1, last >> 1, end >> 1
    if first != last:  # the range is not one node: its rightmost complete part comes first in the proof
        if not proof:
            return None
        inner = outer = proof.pop(0)
    else:
        inner = outer = subtree
    for sibling in proof:
        if end == 0:
            return None
        if last & 1 or last == end:
            if first < last:
                inner = node_hash(sibling, inner, digest=digest)
            outer = node_hash(sibling, outer, digest=digest)
            while not last & 1 and last:
                first, last, end = first >> 1, last >> 1, end >> 1
        else:
            outer = node_hash(outer, sibling, digest=digest)
        first, last, end = first >> 1, last >> 1, end >> 1
    return (inner, outer) if end == 0 else None


def _split(start: int, end: int) -> int:
    """Where the tree over a range splits: after the largest power of two below its length."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _beside(index: int, size: int) -> list[Range]:
    """The ranges beside the way from leaf `index` up to the root, lowest first."""
    start, end, beside = 0, size, []
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    return beside[::-1]


def _between(old: int, new: int) -> list[Range]:
    """The ranges of a consistency proof, lowest first; the old tree itself is left out where the verifier has it."""
    start, end, between = 0, new, []
    while old != end:
        middle = _split(start, end)
        if old <= middle:
            between.append((middle, end))
            end = middle
        else:
            between.append((start, middle))
            start = middle
    if start:
        between.append((start, end))
    return between[::-1]


def _hashes(read: NodeReader, ranges: Sequence[Range], digest: Digest) -> list[bytes]:
    """The hash of each range, with one read for all the nodes."""
    parts = [complete_nodes(start, end) for start, end in ranges]
    stored = iter(read([node for part in parts for node in part]))
    return [fold([next(stored) for _ in part], digest=digest) for part in parts]
