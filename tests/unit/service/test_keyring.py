"""Key rings: keys by name, opened at the first signature, and never another key than the certificate's."""

import pytest

from keys.custody import memory_signer
from keys.errors import KeyNotUsable, SignatureRefused, UnknownReference
from keys.signer import Signer
from keys.sm2 import DEFAULT_IDENTITY, verify
from service.keyring import LateSigner, MemoryRing


class Counting:
    """Opens one signer, and counts how often."""

    def __init__(self, signer: Signer) -> None:
        self.signer, self.opened = signer, list[str]()

    def __call__(self, reference: str) -> Signer:
        self.opened.append(reference)
        return self.signer


def test_a_late_signer_opens_nothing_until_it_signs() -> None:
    signer = memory_signer("log")
    opener = Counting(signer)
    late = LateSigner(signer.public, "file:log", opener)
    assert (late.public, late.reference) == (signer.public, "file:log")
    assert opener.opened == []
    verify(late.public, b"message", late.sign(b"message"), identity=DEFAULT_IDENTITY)
    assert opener.opened == ["file:log"]
    assert late.software is True


def test_a_key_that_is_not_its_certificates_signs_nothing() -> None:
    certified, other = memory_signer("certified"), memory_signer("other")
    late = LateSigner(certified.public, "file:log", Counting(other))
    with pytest.raises(KeyNotUsable) as refusal:
        late.sign(b"message")
    assert refusal.value.reason == "key-mismatch"
    with pytest.raises(KeyNotUsable):
        assert late.software
    with pytest.raises(SignatureRefused):
        verify(certified.public, b"message", other.sign(b"message"), identity=DEFAULT_IDENTITY)


def test_a_key_exchanged_between_two_signatures_is_noticed() -> None:
    first = memory_signer("first")
    opener = Counting(first)
    late = LateSigner(first.public, "file:log", opener)
    late.sign(b"message")
    opener.signer = memory_signer("second")
    with pytest.raises(KeyNotUsable):
        late.sign(b"message")


def test_what_the_custody_refuses_is_not_hidden() -> None:
    ring = MemoryRing()
    late = LateSigner(memory_signer("gone").public, "file:gone", ring.open)
    with pytest.raises(UnknownReference):
        late.sign(b"message")


def test_a_ring_in_memory_gives_each_name_once() -> None:
    ring = MemoryRing()
    signer = ring.make("log")
    assert ring.open("file:log") is signer
    ring.make("issuing")
    assert ring.names() == ["issuing", "log"]
    with pytest.raises(KeyNotUsable) as refusal:
        ring.make("log")
    assert refusal.value.reason == "key-exists"
    with pytest.raises(UnknownReference):
        ring.open("file:root")
