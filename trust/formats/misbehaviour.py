"""Proof that a log misbehaved: two checkpoints that it signed and that cannot both belong to one growing log.

Anybody who knows the log's key can check it, and needs nobody's word: both notes are signed by the log. Which rule was
broken is its `Kind`:

    two-roots       one size, two roots
    not-continued   in the larger checkpoint's tree the first entries have another root than the smaller one signed:
                    `root` is that other root, and `path` joins it to the larger checkpoint
    rolled-back     the later checkpoint is of fewer entries

A larger checkpoint without any proof is a log that does not answer, which is suspicious and proves nothing; so the
second kind carries what the log itself serves for the larger tree.

    {"first":"eWlu…","format":"yinzheng-misbehaviour/1","kind":"two-roots","path":[],"root":"","second":"eWlu…"}
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from keys.sm2 import PublicKey
from trust.errors import Malformed, Untrusted
from trust.formats.canonical_json import base64_of, decode_json, encode_json, octets_from, require
from trust.formats.checkpoint import Checkpoint, verify_checkpoint
from trust.formats.merkle import MAX_PROOF, verify_consistency

FORMAT = "yinzheng-misbehaviour/1"
MAX_MISBEHAVIOUR = 64 * 1024
_NAMES = frozenset({"first", "format", "kind", "path", "root", "second"})


class Kind(StrEnum):
    """Which rule was broken."""

    TWO_ROOTS = "two-roots"
    NOT_CONTINUED = "not-continued"
    ROLLED_BACK = "rolled-back"


@dataclass(frozen=True)
class Misbehaviour:
    """Two notes, the smaller or earlier first; `root` and `path` are empty except where one is not continued."""

    kind: Kind
    first: bytes
    second: bytes
    root: bytes = b""
    path: tuple[bytes, ...] = ()


def encode_misbehaviour(proof: Misbehaviour) -> bytes:
    """The octets of the file, canonical JSON."""
    return encode_json(
        {
            "first": base64_of(proof.first),
            "format": FORMAT,
            "kind": proof.kind.value,
            "path": [base64_of(value) for value in proof.path],
            "root": base64_of(proof.root),
            "second": base64_of(proof.second),
        }
    )


def decode_misbehaviour(octets: bytes) -> Misbehaviour:
    """The proof in a file; nothing is verified.

    Raises:
        Malformed: not exactly what `encode_misbehaviour` writes.

    """
    value = decode_json(octets, limit=MAX_MISBEHAVIOUR)
    require(value, _NAMES)
    kind, path = value["kind"], value["path"]
    if value["format"] != FORMAT or type(kind) is not str or kind not in set(Kind):
        raise Malformed("misbehaviour", "not a proof of this version")
    if type(path) is not list or len(path) > MAX_PROOF:
        raise Malformed("misbehaviour", "a path is a short list")
    first, second, root = (octets_from(value[name]) for name in ("first", "second", "root"))
    return Misbehaviour(Kind(kind), first, second, root, tuple(map(octets_from, path)))


def clash(one: Checkpoint, other: Checkpoint) -> Kind | None:
    """The rule that two verified checkpoints of one log break by themselves; None if a consistency proof must tell."""
    if one.size == other.size:
        return None if one.root == other.root else Kind.TWO_ROOTS
    smaller, larger = sorted((one, other), key=lambda checkpoint: checkpoint.size)
    return Kind.ROLLED_BACK if smaller.at > larger.at else None


def accuse(
    one: bytes, other: bytes, origin: str, public: PublicKey, proof: tuple[bytes, Sequence[bytes]] | None
) -> Misbehaviour | None:
    """The proof that these two notes make, None if they may both be true, or nothing shows that they are not.

    `proof` is what the log serves for the larger of them: the root of the smaller's number of entries, and its path.

    Raises:
        Malformed, Untrusted: one of them is no checkpoint of this log.

    """
    first, second = sorted((one, other), key=lambda note: _order(verify_checkpoint(note, origin, public)))
    smaller, larger = (verify_checkpoint(note, origin, public) for note in (first, second))
    found = clash(smaller, larger)
    if found is not None:
        return Misbehaviour(found, first, second)
    if proof is None or smaller.size in {larger.size, 0}:
        return None
    root, path = proof
    try:
        verify_consistency(smaller.size, larger.size, root, larger.root, path)
    except Untrusted:
        return None  # what was served does not belong to the larger checkpoint, so it says nothing against it
    return None if root == smaller.root else Misbehaviour(Kind.NOT_CONTINUED, first, second, root, tuple(path))


def verify_misbehaviour(proof: Misbehaviour, origin: str, public: PublicKey) -> tuple[Checkpoint, Checkpoint]:
    """The two checkpoints of the log `origin` that contradict each other in the way the proof says.

    Raises:
        Malformed: a note that is no checkpoint.
        Untrusted: `checkpoint-origin`, `signature`; `misbehaviour`, the two do not contradict each other like that.

    """
    served = (proof.root, proof.path) if proof.kind is Kind.NOT_CONTINUED else None
    if accuse(proof.first, proof.second, origin, public, served) != proof:
        raise Untrusted("misbehaviour", "the two checkpoints may both be true")
    return verify_checkpoint(proof.first, origin, public), verify_checkpoint(proof.second, origin, public)


def _order(checkpoint: Checkpoint) -> tuple[int, bytes]:
    """The smaller first; of one size by the root, so that two notes make one proof."""
    return checkpoint.size, checkpoint.root
