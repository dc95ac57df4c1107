"""OCSP: requests are read strictly and bounded, answers come back as they were meant, hostile octets in one way."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.certification_parts import AT, founded, memory_books
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import ocsp
from trust.formats.crl import Reason, Revoked
from trust.formats.ocsp import (
    BASIC,
    MAX_QUESTIONS,
    MAX_REQUEST,
    NONCE,
    Single,
    Trouble,
    answer_tbs,
    assemble_answer,
    read_answer,
    read_request,
    write_request,
    write_trouble,
)

AUTHORITY = founded(memory_books())
ISSUER, ROOT = AUTHORITY.issuing.certificate, AUTHORITY.root.certificate
HOUR = timedelta(hours=1)
NOW = AT.replace(microsecond=0)
REQUEST = write_request([(ISSUER, 7)], b"n" * 32)


def question(serial: int = 7) -> bytes:
    return read_request(write_request([(ISSUER, serial)])).questions[0].octets


def signed(*singles: Single, nonce: bytes | None = None) -> bytes:
    tbs = answer_tbs(ISSUER, NOW, singles, nonce)
    return assemble_answer(tbs, AUTHORITY.issuing.signer.sign(tbs), ISSUER.der)


def single(revoked: Revoked | None = None, *, known: bool = True) -> Single:
    return Single(question(), known, revoked, NOW, NOW + HOUR)


def test_a_request_comes_back() -> None:
    request = read_request(REQUEST)
    (asked,) = request.questions
    assert (asked.serial, request.nonce) == (7, b"n" * 32)
    assert asked.names(ISSUER)
    assert not asked.names(ROOT)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_requests_of_others_are_read(algorithm: str) -> None:
    """asn1crypto writes them here, as common clients do: SHA-1 with NULL parameters."""
    digest = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}[algorithm]
    from hashlib import new

    asked = ocsp.OCSPRequest(
        {
            "tbs_request": {
                "request_list": [
                    {
                        "req_cert": {
                            "hash_algorithm": {"algorithm": digest},
                            "issuer_name_hash": new(algorithm, ISSUER.subject.der).digest(),
                            "issuer_key_hash": new(algorithm, ISSUER.public_key.point).digest(),
                            "serial_number": 2**127,
                        }
                    }
                ]
            }
        }
    ).dump()
    (found,) = read_request(asked).questions
    assert (found.serial, found.names(ISSUER)) == (2**127, True)


def extension(oid: str, value: bytes, *, critical: bool) -> bytes:
    flag = b"\x01\x01\xff" if critical else b""
    return der.write_sequence(der.write_object_identifier(oid), flag, der.write_octet_string(value))


def with_extension(one: bytes) -> bytes:
    listed = der.members(der.members(der.read(write_request([(ISSUER, 7)]), limit=MAX_REQUEST))[0])[0].octets
    return der.write_sequence(der.write_sequence(listed, der.write(0xA2, der.write_sequence(one))))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x30\x00",
        REQUEST[:-1],
        REQUEST + b"\x00",
        bytes(MAX_REQUEST + 1),
        write_request([]),
        write_request([(ISSUER, number) for number in range(MAX_QUESTIONS + 1)]),
        write_request([(ISSUER, 7)], b""),
        write_request([(ISSUER, 7)], bytes(129)),
        with_extension(extension("1.2.3.4", b"", critical=True)),
        with_extension(extension(NONCE, b"not DER", critical=False)),
    ],
    ids=[
        "nothing", "empty", "cut", "more", "large", "no question", "too many", "empty nonce", "long nonce", "critical",
        "bad nonce",
    ],
)  # fmt: skip
def test_requests_that_are_refused(octets: bytes) -> None:
    with pytest.raises(Malformed, match="ocsp-request"):
        read_request(octets)


def test_an_unknown_extension_that_is_not_critical_is_passed_by() -> None:
    assert read_request(with_extension(extension("1.2.3.4", b"", critical=False))).nonce is None


@given(st.binary(max_size=200), st.integers(0, 10**6), st.integers(1, 255))
def test_random_and_damaged_octets_are_refused_in_one_way(octets: bytes, place: int, flip: int) -> None:
    damaged = bytearray(REQUEST)
    damaged[place % len(damaged)] ^= flip
    for one in (octets, bytes(damaged)):
        try:
            read_request(one)
        except Malformed as error:
            assert error.reason == "ocsp-request"  # noqa: PT017  (not every damage is one that can be seen)


@pytest.mark.parametrize(
    "said",
    [
        single(),
        single(known=False),
        single(Revoked(NOW - HOUR)),
        *(single(Revoked(NOW - HOUR, reason)) for reason in Reason),
    ],
)
def test_answers_come_back(said: Single) -> None:
    found = read_answer(signed(said, nonce=b"n" * 16))
    assert not isinstance(found, Trouble)
    assert (found.singles, found.nonce, found.produced_at) == ((said,), b"n" * 16, NOW)
    assert (found.responder, found.certificates) == (ISSUER.subject.der, (ISSUER.der,))


def test_another_reader_reads_the_same() -> None:
    answer = ocsp.OCSPResponse.load(signed(single(Revoked(NOW - HOUR, Reason.SUPERSEDED))), strict=True)
    assert answer["response_status"].native == "successful"
    assert answer["response_bytes"]["response_type"].dotted == BASIC
    data = answer.basic_ocsp_response["tbs_response_data"]
    (one,) = data["responses"]
    assert one["cert_status"].name == "revoked"
    assert one["cert_status"].chosen["revocation_reason"].native == "superseded"
    assert one["next_update"].native == NOW + HOUR


@pytest.mark.parametrize("trouble", list(Trouble))
def test_trouble_is_told_unsigned(trouble: Trouble) -> None:
    octets = write_trouble(trouble)
    assert read_answer(octets) is trouble
    assert len(octets) == 5


@pytest.mark.parametrize("octets", [b"", b"\x30\x00", signed(single())[:-1], b"\x30\x03\x0a\x01\x63", bytes(70_000)])
def test_answers_that_cannot_be_read(octets: bytes) -> None:
    with pytest.raises(Malformed, match="ocsp-answer"):
        read_answer(octets)
