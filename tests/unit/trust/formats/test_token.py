"""The token of a QR code: claims both ways, the two texts, and everything that is not one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import cbor2
import pytest

from keys.custody import memory_signer
from trust.errors import Malformed
from trust.formats.cose import check, sign1
from trust.formats.token import (
    MAX_TOKEN,
    CopyClaims,
    TokenClaims,
    decode_claims,
    encode_claims,
    from_text,
    split_token,
    to_base45_text,
    to_text,
)
from trust.rules.conversion import Grade
from trust.rules.identifier import parse
from trust.rules.status_pointer import StatusPointer

SIGNER = memory_signer()
CLAIMS = TokenClaims(
    identifier=parse("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"),
    holder="某某市印证餐饮管理**公司",
    issued_on=date(2026, 3, 1),
    valid_until=date(2031, 2, 28),
    status=StatusPointer(7, 1_048_575),
)
HOST = "https://zhengzhao.example"


@pytest.mark.parametrize(
    "claims",
    [
        CLAIMS,
        replace(CLAIMS, valid_until=None),
        replace(CLAIMS, valid_from=date(2026, 4, 1)),
        replace(CLAIMS, valid_from=date(2026, 4, 1), valid_until=None),
        replace(CLAIMS, issued_on=date(1970, 1, 1), valid_until=date(9999, 12, 31)),
        replace(CLAIMS, status=StatusPointer(0, 0), holder="张*"),
    ],
)
def test_claims_come_back(claims: TokenClaims) -> None:
    assert decode_claims(encode_claims(claims)) == claims


def test_the_day_from_which_it_is_valid_is_claim_6_and_left_out_where_none_is_given() -> None:
    start = date(2026, 4, 1)
    assert cbor2.loads(encode_claims(replace(CLAIMS, valid_from=start)))[6] == (start - date(1970, 1, 1)).days
    assert 6 not in cbor2.loads(encode_claims(CLAIMS))


def test_a_token_is_small_verifies_and_survives_both_texts() -> None:
    token = sign1(encode_claims(CLAIMS), SIGNER)
    assert len(token) < 220
    for text in (to_text(token, HOST), to_base45_text(token), f" {to_text(token, HOST)}\r\n"):
        assert from_text(text) == token
    envelope = split_token(token)
    check(envelope, SIGNER.public)
    assert decode_claims(envelope.payload) == CLAIMS


def test_the_address_form_is_an_address_and_digits() -> None:
    assert to_text(b"\x00\x02", HOST) == f"{HOST}/q#{0x010002}"
    assert from_text("http://127.0.0.1:8000/q#65538") == b"\x00\x02"


@pytest.mark.parametrize(
    ("octets", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0"), (b"\x00", "00")],
)
def test_base45_as_in_rfc_9285(octets: bytes, text: str) -> None:
    assert to_base45_text(octets) == f"EL1:{text}"
    assert from_text(f"EL1:{text}") == octets


@pytest.mark.parametrize("token", [b"\x00", bytes(MAX_TOKEN), b"\xff" * MAX_TOKEN])
def test_the_longest_token_fits_its_texts(token: bytes) -> None:
    assert from_text(to_text(token, HOST)) == token
    assert from_text(to_base45_text(token)) == token


@pytest.mark.parametrize("token", [b"", bytes(MAX_TOKEN + 1)])
def test_no_text_for_a_token_that_could_not_be_read(token: bytes) -> None:
    for make in (to_base45_text, lambda octets: to_text(octets, HOST)):
        with pytest.raises(Malformed, match="token-text"):
            make(token)


@pytest.mark.parametrize(
    "host", ["ftp://host", "host", "https://", "https://ho st", "https://主机", "https://" + "h" * 300]
)
def test_no_text_for_an_address_that_could_not_be_read(host: str) -> None:
    with pytest.raises(Malformed, match="token-text"):
        to_text(b"token", host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "65538",
        f"{HOST}/q#",
        f"{HOST}/q#065538",
        f"{HOST}/q#+65538",
        f"{HOST}/q#6553\uff18",
        f"{HOST}/q#٦٥٥٣٨",
        f"{HOST}/q#6_5538",
        f"{HOST}/q#131074",
        f"{HOST}/q#1",
        f"{HOST}/x#65538",
        f"{HOST}/q#65538#65538",
        f"{HOST}/q#/q#65538",
        f"{HOST}/q#" + "9" * 2401,
        f"{HOST}/q#" + "9" * 2400,
        "9" * 10_000_000,
        "EL1:",
        "EL1:B",
        "EL1:BB80",
        "EL1:bb8",
        "EL1::::",
        "EL1:::",
        "EL1:" + "0" * 2000,
        "EL2:BB8",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(Malformed, match="token-text"):
        from_text(text)


BASE = cbor2.loads(encode_claims(CLAIMS))


def with_claim(key: object, value: object) -> bytes:
    return cbor2.dumps(BASE | {key: value}, canonical=True)


def without(key: int) -> bytes:
    return cbor2.dumps({name: value for name, value in BASE.items() if name != key}, canonical=True)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xa0",
        b"\xff",
        cbor2.dumps([1]),
        encode_claims(CLAIMS) + b"\x00",
        cbor2.dumps(dict(reversed(BASE.items()))),
        b"\xbf" + encode_claims(CLAIMS)[1:] + b"\xff",
        *(without(key) for key in (0, 1, 2, 3, 5)),
        with_claim(0, 2),
        with_claim(0, True),
        with_claim(6, None),
        with_claim(6, -1),
        with_claim(6, 2**40),
        with_claim(6, "20513"),
        with_claim(7, 0),
        with_claim(-1, 0),
        with_claim("0", 0),
        with_claim(1.5, 0),
        with_claim(1, BASE[1][:3]),
        with_claim(1, [*BASE[1][:3], 1]),
        with_claim(1, [*BASE[1][:3], "1"]),
        with_claim(1, ["x", *BASE[1][1:]]),
        with_claim(2, ""),
        with_claim(2, b"name"),
        with_claim(2, "名\u202e"),
        with_claim(2, "名" * 101),
        with_claim(3, -1),
        with_claim(3, 2**40),
        with_claim(3, 20513.0),
        with_claim(3, "20513"),
        with_claim(4, None),
        with_claim(4, cbor2.CBORTag(35, "(")),
        with_claim(5, [1]),
        with_claim(5, [1, -1]),
        with_claim(5, [1, 2**53]),
        with_claim(5, [1, "2"]),
        with_claim(5, [[1], 2]),
        b"\x9b" + b"\xff" * 8,
        b"\x81" * 900,
        bytes(MAX_TOKEN + 1),
    ],
)
def test_other_claims_are_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode_claims(payload)


def test_an_object_of_another_kind_is_no_token() -> None:
    with pytest.raises(Malformed, match="cose-type"):
        split_token(sign1(encode_claims(CLAIMS), SIGNER, "application/statuslist+cwt"))


@pytest.mark.parametrize(
    "claims",
    [
        replace(CLAIMS, issued_on=date(1969, 12, 31)),
        replace(CLAIMS, valid_from=date(1969, 12, 31)),
        replace(CLAIMS, holder="名\n"),
        replace(CLAIMS, holder=""),
    ],
)
def test_claims_that_no_reader_would_take_are_not_encoded(claims: TokenClaims) -> None:
    with pytest.raises(Malformed):
        encode_claims(claims)


END = datetime(2026, 12, 21, 4, 0, tzinfo=UTC)


def test_the_code_of_a_copy_says_when_it_ends_and_where_its_original_stands() -> None:
    claims = replace(CLAIMS, copy=CopyClaims(END, StatusPointer(3, 9)))
    assert decode_claims(encode_claims(claims)) == claims
    assert cbor2.loads(encode_claims(claims))[7] == [int(END.timestamp()), 3, 9]
    assert decode_claims(encode_claims(CLAIMS)).copy is None


@pytest.mark.parametrize(
    "value",
    [
        None, 1, "x", [], [1], [1, 2], [1, 2, 3, 4], [-1, 2, 3], [2**53, 2, 3], ["1", 2, 3], [True, 2, 3], [1, -2, 3],
        [1, 2, "3"],
    ],
)  # fmt: skip
def test_what_is_no_claim_of_a_copy(value: object) -> None:
    values = cbor2.loads(encode_claims(CLAIMS)) | {7: value}
    with pytest.raises(Malformed, match="token-claims"):
        decode_claims(cbor2.dumps(values, canonical=True))


def test_an_end_with_fractions_or_before_1970_is_not_written() -> None:
    for end in (END + timedelta(microseconds=1), datetime(1969, 12, 31, tzinfo=UTC)):
        with pytest.raises(Malformed, match="token-claims"):
            encode_claims(replace(CLAIMS, copy=CopyClaims(end, StatusPointer(3, 9))))


@pytest.mark.parametrize("grade", Grade)
def test_the_code_of_a_converted_licence_says_its_grade(grade: Grade) -> None:
    claims = replace(CLAIMS, grade=grade)
    payload = encode_claims(claims)
    assert cbor2.loads(payload)[8] == grade.value
    assert decode_claims(payload) == claims
    assert 8 not in cbor2.loads(encode_claims(CLAIMS))


@pytest.mark.parametrize("value", ["E", "a", "", "AB", 1, ["A"], None, True])
def test_what_is_no_grade(value: object) -> None:
    with pytest.raises(Malformed):
        decode_claims(with_claim(8, value))
