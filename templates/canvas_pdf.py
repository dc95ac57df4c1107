"""The PDF canvas: drawing items become a page of PDF 1.7 with everything it needs inside.

A face uses so little of PDF (one page, embedded TrueType, paths, one bit picture) that it is written directly:
it takes about a millisecond, the same licence gives the same octets, and no font stays outside. What is the same on
every licence of a type (`PdfStock`) is laid out and deflated once. The drawing is in the spelling of our sealed files,
ready for `trust.formats.pdf` to seal; nothing here knows of signatures.

Coordinates: content is in millimetres by one matrix; y is turned over as numbers are written. Text is shown by glyph
number (Identity-H) with a ToUnicode map, so that it can be searched and copied.
"""

import hashlib
import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from templates.fonts import EM, POSTSCRIPT_NAME, Subset, typeface
from templates.items import Bitmap, Colour, Item, Outline, Picture, Shape, Text
from templates.seal_picture import SealPicture
from trust.formats.pdf.drawing import Drawing
from trust.formats.pdf.layout import stream_body

_PER_MM = 72 / 25.4
_SWIFT, _SMALL = 1, 9
"""zlib levels: what is made for one licence (4 % larger, twice as fast), and what is made once."""


@dataclass(frozen=True)
class _Font:
    """An embedded subset, its streams ready to be written."""

    name: str
    widths: str
    file: bytes
    to_unicode: bytes


@dataclass(frozen=True)
class PdfStock:
    """What all faces of a type share: page size in millimetres, deflated content and its font."""

    width: float
    height: float
    content: bytes
    font: _Font


def prepare_pdf(items: Sequence[Item], *, width: float, height: float) -> PdfStock:
    """Lay out what is the same on every licence; sizes in millimetres.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    subset = typeface().subset(_characters(items))
    content = _content(items, "/S", subset, height)
    return PdfStock(width, height, _stream(content, level=_SMALL), _font(subset, level=_SMALL))


def draw_pdf(
    stock: PdfStock, items: Sequence[Item], *, title: str, seal: SealPicture, seal_at: tuple[float, float], first: int
) -> Drawing:
    """The PDF of one face: the stock, the seal centred on `seal_at`, and this licence's items.

    Objects are numbered from `first`, which says what the drawing is for (`trust.formats.pdf.drawing`).
    The seal lies below the licence's own text, because ink of the office stamp lets black print show through.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    subset = typeface().subset(_characters(items))
    file = _Objects(first)
    fonts = f"/S {file.add_font(stock.font)} /V {file.add_font(_font(subset, level=_SWIFT))}"
    pictures = [item for item in items if isinstance(item, Picture)]
    drawn = [
        _drawing(f"/P{number}", picture.x, stock.height - picture.y - picture.side, picture.side, picture.side)
        for number, picture in enumerate(pictures)
    ]
    objects = [f"/P{number} {file.add(_image(picture.bitmap))}" for number, picture in enumerate(pictures)]
    left, below = seal_at[0] - seal.width / 2, stock.height - seal_at[1] - seal.height / 2
    across, up = (1.0, 1.0) if seal.shapes else (seal.width, seal.height)
    drawn.append(_drawing("/Seal", left, below, across, up))
    objects.append(f"/Seal {file.add_seal(seal)}")
    content = _content(items, "/V", subset, stock.height, first="".join(drawn))
    contents = f"[{file.add(stock.content)} {file.add(_stream(content, level=_SWIFT))}]"
    resources = f"<< /Font << {fonts} >> /XObject << {' '.join(objects)} >> >>"
    box = f"[0 0 {_number(stock.width * _PER_MM)} {_number(stock.height * _PER_MM)}]"
    page = f"/MediaBox {box} /Resources {resources} /Contents {contents}"
    return Drawing(title, (page.encode(),), tuple(file.bodies), first)


