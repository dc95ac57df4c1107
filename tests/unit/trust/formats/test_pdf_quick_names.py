"""Names read at once: never otherwise than pyHanko reads them."""

import random
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic

from trust.formats.pdf import quick_names, source

NAMES = (
    *(b"/", b"/Type ", b"/Type/Sig", b"/Type(a)", b"/Type<00>", b"/Type[1", b"/Type]", b"/Type%c\n", b"/Type"),
    *(
        b"/A#20B ",
        b"/A#2",
        b"/A#zz ",
        b"/A\x80 ",
        b"/\xe5\x8d\xb0 ",
        b"/A\x01 ",
        b"/A\x7f ",
        b"Type ",
        b"/~!|'\"^`$&*+ ",
    ),
)


def outcome(read: object, octets: bytes) -> tuple[object, ...]:
    """What comes of reading: type, value, and where the stream stands; or the error's type."""
    stream = BytesIO(b"before " + octets)
    stream.seek(7)
    try:
        value = read(stream)  # type: ignore[operator]  # one of two functions of the same kind
    except Exception as error:  # noqa: BLE001  (which one it is, is what is compared)
        return (type(error),)
    return type(value), value, stream.tell()


@pytest.mark.parametrize("octets", NAMES, ids=repr)
def test_as_pyhanko(octets: bytes) -> None:
    assert outcome(quick_names.read_name, octets) == outcome(quick_names._thorough, octets)


def test_as_pyhanko_whatever_comes() -> None:
    chance = random.Random(20_261_122)
    for _ in range(3_000):
        octets = b"/" + bytes(chance.choices(b"Ab09#/<>[]()\\~'\" {}%\n\r\t\0\f-.\x7f\x80\xe5", k=chance.randrange(8)))
        assert outcome(quick_names.read_name, octets) == outcome(quick_names._thorough, octets), octets


def test_pyhanko_uses_it() -> None:
    assert source.open_pdf is not None
    assert generic.NameObject.read_from_stream is quick_names.read_name


def test_a_stream_that_is_not_in_memory_is_left_to_pyhanko() -> None:
    class Elsewhere(BytesIO):
        """Not the class itself, so nothing is known of where its octets are."""

    assert quick_names.read_name(Elsewhere(b"/Type ")) == "/Type"
