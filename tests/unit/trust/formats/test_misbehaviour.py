"""Proof that a log misbehaved: what two signed checkpoints prove, and what they do not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keys.custody import memory_signer
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, grown
from trust.errors import Malformed, Untrusted
from trust.formats.checkpoint import Checkpoint, encode_checkpoint
from trust.formats.merkle import grow, leaf_hash, read_root
from trust.formats.misbehaviour import (
    Kind,
    Misbehaviour,
    accuse,
    decode_misbehaviour,
    encode_misbehaviour,
    verify_misbehaviour,
)
from trust.log.proving import consistency

ONE = grown(MemoryLog(), 12)
OTHER = grown(MemoryLog(), 3)
OTHER.stored[2] = OTHER.stored[2].replace(b"issue", b"act")


def rebuilt(entries: list[bytes]) -> MemoryLog:
    """A log of these entries, hashed as if nothing had happened."""

    log = MemoryLog()
    log.stored = list(entries)
    log.tree = dict(grow(0, [], map(leaf_hash, entries))[1])
    return log


TWO = rebuilt([*OTHER.stored, *ONE.stored[3:]])


def note(log: MemoryLog, size: int, *, seconds: int = 0, signer: object = SIGNER) -> bytes:
    checkpoint = Checkpoint(ORIGIN, size, read_root(log.nodes, size), AT + timedelta(seconds=seconds))
    return encode_checkpoint(checkpoint, signer)


def served(log: MemoryLog, old: int, new: int) -> tuple[bytes, list[bytes]]:
    return read_root(log.nodes, old), consistency(log, old, new)


def accused(one: bytes, other: bytes, proof: tuple[bytes, list[bytes]] | None = None) -> Misbehaviour | None:
    return accuse(one, other, ORIGIN, SIGNER.public, proof)


@pytest.mark.parametrize(
    ("one", "other", "proof", "kind"),
    [
        (note(ONE, 7), note(TWO, 7), None, Kind.TWO_ROOTS),
        (note(ONE, 5), note(TWO, 9, seconds=1), served(TWO, 5, 9), Kind.NOT_CONTINUED),
        (note(ONE, 4), note(TWO, 9, seconds=1), served(TWO, 4, 9), Kind.NOT_CONTINUED),
        (note(TWO, 8), note(ONE, 12, seconds=1), served(ONE, 8, 12), Kind.NOT_CONTINUED),
        (note(ONE, 9), note(ONE, 4, seconds=1), None, Kind.ROLLED_BACK),
    ],
)
def test_what_contradicts_itself_is_proved_to_anybody(
    one: bytes, other: bytes, proof: tuple[bytes, list[bytes]] | None, kind: Kind
) -> None:
    found = accused(one, other, proof)
    assert found is not None
    assert found.kind is kind
    assert accused(other, one, proof) == found
    read = decode_misbehaviour(encode_misbehaviour(found))
    assert read == found
    first, second = verify_misbehaviour(read, ORIGIN, SIGNER.public)
    assert first.size <= second.size
    assert len(encode_misbehaviour(found)) < 2500


@pytest.mark.parametrize(
    ("one", "other", "proof"),
    [
        (note(ONE, 7), note(ONE, 7), None),
        (note(ONE, 7), note(ONE, 7, seconds=9), None),
        (note(ONE, 7), note(ONE, 9, seconds=1), None),
        (note(ONE, 7), note(ONE, 9, seconds=1), served(ONE, 7, 9)),
        (note(ONE, 9), note(ONE, 7, seconds=-1), None),
        (note(ONE, 5), note(TWO, 9), None),
        (note(ONE, 5), note(TWO, 9), served(ONE, 5, 9)),
        (note(ONE, 5), note(TWO, 9), (bytes(32), [bytes(32)])),
        (note(MemoryLog(), 0), note(TWO, 9), (bytes(32), [])),
    ],
)
def test_what_may_both_be_true_or_is_not_shown_proves_nothing(
    one: bytes, other: bytes, proof: tuple[bytes, list[bytes]] | None
) -> None:
    assert accused(one, other, proof) is None


SPLIT = accused(note(ONE, 5), note(TWO, 9, seconds=1), served(TWO, 5, 9))


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": Kind.TWO_ROOTS},
        {"kind": Kind.ROLLED_BACK},
        {"root": bytes(32)},
        {"root": read_root(ONE.nodes, 5)},
        {"path": ()},
        {"first": note(TWO, 5)},
        {"second": note(ONE, 9, seconds=1)},
        {"second": note(TWO, 9, seconds=1, signer=memory_signer("other"))},
        {"first": b"no note"},
    ],
)
def test_a_proof_that_was_made_up_convicts_nobody(changed: dict[str, object]) -> None:
    assert SPLIT is not None
    with pytest.raises((Untrusted, Malformed)):
        verify_misbehaviour(replace(SPLIT, **changed), ORIGIN, SIGNER.public)


def test_another_log_is_not_convicted() -> None:
    assert SPLIT is not None
    with pytest.raises(Untrusted, match="checkpoint-origin"):
        verify_misbehaviour(SPLIT, "other.example/log", SIGNER.public)


@pytest.mark.parametrize("octets", [b"", b"{}", b"[]", encode_misbehaviour(SPLIT).replace(b"/1", b"/2")])  # type: ignore[arg-type]  # it is one
def test_what_is_no_proof_is_refused(octets: bytes) -> None:
    with pytest.raises(Malformed):
        decode_misbehaviour(octets)
