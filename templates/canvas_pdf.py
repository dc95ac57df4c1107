"""The PDF canvas: drawing items become a page of PDF 1.7 with everything it needs inside.

A face uses so little of PDF (pages, embedded TrueType, paths, a few pictures) that it is written directly:
it takes about a millisecond, the same licence gives the same octets, and no font stays outside. What is the same on
every licence of a type (`PdfStock`) is laid out and deflated once. The drawing is in the spelling of our sealed files,
ready for `trust.formats.pdf` to seal; nothing here knows of signatures.

Coordinates: content is in millimetres by one matrix; y is turned over as numbers are written. Text is shown by glyph
number (Identity-H) with a ToUnicode map, so that it can be searched and copied.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from templates.fonts import EM, POSTSCRIPT_NAME, Subset, typeface
from templates.items import Item, Photograph, Picture, Raster, Shape, Text
from templates.pdf_paths import number, numbers, shape_operators
from templates.pdf_pictures import (
    SMALL,
    SWIFT,
    bit_picture,
    raster_picture,
    seal_form,
    seal_image,
    seal_operators,
    stream,
)
from templates.pdf_text import text_operators, to_unicode, widths_operand
from templates.seal_picture import SealPicture
from trust.formats.pdf.drawing import Drawing
from trust.formats.pdf.layout import stream_body

__all__ = ["PdfSeal", "PdfSheet", "PdfStock", "draw_pdf", "prepare_pdf", "seal_operators"]

_PER_MM = 72 / 25.4


@dataclass(frozen=True)
class _Font:
    """An embedded subset, its streams ready to be written."""

    name: str
    widths: str
    file: bytes
    to_unicode: bytes


@dataclass(frozen=True)
class PdfSheet:
    """What is the same on every page of one kind: its size in millimetres, deflated content, its background."""

    width: float
    height: float
    content: bytes
    background: Raster | None


@dataclass(frozen=True)
class PdfStock:
    """What all faces of a type share: the sheets and their font."""

    sheets: tuple[PdfSheet, ...]
    font: _Font


@dataclass(frozen=True)
class PdfSeal:
    """The seal's picture, centred on a point of one page (counted from 0), `width` millimetres across."""

    picture: SealPicture
    page: int
    at: tuple[float, float]
    width: float

    @property
    def height(self) -> float:
        """In proportion to the width."""
        return self.picture.height * self.width / self.picture.width


def prepare_pdf(sheets: Sequence[tuple[float, float, Sequence[Item]]]) -> PdfStock:
    """Lay out what is the same on every licence: width and height of each sheet in millimetres, and its items.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    subset = typeface().subset(_characters(item for _, _, items in sheets for item in items))
    laid = []
    for width, height, items in sheets:
        background = next((item.raster for item in items if isinstance(item, Photograph)), None)
        below = _drawing("/B", 0, 0, width, height) if background else ""
        content = stream(_content(items, "/S", subset, height, first=below), level=SMALL)
        laid.append(PdfSheet(width, height, content, background))
    return PdfStock(tuple(laid), _font(subset, level=SMALL))


def draw_pdf(
    stock: PdfStock, pages: Sequence[tuple[int, Sequence[Item]]], *, title: str, seal: PdfSeal | None, first: int
) -> Drawing:
    """The PDF of one face: for each page its sheet's stock and this licence's items, on one of them the seal, if any.

    Objects are numbered from `first`, which says what the drawing is for (`trust.formats.pdf.drawing`).
    The seal lies below the licence's own text, because ink of the office stamp lets black print show through.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    subset = typeface().subset(_characters(item for _, items in pages for item in items))
    file = _Objects(first)
    fonts = f"/S {file.add_font(stock.font)} /V {file.add_font(_font(subset, level=SWIFT))}"
    written = [
        _page(file, stock.sheets[sheet], items, fonts, subset, seal if seal and place == seal.page else None)
        for place, (sheet, items) in enumerate(pages)
    ]
    return Drawing(title, tuple(written), tuple(file.bodies), first)