class _Objects:
    """Objects in the order they are added, numbered from `first`."""

    def __init__(self, first: int) -> None:
        self._first = first
        self.bodies: list[bytes] = []

    def add(self, content: bytes) -> str:
        """Take an object in; the answer is a reference to it."""
        self.bodies.append(content)
        return f"{self._first + len(self.bodies) - 1} 0 R"

    def add_font(self, font: _Font) -> str:
        """Type0 font, its descendant, descriptor, file and ToUnicode map."""
        descriptor = (
            f"<< /Type /FontDescriptor /FontName /{font.name} /Flags 4 /FontBBox [-500 -300 2000 1200] /ItalicAngle 0"
            f" /Ascent 880 /Descent -120 /CapHeight 730 /StemV 60 /FontFile2 {self.add(font.file)} >>"
        )
        descendant = (
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{font.name} /CIDToGIDMap /Identity"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
            f" /FontDescriptor {self.add(descriptor.encode())} /DW {EM} /W {font.widths} >>"
        )
        return self.add(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{font.name} /Encoding /Identity-H"
            f" /DescendantFonts [{self.add(descendant.encode())}] /ToUnicode {self.add(font.to_unicode)} >>".encode()
        )

    def add_seal(self, seal: SealPicture) -> str:
        """The seal as a form of vector shapes, or as an image with its transparency."""
        if seal.shapes:
            return self.add(_seal_form(seal))
        colour, mask = _seal_image(seal)
        return self.add(colour.replace(b"/SMask 0 0 R", b"/SMask " + self.add(mask).encode(), 1))


def _stream(content: bytes, *, level: int, entries: str = "") -> bytes:
    return stream_body(f"/Filter /FlateDecode{entries}".encode(), zlib.compress(content, level))


def _font(subset: Subset, *, level: int) -> _Font:
    tag = "".join(chr(65 + octet % 26) for octet in hashlib.sha256(subset.octets).digest()[:6])
    by_glyph = sorted((glyph, character) for character, glyph in subset.glyphs.items())
    widths = " ".join(
        f"{glyph} [{subset.advances[character]}]" for glyph, character in by_glyph if subset.advances[character] != EM
    )
    return _Font(
        name=f"{tag}+{POSTSCRIPT_NAME}",
        widths=f"[{widths}]",
        file=_stream(subset.octets, level=level, entries=f" /Length1 {len(subset.octets)}"),
        to_unicode=_stream(_to_unicode(by_glyph), level=level),
    )


def _to_unicode(by_glyph: Sequence[tuple[int, str]]) -> bytes:
    """The map from glyph numbers to text, in blocks of at most 100."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(by_glyph), 100):
        block = by_glyph[start : start + 100]
        pairs = " ".join(f"<{glyph:04X}> <{character.encode('utf-16-be').hex().upper()}>" for glyph, character in block)
        lines.append(f"{len(block)} beginbfchar {pairs} endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode()


def _image(bitmap: Bitmap) -> bytes:
    """A bit picture; PDF reads PNG's rows as they are (predictor 15)."""
    entries = (
        f"/Type /XObject /Subtype /Image /Width {bitmap.columns} /Height {bitmap.rows} /ColorSpace /DeviceGray"
        f" /BitsPerComponent 1 /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 1 /BitsPerComponent 1"
        f" /Columns {bitmap.columns} >>"
    )
    return stream_body(entries.encode(), bitmap.data)


@lru_cache(maxsize=64)
def seal_operators(seal: SealPicture) -> bytes:
    """The seal's shapes as path operators in millimetres from the lower left; none where it is a picture only."""
    return "".join(_shape(shape, seal.height) for shape in seal.shapes).encode()


@lru_cache(maxsize=64)
def _seal_form(seal: SealPicture) -> bytes:
    """The seal's shapes as a form in millimetres, made once per seal."""
    content = seal_operators(seal)
    box = f" /Type /XObject /Subtype /Form /BBox [0 0 {_number(seal.width)} {_number(seal.height)}]"
    return _stream(content, level=_SMALL, entries=box)


