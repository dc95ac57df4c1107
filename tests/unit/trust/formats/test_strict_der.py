"""DER is read in its one form and written in that form."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.errors import Malformed
from trust.formats import der

AT = datetime(2026, 3, 1, 8, 30, 15, 999_999, tzinfo=UTC)


def node(hexadecimal: str) -> der.Node:
    return der.read(bytes.fromhex(hexadecimal), limit=10_000)


@pytest.mark.parametrize(
    ("case", "octets"),
    [
        ("nothing", ""),
        ("a tag alone", "30"),
        ("content cut short", "3003020100"[:-2]),
        ("octets behind", "020100ff"),
        ("indefinite length", "30800000"),
        ("long form for a short length", "308103020100"),
        ("length with a leading zero", "30820003020100"),
        ("length of five octets", "308500000000030201ff"),
        ("length octets cut short", "3082ff"),
        ("high tag number", "1f8101020100"),
        ("end-of-contents", "0000"),
    ],
)
def test_elements_of_other_forms_are_refused(case: str, octets: str) -> None:
    with pytest.raises(Malformed) as refusal:
        node(octets)
    assert refusal.value.reason == "encoding", case


@pytest.mark.parametrize(
    ("read", "octets"),
    [
        (der.integer, "0200"),
        (der.integer, "02020001"),
        (der.integer, "0202ff80"),
        (der.integer, "0222" + "01" * 34),
        (der.integer, "040101"),
        (der.bit_string, "0300"),
        (der.bit_string, "03020480"),
        (der.object_identifier, "0600"),
        (der.object_identifier, "0602802a"),
        (der.object_identifier, "06022a80"),
        (der.ia5_string, "160180"),
        (der.ia5_string, "16010a"),
        (der.utf8_string, "0c02c080"),
        (der.utf8_string, "0c03eda080"),
        (der.generalized_time, "180d" + b"2026030108301".hex()),
        (der.generalized_time, "180e" + b"20260301083015".hex()),
        (der.generalized_time, "1811" + b"20260301083015.5Z".hex()),
        (der.generalized_time, "1813" + b"20260301083015+0800".hex()),
        (der.generalized_time, "180f" + b"20260230083015Z".hex()),
        (der.generalized_time, "180f" + b"20260301083060Z".hex()),
        (der.generalized_time, "170d" + b"260301083015Z".hex()),
        (der.members, "0500"),
    ],
)
def test_values_of_other_encodings_are_refused(read: object, octets: str) -> None:
    with pytest.raises(Malformed):
        read(node(octets))  # type: ignore[operator]  # the test knows the type


def test_members_are_counted() -> None:
    two = der.read(der.write_sequence(der.write_integer(1), der.write_integer(2)), limit=99)
    assert [der.integer(member) for member in der.members(two, 2)] == [1, 2]
    with pytest.raises(Malformed):
        der.members(two, 3)


def test_nesting_is_bounded_without_recursion() -> None:
    octets = b"\x05\x00"
    for _ in range(100):
        octets = der.write_sequence(octets)
    inner = der.read(octets, limit=10_000)
    for _ in range(der.MAX_DEPTH):
        (inner,) = inner.children()
    with pytest.raises(Malformed, match="nested deeper"):
        inner.children()


def test_size_is_looked_at_first() -> None:
    with pytest.raises(Malformed, match="more than 8"):
        der.read(der.write_octet_string(bytes(9)), limit=8)


def test_members_are_bounded() -> None:
    many = der.read(der.write(der.SEQUENCE, b"\x05\x00" * (der.MAX_MEMBERS + 1)), limit=10**6)
    with pytest.raises(Malformed, match="too many"):
        many.children()


@given(st.integers(min_value=-(2**255), max_value=2**255 - 1))
def test_integers_come_back(value: int) -> None:
    assert der.integer(der.read(der.write_integer(value), limit=99)) == value


@given(st.binary(max_size=70_000))
def test_octets_come_back(value: bytes) -> None:
    assert der.octet_string(der.read(der.write_octet_string(value), limit=10**6)) == value
    assert der.bit_string(der.read(der.write_bit_string(value), limit=10**6)) == value


@given(
    st.integers(0, 2).flatmap(
        lambda first: st.tuples(
            st.just(first), st.integers(0, 39 if first < 2 else 10**6), st.lists(st.integers(0, 2**60), max_size=5)
        )
    )
)
def test_object_identifiers_come_back(arcs: tuple[int, int, list[int]]) -> None:
    dotted = ".".join(map(str, (arcs[0], arcs[1], *arcs[2])))
    assert der.object_identifier(der.read(der.write_object_identifier(dotted), limit=99)) == dotted


@given(st.binary(max_size=40))
def test_whatever_is_accepted_is_written_back_the_same(octets: bytes) -> None:
    """One encoding per value: no octets are accepted that the writers would not have made."""
    try:
        read = der.read(octets, limit=99)
    except Malformed:
        return
    assert der.write(read.tag, read.content) == octets == read.octets
    for reader, writer in (
        (der.integer, der.write_integer),
        (der.object_identifier, der.write_object_identifier),
        (der.bit_string, der.write_bit_string),
        (der.utf8_string, der.write_utf8_string),
        (der.ia5_string, der.write_ia5_string),
        (der.generalized_time, der.write_generalized_time),
    ):
        try:
            value = reader(read)
        except Malformed:
            continue
        assert writer(value) == octets  # type: ignore[operator]  # the test knows the type


def test_times_are_written_in_utc_and_whole_seconds() -> None:
    instant = AT.replace(tzinfo=timezone(timedelta(hours=8)))
    assert der.time_text(instant) == "20260301003015Z"
    read = der.generalized_time(der.read(der.write_generalized_time(instant), limit=99))
    assert read == datetime(2026, 3, 1, 0, 30, 15, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        der.time_text(AT.replace(tzinfo=None))


@pytest.mark.parametrize(("writer", "text"), [(der.write_ia5_string, "印"), (der.write_utf8_string, "\ud800")])
def test_text_a_type_cannot_carry_is_refused(writer: object, text: str) -> None:
    with pytest.raises(Malformed):
        writer(text)  # type: ignore[operator]  # the test knows the type
