"""Log proofs: they travel, they hold without the log, and no part can be exchanged."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keys.custody import memory_signer
from keys.sm3 import sm3
from trust.errors import Malformed, Untrusted
from trust.formats.checkpoint import Checkpoint, encode_checkpoint
from trust.formats.leaf import Entry, EntryKind, Statement, encode_entry
from trust.formats.log_proof import LogProof, decode_log_proof, encode_log_proof, verify_log_proof
from trust.formats.merkle import grow, inclusion_proof, leaf_hash, root_of

ORIGIN = "rizhi.example/log"
SIGNER, OTHER = memory_signer(), memory_signer("other")
AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
COMMITMENTS = [sm3(bytes([number])) for number in range(11)]
ENTRIES = [encode_entry(Entry(AT, Statement(EntryKind.ISSUE, (value,)))) for value in COMMITMENTS]
NODES = dict(grow(0, [], map(leaf_hash, ENTRIES))[1])


def proof(index: int, size: int = 11) -> LogProof:
    path = inclusion_proof(lambda wanted: [NODES[node] for node in wanted], index, size)
    note = encode_checkpoint(Checkpoint(ORIGIN, size, root_of(ENTRIES[:size]), AT), SIGNER)
    return LogProof(ENTRIES[index], index, tuple(path), note)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 11), (4, 11), (10, 11), (7, 8)])
def test_a_proof_travels_and_holds(index: int, size: int) -> None:
    octets = encode_log_proof(proof(index, size))
    entry, checkpoint = verify_log_proof(decode_log_proof(octets), COMMITMENTS[index], ORIGIN, SIGNER.public)
    assert (entry.at, entry.statement.commitments, checkpoint.size) == (AT, (COMMITMENTS[index],), size)


GOOD = proof(4)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(GOOD, index=5), "inclusion"),
        (replace(GOOD, index=-1), "inclusion"),
        (replace(GOOD, path=GOOD.path[:-1]), "inclusion"),
        (replace(GOOD, path=GOOD.path[::-1]), "inclusion"),
        (replace(GOOD, entry=ENTRIES[5]), "commitment"),
        (replace(GOOD, checkpoint=proof(4, 8).checkpoint), "inclusion"),
        (replace(GOOD, checkpoint=encode_checkpoint(Checkpoint(ORIGIN, 11, bytes(32), AT), OTHER)), "signature"),
        (replace(GOOD, checkpoint=encode_checkpoint(Checkpoint("x", 11, bytes(32), AT), SIGNER)), "checkpoint-origin"),
    ],
)
def test_no_part_can_be_exchanged(changed: LogProof, reason: str) -> None:
    with pytest.raises(Untrusted) as refused:
        verify_log_proof(changed, COMMITMENTS[4], ORIGIN, SIGNER.public)
    assert refused.value.reason == reason


OCTETS = encode_log_proof(GOOD)


@pytest.mark.parametrize(
    "octets",
    [
        b"{}",
        OCTETS[:-1],
        OCTETS.replace(b"proof/1", b"proof/2"),
        OCTETS.replace(b'"index":4', b'"index":"4"'),
        OCTETS.replace(b'"index":4', b'"index":true'),
        OCTETS.replace(b'"path":[', b'"path":[1,'),
        encode_log_proof(replace(GOOD, path=(bytes(32),) * 64)),
        bytes(70_000),
    ],
)
def test_other_octets_are_no_proof(octets: bytes) -> None:
    with pytest.raises(Malformed):
        decode_log_proof(octets)


def test_an_entry_that_is_none_is_refused() -> None:
    with pytest.raises(Malformed):
        verify_log_proof(replace(GOOD, entry=b"{}"), COMMITMENTS[4], ORIGIN, SIGNER.public)
