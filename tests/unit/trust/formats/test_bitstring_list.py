"""The second form says what the first says, in the W3C's order of bits, and is read as strictly."""

import gzip
import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.errors import Malformed
from trust.formats.bitstring_list import decode_bitstring, encode_bitstring
from trust.formats.canonical_json import encode_json
from trust.formats.status_list import StatusList, pack

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
LIST = StatusList("https://h/status/3", 3, 9, AT, AT + timedelta(hours=1), 60, 5, pack([(1, 1), (5, 2), (14, 3)], 16))


@given(st.dictionaries(st.integers(0, 255), st.integers(0, 3)))
def test_lists_come_back(values: dict[int, int]) -> None:
    made = replace(LIST, bits=pack(values.items(), 256))
    assert decode_bitstring(encode_bitstring(made)) == made


def test_the_first_entry_is_the_leftmost() -> None:
    subject = json.loads(encode_bitstring(LIST))["credentialSubject"]
    text = subject["encodedList"]
    assert text[0] == "u"
    array = gzip.decompress(urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    bits = "".join(f"{octet:08b}" for octet in array)
    assert [int(bits[2 * place : 2 * place + 2], 2) for place in range(16)] == [LIST.value(one) for one in range(16)]


def changed(**members: object) -> bytes:
    value = json.loads(encode_bitstring(LIST))
    value["credentialSubject"] |= members
    return encode_json(value)


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b"[]",
        changed(list=-1),
        changed(number="9"),
        changed(ttl=60_001),
        changed(statusPurpose="revocation"),
        changed(statusSize=1),
        changed(more=1),
        changed(encodedList="zAAAA"),
        changed(encodedList="u!!!!"),
        changed(encodedList="uAAAA"),
        changed(encodedList=7),
        encode_bitstring(LIST)[:-1],
    ],
)
def test_what_is_no_such_credential_is_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode_bitstring(payload)


def test_a_bomb_is_not_inflated() -> None:
    with pytest.raises(Malformed, match="too-large"):
        decode_bitstring(encode_bitstring(replace(LIST, bits=bytes(1024))), max_size=1024)
