"""Tokens: anything that can be said comes back; anything else gives one kind of refusal."""

from contextlib import suppress
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from keys.custody import memory_signer
from trust.errors import Malformed, TrustError
from trust.formats.cose import check, sign1, split
from trust.formats.token import (
    MAX_TOKEN,
    TokenClaims,
    decode_claims,
    encode_claims,
    from_text,
    split_token,
    to_base45_text,
    to_text,
)
from trust.rules.identifier import LicenceIdentifier
from trust.rules.status_pointer import StatusPointer

SIGNER = memory_signer()
CAPITALS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DAYS = st.dates(date(1970, 1, 1), date(9999, 12, 31))
CLAIMS = st.builds(
    TokenClaims,
    identifier=st.builds(
        LicenceIdentifier,
        type_code=st.text(CAPITALS, min_size=21, max_size=21),
        issuer_code=st.text(CAPITALS, min_size=1, max_size=32),
        serial=st.text(CAPITALS, min_size=1, max_size=64),
        version=st.from_regex(r"[0-9]{3}", fullmatch=True).filter(str.isascii),
    ),
    holder=st.text("某张王李*（）·A9", min_size=1, max_size=60),
    issued_on=DAYS,
    valid_until=st.none() | DAYS,
    status=st.builds(StatusPointer, st.integers(0, 2**31), st.integers(0, 2**20 - 1)),
)


@given(CLAIMS)
def test_claims_come_back_from_both_texts(claims: TokenClaims) -> None:
    token = sign1(encode_claims(claims), SIGNER)
    for text in (to_text(token, "https://zhengzhao.example"), to_base45_text(token)):
        envelope = split_token(from_text(text))
        check(envelope, SIGNER.public)
        assert decode_claims(envelope.payload) == claims


@given(st.binary(min_size=1, max_size=MAX_TOKEN))
def test_any_octets_come_back_from_both_texts(octets: bytes) -> None:
    assert from_text(to_text(octets, "https://h")) == octets == from_text(to_base45_text(octets))


def refused_or_sound(function, value) -> None:
    try:
        function(value)
    except Malformed:
        pass
    except TrustError as error:
        raise AssertionError("reading refuses only as Malformed") from error


@given(st.binary(max_size=1200))
def test_random_octets_are_refused_in_one_way(octets: bytes) -> None:
    refused_or_sound(decode_claims, octets)
    refused_or_sound(lambda data: split(data, 1000), octets)
    refused_or_sound(lambda data: split(b"\xd2\x84" + data, 1000), octets)


@given(
    st.text(max_size=200)
    | st.text("0123456789", max_size=60).map("https://h/q#{}".format)
    | st.text().map("EL1:{}".format)
)
def test_random_texts_are_refused_in_one_way(text: str) -> None:
    refused_or_sound(from_text, text)


@given(CLAIMS, st.integers(0, 400), st.integers(1, 255))
def test_claims_with_a_changed_octet_never_read_as_the_same(claims: TokenClaims, place: int, flip: int) -> None:
    payload = bytearray(encode_claims(claims))
    payload[place % len(payload)] ^= flip
    with suppress(Malformed):
        assert decode_claims(bytes(payload)) != claims
