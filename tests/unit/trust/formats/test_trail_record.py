"""Records of the trail: one spelling, chained heads, and digests of rows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from trust.errors import Malformed
from trust.formats.trail_record import (
    BEGINNING,
    MAX_RECORD,
    TrailRecord,
    decode_record,
    encode_record,
    next_head,
    row_digest,
    trail_statement,
)

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
RECORD = TrailRecord(
    number=17,
    at=AT,
    actor="scjg",
    role="official",
    action="GET /api/v1/licences/{identifier}",
    outcome=200,
    about={"identifier": "1.2.156"},
    holders=(bytes(range(32)),),
    why="penalty",
    rows={"1": "ab"},
)


def test_a_record_comes_back() -> None:
    assert decode_record(encode_record(RECORD)) == RECORD


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"number":17', b'"number":0'),
        (b'"number":17', b'"number":true'),
        (b'"outcome":200', b'"outcome":"200"'),
        (b'"actor":"scjg"', b'"actor":1'),
        (b'"about":{"identifier":"1.2.156"}', b'"about":{"identifier":1}'),
        (b'"about":{"identifier":"1.2.156"}', b'"about":[]'),
        (b"yinzheng-trail/1", b"yinzheng-trail/2"),
        (b"000102", b"zz0102"),
        (b"1c1d1e1f", b"1c1d1e"),
        (b"1c1d1e1f", b"1C1D1E1F"),
        (b'"why":"penalty"', b'"why":"penalty","x":1'),
    ],
)
def test_another_spelling_is_refused(old: bytes, new: bytes) -> None:
    octets = encode_record(RECORD)
    assert old in octets
    with pytest.raises(Malformed):
        decode_record(octets.replace(old, new, 1))


def test_a_record_is_bounded() -> None:
    with pytest.raises(Malformed):
        encode_record(replace(RECORD, rows={"x": "y" * MAX_RECORD}))


def test_every_octet_and_the_order_change_the_head() -> None:
    first, second = encode_record(RECORD), encode_record(replace(RECORD, number=18))
    heads = {
        next_head(next_head(BEGINNING, first), second),
        next_head(next_head(BEGINNING, second), first),
        next_head(BEGINNING, second),
        next_head(next_head(BEGINNING, first + b" "), second),
    }
    assert len(heads) == 4


def test_what_the_log_says_depends_on_salt_number_and_head() -> None:
    said = {
        trail_statement(salt, number, head)
        for salt in (bytes(16), bytes(15) + b"\1")
        for number in (1, 2)
        for head in (BEGINNING, bytes(32))
    }
    assert len(said) == 8


def test_a_row_is_digested_with_its_table_and_by_value() -> None:
    row = {"number": 1, "at": AT, "digest": b"\1\2", "by": "scjg", "decided_by": None}
    same = row_digest("seal_use", dict(reversed(row.items())))
    assert row_digest("seal_use", row) == same
    for name, value in (("number", 2), ("digest", b"\1\3"), ("by", None), ("decided_by", "x")):
        assert row_digest("seal_use", row | {name: value}) != same
    assert row_digest("licence", row) != same
