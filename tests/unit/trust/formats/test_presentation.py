"""The 60-second code on the wire: one spelling, strict bounds, and no passing for a token."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest

from keys.custody import memory_signer
from trust.errors import Malformed
from trust.formats.cose import sign1
from trust.formats.presentation import (
    MAX_AUDIENCE,
    MAX_LIFE,
    PRESENTATION_TYPE,
    Presentation,
    decode_presentation,
    encode_presentation,
    is_presentation,
    split_presentation,
)
from trust.formats.token import MAX_TOKEN, split_token

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SHOWN = Presentation(bytes(range(16)), AT, AT + MAX_LIFE, b"a token", "林*溪", "三号窗口")
SIGNER = memory_signer("presentation")


@pytest.mark.parametrize("audience", [None, "三", "窗" * MAX_AUDIENCE])
def test_it_is_read_back_as_it_was(audience: str | None) -> None:
    shown = replace(SHOWN, audience=audience)
    assert decode_presentation(encode_presentation(shown)) == shown


BAD_VALUES: dict[str, dict[str, Any]] = {
    "no time at all": {"expires_at": AT},
    "backwards": {"expires_at": AT - timedelta(seconds=1)},
    "too long": {"expires_at": AT + MAX_LIFE + timedelta(seconds=1)},
    "fractions": {"issued_at": AT + timedelta(microseconds=1)},
    "before 1970": {
        "issued_at": datetime(1969, 12, 31, 23, 59, 30, tzinfo=UTC),
        "expires_at": datetime(1970, 1, 1, tzinfo=UTC),
    },
    "a short number": {"number": bytes(15)},
    "no token": {"token": b""},
    "a long token": {"token": bytes(MAX_TOKEN + 1)},
    "no holder": {"holder": ""},
    "a holder with controls": {"holder": "林\n溪"},
    "an empty audience": {"audience": ""},
    "a long audience": {"audience": "窗" * (MAX_AUDIENCE + 1)},
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_values_that_cannot_be_shown(name: str) -> None:
    with pytest.raises(Malformed):
        replace(SHOWN, **BAD_VALUES[name])


def test_a_time_without_a_zone_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(SHOWN, issued_at=AT.replace(tzinfo=None))


PLAIN = cbor2.loads(encode_presentation(SHOWN))
BAD_MAPS: dict[str, Any] = {
    "another version": PLAIN | {0: 2},
    "another key": PLAIN | {7: 1},
    "a text as key": PLAIN | {"1": 1},
    "a key missing": {key: value for key, value in PLAIN.items() if key != 5},
    "a text as number": PLAIN | {1: "0123456789abcdef"},
    "a text as time": PLAIN | {2: "now"},
    "a truth as time": PLAIN | {2: True},
    "a time too far": PLAIN | {2: 2**62, 3: 2**62 + 60},
    "a time before 1970": PLAIN | {2: -1},
    "octets as holder": PLAIN | {5: b"x"},
    "nothing as audience": PLAIN | {6: None},
    "a list": [PLAIN],
    "a number": 1,
}


@pytest.mark.parametrize("name", BAD_MAPS)
def test_claims_that_are_not_exactly_these(name: str) -> None:
    with pytest.raises(Malformed):
        decode_presentation(cbor2.dumps(BAD_MAPS[name], canonical=True))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff",
        encode_presentation(SHOWN) + b"\0",
        cbor2.dumps(dict(reversed(PLAIN.items()))),
        cbor2.dumps(PLAIN | {2: cbor2.CBORTag(1, 1)}, canonical=True),
        b"\xb8" + bytes([len(PLAIN)]) + encode_presentation(SHOWN)[1:],
        bytes(MAX_TOKEN + 1),
    ],
)
def test_octets_in_another_spelling(octets: bytes) -> None:
    with pytest.raises(Malformed, match="presentation-claims"):
        decode_presentation(octets)


def test_neither_passes_for_the_other() -> None:
    presented, token = sign1(encode_presentation(SHOWN), SIGNER, PRESENTATION_TYPE), sign1(b"claims", SIGNER)
    assert (is_presentation(presented), is_presentation(token), is_presentation(b"")) == (True, False, False)
    assert split_presentation(presented).payload == encode_presentation(SHOWN)
    with pytest.raises(Malformed, match="cose-type"):
        split_presentation(token)
    with pytest.raises(Malformed, match="cose-type"):
        split_token(presented)
