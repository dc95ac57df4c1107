"""The text a page of ours shows, for holding it against the metadata.

Reads the form that our faces are written in (`drawn`) and fonts with a ToUnicode map of single characters. A page that
is written otherwise shows nothing that counts, so a value shown by other means counts as not shown. Which lines can be
read is the rule of all formats (`showing`). What this cannot see: a font whose glyphs look like other characters.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from keys.sm3 import sm3
from trust.formats.figures import box_loop
from trust.formats.pdf.content import pages, resolve
from trust.formats.pdf.drawn import Piece, Placed, Run, pieces_of
from trust.formats.pdf.layout import Item
from trust.formats.pdf.values import Name, Ref, Value, Word
from trust.formats.sealed_file import SMALLEST_PICTURE_MM
from trust.formats.showing import Area, Line, Seen, seen

_PER_MM = 72 / 25.4
_JPEG_KEYS = frozenset(
    map(
        Name,
        (b"Type", b"Subtype", b"Width", b"Height", b"ColorSpace", b"BitsPerComponent", b"Filter"),
    )
)
MAX_CONTENT, MAX_MAP = 4 * 1024 * 1024, 1024 * 1024
EM = 1000
"""The unit of widths, and the width of a glyph for which none is told."""
LARGEST_OBJECT_MM = 5_000.0
"""How far an object is taken to reach whose size is not told in millimetres."""

_PAIR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4,8})>")
_GLYPHS, _MOVES = re.compile(rb"<([0-9A-F]*)>"), re.compile(rb">(-?[0-9]{1,6})<")
_DESCENDANT = re.compile(
    rb"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /[!-~]{1,80} /CIDToGIDMap /Identity"
    rb" /CIDSystemInfo << /Registry \(Adobe\) /Ordering \(Identity\) /Supplement 0 >>"
    rb" /FontDescriptor [0-9]{1,6} 0 R /DW 1000 /W \[([][0-9 ]*)\] >>"
)
_ROW = re.compile(rb"([0-9]{1,5}) \[([0-9 ]{0,65536})\]")
_GLYPH = struct.Struct(">H")
MAX_KEPT = 64 * 1024
"""Octets of a stream, as stored, of which it is remembered what was found in it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Font:
    """The characters of a font's glyphs, and the widths of those that are not a whole em."""

    characters: Mapping[int, str]
    widths: Mapping[int, float]


_NO_FONT = _Font({}, {})


def face_of(items: Sequence[Item], values: Sequence[Value]) -> Seen:
    """The lines of text of all pages, in their order."""
    judged = [_page(items, values, page) for page in pages(values)]
    return Seen(
        tuple(text for page in judged for text in page.shown), tuple(text for page in judged for text in page.hidden)
    )


def _page(items: Sequence[Item], values: Sequence[Value], page: Mapping[Name, Value]) -> Seen:
    pieces = _content(items, values, page)
    if pieces is None:
        return Seen()
    fonts, objects = dict(_fonts(items, values, page)), _named(values, page, b"XObject")
    width, height = (side / _PER_MM for side in _size(page))
    drawn: list[Line | Area] = []
    for piece in pieces:
        if isinstance(piece, Run):
            drawn.append(_line(piece, fonts.get(piece.font, _NO_FONT)))
        elif isinstance(piece, Placed):
            drawn.append(_covering(values, piece, objects))
        else:
            drawn.append(piece)
    return seen(drawn, width, height, up=True)


@lru_cache(maxsize=1024)
def _line(run: Run, font: _Font) -> Line:
    """A run of glyphs as characters, and how far it runs."""
    digits = b"".join(_GLYPHS.findall(run.array))
    if len(digits) % 4:
        return Line("", run.left, run.base, run.size, 0.0, run.colour)  # not as we write it
    glyphs = [glyph for (glyph,) in _GLYPH.iter_unpack(bytes.fromhex(digits.decode()))]
    text = "".join([font.characters.get(glyph, "\ufffd") for glyph in glyphs])
    ems = sum([font.widths.get(glyph, EM) for glyph in glyphs]) - sum(map(int, _MOVES.findall(run.array)))
    return Line(text, run.left, run.base, run.size, ems * run.size / EM, run.colour)


def _covering(values: Sequence[Value], placed: Placed, objects: Mapping[Name, Value]) -> Area:
    """The box of a picture; of a form the box that it says it draws in."""
    entries = resolve(values, objects.get(Name(placed.name)))
    box = entries.get(Name(b"BBox")) if isinstance(entries, dict) else None
    across, up = 1.0, 1.0
    if box is not None:
        sides = [float(side.spelling) for side in box if isinstance(side, Word)] if isinstance(box, list) else []
        across, up = (sides[2], sides[3]) if len(sides) == 4 and sides[:2] == [0, 0] else (LARGEST_OBJECT_MM,) * 2
    left, below = placed.left, placed.below
    return _box(left, below, left + across * placed.across, below + up * placed.up)


@lru_cache(maxsize=256)
def _box(left: float, below: float, right: float, above: float) -> Area:
    """A rectangle, once for the places that a type of licences has."""
    return Area((box_loop(left, below, right, above),))


def pictures_of(items: Sequence[Item], values: Sequence[Value]) -> tuple[str, ...]:
    """The digests of the JPEG pictures that pages show large enough to be looked at, and wholly on the paper."""
    found: set[str] = set()
    for page in pages(values):
        named = _named(values, page, b"XObject")
        width, height = (side / _PER_MM for side in _size(page))
        for piece in _content(items, values, page) or ():
            if not isinstance(piece, Placed):
                continue
            inside = 0 <= piece.left <= width - piece.across + 0.01 and 0 <= piece.below <= height - piece.up + 0.01
            if inside and min(piece.across, piece.up) >= SMALLEST_PICTURE_MM:
                found |= _jpeg_digest(items, values, named.get(Name(piece.name)))
    return tuple(sorted(found))


