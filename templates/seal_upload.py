"""A picture of a seal that was brought along: taken only if it is what a seal's picture has to be.

A PNG with transparency, of a size in millimetres that seals have, of the same proportions, drawn finely enough to be
read in print and no finer, and without anything in it that is not the picture: no texts, dates, profiles, positions or
further frames, nothing behind its end. It is bounded before it is decoded. Whether it shows the right seal is for the
person to judge who approves it.
"""

import io
from collections.abc import Iterator
from zlib import crc32

from PIL import Image, UnidentifiedImageError

from templates.errors import PictureRefused
from templates.seal_picture import SealPicture

MAX_OCTETS, MAX_DOTS = 192 * 1024, 2_048
SMALLEST_MM, LARGEST_MM = 8, 60
FEWEST_DPI, MOST_DPI = 200, 1_300
PROPORTION = 0.02
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PLAIN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"pHYs"})
CLEAR, GROUND, INKED = 16, 0.1, 0.01
"""Alpha that counts as clear, and the least shares of dots that are, and that are not."""


def check_uploaded(png: bytes, width_mm: int, height_mm: int) -> SealPicture:
    """The picture of a seal of this size.

    Raises:
        PictureRefused: `picture-octets`, `picture-format`, `picture-metadata`, `picture-size` (millimetres),
            `picture-dots` (too many), `picture-resolution`, `picture-proportion`, `picture-opaque`, `picture-empty`.

    """
    if not len(SIGNATURE) < len(png) <= MAX_OCTETS:
        raise PictureRefused("picture-octets", f"{len(png)} octets; at most {MAX_OCTETS}")
    if not all(SMALLEST_MM <= one <= LARGEST_MM for one in (width_mm, height_mm)):
        raise PictureRefused("picture-size", f"{SMALLEST_MM} to {LARGEST_MM} mm")
    _check_chunks(png)
    across, down = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    _check_dots(across, down, width_mm, height_mm)
    _check_ink(png)
    return SealPicture(float(width_mm), float(height_mm), png)


def _check_chunks(png: bytes) -> None:
    """Every chunk whole and of a kind that belongs to the picture, the end at the end."""
    names = list(_chunks(png))
    if names[:1] != [b"IHDR"] or names[-1:] != [b"IEND"] or names.count(b"IHDR") != 1 or names.count(b"IEND") != 1:
        raise PictureRefused("picture-format", "not one whole PNG")
    if other := set(names) - PLAIN:
        raise PictureRefused("picture-metadata", ", ".join(sorted(name.decode("latin-1") for name in other)))


def _chunks(png: bytes) -> Iterator[bytes]:
    if not png.startswith(SIGNATURE):
        raise PictureRefused("picture-format", "not a PNG")
    place = len(SIGNATURE)
    while place < len(png):
        length, name = int.from_bytes(png[place : place + 4], "big"), png[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(png) or (name == b"IHDR" and length != 13):
            raise PictureRefused("picture-format", "a chunk is cut off")
        if crc32(png[place + 4 : end - 4]) != int.from_bytes(png[end - 4 : end], "big"):
            raise PictureRefused("picture-format", "a chunk is damaged")
        yield name
        place = end


def _check_dots(across: int, down: int, width_mm: int, height_mm: int) -> None:
    if not (0 < across <= MAX_DOTS and 0 < down <= MAX_DOTS):
        raise PictureRefused("picture-dots", f"at most {MAX_DOTS} by {MAX_DOTS}")
    resolution = [dots / millimetres * 25.4 for dots, millimetres in ((across, width_mm), (down, height_mm))]
    if not all(FEWEST_DPI <= one <= MOST_DPI for one in resolution):
        raise PictureRefused("picture-resolution", f"{FEWEST_DPI} to {MOST_DPI} dpi")
    if abs(resolution[0] / resolution[1] - 1) > PROPORTION:
        raise PictureRefused("picture-proportion", "dots and millimetres have different proportions")


def _check_ink(png: bytes) -> None:
    """Clear for the most part of its ground, and not clear everywhere."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
            opened.load()
            shares = opened.convert("RGBA").getchannel("A").histogram()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise PictureRefused("picture-format", "it cannot be decoded") from error
    clear, all_dots = sum(shares[: CLEAR + 1]), sum(shares)
    if clear < GROUND * all_dots:
        raise PictureRefused("picture-opaque", "the ground must be transparent")
    if all_dots - clear < INKED * all_dots:
        raise PictureRefused("picture-empty", "there is nothing to be seen")
