"""Pictures in colour that go onto a face as they are: photographs of holders and backgrounds of bundles.

Only the header is read, nothing is decoded: a baseline JPEG or a plain PNG is what both PDF and OFD carry as it
stands, so the same octets lie in both files and their digest can be held against the licence. Whatever a reader could
take differently (progressive or CMYK JPEG, interlaced PNG, transparency, texts and positions in it) is refused.
"""

import struct
from collections.abc import Iterator
from functools import lru_cache
from zlib import crc32

from templates.errors import PictureRefused
from templates.items import Raster

MAX_OCTETS, MAX_DOTS = 1024 * 1024, 4_096
_PNG = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1}
"""By PNG colour type: grey, colours, palette."""
_PLAIN = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"pHYs"})
_SILENT = frozenset({0xC4, 0xDB, 0xDD, 0xE0})
"""JPEG segments that may stand before the picture: tables, restart interval, JFIF."""


@lru_cache(maxsize=64)
def read_raster(octets: bytes) -> Raster:
    """The picture that these octets are.

    Raises:
        PictureRefused: `picture-octets`, `picture-dots` (too large), `picture-format`, `picture-metadata`.

    """
    if len(octets) > MAX_OCTETS:
        raise PictureRefused("picture-octets", f"{len(octets)} octets; at most {MAX_OCTETS}")
    raster = _png(octets) if octets.startswith(_PNG) else _jpeg(octets)
    if not (0 < raster.columns <= MAX_DOTS and 0 < raster.rows <= MAX_DOTS):
        raise PictureRefused("picture-dots", f"at most {MAX_DOTS} by {MAX_DOTS}")
    return raster


def _jpeg(octets: bytes) -> Raster:
    frame: tuple[int, int, int] | None = None
    for kind, content in _segments(octets):
        if kind == 0xC0 and frame is None and len(content) >= 6:
            depth, rows, columns, channels = struct.unpack(">BHHB", content[:6])
            if depth != 8 or channels not in {1, 3}:
                raise PictureRefused("picture-format", "not grey or colours of 8 bits")
            frame = rows, columns, channels
        elif 0xE1 <= kind <= 0xEF or kind == 0xFE:
            raise PictureRefused("picture-metadata", f"segment {kind:02X}")
        elif kind not in _SILENT:
            raise PictureRefused("picture-format", f"segment {kind:02X}; a baseline JPEG is wanted")
    if frame is None or not octets.endswith(b"\xff\xd9"):
        raise PictureRefused("picture-format", "not one whole picture")
    rows, columns, channels = frame
    return Raster("JPEG", octets, columns, rows, channels)


def _segments(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments before the scan of a JPEG; the scan itself must be the last."""
    if not octets.startswith(b"\xff\xd8\xff"):
        raise PictureRefused("picture-format", "neither JPEG nor PNG")
    place = 2
    while octets[place : place + 2] != b"\xff\xda":
        if place + 4 > len(octets) or octets[place] != 0xFF:
            raise PictureRefused("picture-format", "a segment is cut off")
        length = int.from_bytes(octets[place + 2 : place + 4], "big")
        if length < 2:
            raise PictureRefused("picture-format", "a segment is cut off")
        yield octets[place + 1], octets[place + 4 : place + 2 + length]
        place += 2 + length
    if octets.find(b"\xff\xd9", place) != len(octets) - 2:
        raise PictureRefused("picture-format", "something stands behind the picture")


def _png(octets: bytes) -> Raster:
    chunks = list(_chunks(octets))
    names = [name for name, _ in chunks]
    if names[:1] != [b"IHDR"] or names[-1:] != [b"IEND"] or names.count(b"IHDR") != 1 or names.count(b"PLTE") > 1:
        raise PictureRefused("picture-format", "not one whole PNG")
    if other := set(names) - _PLAIN:
        raise PictureRefused("picture-metadata", ", ".join(sorted(name.decode("latin-1") for name in other)))
    columns, rows, depth, kind, method, filtering, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    palette = next((content for name, content in chunks if name == b"PLTE"), b"")
    fits = depth == 8 or (depth in {1, 2, 4} and kind != 2)
    if kind not in _CHANNELS or not fits or method or filtering or interlaced or bool(palette) is not (kind == 3):
        raise PictureRefused("picture-format", "grey, colours or palette, no transparency, not interlaced")
    if len(palette) % 3 or len(palette) > 3 << depth:
        raise PictureRefused("picture-format", "a palette of another size")
    data = b"".join(content for name, content in chunks if name == b"IDAT")
    return Raster("PNG", octets, columns, rows, _CHANNELS[kind], depth, data, palette)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place < len(png):
        length, name = int.from_bytes(png[place : place + 4], "big"), png[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(png) or (name == b"IHDR" and length != 13):
            raise PictureRefused("picture-format", "a chunk is cut off")
        if crc32(png[place + 4 : end - 4]) != int.from_bytes(png[end - 4 : end], "big"):
            raise PictureRefused("picture-format", "a chunk is damaged")
        yield name, png[place + 8 : end - 4]
        place = end
