"""Proofs out of the stored log."""

import pytest

from keys.sm3 import sm3
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, grown, published
from trust.errors import Malformed
from trust.formats.log_proof import verify_log_proof
from trust.formats.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from trust.log.errors import NotLogged
from trust.log.proving import consistency, find, inclusion, prove


def test_what_is_logged_is_found_and_proved() -> None:
    log = published(11)
    for number in range(11):
        index, entry = find(log, sm3(bytes([number])))
        assert (index, entry.at) == (number, AT)
        found, checkpoint = verify_log_proof(
            prove(log, sm3(bytes([number]))), sm3(bytes([number])), ORIGIN, SIGNER.public
        )
        assert (found, checkpoint.size) == (entry, 11)


def test_proofs_for_any_size_below_the_log() -> None:
    log = published(11)
    verify_inclusion(leaf_hash(log.stored[2]), 2, 6, inclusion(log, 2, 6), root_of(log.stored[:6]))
    verify_consistency(6, 9, root_of(log.stored[:6]), root_of(log.stored[:9]), consistency(log, 6, 9))


def test_what_is_not_logged_or_not_signed_for_is_not_proved() -> None:
    log = grown(published(3), 1)
    assert find(log, bytes(32)) is None
    with pytest.raises(NotLogged, match="not-logged"):
        prove(log, bytes(32))
    with pytest.raises(NotLogged, match="not-yet-published"):
        prove(log, sm3(b"\x03"))
    with pytest.raises(NotLogged, match="not-yet-published"):
        prove(grown(MemoryLog(), 1), sm3(b"\x00"))


def test_no_proof_beyond_the_log() -> None:
    log = published(3)
    for ask in (lambda: inclusion(log, 1, 4), lambda: inclusion(log, 3, 3), lambda: consistency(log, 2, 4)):
        with pytest.raises(Malformed, match="proof-range"):
            ask()
