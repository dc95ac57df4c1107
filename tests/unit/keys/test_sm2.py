"""Verification through `keys.sm2`: every vector under every backend, and the codec in front of a backend that nods."""

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from keys import backend as backends
from keys.codec import SPKI_HEAD, N, raw_from_der
from keys.errors import BackendFailed, KeysError, MalformedKey, SignatureRefused
from keys.pure import PureVerifier
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, backend, digest, verify
from keys.sm3 import sm3

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/sm2.json").read_text())
KEYS = {key["id"]: PublicKey.from_spki(bytes.fromhex(key["spki_der"])) for key in VECTORS["keys"]}
STD, MESSAGE = KEYS["std"], b"message digest"
SIGNATURE = bytes.fromhex(VECTORS["sign"][0]["raw"])
R, S = (int.from_bytes(half, "big") for half in (SIGNATURE[:32], SIGNATURE[32:]))


def raw(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def holds(public, message, signature, identity=DEFAULT_IDENTITY):
    try:
        verify(public, message, signature, identity=identity)
    except SignatureRefused:
        return False
    return True


@pytest.fixture(params=["libcrypto", "pure"])
def each_backend(request, monkeypatch):
    found = backends.signing() if request.param == "libcrypto" else PureVerifier()
    monkeypatch.setattr(backends, "chosen", lambda: found)


class Nodding:
    """A backend that accepts everything: whatever is refused before it, our own code refused."""

    description = "nodding"

    def verify(self, *_):
        return True


@pytest.fixture
def nodding(monkeypatch):
    monkeypatch.setattr(backends, "chosen", Nodding)


@pytest.mark.usefixtures("each_backend")
@pytest.mark.parametrize("case", VECTORS["verify"], ids=lambda case: case["id"])
def test_vectors_have_the_strict_verdict(case):
    try:
        signature = raw_from_der(bytes.fromhex(case["signature"]))
    except SignatureRefused:
        assert not case["strict"]
        return
    identity = bytes.fromhex(case["user_id"])
    assert holds(KEYS[case["key"]], bytes.fromhex(case["message"]), signature, identity) is case["strict"]


@pytest.mark.usefixtures("each_backend")
def test_every_flipped_octet_is_refused():
    assert holds(STD, MESSAGE, SIGNATURE)
    for at in range(64):
        assert not holds(STD, MESSAGE, SIGNATURE[:at] + bytes([SIGNATURE[at] ^ 0x10]) + SIGNATURE[at + 1 :])


@pytest.mark.usefixtures("each_backend")
@pytest.mark.parametrize(
    "identity", [b"", b"1234567812345679", b"12345678123456781", b"ALICE123@YAHOO.COM", bytes(8190)]
)
def test_other_identities_are_refused(identity):
    assert not holds(STD, MESSAGE, SIGNATURE, identity)


MALFORMED = {
    "r = 0": raw(0, S),
    "s = 0": raw(R, 0),
    "both 0": bytes(64),
    "r = n": raw(N, S),
    "s = n": raw(R, N),
    "r > n": raw(N + 1, S),
    "s > n": raw(R, N + 1),
    "all ones": b"\xff" * 64,
    "r + s = n": raw(R, N - R),
    "empty": b"",
    "63 octets": SIGNATURE[1:],
    "65 octets": SIGNATURE + b"\0",
    "DER": bytes.fromhex(VECTORS["sign"][0]["der"]),
    "huge": bytes(1 << 20),
}
WRONG = {
    "exchanged": raw(S, R),
    "n - s": raw(R, N - S),
    "n - r": raw(N - R, S),
    "r + 1": raw(R + 1, S),
    "other": raw(1, 1),
}


@pytest.mark.usefixtures("nodding")
@pytest.mark.parametrize("signature", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_signatures_are_refused_before_any_backend(signature):
    assert holds(STD, MESSAGE, SIGNATURE), "the nodding backend is in place"
    assert not holds(STD, MESSAGE, signature)


@pytest.mark.usefixtures("each_backend")
@pytest.mark.parametrize("signature", WRONG.values(), ids=WRONG.keys())
def test_wrong_signatures_are_refused(signature):
    assert not holds(STD, MESSAGE, signature)


def test_a_refusal_does_not_tell_malformed_from_wrong():
    refusals = set()
    for signature in (*MALFORMED.values(), *WRONG.values()):
        with pytest.raises(SignatureRefused) as refusal:
            verify(STD, MESSAGE, signature, identity=DEFAULT_IDENTITY)
        assert refusal.value.__cause__ is None
        refusals.add((refusal.value.reason, str(refusal.value)))
    assert len(refusals) == 1


def test_a_refusal_is_what_signature_hooks_expect():
    with pytest.raises(InvalidSignature):
        verify(STD, MESSAGE, raw(1, 1), identity=DEFAULT_IDENTITY)
    assert issubclass(SignatureRefused, KeysError)


def test_the_identity_has_no_default():
    with pytest.raises(TypeError, match="identity"):
        verify(STD, MESSAGE, SIGNATURE)
    with pytest.raises(TypeError, match="identity"):
        digest(STD, MESSAGE)


@pytest.mark.usefixtures("nodding")
def test_an_identity_that_is_too_long_is_refused_before_any_backend():
    with pytest.raises(MalformedKey):
        verify(STD, MESSAGE, SIGNATURE, identity=bytes(8191))
    with pytest.raises(MalformedKey):
        digest(STD, MESSAGE, identity=bytes(8191))


def test_a_broken_backend_is_no_refusal(monkeypatch):
    class Broken(Nodding):
        def verify(self, *_):
            raise BackendFailed("test")

    monkeypatch.setattr(backends, "chosen", Broken)
    with pytest.raises(BackendFailed):
        verify(STD, MESSAGE, SIGNATURE, identity=DEFAULT_IDENTITY)


@pytest.mark.usefixtures("nodding")
@pytest.mark.parametrize("case", VECTORS["public_key"], ids=lambda case: case["id"])
def test_a_public_key_cannot_exist_off_the_curve(case):
    point = bytes.fromhex(case["point"])
    if case["valid"]:
        assert PublicKey(point) == PublicKey.from_spki(SPKI_HEAD + point)
    else:
        with pytest.raises(MalformedKey):
            PublicKey(point)
        with pytest.raises(MalformedKey):
            PublicKey.from_spki(SPKI_HEAD + point)


@pytest.mark.parametrize("key", VECTORS["keys"], ids=lambda key: key["id"])
def test_a_public_key_knows_its_forms(key):
    public = PublicKey(bytes.fromhex("04" + key["x"] + key["y"]))
    assert public.spki.hex().upper() == key["spki_der"]
    assert public.key_id == sm3(public.spki)[:4]
    assert len({public, PublicKey.from_spki(public.spki)}) == 1


def test_a_public_key_is_a_value():
    with pytest.raises(FrozenInstanceError):
        STD.point = KEYS["short-x"].point
    assert STD.key_id == STD.key_id  # asked twice: kept
    assert PublicKey(STD.point) == STD != KEYS["short-x"]


@pytest.mark.parametrize("case", VECTORS["sign"], ids=lambda case: case["id"])
def test_digest_is_the_known_one(case):
    e = digest(KEYS[case["key"]], bytes.fromhex(case["message"]), identity=bytes.fromhex(case["user_id"]))
    assert e.hex().upper() == case["e"]


def test_the_backend_says_who_it_is():
    assert backend() == backends.chosen().description != ""
