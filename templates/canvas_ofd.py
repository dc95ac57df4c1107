"""The OFD canvas: drawing items become the values an OFD document is written from (`trust.formats.ofd.document`).

Text keeps its characters and advances, because the embedded subsets keep their cmap; paths are written relative to
their own box; the code is a 1-bit PNG. What is the same on every licence of a type (`OfdStock`) is made once. The seal
is not drawn: OFD readers draw it from the seal signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from templates.code import png_of
from templates.fonts import FAMILY, POSTSCRIPT_NAME, typeface
from templates.items import Bitmap, Item, Outline, Photograph, Picture, Raster, Shape, Text
from trust.formats.ofd.document import (
    ImageBox,
    OfdFont,
    OfdImage,
    OfdPage,
    OfdTemplate,
    PageObject,
    PathShape,
    TextRun,
)
from trust.formats.ofd.write_page import exact, exactly

_STOCK_FONT, _OWN_FONT, _FIRST_SHEET = 1, 2, 11
_FIRST_BELOW, _FIRST_IMAGE, _FIRST_OBJECT = 51, 101, 1001
"""Ids of the fonts, of the template pages, of their backgrounds, of the other images, and in the template pages."""
_COMMANDS = {"M": "M", "L": "L", "Q": "Q", "B": "B", "Z": "C"}


@dataclass(frozen=True)
class OfdSheet:
    """What is the same on every page of one kind: a template page, and its background image where it has one."""

    template: OfdTemplate
    background: OfdImage | None


@dataclass(frozen=True)
class OfdStock:
    """What all faces of a type share."""

    sheets: tuple[OfdSheet, ...]
    font: OfdFont


class _Images:
    """The images of one document, each once, numbered in the order they are met."""

    def __init__(self) -> None:
        self._known: dict[Bitmap | Raster, OfdImage] = {}

    def number(self, picture: Bitmap | Raster) -> int:
        """The number of a picture, which is taken in where it is new."""
        if picture not in self._known:
            place = _FIRST_IMAGE + len(self._known)
            made = OfdImage(place, png_of(picture)) if isinstance(picture, Bitmap) else _image(place, picture)
            self._known[picture] = made
        return self._known[picture].id

    def all(self) -> tuple[OfdImage, ...]:
        """All of them."""
        return tuple(self._known.values())


def prepare_ofd(sheets: Sequence[tuple[float, float, Sequence[Item]]]) -> OfdStock:
    """Lay out what is the same on every licence: width and height of each sheet in millimetres, and its items.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    laid: list[OfdSheet] = []
    first = _FIRST_OBJECT
    for place, (width, height, items) in enumerate(sheets):
        raster = next((item.raster for item in items if isinstance(item, Photograph)), None)
        image = None if raster is None else _image(_FIRST_BELOW + place, raster)
        below = () if image is None else (ImageBox(0, 0, width, height, image.id),)
        objects = (*below, *_objects(items, _STOCK_FONT))
        laid.append(OfdSheet(OfdTemplate(_FIRST_SHEET + place, first, width, height, objects), image))
        first = laid[-1].template.last + 1
    return OfdStock(tuple(laid), _font([item for _, _, items in sheets for item in items], _STOCK_FONT))


@dataclass(frozen=True)
class OfdFace:
    """What goes into an `OfdDocument` as it is."""

    pages: tuple[OfdPage, ...]
    templates: tuple[OfdTemplate, ...]
    fonts: tuple[OfdFont, ...]
    images: tuple[OfdImage, ...]


def draw_ofd(stock: OfdStock, pages: Sequence[tuple[int, Sequence[Item]]]) -> OfdFace:
    """The pages of one face over their template pages, its fonts and its images.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    images = _Images()
    drawn = tuple(_page(stock.sheets[sheet].template, items, images) for sheet, items in pages)
    own = _font([item for _, items in pages for item in items], _OWN_FONT)
    used = [stock.sheets[sheet] for sheet in sorted({sheet for sheet, _ in pages})]
    below = tuple(sheet.background for sheet in used if sheet.background is not None)
    return OfdFace(drawn, tuple(sheet.template for sheet in used), (stock.font, own), (*below, *images.all()))


def _page(template: OfdTemplate, items: Sequence[Item], images: _Images) -> OfdPage:
    """Pictures and text over the template."""
    boxes = []
    for item in items:
        if isinstance(item, Picture):
            side = exact(item.side)
            boxes.append(ImageBox(exact(item.x), exact(item.y), side, side, images.number(item.bitmap)))
        elif isinstance(item, Photograph):
            boxes.append(ImageBox(item.x, item.y, item.width, item.height, images.number(item.raster)))
    return OfdPage(template.width, template.height, (*boxes, *_objects(items, _OWN_FONT)), template.id)


def _image(number: int, raster: Raster) -> OfdImage:
    return OfdImage(number, raster.octets, raster.form)


def _font(items: Sequence[Item], number: int) -> OfdFont:
    subset = typeface().subset({character for item in items if isinstance(item, Text) for character in item.text})
    return OfdFont(number, POSTSCRIPT_NAME, FAMILY, subset.octets)


def _objects(items: Sequence[Item], font: int) -> tuple[PageObject, ...]:
    return tuple(
        _run(item, font) if isinstance(item, Text) else _path(item)
        for item in items
        if not isinstance(item, Picture | Photograph)
    )


def _run(text: Text, font: int) -> TextRun:
    return exactly(TextRun(text.x, text.baseline, text.size, font, text.text, text.advances, text.colour))


def _path(shape: Shape) -> PathShape:
    left, top, right, bottom = shape.bounds
    return PathShape(
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        data=_data(shape.outline, left, top),
        stroke=shape.stroke,
        line_width=shape.line_width,
        fill=shape.fill,
    )


def _data(outline: Outline, left: float, top: float) -> str:
    """AbbreviatedData relative to (left, top), to a hundredth of a millimetre."""
    parts: list[str] = []
    for command, numbers in outline:
        parts.append(_COMMANDS[command])
        parts += [_number(value - (top if place % 2 else left)) for place, value in enumerate(numbers)]
    return " ".join(parts)


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