@lru_cache(maxsize=64)
def _seal_image(seal: SealPicture) -> tuple[bytes, bytes]:
    """The seal's picture as an image and its soft mask, made once per seal."""
    with Image.open(io.BytesIO(seal.png)) as picture:
        pixels = picture.convert("RGBA")
    form = f" /Type /XObject /Subtype /Image /Width {pixels.width} /Height {pixels.height} /BitsPerComponent 8"
    colour = _stream(
        pixels.convert("RGB").tobytes(), level=_SMALL, entries=f"{form} /ColorSpace /DeviceRGB /SMask 0 0 R"
    )
    mask = _stream(pixels.getchannel("A").tobytes(), level=_SMALL, entries=f"{form} /ColorSpace /DeviceGray")
    return colour, mask


def _characters(items: Iterable[Item]) -> set[str]:
    return {character for item in items if isinstance(item, Text) for character in item.text}


def _content(items: Iterable[Item], font: str, subset: Subset, height: float, first: str = "") -> bytes:
    """The operators of text and shapes, in millimetres; `first` is drawn below them."""
    parts = [f"q {_number(_PER_MM)} 0 0 {_number(_PER_MM)} 0 0 cm\n{first}"]
    for item in items:
        if isinstance(item, Text):
            parts.append(_text(item, font, subset, height))
        elif isinstance(item, Shape):
            parts.append(_shape(item, height))
    return "".join((*parts, "Q\n")).encode()


def _drawing(name: str, x: float, y: float, width: float, height: float) -> str:
    """Draw a named object with its unit square stretched over a box (a form's unit is a millimetre)."""
    return f"q {_numbers((width, 0, 0, height, x, y))} cm {name} Do Q\n"


def _text(text: Text, font: str, subset: Subset, height: float) -> str:
    """One line: glyph numbers, and between them what the advances differ from the font's own, in 1/1000 em."""
    run: list[str] = []
    for character, advance in zip(text.text, text.advances, strict=True):
        run.append(f"{subset.glyphs[character]:04X}")
        if difference := round(subset.advances[character] - advance / text.size * EM):
            run.append(f">{difference}<")
    shown = "".join(run)
    place = _numbers((text.x, height - text.baseline))
    return f"{_colour(text.colour)} rg BT {font} {_number(text.size)} Tf {place} Td [<{shown}>] TJ ET\n"


def _shape(shape: Shape, height: float) -> str:
    parts: list[str] = []
    if shape.fill:
        parts.append(f"{_colour(shape.fill)} rg ")
    if shape.stroke:
        parts.append(f"{_colour(shape.stroke)} RG {_number(shape.line_width)} w ")
    paint = {(True, True): "B", (True, False): "f", (False, True): "S"}[bool(shape.fill), bool(shape.stroke)]
    return "".join((*parts, _path(shape.outline, height), paint, "\n"))


def _path(outline: Outline, height: float) -> str:
    operators = {"M": "m", "L": "l", "B": "c", "Q": "c", "Z": "h"}
    parts: list[str] = []
    at = (0.0, 0.0)
    for command, values in outline:
        numbers = _raised(at, values) if command == "Q" else values
        parts += [_hundredths(height - value if place % 2 else value) for place, value in enumerate(numbers)]
        parts.append(operators[command])
        if values:
            at = values[-2], values[-1]
    return " ".join((*parts, ""))


def _raised(at: tuple[float, float], values: Sequence[float]) -> tuple[float, ...]:
    """A quadratic Bézier from `at` as a cubic one, which is all that PDF knows."""
    (x0, y0), (x1, y1, x2, y2) = at, values
    return (
        x0 + 2 * (x1 - x0) / 3,
        y0 + 2 * (y1 - y0) / 3,
        x2 + 2 * (x1 - x2) / 3,
        y2 + 2 * (y1 - y2) / 3,
        x2,
        y2,
    )


def _colour(colour: Colour) -> str:
    return _numbers(channel / 255 for channel in colour)


def _numbers(values: Iterable[float]) -> str:
    return " ".join(map(_number, values))


def _number(value: float) -> str:
    """Three decimals, a micrometre on paper, without idle zeros."""
    return f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".")


def _hundredths(value: float) -> str:
    """Two decimals for the many points of paths: finer than any printer."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
