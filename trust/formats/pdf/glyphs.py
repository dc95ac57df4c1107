"""What the codes in a page's text mean: characters and widths, as far as a font says so.

For finding words, not for reading documents aloud: where a font tells nothing, nothing is guessed. Known are ToUnicode
maps, two-octet fonts with Identity or a Unicode map, GBK as Chinese printers drive it, and simple fonts in the western
encoding with their differences. Rules: ISO 32000-2 §9.6 to §9.10.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import source
from trust.formats.pdf.paper import number

MAX_MAP = 2 * 1024 * 1024
MAX_CODES = 70_000
BLOCK = re.compile(rb"begin(bfchar|bfrange)")
PAIR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
RANGE = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[([^\]\[]*)\])")
DIGITS = re.compile(rb"<([0-9A-Fa-f\s]*)>")
NAMED = re.compile(r"/uni([0-9A-Fa-f]{4})$|/u([0-9A-Fa-f]{4,6})$|/([A-Za-z])$")
UNICODE_MAP, GBK_MAP = re.compile(r"/Uni\w+-(UCS2|UTF16)-[HV]$"), re.compile(r"/(GBK|GBKp|GBK2K|GB)-?(EUC)?-[HV]$")
WORDS = "zero one two three four five six seven eight nine space period comma colon hyphen"
NAMES = dict(zip(WORDS.split(), "0123456789 .,:-", strict=True))
"""Characters that fonts call by words and that stand in what people look for."""


@dataclass(frozen=True)
class Glyph:
    """One code of a string: its text (may be empty), its width in thousandths, and whether it is a one-octet space."""

    text: str
    width: float
    space: bool


@dataclass(frozen=True)
class Font:
    """How to read strings set in a font: octets per code (0: as GBK has it), texts and widths by code."""

    octets: int
    texts: Mapping[int, str]
    widths: Mapping[int, float]
    usual: float
    codec: str | None = None

    def glyphs(self, string: bytes) -> Iterator[Glyph]:
        """The glyphs of a string."""
        for code in self._codes(string):
            value = int.from_bytes(code, "big")
            text = self.texts.get(value)
            if text is None:
                text = code.decode(self.codec, "replace").replace("\ufffd", "") if self.codec else ""
            width = self.widths.get(value, self.usual if len(code) > 1 or not self.codec else self.usual / 2)
            yield Glyph("".join(normalize("NFKC", text).split()), width, space=code == b" ")

    def _codes(self, string: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(string):
            size = self.octets or (2 if string[at] > 0x80 else 1)
            yield string[at : at + size]
            at += size


def font_of(reader: PdfFileReader, value: source.Value | None) -> Font:
    """A font by its dictionary.

    Raises:
        PdfRefused: `pdf-unreadable`.

    """
    entries = source.as_dictionary(source.resolve(reader, value))
    texts = dict(_unicode_map(source.resolve(reader, dict.get(entries, "/ToUnicode"))))
    encoding = source.resolve(reader, dict.get(entries, "/Encoding"))
    if source.name(reader, entries, "/Subtype") == "/Type0":
        return _composite(reader, entries, str(encoding), texts)
    widths = [number(source.resolve(reader, each)) for each in _listed(reader, entries, "/Widths")]
    first = number(source.resolve(reader, dict.get(entries, "/FirstChar"))) or 0
    known = {int(first) + place: width for place, width in enumerate(widths) if width is not None}
    return Font(1, dict(_differences(reader, encoding)) | texts, known, 500.0, None if texts else "cp1252")


def _composite(
    reader: PdfFileReader, entries: generic.DictionaryObject, encoding: str, texts: Mapping[int, str]
) -> Font:
    """A font of many glyphs; widths are known by code only where codes are glyphs (Identity)."""
    below = _listed(reader, entries, "/DescendantFonts")
    descendant = source.as_dictionary(source.resolve(reader, below[0] if below else None))
    usual = number(source.resolve(reader, dict.get(descendant, "/DW")))
    usual = 1000.0 if usual is None else usual
    if UNICODE_MAP.search(encoding):
        return Font(2, texts, {}, usual, "utf-16-be")
    if GBK_MAP.search(encoding):
        return Font(0, texts, {}, usual, "gbk")
    return Font(2, texts, dict(_widths(reader, _listed(reader, descendant, "/W"))), usual)


def _widths(reader: PdfFileReader, listed: list[source.Value]) -> Iterator[tuple[int, float]]:
    """Widths of a composite font: `first [w …]` and `first last w` in turn."""
    items = [source.resolve(reader, each) for each in listed]
    at = left = 0
    while at + 1 < len(items) and left < MAX_CODES:
        first, following = number(items[at]), items[at + 1]
        if first is None:
            return
        if isinstance(following, generic.ArrayObject):
            each = [number(source.resolve(reader, item)) for item in source.raw_items(following)]
            yield from ((int(first) + place, width or 0.0) for place, width in enumerate(each))
            at, left = at + 2, left + len(each)
            continue
        last, width = number(following), number(items[at + 2]) if at + 2 < len(items) else None
        if last is None or width is None:
            return
        codes = range(int(first), min(int(last), int(first) + 0xFFFF) + 1)
        yield from ((code, width) for code in codes)
        at, left = at + 3, left + len(codes)


def _unicode_map(stream: source.Value | None) -> Iterator[tuple[int, str]]:
    """The pairs of a ToUnicode map."""
    if not isinstance(stream, generic.StreamObject):
        return
    left = MAX_CODES
    for kind, block in _blocks(stream.data[:MAX_MAP]):
        for pair in _characters(block) if kind == b"bfchar" else _ranges(block):
            left -= 1
            if left < 0:
                return
            yield pair


def _blocks(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while (found := BLOCK.search(octets, at)) is not None:
        at = octets.find(b"end" + found[1], found.end())
        if at < 0:
            return
        yield found[1], octets[found.end() : at]


def _characters(block: bytes) -> Iterator[tuple[int, str]]:
    for code, text in PAIR.findall(block):
        yield _value(code), _text(text)


def _ranges(block: bytes) -> Iterator[tuple[int, str]]:
    for low, high, start, listed in RANGE.findall(block):
        first, count = _value(low), min(_value(high) - _value(low) + 1, 0x10000)
        if listed:
            yield from (
                (first + place, _text(text)) for place, text in enumerate(DIGITS.findall(listed)[: max(count, 0)])
            )
        elif text := _text(start):
            last = ord(text[-1])
            yield from (
                (first + place, text[:-1] + chr(last + place)) for place in range(count) if last + place < 0x110000
            )


def _differences(reader: PdfFileReader, encoding: source.Value | None) -> Iterator[tuple[int, str]]:
    """The characters that a simple font puts elsewhere, where their names say which they are."""
    if not isinstance(encoding, generic.DictionaryObject):
        return
    code = 0
    for each in _listed(reader, encoding, "/Differences"):
        item = source.resolve(reader, each)
        if isinstance(item, generic.NumberObject):
            code = int(item)
        elif isinstance(item, generic.NameObject):
            found = NAMED.search(item)
            yield code, _named(found) if found else NAMES.get(str(item)[1:], "")
            code += 1


def _named(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    if not digits:
        return found[3]
    value = int(digits, 16)
    return chr(value) if value < 0x110000 else ""


def _listed(reader: PdfFileReader, entries: generic.DictionaryObject, key: str) -> list[source.Value]:
    return source.raw_items(source.resolve(reader, dict.get(entries, key)))


def _value(digits: bytes) -> int:
    return int(b"".join(digits.split())[:8] or b"0", 16)


def _text(digits: bytes) -> str:
    kept = b"".join(digits.split())[:64]
    return bytes.fromhex(kept.decode() + "0" * (len(kept) % 2)).decode("utf-16-be", "replace")
