"""The OFD canvas: drawing items become the values an OFD document is written from (`trust.formats.ofd.document`).

Text keeps its characters and advances, because the embedded subsets keep their cmap; paths are written relative to
their own box; the code is a 1-bit PNG. What is the same on every licence of a type (`OfdStock`) is made once. The seal
is not drawn: OFD readers draw it from the seal signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from templates.code import png_of
from templates.fonts import FAMILY, POSTSCRIPT_NAME, typeface
from templates.items import Item, Outline, Picture, Shape, Text
from trust.formats.ofd.document import ImageBox, OfdFont, OfdImage, OfdPage, PageObject, PathShape, TextRun

_STOCK_FONT, _OWN_FONT, _FIRST_IMAGE = 1, 2, 3
_COMMANDS = {"M": "M", "L": "L", "Q": "Q", "B": "B", "Z": "C"}


@dataclass(frozen=True)
class OfdStock:
    """What all faces of a type share."""

    width: float
    height: float
    objects: tuple[PageObject, ...]
    font: OfdFont


def prepare_ofd(items: Sequence[Item], *, width: float, height: float) -> OfdStock:
    """Lay out what is the same on every licence; sizes in millimetres.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    return OfdStock(width, height, _objects(items, _STOCK_FONT), _font(items, _STOCK_FONT))


def draw_ofd(stock: OfdStock, items: Sequence[Item]) -> tuple[OfdPage, tuple[OfdFont, ...], tuple[OfdImage, ...]]:
    """The page of one face, its fonts and its images.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    pictures = [item for item in items if isinstance(item, Picture)]
    images = tuple(OfdImage(_FIRST_IMAGE + place, png_of(picture.bitmap)) for place, picture in enumerate(pictures))
    boxes = tuple(
        ImageBox(picture.x, picture.y, picture.side, picture.side, image.id)
        for picture, image in zip(pictures, images, strict=True)
    )
    page = OfdPage(stock.width, stock.height, (*stock.objects, *boxes, *_objects(items, _OWN_FONT)))
    return page, (stock.font, _font(items, _OWN_FONT)), images


def _font(items: Sequence[Item], number: int) -> OfdFont:
    subset = typeface().subset({character for item in items if isinstance(item, Text) for character in item.text})
    return OfdFont(number, POSTSCRIPT_NAME, FAMILY, subset.octets)


def _objects(items: Sequence[Item], font: int) -> tuple[PageObject, ...]:
    return tuple(
        _run(item, font) if isinstance(item, Text) else _path(item) for item in items if not isinstance(item, Picture)
    )


def _run(text: Text, font: int) -> TextRun:
    return TextRun(text.x, text.baseline, text.size, font, text.text, text.advances, text.colour)


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
