"""The small DER reader and writer of key files."""

import pytest

from keys.der import INTEGER, OCTETS, SEQUENCE, contents, fields, integer, wrap
from keys.errors import MalformedKey


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535])
def test_values_of_every_length_form(size):
    assert fields(wrap(OCTETS, bytes(size)) * 2) == [(OCTETS, bytes(size))] * 2


@pytest.mark.parametrize(("value", "octets"), [(0, "020100"), (127, "02017f"), (128, "02020080"), (1024, "02020400")])
def test_integers(value, octets):
    assert integer(value).hex() == octets


@pytest.mark.parametrize(
    "octets",
    [
        "02",
        "0201",
        "0280",
        "048000",
        "04ff",
        "048100",
        "04810100",
        "0482007f",
        "0484ffffffff",
        "02010002",
        "048400000001aa",
    ],
)
def test_other_encodings_are_refused(octets):
    with pytest.raises(MalformedKey):
        fields(bytes.fromhex(octets))


def test_structures_are_exact():
    octets = wrap(SEQUENCE) + integer(1)
    assert contents(octets, SEQUENCE, INTEGER) == [b"", b"\1"]
    for tags in [(SEQUENCE,), (INTEGER, SEQUENCE), (SEQUENCE, INTEGER, INTEGER), ()]:
        with pytest.raises(MalformedKey):
            contents(octets, *tags)
