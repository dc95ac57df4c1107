"""A drawn page on its way out: how large it is, and the PNG of it."""

import io
from dataclasses import dataclass

from PIL import Image

from verifier.pictures.sheets import MAX_PICTURE, MAX_SIDE

MAX_SCALE = 12.0
"""Pixels per millimetre; a small page is not blown up further."""
COMPRESSION = 3
"""Half as much work as the usual 6, for a tenth more octets."""
THIN, FINE = 0.5 * 1024 * 1024, 128
"""A PNG larger than this is kept in so many colours, which is enough to see what a page says."""


@dataclass(frozen=True)
class Rendered:
    """The picture of a page; `whole` unless something on it could not be drawn."""

    picture: Image.Image
    whole: bool


def pixels_of(size: tuple[float, float]) -> tuple[int, int]:
    """Width and height in pixels of a page of so many millimetres, the longer side at most `MAX_SIDE`."""
    width, height = size
    scale = min(MAX_SIDE / max(width, height), MAX_SCALE)
    return max(1, round(width * scale)), max(1, round(height * scale))


def as_png(picture: Image.Image) -> bytes:
    """The PNG of a picture; empty where even in few colours it is too large."""
    octets = _saved(picture)
    if len(octets) > THIN:
        fewer = _saved(picture.quantize(FINE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
        octets = min(octets, fewer, key=len)
    return octets if len(octets) <= MAX_PICTURE else b""


def _saved(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", compress_level=COMPRESSION)
    return made.getvalue()
