"""Status lists: the layout of the draft, our claims, and bounds before anything is inflated."""

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cbor2
import pytest

from trust.errors import Malformed
from trust.formats.status_list import (
    SIZE,
    StatusList,
    decode_status_list,
    encode_status_list,
    entries_lost,
    pack,
)

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
LIST = StatusList(
    uri="https://zhengzhao.example/status/3",
    list=3,
    number=12,
    issued_at=AT,
    next_update=AT + timedelta(hours=12),
    ttl_s=60,
    log_size=4711,
    bits=pack([(0, 1), (5, 2), (62, 3), (63, 1)], 64),
)


def test_a_list_comes_back() -> None:
    assert decode_status_list(encode_status_list(LIST)) == LIST


def test_entries_read_as_they_were_set_and_others_as_valid() -> None:
    values = [LIST.value(index) for index in range(LIST.size)]
    assert {index: value for index, value in enumerate(values) if value} == {0: 1, 5: 2, 62: 3, 63: 1}


def test_layout_is_that_of_the_draft() -> None:
    """The two-bit example of the draft: entries 1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3 are the octets C9 44 F9."""
    values = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    assert pack(enumerate(values), 12) == bytes.fromhex("c944f9")


def test_the_later_pair_for_an_entry_counts() -> None:
    assert pack([(1, 3), (1, 0)], 4) == b"\x00"


def test_claims_have_the_labels_of_the_draft_and_ours_are_private() -> None:
    claims = cbor2.loads(encode_status_list(LIST))
    assert claims[65533]["bits"] == 2
    assert zlib.decompress(claims[65533]["lst"]) == LIST.bits
    rest = {label: value for label, value in claims.items() if label != 65533}
    assert rest == {
        2: LIST.uri,
        4: int(LIST.next_update.timestamp()),
        6: int(AT.timestamp()),
        65534: 60,
        -65537: 3,
        -65538: 12,
        -65539: 4711,
    }


def test_a_full_list_of_a_million_is_small() -> None:
    bits = pack(((index, 1) for index in range(0, SIZE, 100)), SIZE)
    assert len(encode_status_list(replace(LIST, bits=bits))) < 25_000


@pytest.mark.parametrize("index", [-1, 64, 2**40])
def test_an_entry_outside_the_list_is_no_answer(index: int) -> None:
    with pytest.raises(Malformed, match="status-index"):
        LIST.value(index)
    with pytest.raises(Malformed, match="status-index"):
        pack([(index, 1)], 64)


def test_a_value_of_more_than_two_bits_is_refused() -> None:
    with pytest.raises(Malformed, match="status-value"):
        pack([(0, 4)], 64)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ([], [], False),
        ([], [(3, 1)], False),
        ([(3, 1)], [(3, 1), (4, 2)], False),
        ([(3, 1)], [], True),
        ([(3, 1)], [(3, 2)], True),
        ([(3, 1)], [(3, 3)], True),
        ([(3, 2)], [], False),
        ([(3, 3)], [(3, 0)], False),
        ([(63, 1)], [(62, 1)], True),
    ],
)
def test_an_entry_that_was_invalid_for_good_stays_so(before: list, after: list, lost: bool) -> None:
    assert entries_lost(pack(before, 64), pack(after, 64)) is lost


def test_a_shorter_list_loses_entries() -> None:
    assert entries_lost(pack([(63, 1)], 64), pack([], 32))


BASE = cbor2.loads(encode_status_list(LIST))


def altered(label: object, value: object) -> bytes:
    return cbor2.dumps(BASE | {label: value}, canonical=True)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00",
        cbor2.dumps([]),
        encode_status_list(LIST) + b"\x00",
        cbor2.dumps(dict(reversed(BASE.items()))),
        cbor2.dumps({label: value for label, value in BASE.items() if label != -65538}, canonical=True),
        altered(7, 0),
        altered(2, 5),
        altered(2, ""),
        altered(2, "https://主机/"),
        altered(4, BASE[6]),
        altered(4, 2**60),
        altered(4, float(BASE[4])),
        altered(6, -1),
        altered(65534, "60"),
        altered(-65537, -1),
        altered(-65538, True),
        altered(-65539, 2**53),
        altered(65533, []),
        altered(65533, {"bits": 1, "lst": BASE[65533]["lst"]}),
        altered(65533, {"bits": 2.0, "lst": BASE[65533]["lst"]}),
        altered(65533, {"bits": 2, "lst": "text"}),
        altered(65533, {"bits": 2, "lst": b""}),
        altered(65533, {"bits": 2, "lst": zlib.compress(b"")}),
        altered(65533, {"bits": 2, "lst": BASE[65533]["lst"][:-1]}),
        altered(65533, {"bits": 2, "lst": BASE[65533]["lst"] + b"\x00"}),
        altered(65533, {"bits": 2, "lst": BASE[65533]["lst"], "aggregation_uri": ""}),
        altered(65533, {"bits": 2, "lst": zlib.compress(bytes(SIZE // 4 + 1))}),
        altered(65533, {"bits": 2, "lst": zlib.compress(bytes(100_000_000))}),
        bytes(1024 * 1024 + 1),
    ],
)
def test_other_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode_status_list(payload)


def test_a_list_larger_than_expected_is_refused() -> None:
    with pytest.raises(Malformed, match="too-large"):
        decode_status_list(encode_status_list(LIST), max_size=60)


@pytest.mark.parametrize(
    "change",
    [
        {"issued_at": AT.replace(tzinfo=None)},
        {"issued_at": AT.replace(microsecond=1)},
        {"next_update": AT},
        {"number": -1},
        {"uri": ""},
        {"bits": b""},
    ],
)
def test_a_list_that_no_reader_would_take_is_not_encoded(change: dict) -> None:
    with pytest.raises(Malformed):
        encode_status_list(replace(LIST, **change))
