"""Proofs from the stored log.

They are computed from stored nodes and prove themselves: a wrong node makes a proof that no verifier accepts, so
nothing here has to be trusted. A proof is given under a checkpoint, because only that is signed: the one with most
witnesses among the newest that cover the entry, and where no witness has seen it yet, the latest.
"""

from trust.errors import Malformed
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.leaf import Entry, decode_entry
from trust.formats.log_proof import LogProof
from trust.formats.merkle import consistency_proof, inclusion_proof
from trust.log.errors import NotLogged
from trust.log.ports import PublishedLog, ReadLog


def find(log: ReadLog, commitment: bytes) -> tuple[int, Entry] | None:
    """Index and entry for this commitment, None if it is not logged."""
    index = log.find(commitment)
    return None if index is None else (index, decode_entry(log.entries(index, index + 1)[0]))


def inclusion(log: ReadLog, index: int, size: int) -> list[bytes]:
    """The path from entry `index` to the root of the first `size` entries.

    Raises:
        Malformed: `proof-range`, not 0 ≤ index < size ≤ size of the log.

    """
    _check_size(log, size)
    return inclusion_proof(log.nodes, index, size)


def consistency(log: ReadLog, old: int, new: int) -> list[bytes]:
    """Proof that the first `new` entries continue the first `old`.

    Raises:
        Malformed: `proof-range`, not 0 < old ≤ new ≤ size of the log.

    """
    _check_size(log, new)
    return consistency_proof(log.nodes, old, new)


def prove(log: PublishedLog, commitment: bytes) -> LogProof:
    """The proof that this commitment is logged, under a cosigned checkpoint where there is one, else the latest.

    Raises:
        NotLogged: `not-logged`, unknown; `not-yet-published`, logged but not below a checkpoint yet.

    """
    index, note = log.find(commitment), log.latest()
    if index is None:
        raise NotLogged("not-logged", "no entry has this commitment")
    size = parse_checkpoint(note)[0].size if note else 0
    if note is None or index >= size:
        raise NotLogged("not-yet-published", "the next checkpoint will cover the entry")
    if (cosigned := log.cosigned(index + 1)) is not None:
        note, size = cosigned, parse_checkpoint(cosigned)[0].size
    path = inclusion_proof(log.nodes, index, size)
    return LogProof(log.entries(index, index + 1)[0], index, tuple(path), note)


def _check_size(log: ReadLog, size: int) -> None:
    if size > log.size():
        raise Malformed("proof-range", f"the log has no {size} entries")
