"""Requests and answers of RFC 3161: both ends agree with each other and with OpenSSL, and odd ones are answered."""

import subprocess
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import tsp

from keys.sm3 import sm3
from tests.time_parts import POLICY, token
from trust.errors import Malformed, Untrusted
from trust.formats import der
from trust.formats.asn1 import SM3
from trust.formats.time_stamp import SHA256
from trust.formats.time_stamp_query import (
    MAX_ANSWER,
    MAX_REQUEST,
    Failure,
    RequestRefused,
    TimeStampRequest,
    check_answer,
    read_answer,
    read_request,
    write_answer,
    write_refusal,
    write_request,
)
from trust.formats.time_stamp_writing import write_imprint

VALUE = b"a signature value"
ASKED = TimeStampRequest(SM3, sm3(VALUE), None, 7, wants_certificates=True)
IMPRINT = write_imprint(SM3, sm3(VALUE))
ONE = der.write_integer(1)


@pytest.mark.parametrize(
    "request_",
    [
        ASKED,
        TimeStampRequest(SHA256, sha256(VALUE).digest()),
        replace(ASKED, policy=POLICY, nonce=2**64, wants_certificates=False),
    ],
)
def test_a_request_comes_back(request_: TimeStampRequest) -> None:
    octets = write_request(request_)
    assert read_request(octets) == request_
    loaded = tsp.TimeStampReq.load(octets, strict=True)
    assert loaded["nonce"].native == request_.nonce
    assert loaded["cert_req"].native is request_.wants_certificates


@pytest.mark.parametrize(
    ("octets", "failure"),
    [
        (b"", Failure.BAD_DATA_FORMAT),
        (b"junk", Failure.BAD_DATA_FORMAT),
        (bytes(MAX_REQUEST + 1), Failure.BAD_DATA_FORMAT),
        (der.write_sequence(ONE), Failure.BAD_DATA_FORMAT),
        (der.write_sequence(der.write_integer(2), IMPRINT), Failure.BAD_REQUEST),
        (der.write_sequence(ONE, write_imprint("1.3.14.3.2.26", bytes(20))), Failure.BAD_ALGORITHM),
        (der.write_sequence(ONE, write_imprint(SM3, bytes(31))), Failure.BAD_DATA_FORMAT),
        (der.write_sequence(ONE, IMPRINT, der.write(0x01, b"\x01")), Failure.BAD_DATA_FORMAT),
        (der.write_sequence(ONE, IMPRINT, der.write(0xA0, b"")), Failure.UNACCEPTED_EXTENSION),
        (der.write_sequence(ONE, IMPRINT, der.write_integer(1), der.write_integer(1)), Failure.BAD_DATA_FORMAT),
        (der.write_sequence(ONE, IMPRINT) + b"\0", Failure.BAD_DATA_FORMAT),
    ],
)
def test_odd_requests_have_their_answer(octets: bytes, failure: Failure) -> None:
    with pytest.raises(RequestRefused) as refused:
        read_request(octets)
    assert (refused.value.failure, refused.value.reason) == (failure, "time-stamp-request")


@pytest.mark.parametrize("failure", list(Failure))
def test_a_refusal_says_why(failure: Failure) -> None:
    answer = read_answer(write_refusal(failure, "时钟不可用"))
    assert (answer.status, answer.token, answer.failures, answer.texts) == (2, None, {failure}, ("时钟不可用",))
    (status,) = der.members(der.read(write_refusal(failure, "x"), limit=MAX_ANSWER))
    loaded = tsp.PKIStatusInfo.load(status.octets, strict=True)
    assert loaded["status"].native == "rejection"
    assert len(loaded["fail_info"].native) == 1
    with pytest.raises(Untrusted, match="time-stamp-refused"):
        check_answer(answer, ASKED)


def test_an_answer_is_held_against_the_request() -> None:
    answer = read_answer(write_answer(token(VALUE, nonce=7)))
    assert check_answer(answer, ASKED).info.nonce == 7
    for asked in (
        replace(ASKED, nonce=8),
        replace(ASKED, nonce=None),
        replace(ASKED, imprint=sm3(b"other")),
        replace(ASKED, policy="1.2.3"),
    ):
        with pytest.raises(Untrusted, match="time-stamp-mismatch"):
            check_answer(answer, asked)
    with pytest.raises(Malformed, match="time-stamp"):
        check_answer(replace(answer, token=b"\x30\x00"), ASKED)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x30\x00",
        bytes(MAX_ANSWER + 1),
        der.write_sequence(der.write_sequence()),
        der.write_sequence(der.write_sequence(ONE), b"\x30\x00", b"\x30\x00"),
        der.write_sequence(der.write_sequence(ONE, b"\x05\x00")),
    ],
)
def test_odd_answers_are_refused(octets: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        read_answer(octets)
    assert refused.value.reason == "time-stamp-answer"


def openssl(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return ran.stdout + ran.stderr


def test_openssl_asks_and_reads(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(VALUE)
    openssl(tmp_path, "ts", "-query", "-data", "data", "-sm3", "-cert", "-tspolicy", POLICY, "-out", "query")
    asked = read_request((tmp_path / "query").read_bytes())
    assert (asked.imprint, asked.policy, asked.wants_certificates) == (sm3(VALUE), POLICY, True)
    (tmp_path / "ours").write_bytes(write_request(ASKED))
    shown = openssl(tmp_path, "ts", "-query", "-in", "ours", "-text")
    assert "Hash Algorithm: sm3" in shown
    assert "Nonce: 0x07" in shown
    assert "Certificate required: yes" in shown
    (tmp_path / "no").write_bytes(write_refusal(Failure.TIME_NOT_AVAILABLE, "no"))
    assert "the TSA's time source is not available" in openssl(tmp_path, "ts", "-reply", "-in", "no", "-text")
    (tmp_path / "yes").write_bytes(write_answer(token(VALUE)))
    assert "Status: Granted." in openssl(tmp_path, "ts", "-reply", "-in", "yes", "-text")
