"""Oval and square seals, and the look at a picture that was brought along."""

import io
import struct
from collections.abc import Callable
from zlib import crc32

import pytest
from PIL import Image, ImageDraw

from templates.canvas_pdf import seal_operators
from templates.errors import MissingGlyph, PictureRefused
from templates.seal_picture import RED, SealPicture, round_seal, seal_from_png
from templates.seal_shapes import oval_seal, square_seal
from templates.seal_upload import MAX_DOTS, MAX_OCTETS, check_uploaded

NAME, CODE = "云岭市市场监督管理局", "53019900010127"


def image_of(seal: SealPicture) -> Image.Image:
    return Image.open(io.BytesIO(seal.png))


@pytest.mark.parametrize(
    ("seal", "size", "dots"),
    [
        (oval_seal(NAME, line="发票专用章", code=CODE), (40, 30), (472, 354)),
        (square_seal("林雅"), (18, 18), (213, 213)),
    ],
)
def test_true_size_at_300_dpi(seal: SealPicture, size: tuple[float, float], dots: tuple[int, int]) -> None:
    image = image_of(seal)
    assert ((seal.width, seal.height), image.size, image.mode) == (size, dots, "P")
    assert len(seal.png) < 12_000
    assert all(shape.bounds[0] + 0.2 >= 0.0 and shape.bounds[2] <= seal.width + 0.2 for shape in seal.shapes)
    assert all(shape.bounds[1] + 0.2 >= 0.0 and shape.bounds[3] <= seal.height + 0.2 for shape in seal.shapes)


