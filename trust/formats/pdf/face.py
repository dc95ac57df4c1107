"""The text a page of ours shows, for holding it against the metadata.

Reads the form that our faces are written in: page contents in millimetres, runs of glyph numbers (`TJ`) and fonts with
a ToUnicode map of single characters. Whatever is written otherwise gives no text, so a value shown by other means
counts as not shown. Near-white, tiny and off-page text is left out: nobody can read it. What this cannot see: a
font whose glyphs look like other characters, or something drawn over a text.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence

from trust.formats.pdf.content import pages, resolve
from trust.formats.pdf.layout import Item
from trust.formats.pdf.values import Name, Ref, Value

MAX_CONTENT, MAX_MAP = 4 * 1024 * 1024, 1024 * 1024
SMALLEST_MM, LIGHTEST = 1.0, 0.8
"""Text below a millimetre, or lighter than this in all three colours, is not for reading."""

_PAIR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4,8})>")
_NUMBER = rb"(-?[0-9]{1,6}(?:\.[0-9]{1,6})?)"
_RUN = re.compile(
    rb"%s %s %s rg BT /([!-~]{1,32}) %s Tf %s %s Td \[([<>0-9A-F-]{0,65536})\] TJ ET"
    % (_NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER),
)
_GLYPHS = re.compile(rb"<([0-9A-F]*)>")


def face_of(items: Sequence[Item], values: Sequence[Value]) -> tuple[str, ...]:
    """The readable runs of text of all pages, in their order."""
    found: list[str] = []
    for page in pages(values):
        fonts = dict(_fonts(items, values, page))
        width, height = _size(page)
        for line in _content(items, values, page).split(b"\n"):
            if not line.endswith(b"] TJ ET") or (run := _RUN.fullmatch(line)) is None:
                continue
            red, green, blue = (float(run[number]) for number in (1, 2, 3))
            size, left, base = (float(run[number]) for number in (5, 6, 7))
            readable = size >= SMALLEST_MM and min(red, green, blue) < LIGHTEST
            if readable and 0 <= left <= width and 0 <= base <= height:
                found.append(_shown(run[8], fonts.get(run[4], {})))
    return tuple(found)


def _shown(array: bytes, font: Mapping[int, str]) -> str:
    digits = b"".join(_GLYPHS.findall(array))
    return "".join(font.get(int(digits[at : at + 4], 16), "\ufffd") for at in range(0, len(digits), 4))


def _size(page: Mapping[Name, Value]) -> tuple[float, float]:
    box = page.get(Name(b"MediaBox"))
    corners = [getattr(part, "spelling", b"0") for part in box] if isinstance(box, list) and len(box) == 4 else []
    return (float(corners[2]), float(corners[3])) if corners else (0.0, 0.0)


def _content(items: Sequence[Item], values: Sequence[Value], page: Mapping[Name, Value]) -> bytes:
    entry = page.get(Name(b"Contents"))
    parts = entry if isinstance(entry, list) else [entry]
    return b"\n".join(_stream(items, values, part, MAX_CONTENT) for part in parts)


def _fonts(
    items: Sequence[Item],
    values: Sequence[Value],
    page: Mapping[Name, Value],
) -> Iterator[tuple[bytes, dict[int, str]]]:
    resources = resolve(values, page.get(Name(b"Resources")))
    named = resolve(values, resources.get(Name(b"Font"))) if isinstance(resources, dict) else None
    for name, reference in (named if isinstance(named, dict) else {}).items():
        font = resolve(values, reference)
        if isinstance(font, dict):
            yield bytes(name), _map(_stream(items, values, font.get(Name(b"ToUnicode")), MAX_MAP))


def _map(octets: bytes) -> dict[int, str]:
    pairs = _PAIR.findall(octets)
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace") for glyph, text in pairs}


def _stream(items: Sequence[Item], values: Sequence[Value], reference: Value | None, limit: int) -> bytes:
    """The octets of a stream, inflated within a limit; nothing where it is no stream that we write."""
    if not isinstance(reference, Ref) or (octets := items[reference - 1].stream) is None:
        return b""
    entries = resolve(values, reference)
    kind = entries.get(Name(b"Filter")) if isinstance(entries, dict) else None
    if kind is None:
        return octets[:limit]
    if kind != Name(b"FlateDecode"):
        return b""
    try:
        return zlib.decompressobj().decompress(octets, limit)
    except zlib.error:
        return b""
