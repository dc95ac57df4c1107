"""Proof that an entry is in the log: entry, index, path and signed checkpoint, in one piece that travels.

The log's service gives it, receipts and archives keep it, the verifier checks it; so it is a format of its own.
The check needs nothing but the log's name and key. What it proves: the log has promised, in a checkpoint it cannot
take back, that this entry stands at this place. The entry's instant is the log's word for "not later than".

    {"checkpoint":"eWlu…","entry":"eyJh…","format":"yinzheng-log-proof/1","index":4,"path":["9c2a…"]}
"""

from dataclasses import dataclass

from keys.sm2 import PublicKey
from trust.errors import Malformed, Untrusted
from trust.formats.canonical_json import base64_of, decode_json, encode_json, octets_from, require
from trust.formats.checkpoint import Checkpoint, verify_checkpoint
from trust.formats.leaf import Entry, decode_entry
from trust.formats.merkle import MAX_PROOF, leaf_hash, verify_inclusion

FORMAT = "yinzheng-log-proof/1"
MAX_LOG_PROOF = 64 * 1024
_NAMES = frozenset({"checkpoint", "entry", "format", "index", "path"})


@dataclass(frozen=True)
class LogProof:
    """The octets of the entry and of the checkpoint, and the path between them, lowest hash first."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def encode_log_proof(proof: LogProof) -> bytes:
    """The octets of a proof, canonical JSON."""
    return encode_json(
        {
            "checkpoint": base64_of(proof.checkpoint),
            "entry": base64_of(proof.entry),
            "format": FORMAT,
            "index": proof.index,
            "path": [base64_of(value) for value in proof.path],
        }
    )


def decode_log_proof(octets: bytes) -> LogProof:
    """The proof in these octets; nothing is verified.

    Raises:
        Malformed: not exactly what `encode_log_proof` writes.

    """
    value = decode_json(octets, limit=MAX_LOG_PROOF)
    require(value, _NAMES)
    index, path = value["index"], value["path"]
    if value["format"] != FORMAT or type(index) is not int or type(path) is not list or len(path) > MAX_PROOF:
        raise Malformed("log-proof", "not a proof of this version")
    return LogProof(
        entry=octets_from(value["entry"]),
        index=index,
        path=tuple(map(octets_from, path)),
        checkpoint=octets_from(value["checkpoint"]),
    )


def verify_log_proof(proof: LogProof, commitment: bytes, origin: str, public: PublicKey) -> tuple[Entry, Checkpoint]:
    """The entry that holds this commitment, and the checkpoint of the log `origin` under which it stands.

    Raises:
        Malformed: an entry or checkpoint that is none.
        Untrusted: `commitment`, the entry is about something else; `checkpoint-origin`; `signature`; `inclusion`.

    """
    entry = decode_entry(proof.entry)
    if commitment not in entry.statement.commitments:
        raise Untrusted("commitment", "the entry is about something else")
    checkpoint = verify_checkpoint(proof.checkpoint, origin, public)
    verify_inclusion(leaf_hash(proof.entry), proof.index, checkpoint.size, proof.path, checkpoint.root)
    return entry, checkpoint
