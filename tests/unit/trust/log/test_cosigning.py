"""Cosignatures handed in: only of notes that this log signed, by witnesses it admitted, that hold."""

from datetime import timedelta

import pytest

from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, published
from trust.errors import Malformed, Untrusted
from trust.formats.checkpoint import encode_checkpoint, parse_checkpoint
from trust.formats.cosignature import cosign, verify_cosignature, witness_key
from trust.log.cosigning import take_cosignatures
from trust.log.errors import NotLogged
from trust.log.proving import prove

ONE, TWO, STRANGER = (memory_signer(name) for name in ("one", "two", "stranger"))
KEYS = [witness_key("one.example", ONE.public), witness_key("two.example", TWO.public)]


def log_with_witnesses() -> MemoryLog:
    log = published(5)
    log.witnesses = list(KEYS)
    return log


def take(log: MemoryLog, note: bytes) -> list[str]:
    return take_cosignatures(log, log, note, AT)


def test_cosignatures_are_kept_served_and_carried_by_proofs() -> None:
    log = log_with_witnesses()
    note = log.latest()
    assert take(log, cosign(note, "one.example", ONE, AT)) == ["one.example"]
    assert take(log, cosign(cosign(note, "two.example", TWO, AT), "one.example", ONE, AT)) == [
        "one.example",
        "two.example",
    ]
    both = log.cosigned(0)
    assert both.startswith(note)
    assert [verify_cosignature(both, key).witness for key in KEYS] == ["one.example", "two.example"]
    assert prove(log, sm3(bytes([4]))).checkpoint == both


def test_the_first_of_a_witness_stays() -> None:
    log = log_with_witnesses()
    take(log, cosign(log.latest(), "one.example", ONE, AT))
    take(log, cosign(log.latest(), "one.example", ONE, AT + timedelta(seconds=9)))
    assert verify_cosignature(log.cosigned(0), KEYS[0]).at == AT


def test_a_proof_comes_under_the_latest_note_while_no_witness_has_seen_the_entry() -> None:
    log = published(3)
    log.witnesses = list(KEYS)
    take(log, cosign(log.latest(), "one.example", ONE, AT))
    later = published(3, 6)
    later.witnesses, later.kept = log.witnesses, log.kept
    assert parse_checkpoint(prove(later, sm3(bytes([5]))).checkpoint)[0].size == 6


@pytest.mark.parametrize(
    ("name", "signer", "seconds", "reason"),
    [
        ("stranger.example", STRANGER, 0, "witness-unknown"),
        ("one.example", STRANGER, 0, "witness-unknown"),
        ("one.example", TWO, 0, "witness-unknown"),
        ("one.example", ONE, 301, "cosignature-time"),
        ("one.example", ONE, -301, "cosignature-time"),
    ],
)
def test_what_does_not_count_is_not_kept(name: str, signer: object, seconds: int, reason: str) -> None:
    log = log_with_witnesses()
    with pytest.raises(Untrusted) as refused:
        take(log, cosign(log.latest(), name, signer, AT + timedelta(seconds=seconds)))
    assert refused.value.reason == reason
    assert log.kept == []


def test_a_line_that_does_not_hold_is_refused_with_all_that_came_with_it() -> None:
    log = log_with_witnesses()
    other = cosign(published(4).latest(), "one.example", ONE, AT).splitlines(keepends=True)[-1]
    with pytest.raises(Untrusted, match="signature"):
        take(log, cosign(log.latest(), "two.example", TWO, AT) + other)
    assert log.kept == []


def test_only_what_this_log_signed_is_taken() -> None:
    log = log_with_witnesses()
    checkpoint = parse_checkpoint(log.latest())[0]
    forged = encode_checkpoint(checkpoint, STRANGER)
    for note in (published(4).latest(), encode_checkpoint(parse_checkpoint(published(6).latest())[0], SIGNER)):
        with pytest.raises(NotLogged, match="no-checkpoint"):
            take(log, cosign(note, "one.example", ONE, AT))
    assert take(log, cosign(forged, "one.example", ONE, AT)) == ["one.example"]  # the text is ours; its line is kept
    assert ORIGIN.encode() in log.cosigned(0)
    for note in (b"", b"x" * 20_000, log.latest()[:-1]):
        with pytest.raises((Malformed, Untrusted)):
            take(log, note)
