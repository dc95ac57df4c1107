"""The guarded `gmssl`: agrees with the vectors, with any identity, and with keys that its constructor damages."""

import json
import os
from pathlib import Path

import pytest

from keys import second_opinion as module
from keys.backend import signing
from keys.codec import N, raw_from_der
from keys.errors import BackendFailed, BackendMissing, SignatureRefused
from keys.second_opinion import second_opinion
from keys.sm2 import DEFAULT_IDENTITY, PublicKey

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/sm2.json").read_text())
KEYS = {key["id"]: PublicKey.from_spki(bytes.fromhex(key["spki_der"])) for key in VECTORS["keys"]}
SIGNATURE = bytes.fromhex(VECTORS["sign"][0]["raw"])


@pytest.mark.parametrize("case", VECTORS["verify"], ids=lambda case: case["id"])
def test_agrees_with_the_vectors(case):
    try:
        signature = raw_from_der(bytes.fromhex(case["signature"]))
    except SignatureRefused:
        assert not case["strict"]
        return
    message, identity = bytes.fromhex(case["message"]), bytes.fromhex(case["user_id"])
    assert second_opinion(KEYS[case["key"]], message, signature, identity=identity) is case["strict"]


@pytest.mark.parametrize("start", ["04", "40", "44", "00"])
def test_keys_with_awkward_first_digits_survive(start):
    """`lstrip("04")` in the constructor would eat these digits."""
    library = signing()
    key = next(key for key in iter(library.generate, None) if key.point[1:].hex().startswith(start))
    message = os.urandom(40)
    signature = library.sign(key, message, b"someone@example.org")
    assert second_opinion(PublicKey(key.point), message, signature, identity=b"someone@example.org")
    assert not second_opinion(PublicKey(key.point), message, signature, identity=DEFAULT_IDENTITY)


@pytest.mark.parametrize(
    "signature",
    [b"", bytes(64), SIGNATURE[:63], SIGNATURE + b"\0", SIGNATURE[:32] + N.to_bytes(32, "big")],
)
def test_malformed_signatures_do_not_reach_gmssl(signature, monkeypatch):
    def reached(*_):
        raise AssertionError("reached gmssl")

    monkeypatch.setattr(module.gmssl_sm2.CryptSM2, "verify", reached)
    assert not second_opinion(KEYS["std"], b"message digest", signature, identity=DEFAULT_IDENTITY)


def test_a_break_inside_gmssl_is_no_opinion(monkeypatch):
    def broken(*_):
        raise TypeError("inside")

    monkeypatch.setattr(module.gmssl_sm2.CryptSM2, "verify", broken)
    with pytest.raises(BackendFailed):
        second_opinion(KEYS["std"], b"message digest", SIGNATURE, identity=DEFAULT_IDENTITY)


def test_another_release_is_not_asked(monkeypatch):
    monkeypatch.setattr(module.metadata, "version", lambda _: "4.0.0")
    module._check_release.cache_clear()
    with pytest.raises(BackendMissing):
        second_opinion(KEYS["std"], b"message digest", SIGNATURE, identity=DEFAULT_IDENTITY)
    monkeypatch.undo()
    module._check_release.cache_clear()
    assert second_opinion(KEYS["std"], b"message digest", SIGNATURE, identity=DEFAULT_IDENTITY)
