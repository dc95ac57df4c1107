"""Hexadecimal strings read at once: never otherwise than pyHanko reads them."""

import random
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic

from trust.formats.pdf import quick_hex, source

STRINGS = (
    *(b"<>", b"<00>", b"<feff5370>", b"<FEFF5370>", b"<48656C6c6f>", b"<abc>", b"<a>", b"< 48 65 >", b"<48\n65>"),
    *(b"<48%comment\n65>", b"<4g>", b"<48", b"<", b"<<48>>", b"<efbbbfe58db0>", b"<ffffffff>"),
)


def outcome(read: object, octets: bytes) -> tuple[object, ...]:
    """What comes of reading: type, value, and where the stream stands; or the error's type."""
    stream = BytesIO(b"before " + octets + b" behind")
    stream.seek(7)
    try:
        value = read(stream)  # type: ignore[operator]  # one of two functions of the same kind
    except Exception as error:  # noqa: BLE001  (which one it is, is what is compared)
        return (type(error),)
    return type(value), value, stream.tell()


@pytest.mark.parametrize("octets", STRINGS, ids=repr)
def test_as_pyhanko(octets: bytes) -> None:
    assert outcome(quick_hex.read_hexadecimal, octets) == outcome(quick_hex._thorough, octets)


def test_as_pyhanko_whatever_comes() -> None:
    chance = random.Random(20_261_121)
    for _ in range(2_000):
        octets = bytes(chance.choices(b"0123456789abcdefABCDEF<>% \n\0g", k=chance.randrange(40)))
        for one in (b"<" + octets, b"<" + octets + b">"):
            assert outcome(quick_hex.read_hexadecimal, one) == outcome(quick_hex._thorough, one), one


def test_pyhanko_uses_it() -> None:
    assert source.open_pdf is not None
    assert generic.read_hex_string_from_stream is quick_hex.read_hexadecimal