def _page(
    file: "_Objects", sheet: PdfSheet, items: Sequence[Item], fonts: str, subset: Subset, seal: PdfSeal | None
) -> bytes:
    """One page: pictures, then the seal, then text and shapes."""
    drawn, objects = [], []
    for place, picture in enumerate(item for item in items if isinstance(item, Picture | Photograph)):
        wide, high = (picture.side, picture.side) if isinstance(picture, Picture) else (picture.width, picture.height)
        drawn.append(_drawing(f"/P{place}", picture.x, sheet.height - picture.y - high, wide, high))
        objects.append(f"/P{place} {file.add_picture(picture)}")
    if seal is not None:
        left, below = seal.at[0] - seal.width / 2, sheet.height - seal.at[1] - seal.height / 2
        scale = seal.width / seal.picture.width
        across, up = (scale, scale) if seal.picture.shapes else (seal.width, seal.height)
        drawn.append(_drawing("/Seal", left, below, across, up))
        objects.append(f"/Seal {file.add_seal(seal.picture)}")
    if sheet.background is not None:
        objects.append(f"/B {file.add_raster(sheet.background)}")
    content = _content(items, "/V", subset, sheet.height, first="".join(drawn))
    contents = f"[{file.add_once(sheet.content)} {file.add(stream(content, level=SWIFT))}]"
    named = f" /XObject << {' '.join(objects)} >>" if objects else ""
    box = f"[0 0 {number(sheet.width * _PER_MM)} {number(sheet.height * _PER_MM)}]"
    return f"/MediaBox {box} /Resources << /Font << {fonts} >>{named} >> /Contents {contents}".encode()


class _Objects:
    """Objects in the order they are added, numbered from `first`."""

    def __init__(self, first: int) -> None:
        self._first = first
        self.bodies: list[bytes] = []
        self._known: dict[bytes, str] = {}

    def add(self, content: bytes) -> str:
        """Take an object in; the answer is a reference to it."""
        self.bodies.append(content)
        return f"{self._first + len(self.bodies) - 1} 0 R"

    def add_once(self, content: bytes) -> str:
        """Take an object in unless the same is there already."""
        if content not in self._known:
            self._known[content] = self.add(content)
        return self._known[content]

    def add_picture(self, picture: Picture | Photograph) -> str:
        """The code's bit picture, or a photograph."""
        if isinstance(picture, Picture):
            return self.add(bit_picture(picture.bitmap))
        return self.add_raster(picture.raster)

    def add_raster(self, raster: Raster) -> str:
        """A picture in the octets it came in."""
        return self.add_once(raster_picture(raster))

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
            return self.add(seal_form(seal))
        colour, mask = seal_image(seal)
        return self.add(colour.replace(b"/SMask 0 0 R", b"/SMask " + self.add(mask).encode(), 1))


def _font(subset: Subset, *, level: int) -> _Font:
    """A subset ready to be embedded; that of one licence as it is.

    Glyph outlines repeat so little that deflating them would save a sixth and take longer than anything else on a page.
    """
    tag = "".join(chr(65 + octet % 26) for octet in hashlib.sha256(subset.octets).digest()[:6])
    by_glyph = sorted((glyph, character) for character, glyph in subset.glyphs.items())
    length = f" /Length1 {len(subset.octets)}"
    plain = stream_body(length.encode(), subset.octets)
    file = stream(subset.octets, level=level, entries=length) if level == SMALL else plain
    return _Font(
        name=f"{tag}+{POSTSCRIPT_NAME}",
        widths=widths_operand({glyph: subset.advances[character] for glyph, character in by_glyph}),
        file=file,
        to_unicode=stream(to_unicode(by_glyph), level=level),
    )


def _characters(items: Iterable[Item]) -> set[str]:
    return {character for item in items if isinstance(item, Text) for character in item.text}


def _content(items: Iterable[Item], font: str, subset: Subset, height: float, first: str = "") -> bytes:
    """The operators of text and shapes, in millimetres; `first` is drawn below them."""
    parts = [f"q {number(_PER_MM)} 0 0 {number(_PER_MM)} 0 0 cm\n{first}"]
    for item in items:
        if isinstance(item, Text):
            parts.append(text_operators(item, font, subset, height))
        elif isinstance(item, Shape):
            parts.append(shape_operators(item, height))
    return "".join((*parts, "Q\n")).encode()


def _drawing(name: str, x: float, y: float, width: float, height: float) -> str:
    """Draw a named object with its unit square stretched over a box (a form's unit is a millimetre)."""
    return f"q {numbers((width, 0, 0, height, x, y))} cm {name} Do Q\n"
