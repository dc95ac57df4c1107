"""Canonical JSON: one spelling for one value."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from trust.errors import Malformed
from trust.formats.canonical_json import (
    base64_of,
    decode_json,
    encode_json,
    instant_from,
    octets_from,
    require,
    text_of,
)


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        ({}, "{}"),
        ({"b": 1, "a": [True, None, -5]}, '{"a":[true,null,-5],"b":1}'),
        ({"名": '值/"\\\n'}, '{"名":"值/\\"\\\\\\n"}'),
        ({"a": {"c": {}, "b": []}}, '{"a":{"b":[],"c":{}}}'),
        ({"n": 2**53 - 1}, '{"n":9007199254740991}'),
    ],
)
def test_the_only_spelling(value: dict, spelling: str) -> None:
    assert encode_json(value) == spelling.encode()
    assert decode_json(spelling.encode(), limit=100) == value


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"null",
        b"[]",
        b'{"a":1 }',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":NaN}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\/"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' * 20 + b"1" + b"}" * 20,
        b'{"a":' + b"[" * 100_000,
        b'{"a":' + b"[" * 250_000,
        b'{"a":1}\n',
    ],
)
def test_every_other_spelling_is_refused(octets: bytes) -> None:
    with pytest.raises(Malformed):
        decode_json(octets, limit=1_000_000)


def test_the_limit_comes_first() -> None:
    with pytest.raises(Malformed, match="too-large"):
        decode_json(b"{}", limit=1)
    with pytest.raises(Malformed, match="too many"):
        decode_json(b'{"a":[' + b"[]," * 200_000 + b"[]]}", limit=10_000_000)


@pytest.mark.parametrize("value", [{"a": 1.5}, {"a": b""}, {1: "a"}, {"a": "\ud800"}, {"a": {1}}, {"a": 2**53}])
def test_values_without_a_spelling_are_refused(value: dict) -> None:
    with pytest.raises(Malformed, match="json-value"):
        encode_json(value)


def test_keys_are_exactly_those_asked_for() -> None:
    require({"a": 1}, frozenset({"a"}))
    for names in ({"a", "b"}, set()):
        with pytest.raises(Malformed, match="json-keys"):
            require({"a": 1}, frozenset(names))


@pytest.mark.parametrize("text", ["2026-03-01T08:00:00Z", "2026-03-01T08:00:00.000001Z", "0001-01-01T00:00:00Z"])
def test_instants_come_back(text: str) -> None:
    assert text_of(instant_from(text)) == text


def test_instants_are_written_in_utc_and_need_a_zone() -> None:
    east = timezone(timedelta(hours=8))
    assert text_of(datetime(2026, 3, 1, 16, tzinfo=east)) == text_of(datetime(2026, 3, 1, 8, tzinfo=UTC))
    with pytest.raises(ValueError, match="zone"):
        text_of(datetime(2026, 3, 1))  # noqa: DTZ001  (the point)


@pytest.mark.parametrize(
    "text",
    [
        7,
        "",
        "Z",
        "2026-03-01Z",
        "2026-03-01T08:00Z",
        "2026-03-01 08:00:00Z",
        "2026-03-01T08:00:00.1Z",
        "2026-03-01T08:00:00+00:00",
        "2026-13-01T08:00:00Z",
        "2026-03-01T24:00:00Z",
    ],
)
def test_other_spellings_of_an_instant_are_refused(text: object) -> None:
    with pytest.raises(Malformed, match="instant"):
        instant_from(text)


@pytest.mark.parametrize("text", [7, "A", "AA", "AB==", "A===", "AA==\n", "A A=", "_w==", "AA=="[:3]])
def test_other_spellings_of_base64_are_refused(text: object) -> None:
    with pytest.raises(Malformed, match="base64"):
        octets_from(text)


def test_base64_comes_back() -> None:
    assert octets_from(base64_of(bytes(range(256)))) == bytes(range(256))
