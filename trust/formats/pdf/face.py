"""The text a page of ours shows, for holding it against the metadata.

Reads the form that our faces are written in: page contents in millimetres, runs of glyph numbers (`TJ`) and fonts with
a ToUnicode map of single characters. Whatever is written otherwise gives no text, so a value shown by other means
counts as not shown. Near-white, tiny and off-page text is left out: nobody can read it. What this cannot see: a
font whose glyphs look like other characters, or something drawn over a text.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from keys.sm3 import sm3
from trust.formats.pdf.content import pages, resolve
from trust.formats.pdf.layout import Item
from trust.formats.pdf.values import Name, Ref, Value
from trust.formats.sealed_file import SMALLEST_PICTURE_MM

_PER_MM = 72 / 25.4
_JPEG_KEYS = frozenset(
    map(
        Name,
        (b"Type", b"Subtype", b"Width", b"Height", b"ColorSpace", b"BitsPerComponent", b"Filter"),
    )
)
MAX_CONTENT, MAX_MAP = 4 * 1024 * 1024, 1024 * 1024
SMALLEST_MM, LIGHTEST = 1.0, 0.8
"""Text below a millimetre, or lighter than this in all three colours, is not for reading."""

_PAIR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4,8})>")
_NUMBER = rb"(-?[0-9]{1,6}(?:\.[0-9]{1,6})?)"
_RUN = re.compile(
    rb"%s %s %s rg BT /([!-~]{1,32}) %s Tf %s %s Td \[([<>0-9A-F-]{0,65536})\] TJ ET"
    % (_NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER),
)
_DRAWN = re.compile(rb"q %s 0 0 %s %s %s cm /([!-~]{1,32}) Do Q" % (_NUMBER, _NUMBER, _NUMBER, _NUMBER))
_SCALE = re.compile(rb"q (2\.83[0-9]{1,6}) 0 0 \1 0 0 cm")
"""How our pages begin: one matrix that makes the unit a millimetre."""
_GLYPHS = re.compile(rb"<([0-9A-F]*)>")
_GLYPH = struct.Struct(">H")
_ENDS = (b"] TJ ET", b" Do Q", b" cm")
MAX_KEPT = 64 * 1024
"""Octets of a stream, as stored, of which it is remembered what was found in it."""


def face_of(items: Sequence[Item], values: Sequence[Value]) -> tuple[str, ...]:
    """The readable runs of text of all pages, in their order."""
    found: list[str] = []
    for page in pages(values):
        fonts = dict(_fonts(items, values, page))
        width, height = _size(page)
        for line in _content(items, values, page):
            if not line.endswith(b"] TJ ET") or (run := _RUN.fullmatch(line)) is None:
                continue
            red, green, blue = (float(run[number]) for number in (1, 2, 3))
            size, left, base = (float(run[number]) for number in (5, 6, 7))
            readable = size >= SMALLEST_MM and min(red, green, blue) < LIGHTEST
            if readable and 0 <= left <= width and 0 <= base <= height:
                found.append(_shown(run[8], fonts.get(run[4], {})))
    return tuple(found)


def pictures_of(items: Sequence[Item], values: Sequence[Value]) -> tuple[str, ...]:
    """The digests of the JPEG pictures that pages show large enough to be looked at, and wholly on the paper."""
    found: set[str] = set()
    for page in pages(values):
        named = _named(values, page, b"XObject")
        width, height = (side / _PER_MM for side in _size(page))
        scaled = False
        for line in _content(items, values, page):
            scaled = scaled or _SCALE.fullmatch(line) is not None
            drawn = _DRAWN.fullmatch(line)
            if drawn is None or not scaled:
                continue
            across, up, left, below = (float(drawn[number]) for number in (1, 2, 3, 4))
            inside = 0 <= left <= width - across + 0.01 and 0 <= below <= height - up + 0.01
            if inside and min(across, up) >= SMALLEST_PICTURE_MM:
                found |= _jpeg_digest(items, values, named.get(Name(drawn[5])))
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


def _shown(array: bytes, font: Mapping[int, str]) -> str:
    digits = b"".join(_GLYPHS.findall(array))
    if len(digits) % 4:
        return ""  # not as we write it
    return "".join([font.get(glyph, "\ufffd") for (glyph,) in _GLYPH.iter_unpack(bytes.fromhex(digits.decode()))])


def _size(page: Mapping[Name, Value]) -> tuple[float, float]:
    box = page.get(Name(b"MediaBox"))
    corners = [getattr(part, "spelling", b"0") for part in box] if isinstance(box, list) and len(box) == 4 else []
    return (float(corners[2]), float(corners[3])) if corners else (0.0, 0.0)


def _content(items: Sequence[Item], values: Sequence[Value], page: Mapping[Name, Value]) -> list[bytes]:
    """The lines of a page's contents that show text or pictures, or set a matrix."""
    entry = page.get(Name(b"Contents"))
    parts = entry if isinstance(entry, list) else [entry]
    return [line for part in parts for line in _telling(*_stored(items, values, part), MAX_CONTENT)]


def _fonts(
    items: Sequence[Item],
    values: Sequence[Value],
    page: Mapping[Name, Value],
) -> Iterator[tuple[bytes, dict[int, str]]]:
    for name, reference in _named(values, page, b"Font").items():
        font = resolve(values, reference)
        if isinstance(font, dict):
            yield bytes(name), _map(*_stored(items, values, font.get(Name(b"ToUnicode"))), MAX_MAP)


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


def _telling_lines(octets: bytes, deflated: bool, limit: int) -> tuple[bytes, ...]:  # noqa: FBT001  (as it is stored)
    lines = _inflated(octets, limit, deflated=deflated).split(b"\n")
    return tuple(line for line in lines if line.endswith(_ENDS))


def _unicode_map(octets: bytes, deflated: bool, limit: int) -> dict[int, str]:  # noqa: FBT001  (as it is stored)
    pairs = _PAIR.findall(_inflated(octets, limit, deflated=deflated))
    return {int(glyph, 16): _characters(text) for glyph, text in pairs}


def _characters(digits: bytes) -> str:
    """Four digits are a character of the basic plane; more are UTF-16 too."""
    code = int(digits, 16)
    if len(digits) == 4 and not 0xD800 <= code <= 0xDFFF:
        return chr(code)
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


_kept_lines, _kept_map = lru_cache(maxsize=16)(_telling_lines), lru_cache(maxsize=16)(_unicode_map)
"""What all licences of a type have in common is taken apart once; it follows from the stored octets alone."""


def _telling(octets: bytes, deflated: bool, limit: int) -> tuple[bytes, ...]:  # noqa: FBT001  (as it is stored)
    """The lines of a content stream that the readers above look at."""
    return (_kept_lines if len(octets) <= MAX_KEPT else _telling_lines)(octets, deflated, limit)


def _map(octets: bytes, deflated: bool, limit: int) -> dict[int, str]:  # noqa: FBT001  (as it is stored)
    """The characters of a font's glyphs, from its ToUnicode map."""
    return (_kept_map if len(octets) <= MAX_KEPT else _unicode_map)(octets, deflated, limit)
