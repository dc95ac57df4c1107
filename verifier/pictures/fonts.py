"""Fonts of a document, opened from its octets: characters by the font's own table, glyphs by their number.

A text object of OFD may name glyphs of its embedded font by number (CGTransform), and such a font often has no table of
characters at all; FreeType, as Pillow offers it, goes by characters alone. So a second font is made of the same octets
whose table leads from a private character to each glyph. What the document does not embed, or has no glyph for, is
drawn with the one font given to this process: another shape, the same words.
"""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PIL import ImageFont

from trust.errors import Malformed

PRIVATE = 0xF0000
"""The character that stands for glyph 0; Unicode keeps this plane for private use."""
MAX_FONT, MAX_TABLES, MAX_KEPT = 40 * 1024 * 1024, 64, 512
MAX_GLYPH = 0xFFFD
PROBE, ABSENT = 24, "\uffff"
CMAP, MAXP = b"cmap", b"maxp"


@dataclass
class Font:
    """A font of a document; `octets` are empty where it is only named."""

    octets: bytes = field(default=b"", repr=False)
    by_number: bytes = field(default=b"", repr=False)


class Fonts:
    """Opens fonts in the sizes asked for, and knows what each of them lacks."""

    def __init__(self, other: Path) -> None:
        self._other = other
        self._open: dict[tuple[int, bool, float], ImageFont.FreeTypeFont] = {}
        self._has: dict[tuple[int, str], bool] = {}
        self._kept: dict[int, Font] = {}

    def for_character(self, font: Font | None, character: str, size: float) -> ImageFont.FreeTypeFont:
        """A font of this size that draws the character: the document's own, or the other one."""
        if font is not None and font.octets and self._draws(font, character):
            return self._opened(font, size, by_number=False)
        key = (0, False, size)
        if key not in self._open:
            self._room()
            self._open[key] = ImageFont.truetype(self._other, size, layout_engine=ImageFont.Layout.BASIC)
        return self._open[key]

    def for_glyph(self, font: Font | None, size: float) -> ImageFont.FreeTypeFont | None:
        """A font of this size that draws `chr(PRIVATE + number)` as that glyph; None where there is none."""
        if font is None or not font.octets:
            return None
        if not font.by_number:
            try:
                font.by_number = numbered(font.octets)
            except Malformed:
                font.octets = b""
                return None
        try:
            return self._opened(font, size, by_number=True)
        except OSError:
            font.octets = b""
            return None

    def _draws(self, font: Font, character: str) -> bool:
        known = (id(font), character)
        if known not in self._has:
            try:
                probe = self._opened(font, PROBE, by_number=False)
                shape = probe.getmask(character)
                self._has[known] = character.isspace() or bytes(shape) != bytes(probe.getmask(ABSENT))
            except (OSError, ValueError):
                self._has[known] = False
        return self._has[known]

    def _opened(self, font: Font, size: float, *, by_number: bool) -> ImageFont.FreeTypeFont:
        """The font in a size; OSError where FreeType cannot read it."""
        self._kept[id(font)] = font  # so that its number is nobody else's
        key = (id(font), by_number, size)
        if key not in self._open:
            self._room()
            octets = io.BytesIO(font.by_number if by_number else font.octets)
            self._open[key] = ImageFont.truetype(octets, size, layout_engine=ImageFont.Layout.BASIC)
        return self._open[key]

    def _room(self) -> None:
        if len(self._open) >= MAX_KEPT:
            self._open.clear()


def numbered(octets: bytes) -> bytes:
    """The same font with a table of characters that leads from `PRIVATE` + n to glyph n.

    Raises:
        Malformed: `font-form`, it is no OpenType font.

    """
    tables = tables_of(octets)
    if MAXP not in tables or len(tables[MAXP]) < 6:
        raise Malformed("font-form", "no maxp")
    count = min(struct.unpack_from(">H", tables[MAXP], 4)[0], MAX_GLYPH)
    if not count:
        raise Malformed("font-form", "no glyphs")
    groups = struct.pack(">HHIIIIII", 12, 0, 28, 0, 1, PRIVATE, PRIVATE + count - 1, 0)
    return font_of(octets[:4], {**tables, CMAP: struct.pack(">HHHHI", 0, 1, 3, 10, 12) + groups})


def tables_of(octets: bytes) -> dict[bytes, bytes]:
    """The tables of an OpenType font by their tags."""
    if len(octets) > MAX_FONT or len(octets) < 12 or octets[:4] not in {b"\0\1\0\0", b"true", b"OTTO"}:
        raise Malformed("font-form", "no OpenType font")
    count = struct.unpack_from(">H", octets, 4)[0]
    if not 1 <= count <= MAX_TABLES or len(octets) < 12 + 16 * count:
        raise Malformed("font-form", "the list of tables is cut short")
    found = {}
    for number in range(count):
        tag, _, start, size = struct.unpack_from(">4sIII", octets, 12 + 16 * number)
        if start + size > len(octets):
            raise Malformed("font-form", "a table reaches beyond the end")
        found[tag] = octets[start : start + size]
    return found


def font_of(kind: bytes, tables: Mapping[bytes, bytes]) -> bytes:
    """A font of these tables; checksums are left out, no reader of ours asks for them."""
    head, body = bytearray(struct.pack(">4sHHHH", kind, len(tables), 0, 0, 0)), bytearray()
    start = 12 + 16 * len(tables)
    for tag in sorted(tables):
        head += struct.pack(">4sIII", tag, 0, start + len(body), len(tables[tag]))
        body += tables[tag] + bytes(-len(tables[tag]) % 4)
    return bytes(head + body)
