"""The codec alone, without any backend: what is well formed and what is not."""

import json
import random
from pathlib import Path

import pytest

from keys import pure
from keys.codec import (
    GX,
    SPKI_HEAD,
    A,
    B,
    N,
    P,
    check_identity,
    check_point,
    check_private,
    der_from_raw,
    point_from_spki,
    raw_from_der,
)
from keys.errors import MalformedKey, SignatureRefused

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/sm2.json").read_text())
KEYS = {key["id"]: key for key in VECTORS["keys"]}
STD = bytes.fromhex("04" + KEYS["std"]["x"] + KEYS["std"]["y"])


def point(x, y, form=4):
    return bytes([form]) + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def raw(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def of_order_three():
    """A point that is on a sister curve (another b) and has order 3 there: classic bait for careless code."""
    for x in range(2, 1000):
        b = -(3 * x**4 + 6 * A * x * x - A * A) * pow(12 * x, -1, P) % P
        square = (x**3 + A * x + b) % P
        y = pow(square, (P + 1) // 4, P)
        if y and y * y % P == square:
            return x, y
    raise AssertionError("no such point")


@pytest.mark.parametrize("case", VECTORS["public_key"], ids=lambda case: case["id"])
def test_public_keys_of_the_vectors(case):
    octets = bytes.fromhex(case["point"])
    if case["valid"]:
        check_point(octets)
        assert point_from_spki(SPKI_HEAD + octets) == octets
    else:
        with pytest.raises(MalformedKey):
            check_point(octets)
        with pytest.raises(MalformedKey):
            point_from_spki(SPKI_HEAD + octets)


def test_bait_of_order_three_is_what_it_claims_to_be():
    bait = (*of_order_three(), 1)
    assert pure.add(pure.double(bait), bait) == pure.INFINITY


X, Y = int(KEYS["std"]["x"], 16), int(KEYS["std"]["y"], 16)
BAD_POINTS = {
    "nothing": b"",
    "infinity, one octet": b"\0",
    "infinity, padded": bytes(65),
    "(0, 0)": point(0, 0),
    "order 2": point(GX, 0),
    "order 3": point(*of_order_three()),
    "compressed, even": b"\2" + X.to_bytes(32, "big"),
    "compressed, odd": b"\3" + X.to_bytes(32, "big"),
    "hybrid, even": point(X, Y, 6),
    "hybrid, odd": point(X, Y, 7),
    "x = p": point(P, Y),
    "y = p": point(X, P),
    "all ones": b"\4" + b"\xff" * 64,
    "exchanged": point(Y, X),
    "y + 1": point(X, Y + 1),
    "octet behind": point(X, Y) + b"\0",
    "octet before": b"\0" + point(X, Y),
}


@pytest.mark.parametrize("octets", BAD_POINTS.values(), ids=BAD_POINTS.keys())
def test_points_that_are_none_are_refused(octets):
    with pytest.raises(MalformedKey):
        check_point(octets)


def test_the_opposite_point_is_a_point():
    check_point(point(X, P - Y))
    assert (Y * Y - X**3 - A * X - B) % P == 0


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_spki_of_the_vectors(key):
    assert point_from_spki(bytes.fromhex(key["spki_der"])) == bytes.fromhex("04" + key["x"] + key["y"])


SPKI = SPKI_HEAD + STD
BAD_SPKIS = {
    "octet behind": SPKI + b"\0",
    "octet missing": SPKI[:-1],
    "infinity": bytes.fromhex("3019301306072a8648ce3d020106082a811ccf5501822d03020000"),
    "P-256 curve": SPKI.replace(bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107")),
    "unused bits": SPKI.replace(b"\x03\x42\x00\x04", b"\x03\x42\x01\x04"),
    "long-form length": b"\x30\x81\x59" + SPKI[2:],
    "bare point": STD,
}


@pytest.mark.parametrize("octets", BAD_SPKIS.values(), ids=BAD_SPKIS.keys())
def test_spkis_of_another_form_are_refused(octets):
    with pytest.raises(MalformedKey):
        point_from_spki(octets)


@pytest.mark.parametrize("case", VECTORS["private_key"], ids=lambda case: case["id"])
@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_private_numbers_of_the_vectors(case, kind):
    octets = kind(bytes.fromhex(case["d"]))
    if case["valid"]:
        check_private(octets)
    else:
        with pytest.raises(MalformedKey):
            check_private(octets)


@pytest.mark.parametrize(
    "octets", [b"", bytes(31) + b"", b"\1" * 31, b"\1" * 33, b"\xff" * 32, (N + 1).to_bytes(32, "big")]
)
def test_private_numbers_of_another_size_or_range_are_refused(octets):
    with pytest.raises(MalformedKey):
        check_private(octets)


def test_identities_are_bounded():
    check_identity(b"")
    check_identity(bytes(8190))
    with pytest.raises(MalformedKey):
        check_identity(bytes(8191))


@pytest.mark.parametrize("case", VECTORS["sign"], ids=lambda case: case["id"])
def test_der_and_raw_are_two_forms_of_one_signature(case):
    assert der_from_raw(bytes.fromhex(case["raw"])).hex().upper() == case["der"]
    assert raw_from_der(bytes.fromhex(case["der"])).hex().upper() == case["raw"]


def test_der_there_and_back_for_numbers_of_every_length():
    chance = random.Random(1)
    for _ in range(5000):
        numbers = [chance.randrange(1, min(N, 1 << chance.randrange(1, 257))) for _ in range(2)]
        if sum(numbers) != N:
            assert raw_from_der(der_from_raw(raw(*numbers))) == raw(*numbers)


BAD_RAWS = {
    "empty": b"",
    "63 octets": raw(1, 1)[:-1],
    "65 octets": raw(1, 1) + b"\0",
    "r = 0": raw(0, 1),
    "s = 0": raw(1, 0),
    "r = n": raw(N, 1),
    "s = n": raw(1, N),
    "r > n": raw(N + 1, 1),
    "s > n": raw(1, (1 << 256) - 1),
    "r + s = n": raw(5, N - 5),
    "DER in place of raw": bytes.fromhex(VECTORS["sign"][0]["der"]),
}


@pytest.mark.parametrize("octets", BAD_RAWS.values(), ids=BAD_RAWS.keys())
def test_raw_signatures_out_of_range_or_size_are_refused(octets):
    with pytest.raises(SignatureRefused):
        der_from_raw(octets)


def integer(value):
    return bytes([2, len(value)]) + value


def sequence(*parts):
    body = b"".join(parts)
    return bytes([0x30, len(body)]) + body


ONE, HIGH = b"\1", b"\0" + b"\xf0" * 31
BAD_DERS = {
    "empty": b"",
    "raw in place of DER": raw(1, 2),
    "octet behind": sequence(integer(ONE), integer(ONE)) + b"\0",
    "octet inside behind s": sequence(integer(ONE), integer(ONE), b"\0"),
    "three INTEGERs": sequence(integer(ONE), integer(ONE), integer(ONE)),
    "one INTEGER": sequence(integer(b"\1" * 32)),
    "no INTEGER": sequence(b"", b"\5\0\5\0\5\0"),
    "padded r": sequence(integer(b"\0\1"), integer(b"\2\2")),
    "padded s": sequence(integer(b"\2\2"), integer(b"\0\1")),
    "negative r": sequence(integer(b"\xf0" * 8), integer(ONE)),
    "negative s": sequence(integer(ONE), integer(b"\xf0" * 8)),
    "empty INTEGER": sequence(integer(b""), integer(b"\1\1")),
    "r = 0": sequence(integer(b"\0"), integer(b"\1\1")),
    "s = n": sequence(integer(ONE), integer(b"\0" + N.to_bytes(32, "big"))),
    "33 significant octets": sequence(integer(b"\1" * 33), integer(ONE)),
    "long-form length": b"\x30\x81\x06" + integer(ONE) * 2,
    "indefinite length": b"\x30\x80" + integer(ONE) * 2 + b"\0\0",
    "SET in place of SEQUENCE": b"\x31\x06" + integer(ONE) * 2,
    "OCTET STRING in place of r": sequence(b"\4\1\1", integer(ONE)),
    "OCTET STRING in place of s": sequence(integer(ONE), b"\4\1\1"),
    "length points behind the end": b"\x30\x06\x02\x7f\x01\x02\x01\x01",
    "inner length too short": sequence(b"\2\2\1", integer(HIGH)),
    "huge": sequence(integer(ONE), integer(ONE)) + bytes(1 << 20),
}


@pytest.mark.parametrize("octets", BAD_DERS.values(), ids=BAD_DERS.keys())
def test_ders_of_another_form_are_refused(octets):
    with pytest.raises(SignatureRefused):
        raw_from_der(octets)


def test_no_octets_make_the_reader_raise_anything_but_its_refusal():
    chance = random.Random(2)
    good = bytes.fromhex(VECTORS["sign"][0]["der"])
    accepted = 0
    for _ in range(20_000):
        octets = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        del octets[chance.randrange(60, 74) :]
        try:
            found = raw_from_der(bytes(octets))
        except SignatureRefused:
            continue
        accepted += 1
        assert der_from_raw(found) == octets
    assert accepted
