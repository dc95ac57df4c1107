"""What has been handed in: judged by its first octets and its form, bounded before it is decoded."""

import io
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import product
from time import monotonic

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from templates.code import code_png
from trust.errors import Malformed
from trust.formats.token import to_base45_text, to_text
from trust.rules.identifier import LicenceIdentifier
from verifier import recognising
from verifier.errors import NotUnderstood
from verifier.reading_code import MAX_PIXELS, read_picture
from verifier.recognising import WALL_S, kind_of, read_code, read_words

TOKEN = bytes(range(200))
TEXT = to_text(TOKEN, "http://127.0.0.1:8000")
IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def drawn(*texts: str) -> Image.Image:
    """Codes side by side."""
    codes = []
    for text in texts:
        code = qrcode.QRCode(border=6, box_size=4)
        code.add_data(text)
        codes.append(code.make_image().get_image().convert("L"))
    sheet = Image.new("L", (sum(code.width for code in codes), max(code.height for code in codes)), 255)
    left = 0
    for code in codes:
        sheet.paste(code, (left, 0))
        left += code.width
    return sheet


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, data: bytes = b"", *more: bytes) -> bytes:
    """A picture of any claimed size, with whatever data."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(more) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04rest", "ofd"),
        (b"%PDF-1.7", "pdf"),
        (b"\x89PNG\r\n\x1a\nrest", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"", "unknown"),
        (b"PK\x05\x06", "unknown"),
        (b" %PDF-1.7", "unknown"),
        (b"GIF89a", "unknown"),
        (b"<?xml", "unknown"),
        (TEXT.encode(), "unknown"),
    ],
)
def test_by_the_first_octets(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    "picture",
    [
        lambda: code_png(TEXT),
        lambda: encoded(drawn(TEXT)),
        lambda: encoded(drawn(TEXT), "JPEG"),
        lambda: encoded(drawn(TEXT).convert("RGBA")),
        lambda: encoded(drawn(TEXT).convert("P")),
        lambda: encoded(drawn(TEXT).rotate(90, expand=True)),
        lambda: encoded(drawn(TEXT, TEXT)),
        lambda: encoded(drawn("https://example.cn/menu", TEXT)),
    ],
    ids=["as issued", "plain", "JPEG", "with alpha", "with a palette", "turned", "twice the same", "beside another's"],
)
def test_pictures_with_one_code_of_ours(picture: Callable[[], bytes]) -> None:
    assert read_code(picture()) == TEXT


def test_the_other_text_of_a_code() -> None:
    assert read_code(encoded(drawn(to_base45_text(TOKEN)))) == to_base45_text(TOKEN)


SMALL = encoded(drawn(TEXT))
REFUSED: dict[str, tuple[bytes, str]] = {
    "white": (encoded(Image.new("L", (300, 300), 255)), "no-code"),
    "one pixel": (encoded(Image.new("L", (1, 1), 255)), "no-code"),
    "somebody else's code": (encoded(drawn("https://example.cn/menu")), "not-our-code"),
    "two of ours": (encoded(drawn(TEXT, to_text(TOKEN[1:], "http://h"))), "several-codes"),
    "cut in the middle": (SMALL[: len(SMALL) // 2], "picture-unreadable"),
    "the header alone": (SMALL[:33], "picture-unreadable"),
    "the signature alone": (SMALL[:8], "picture-unreadable"),
    "JPEG cut short": (encoded(drawn(TEXT), "JPEG")[:700], "picture-unreadable"),
    "JPEG of nothing": (b"\xff\xd8\xff\xe0" + bytes(100), "picture-unreadable"),
    "no data": (png(300, 300), "picture-unreadable"),
    "data that is no zlib": (png(300, 300, b"not zlib"), "picture-unreadable"),
    "no width": (png(0, 300, zlib.compress(bytes(300))), "picture-unreadable"),
    "a wrong sum": (SMALL[:30] + b"\0\0\0\0" + SMALL[34:], "picture-unreadable"),
    "a GIF that says it is a PNG": (b"\x89PNG\r\n\x1a\n" + b"GIF89a", "picture-unreadable"),
    "just too large": (png(MAX_PIXELS // 1000 + 1, 1000), "picture-too-large"),
    "a hundred million pixels": (png(10_000, 10_000), "picture-too-large"),
    "a thin line": (png(70_000, 10, zlib.compress(bytes(8751 * 10))), "picture-too-large"),
    "a high line": (png(1, 10_001), "picture-too-large"),
    "two hundred million pixels": (png(20_000, 10_000), "picture-too-large"),
    "four thousand million lines": (png(2**31 - 1, 2**31 - 1), "picture-too-large"),
    "a text that unpacks without end": (
        png(300, 300, b"", chunk(b"zTXt", b"c\0\0" + zlib.compress(bytes(100_000_000)))),
        "picture-unreadable",
    ),
}


@pytest.mark.parametrize(("picture", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_pictures_that_are_refused(picture: bytes, reason: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_code(picture)
    assert refusal.value.reason == reason


@given(st.data())
def test_a_picture_with_anything_changed_is_read_or_refused(data: st.DataObject) -> None:
    picture = bytearray(data.draw(st.sampled_from([SMALL, JPEG])))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(8, min(len(picture), 900) - 1))
        picture[place] = data.draw(st.integers(0, 255))
    cut = bytes(picture[: data.draw(st.integers(9, len(picture)))])
    told, _, text = read_picture(cut).partition(" ")
    assert text in {"", TEXT}
    assert told in {"read", "picture-unreadable", "picture-too-large", "no-code", "not-our-code"}


def outcome(picture: bytes) -> str:
    """The text that was read, or the reason why none was."""
    try:
        return read_code(picture)
    except NotUnderstood as refusal:
        return refusal.reason


JPEG = encoded(drawn(TEXT), "JPEG")


def tiled(side: int) -> bytes:
    """A small file full of the corner pattern of a QR code, each of which could belong to any two others."""
    corner = Image.new("1", (9, 9), 1)
    for low, high, colour in ((1, 8, 0), (2, 7, 1), (3, 6, 0)):
        corner.paste(colour, (low, low, high, high))
    sheet = Image.new("1", (side, side), 1)
    for place in product(range(0, side, 9), repeat=2):
        sheet.paste(corner, place)
    return encoded(sheet)


def test_a_picture_that_keeps_the_reader_busy_is_given_up() -> None:
    hostile = tiled(2394)
    assert len(hostile) < 10_000
    begun = monotonic()
    assert outcome(hostile) == "limit"
    assert monotonic() - begun < WALL_S + 2


def test_a_pattern_too_fine_to_matter_is_gone_before_it_is_searched() -> None:
    assert outcome(tiled(5400)) == "no-code"


def test_whoever_uses_no_processor_time_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognising, "WALL_S", 0.01)
    assert outcome(SMALL) == "limit"


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    large = encoded(Image.new("RGBA", (3000, 3000), "white"))
    assert outcome(large) == "no-code"
    monkeypatch.setattr(recognising, "MEMORY", 64 * 1024 * 1024)
    assert outcome(large) == "limit"
    assert outcome(SMALL) == TEXT


def test_only_so_many_pictures_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognising, "PATIENCE_S", 0.05)
    with ExitStack() as taken:
        for _ in range(recognising.AT_ONCE):
            taken.enter_context(recognising.TURNS)
        assert outcome(SMALL) == "limit"
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(outcome, [SMALL] * 6)) == [TEXT] * 6


def test_a_reader_that_does_not_start_is_our_fault_and_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognising, "READER", recognising.READER.with_name("nowhere.py"))
    with pytest.raises(RuntimeError):
        read_code(SMALL)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize(("width", "height"), [(1240, 1754), (2480, 3508), (3508, 4961)])
def test_whole_pages_are_read(width: int, height: int, kind: str) -> None:
    """A4 at 150, 300 and about 420 dpi, with a code of 38 mm."""
    side = width * 38 // 210
    page = Image.new("RGB", (width, height), "white")
    page.paste(drawn(TEXT).convert("RGB").resize((side, side)), (width - side * 2, height - side * 2))
    assert read_code(encoded(page, kind)) == TEXT


def test_a_small_code_on_a_large_page_is_found_at_the_second_look() -> None:
    page = Image.new("L", (2400, 2400), 255)
    code = drawn(TEXT)
    page.paste(code.resize((code.width // 2, code.height // 2)), (300, 1500))
    assert read_code(encoded(page)) == TEXT


@pytest.mark.parametrize("text", [TEXT, f"  {TEXT}\n", to_base45_text(TOKEN), f"\t{to_base45_text(TOKEN)}\r\n"])
def test_texts_of_a_code(text: str) -> None:
    assert read_words(text) == TOKEN


def test_an_identifier() -> None:
    found = read_words(f" {IDENTIFIER} ")
    assert isinstance(found, LicenceIdentifier)
    assert str(found) == IDENTIFIER


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "licence.ofd",
        "http://127.0.0.1:8000/verify",
        "ftp://h/q#123",
        "1.2.156.3006.2",
        "EL2:ABC",
        "\x00",
        "9" * 9999,
    ],
)
def test_words_that_look_like_nothing_of_ours(words: str) -> None:
    with pytest.raises(NotUnderstood):
        read_words(words)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("http://h/q#", "token-text"),
        ("http://h/q#0123", "token-text"),
        ("http://h/q#\uff12\uff15\uff16", "token-text"),  # full-width digits
        ("http://h/other#256", "token-text"),
        (f"http://h/q#{'9' * 5000}", "token-text"),
        ("EL1:", "token-text"),
        ("EL1:abc", "token-text"),
        (IDENTIFIER[:-1] + "V", "check-character"),
        (IDENTIFIER[:-2], "structure"),
        ("1.2.156.3005.3.x", "structure"),
        (IDENTIFIER + "." * 200, "structure"),
    ],
)
def test_words_that_look_like_ours_and_are_not_in_order(words: str, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        read_words(words)
    assert refusal.value.reason == reason
