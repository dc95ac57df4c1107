"""Witnesses: they cosign what continues, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keys.custody import memory_signer
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, grown, published
from trust.errors import Malformed, Untrusted
from trust.formats.checkpoint import Checkpoint, encode_checkpoint, verify_checkpoint
from trust.formats.cosignature import cosign, verify_cosignature, witness_key
from trust.log.checkpointing import publish_checkpoint
from trust.log.proving import consistency
from trust.log.witnessing import witness

NAME = "jianzheng.example"
WITNESS = memory_signer("witness")
LATER = AT + timedelta(seconds=40, microseconds=5)


def seen_by(seen: Checkpoint | None, note: bytes, proof: list[bytes]) -> bytes:
    return witness(seen, note, proof, origin=ORIGIN, log_key=SIGNER.public, name=NAME, signer=WITNESS, at=LATER)


def checkpoints(log: MemoryLog) -> list[Checkpoint]:
    return [verify_checkpoint(note, ORIGIN, SIGNER.public) for _, note in log.notes.values()]


def test_a_log_that_goes_on_is_cosigned() -> None:
    log = published(3, 9)
    old, new = checkpoints(log)
    first = seen_by(None, log.notes[3][1], [])
    second = seen_by(old, log.latest(), consistency(log, 3, 9))
    for note, checkpoint in ((first, old), (second, new)):
        assert verify_checkpoint(note, ORIGIN, SIGNER.public) == checkpoint
        assert verify_cosignature(note, witness_key(NAME, WITNESS.public)).at == LATER.replace(microsecond=0)


def test_the_same_size_again_needs_no_proof() -> None:
    log = published(3)
    (seen,) = checkpoints(log)
    publish_checkpoint(log, SIGNER, ORIGIN, LATER)
    assert verify_cosignature(seen_by(seen, log.latest(), []), witness_key(NAME, WITNESS.public))


@pytest.mark.parametrize(
    ("change", "proof_from", "reason"),
    [
        ({"size": 10}, 3, "checkpoint-older"),
        ({"size": 9, "root": bytes(32)}, 9, "split-view"),
        ({"root": bytes(32)}, 3, "consistency"),
        ({"size": 4}, 3, "consistency"),
        ({}, 5, "consistency"),
    ],
)
def test_a_history_that_does_not_go_on_is_not_cosigned(change: dict, proof_from: int, reason: str) -> None:
    log = published(3, 9)
    seen = replace(checkpoints(log)[0], **change)
    with pytest.raises(Untrusted) as refused:
        seen_by(seen, log.latest(), consistency(log, proof_from, 9))
    assert refused.value.reason == reason


def test_what_the_log_did_not_sign_is_not_cosigned() -> None:
    forged = encode_checkpoint(Checkpoint(ORIGIN, 3, bytes(32), AT), WITNESS)
    with pytest.raises(Untrusted, match="signature"):
        seen_by(None, forged, [])


def test_a_cosignature_is_for_one_text_one_time_one_witness() -> None:
    note = seen_by(None, published(3).latest(), [])
    with pytest.raises(Untrusted, match="signature"):
        verify_cosignature(note, witness_key(NAME, SIGNER.public))
    with pytest.raises(Untrusted, match="signature"):
        verify_cosignature(note, witness_key("other.example", WITNESS.public))
    line = note.decode().splitlines()[-1]
    other = grown(MemoryLog(), 4)
    with pytest.raises(Untrusted, match="signature"):
        verify_cosignature(
            publish_checkpoint(other, SIGNER, ORIGIN, AT) + f"{line}\n".encode(), witness_key(NAME, WITNESS.public)
        )


def test_the_logs_own_signature_is_no_cosignature() -> None:
    with pytest.raises(Untrusted, match="signature"):
        verify_cosignature(published(3).latest(), witness_key(ORIGIN, SIGNER.public))


def test_a_note_takes_no_more_lines_than_readers_accept() -> None:
    note = published(3).latest()
    for _ in range(15):
        note = cosign(note, NAME, WITNESS, LATER)
    with pytest.raises(Malformed, match="note"):
        cosign(note, NAME, WITNESS, LATER)
    with pytest.raises(Malformed, match="note-name"):
        cosign(published(3).latest(), "two words", WITNESS, LATER)