def test_the_oval_has_a_rim_and_clear_corners() -> None:
    image = image_of(oval_seal(NAME, line="发票专用章", code=CODE)).convert("RGBA")
    across, down = image.size
    for place in ((2, down // 2), (across - 3, down // 2), (across // 2, 2), (across // 2, down - 3)):
        assert image.getpixel(place)[:3] == RED
        assert image.getpixel(place)[3] > 200
    assert [image.getpixel(place)[3] for place in ((0, 0), (across - 1, 0), (0, down - 1))] == [0, 0, 0]


@pytest.mark.parametrize("name", ["云岭市教育局", NAME, "云岭市临江区农业农村和水务局行政审批服务专用"])
def test_letters_lie_inside_the_oval(name: str) -> None:
    letters = oval_seal(name, line="发票专用章", code=CODE).shapes[1]
    for _, numbers in letters.outline:
        for x, y in zip(numbers[0::2], numbers[1::2], strict=True):
            assert ((x - 20) / 20) ** 2 + ((y - 15) / 15) ** 2 < 1


@pytest.mark.parametrize(("name", "cells"), [("林雅", 4), ("沈知夏", 4), ("欧阳明远", 4), ("一二三四五", 5), ("秦", 3)])
def test_every_cell_of_the_square_is_filled(name: str, cells: int) -> None:
    seal = square_seal(name)
    image, half = image_of(seal).convert("RGBA").getchannel("A"), 106
    quarters = [image.crop((x, y, x + 80, y + 80)) for x in (20, half + 5) for y in (20, half + 5)]
    assert sum(max(quarter.getextrema()) > 200 for quarter in quarters) >= min(cells, 4) - (name == "秦")
    assert square_seal(name) is seal
    assert square_seal.__wrapped__(name).png == seal.png


def test_a_name_that_cannot_be_drawn_gets_no_seal() -> None:
    for draw in (square_seal, oval_seal):
        with pytest.raises(MissingGlyph):
            draw("𠮷县")


def test_operators_for_a_pdf_are_of_shapes_alone() -> None:
    operators = seal_operators(square_seal("林雅"))
    words = {word for word in operators.split() if not word.lstrip(b"-").replace(b".", b"").isdigit()}
    assert words <= {b"rg", b"RG", b"w", b"m", b"l", b"c", b"h", b"f", b"B", b"S"}
    assert seal_operators(seal_from_png(b"", 1, 1)) == b""


def drawn(across: int = 400, down: int = 400, *, ground: int = 0, ring: bool = True, mode: str = "RGBA") -> bytes:
    image = Image.new("RGBA", (across, down), (255, 255, 255, ground))
    if ring:
        ImageDraw.Draw(image).ellipse((5, 5, across - 6, down - 6), outline=(200, 0, 0, 255), width=20)
    held = io.BytesIO()
    image.convert(mode).save(held, "PNG")
    return held.getvalue()


def chunk(name: bytes, octets: bytes) -> bytes:
    return struct.pack(">I", len(octets)) + name + octets + struct.pack(">I", crc32(name + octets))


def with_chunk(name: bytes, octets: bytes) -> bytes:
    png = drawn()
    return png[:33] + chunk(name, octets) + png[33:]


def animated() -> bytes:
    held = io.BytesIO()
    frames = [Image.new("RGBA", (400, 400), (200, 0, 0, alpha)) for alpha in (0, 255)]
    frames[0].save(held, "PNG", save_all=True, append_images=frames[1:])
    return held.getvalue()


def bomb() -> bytes:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


REFUSED: list[tuple[str, Callable[[], bytes], tuple[int, int]]] = [
    ("picture-octets", lambda: b"", (42, 42)),
    ("picture-octets", lambda: b"\x89PNG\r\n\x1a\n" + bytes(MAX_OCTETS), (42, 42)),
    ("picture-format", lambda: b"GIF89a" + bytes(200), (42, 42)),
    ("picture-format", lambda: drawn()[:-1], (42, 42)),
    ("picture-format", lambda: drawn() + b"behind", (42, 42)),
    ("picture-format", lambda: drawn() + drawn(), (42, 42)),
    ("picture-format", lambda: drawn().replace(b"IDAT", b"IDAX", 1), (42, 42)),
    ("picture-format", lambda: drawn()[:60] + b"\0" + drawn()[61:], (42, 42)),
    ("picture-metadata", lambda: with_chunk(b"tEXt", b"Author\0somebody"), (42, 42)),
    ("picture-metadata", lambda: with_chunk(b"eXIf", b"MM\0*"), (42, 42)),
    ("picture-metadata", lambda: with_chunk(b"tIME", bytes(7)), (42, 42)),
    ("picture-metadata", animated, (42, 42)),
    ("picture-size", drawn, (7, 42)),
    ("picture-size", drawn, (42, 61)),
    ("picture-dots", bomb, (42, 42)),
    ("picture-dots", lambda: drawn(MAX_DOTS + 1, 40), (42, 42)),
    ("picture-resolution", lambda: drawn(300, 300), (42, 42)),
    ("picture-resolution", lambda: drawn(1200, 1200), (18, 18)),
    ("picture-proportion", lambda: drawn(400, 500), (42, 42)),
    ("picture-opaque", lambda: drawn(ground=255), (42, 42)),
    ("picture-opaque", lambda: drawn(mode="RGB"), (42, 42)),
    ("picture-empty", lambda: drawn(ring=False), (42, 42)),
]


@pytest.mark.parametrize(("reason", "png", "size"), REFUSED)
def test_pictures_that_do_not_do(reason: str, png: Callable[[], bytes], size: tuple[int, int]) -> None:
    with pytest.raises(PictureRefused) as refusal:
        check_uploaded(png(), *size)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("png", "size"),
    [
        (drawn(), (42, 42)),
        (drawn(400, 300), (40, 30)),
        (round_seal(NAME).png, (42, 42)),
        (oval_seal(NAME).png, (40, 30)),
        (square_seal("林雅").png, (18, 18)),
        (with_chunk(b"pHYs", bytes(9)), (42, 42)),
    ],
)
def test_pictures_that_do(png: bytes, size: tuple[int, int]) -> None:
    seal = check_uploaded(png, *size)
    assert (seal.png, seal.width, seal.height, seal.shapes) == (png, *size, ())
