"""The COSE_Sign1 envelope: one spelling, one meaning."""

import cbor2
import pytest

from keys.custody import memory_signer
from trust.errors import Malformed, Untrusted
from trust.formats.cose import check, plan_sign1, protected, sign1, split, unwrap

SIGNER = memory_signer()
OTHER = memory_signer("other")
TYPE = "application/example"
LIMIT = 100_000


@pytest.mark.parametrize("content_type", [None, TYPE, "x" * 23, "x" * 24, "x" * 100])
@pytest.mark.parametrize("size", [0, 1, 23, 24, 255, 256, 65535, 65536])
def test_what_is_signed_comes_back(content_type: str | None, size: int) -> None:
    data = sign1(bytes(size), SIGNER, content_type)
    envelope = split(data, LIMIT)
    check(envelope, SIGNER.public)
    assert envelope.payload == bytes(size)
    assert envelope.content_type == content_type
    assert envelope.key_id == SIGNER.public.key_id


def test_a_generic_cbor_reader_sees_the_registered_shape() -> None:
    tag = cbor2.loads(sign1(b"claims", SIGNER, TYPE))
    header, unprotected, payload, signature = tag.value
    assert (tag.tag, dict(unprotected), payload, len(signature)) == (18, {}, b"claims", 64)
    assert cbor2.loads(header) == {1: -65537, 4: SIGNER.public.key_id, 16: TYPE}


def test_header_octets_are_those_of_the_documentation() -> None:
    assert protected(bytes.fromhex("00112233"), None).hex() == "a2013a00010000044400112233"


def test_planned_octets_are_those_signed() -> None:
    message, complete = plan_sign1(b"claims", SIGNER.public, TYPE)
    data = complete(SIGNER.sign(message))
    assert split(data, LIMIT).to_be_signed == message
    assert unwrap(data, SIGNER.public, content_type=TYPE, limit=LIMIT) == b"claims"


def test_every_change_of_one_octet_is_refused() -> None:
    data = sign1(b"some claims", SIGNER, TYPE)
    for place in range(len(data)):
        for flip in (0x01, 0x80, 0xFF):
            changed = data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]
            with pytest.raises((Malformed, Untrusted)):
                unwrap(changed, SIGNER.public, content_type=TYPE, limit=LIMIT)


@pytest.mark.parametrize("content_type", [None, "application/other", TYPE + " "])
def test_a_payload_of_another_type_is_refused_though_signed(content_type: str | None) -> None:
    data = sign1(b"claims", SIGNER, content_type)
    with pytest.raises(Malformed, match="cose-type"):
        unwrap(data, SIGNER.public, content_type=TYPE, limit=LIMIT)


def test_another_key_does_not_verify_even_with_the_same_key_id() -> None:
    envelope = split(sign1(b"claims", SIGNER), LIMIT)
    with pytest.raises(Untrusted, match="signature"):
        check(envelope, OTHER.public)
    header = protected(OTHER.public.key_id, None)
    forged = cbor2.dumps(cbor2.CBORTag(18, [header, {}, b"claims", envelope.signature]))
    with pytest.raises(Untrusted, match="signature"):
        check(split(forged, LIMIT), OTHER.public)


def made(header: bytes, *, unprotected: object = None, payload: object = b"p", signature: bytes = bytes(64)) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(18, [header, unprotected or {}, payload, signature]))


KID = bytes(4)
GOOD = made(protected(KID, None))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cose-structure"),
        (b"\xd2\x84", "cose-structure"),
        (cbor2.dumps([protected(KID, None), {}, b"p", bytes(64)]), "cose-structure"),
        (b"\xd2\x83" + GOOD[2:], "cose-structure"),
        (made(protected(KID, None), payload="text"), "cose-structure"),
        (made(protected(KID, None), payload=None), "cose-structure"),
        (GOOD + b"\x00", "cose-trailing"),
        (GOOD[:-1], "cose-length"),
        (made(protected(KID, None), signature=bytes(63)), "cose-signature"),
        (made(protected(KID, None), signature=bytes(65)), "cose-signature"),
        (made(protected(KID, None), unprotected={4: KID}), "cose-header"),
        (made(b""), "cose-header"),
        (made(cbor2.dumps({1: -7, 4: KID})), "cose-header"),
        (made(cbor2.dumps({1: -65537})), "cose-header"),
        (made(cbor2.dumps({4: KID, 1: -65537})), "cose-header"),
        (made(cbor2.dumps({1: -65537, 4: bytes(5)})), "cose-header"),
        (made(cbor2.dumps({1: -65537, 4: KID, 16: 60})), "cose-header"),
        (made(cbor2.dumps({1: -65537, 4: KID, 16: ""})), "cose-header"),
        (made(cbor2.dumps({1: -65537, 4: KID, 16: "x" * 101})), "cose-header"),
        (made(cbor2.dumps({1: -65537, 4: KID, 16: "类型"})), "cose-header"),
        (made(cbor2.dumps({1: -65537, 4: KID, 2: [16], 16: "x"})), "cose-header"),
        (made(protected(KID, None) + b"\x00"), "cose-header"),
        (b"\xd2\x84\x58\x0d" + GOOD[3:], "cose-length"),
        (b"\xd2\x84\x5f\x4d" + GOOD[3:], "cose-structure"),
        (b"\xd2\x84\x5a\xff\xff\xff\xff", "cose-length"),
        (b"\xd2\x84\x5b" + bytes(8), "cose-structure"),
    ],
)
def test_other_spellings_and_damage_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        split(data, LIMIT)
    assert refused.value.reason == reason


def test_the_limit_comes_before_everything() -> None:
    with pytest.raises(Malformed, match="cose-too-large"):
        split(bytes(11), 10)


@pytest.mark.parametrize("content_type", ["", "a\n", "类型", "x" * 101])
def test_a_type_that_no_reader_would_take_is_not_signed(content_type: str) -> None:
    with pytest.raises(Malformed, match="cose-header"):
        sign1(b"", SIGNER, content_type)


def test_a_signature_of_another_length_is_not_put_in() -> None:
    _, complete = plan_sign1(b"", SIGNER.public)
    with pytest.raises(Malformed, match="cose-signature"):
        complete(bytes(63))
