"""SM3 against the vectors, and the digest in progress."""

import json
from pathlib import Path

import pytest

from keys.sm3 import Sm3, hmac_sm3, sm3

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/sm3.json").read_text())


@pytest.mark.parametrize("case", VECTORS["hash"], ids=lambda case: case["id"])
def test_digest_is_the_known_one(case):
    message = bytes.fromhex(case["message"]) * case.get("repeat", 1)
    assert len(message) == case["length"]
    assert sm3(message).hex().upper() == case["digest"]


@pytest.mark.parametrize("case", VECTORS["hmac_sm3"], ids=lambda case: case["id"])
def test_hmac_is_the_known_one(case):
    assert hmac_sm3(bytes.fromhex(case["key"]), bytes.fromhex(case["message"])).hex().upper() == case["tag"]


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 119, 120, 4096])
def test_pieces_give_the_same_digest_as_the_whole(size):
    octets = bytes(number % 251 for number in range(size))
    pieces = Sm3(octets[:3])
    for start in range(3, size, 7):
        pieces.update(octets[start : start + 7])
    assert pieces.digest() == sm3(octets)


def test_asking_for_the_digest_does_not_end_it_and_copies_are_independent():
    first = Sm3(b"a")
    assert first.digest() == sm3(b"a")
    second = first.copy()
    second.update(b"bc")
    first.update(b"x")
    assert (first.digest(), second.digest()) == (sm3(b"ax"), sm3(b"abc"))