def _jpeg_digest(items: Sequence[Item], values: Sequence[Value], reference: Value | None) -> set[str]:
    """The digest of an image whose data are a JPEG as it is, with nothing in its dictionary that draws it otherwise."""
    entries = resolve(values, reference)
    if not isinstance(reference, Ref) or not isinstance(entries, dict) or entries.keys() != _JPEG_KEYS:
        return set()
    octets = items[reference - 1].stream
    if octets is None or entries[Name(b"Filter")] != Name(b"DCTDecode"):
        return set()
    return {f"sm3:{sm3(octets).hex()}"}


def _size(page: Mapping[Name, Value]) -> tuple[float, float]:
    box = page.get(Name(b"MediaBox"))
    corners = [getattr(part, "spelling", b"0") for part in box] if isinstance(box, list) and len(box) == 4 else []
    return (float(corners[2]), float(corners[3])) if corners else (0.0, 0.0)


def _content(items: Sequence[Item], values: Sequence[Value], page: Mapping[Name, Value]) -> tuple[Piece, ...] | None:
    """What a page's contents draw; None where a part of them is not as we write it."""
    entry = page.get(Name(b"Contents"))
    found: list[Piece] = []
    for part in entry if isinstance(entry, list) else [entry]:
        octets, deflated = _stored(items, values, part)
        pieces = (_kept_pieces if len(octets) <= MAX_KEPT else _content_pieces)(octets, deflated)
        if pieces is None:
            return None
        found += pieces
    return tuple(found)


def _fonts(
    items: Sequence[Item],
    values: Sequence[Value],
    page: Mapping[Name, Value],
) -> Iterator[tuple[bytes, _Font]]:
    for name, reference in _named(values, page, b"Font").items():
        font = resolve(values, reference)
        if isinstance(font, dict):
            below = font.get(Name(b"DescendantFonts"))
            first = below[0] if isinstance(below, list) and below else None
            told = items[first - 1].value if isinstance(first, Ref) else b""
            octets, deflated = _stored(items, values, font.get(Name(b"ToUnicode")))
            small = len(told) + len(octets) <= MAX_KEPT
            yield bytes(name), (_kept_font if small else _font)(told, octets, deflated)


def _font(told: bytes, characters: bytes, deflated: bool) -> _Font:  # noqa: FBT001  (as it is stored)
    """A composite font from its descendant and the stream of its ToUnicode map."""
    return _Font(_unicode_map(_inflated(characters, MAX_MAP, deflated=deflated)), _widths(told))


def _widths(told: bytes) -> dict[int, float]:
    """The widths that a font tells, glyph by glyph; those that it does not tell in our form are a whole em."""
    widths: dict[int, float] = {}
    rows = _DESCENDANT.fullmatch(told)
    for first, row in _ROW.findall(rows[1]) if rows is not None else ():
        widths.update(enumerate(map(float, row.split()), int(first)))
    return widths


def _named(values: Sequence[Value], page: Mapping[Name, Value], kind: bytes) -> Mapping[Name, Value]:
    """The resources of a kind, by their names on the page."""
    resources = resolve(values, page.get(Name(b"Resources")))
    named = resolve(values, resources.get(Name(kind))) if isinstance(resources, dict) else None
    return named if isinstance(named, dict) else {}


def _stored(items: Sequence[Item], values: Sequence[Value], reference: Value | None) -> tuple[bytes, bool]:
    """The octets of a stream as they are stored, and whether deflated; nothing where it is no stream that we write."""
    if not isinstance(reference, Ref) or (octets := items[reference - 1].stream) is None:
        return b"", False
    entries = resolve(values, reference)
    kind = entries.get(Name(b"Filter")) if isinstance(entries, dict) else None
    return (octets if kind in (None, Name(b"FlateDecode")) else b"", kind is not None)


def _inflated(octets: bytes, limit: int, *, deflated: bool) -> bytes:
    """The octets of a stream, within a limit; nothing where they cannot be inflated."""
    if not deflated:
        return octets[:limit]
    try:
        return zlib.decompressobj().decompress(octets, limit)
    except zlib.error:
        return b""


def _content_pieces(octets: bytes, deflated: bool) -> tuple[Piece, ...] | None:  # noqa: FBT001  (as it is stored)
    """What a content stream draws."""
    return pieces_of(_inflated(octets, MAX_CONTENT, deflated=deflated))


def _unicode_map(octets: bytes) -> dict[int, str]:
    pairs = _PAIR.findall(octets)
    glyphs = [glyph for (glyph,) in _GLYPH.iter_unpack(bytes.fromhex(b"".join([glyph for glyph, _ in pairs]).decode()))]
    try:
        plain = bytes.fromhex(b"".join([text for _, text in pairs]).decode()).decode("utf-16-be")
    except ValueError:  # half a character somewhere, or half an octet
        plain = ""
    if len(plain) == len(pairs) and all(len(text) == 4 for _, text in pairs):
        return dict(zip(glyphs, plain, strict=True))
    return {glyph: _characters(text) for glyph, (_, text) in zip(glyphs, pairs, strict=True)}


def _characters(digits: bytes) -> str:
    """Four digits are a character of the basic plane; more are UTF-16 too."""
    code = int(digits, 16)
    if len(digits) == 4 and not 0xD800 <= code <= 0xDFFF:
        return chr(code)
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


_kept_pieces, _kept_font = lru_cache(maxsize=16)(_content_pieces), lru_cache(maxsize=16)(_font)
"""What all licences of a type have in common is taken apart once; it follows from the stored octets alone."""
