"""Drawing the graphic objects of an OFD page: text, paths, pictures, composite units, blocks.

An object lies in its `Boundary`, whose corner is its origin; `CTM` transforms it inside. What cannot be drawn is left
out and counted, so that the picture says of itself that something is missing.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from trust.errors import Malformed
from trust.formats.ofd.glyphs import matrix_of, named, place_of, placed
from trust.formats.ofd.page_size import numbers
from trust.formats.ofd.xml import Element
from verifier.pictures.canvas import Canvas, Ink
from verifier.pictures.fonts import MAX_GLYPH, PRIVATE, Font, Fonts
from verifier.pictures.inks import BLACK, LINE_MM, Style, alpha_of, is_true, number_of, style_of, thinner
from verifier.pictures.matrix import Box, Matrix, around, at, common, moved, scaled, sides, then, turned
from verifier.pictures.outlines import contours_of
from verifier.pictures.resources import Resources

MAX_DEPTH, MAX_OBJECTS = 12, 60_000
MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "JPEG2000")
FAULTS = (Malformed, OSError, ValueError, OverflowError, SyntaxError, Image.DecompressionBombError)
"""What Pillow and the readers raise for what they cannot take; a PNG that is broken is a SyntaxError to Pillow."""
NO_GLYPH = -1
SMALLEST, LARGEST = 0.5, 4_000.0
"""Pixels of a character; what is smaller is not seen, what is larger is no character."""


@dataclass(frozen=True)
class Letter:
    """A character, the number of the glyph for it where one is named, and the font it is of."""

    character: str
    glyph: int | None
    font: Font | None


@dataclass
class Brush:
    """What one page is drawn with; `missing` counts the objects that could not be drawn."""

    canvas: Canvas
    resources: Resources
    fonts: Fonts
    drawn: int = 0
    missing: int = 0


def draw_block(brush: Brush, block: Element, matrix: Matrix, style: Style, depth: int = 0) -> None:
    """Draw the objects of a layer, block or unit in their order; `matrix` leads from its millimetres to pixels."""
    if depth > MAX_DEPTH:
        brush.missing += 1
        return
    for item in block.children:
        kind = item.name.rpartition("}")[2]
        if kind not in DRAW or item.attributes.get("Visible", "").casefold() == "false":
            continue
        brush.drawn += 1
        if brush.drawn > MAX_OBJECTS:
            raise Malformed("page-objects", f"more than {MAX_OBJECTS} objects")
        try:
            _draw(brush, kind, item, matrix, style, depth)
        except FAULTS:
            brush.missing += 1


def _draw(brush: Brush, kind: str, item: Element, matrix: Matrix, style: Style, depth: int) -> None:
    if kind == "PageBlock":
        draw_block(brush, item, matrix, style_of(item, brush.resources.drawing, style), depth + 1)
        return
    left, top, _, _ = numbers(item.attribute("Boundary"), 4, "object-form")
    on_page = then(moved(left, top), matrix)
    own = then(matrix_of(item.attributes.get("CTM")), on_page)
    drawn = style_of(item, brush.resources.drawing, style)
    with brush.canvas.within(_clip(item, own, on_page)):
        draw = DRAW[kind]
        if draw is None:
            _composite(brush, item, own, drawn, depth)
        else:
            draw(brush, item, own, drawn)


def _text(brush: Brush, item: Element, matrix: Matrix, style: Style) -> None:
    """Characters, each on its own baseline; glyphs named by number take the place of the characters they are for."""
    size = numbers(item.attribute("Size"), 1, "text-form")[0]
    ink = thinner(style.fill or BLACK, alpha_of(item))
    if ink is None or not is_true(item, "Fill", default=True) or not size > 0:
        return
    stretch = number_of(item.attributes.get("HScale", "1")) or 1.0
    shape = then(scaled(stretch, 1), turned(number_of(item.attributes.get("CharDirection", "0")) or 0.0))
    font, glyphs = brush.resources.fonts.get(item.attributes.get("Font", "")), glyphs_named(item)
    x = y = 0.0
    for code in named(item, "TextCode"):
        x, y = place_of(code, "X", x), place_of(code, "Y", y)
        for index, (character, at_x, at_y, _) in enumerate(placed(code, x, y, size)):
            brush.drawn += 1
            glyph = glyphs.get(index)
            if glyph != NO_GLYPH:
                place = then(shape, then(moved(at_x, at_y), matrix))
                _character(brush, Letter(character, glyph, font), place, size, ink)
        glyphs = {}  # positions count within the first code


def _character(brush: Brush, letter: Letter, place: Matrix, size: float, ink: Ink) -> None:
    pixels = max(sides(place)) * size
    if not SMALLEST <= pixels <= LARGEST or (letter.glyph is None and letter.character.isspace()):
        return
    pixels = max(4.0, round(pixels * 4) / 4)
    font = brush.fonts.for_glyph(letter.font, pixels) if letter.glyph is not None else None
    text = letter.character
    if font is not None and letter.glyph is not None:
        text = chr(PRIVATE + letter.glyph)
    else:
        font = brush.fonts.for_character(letter.font, text, pixels)
    brush.canvas.write(text, then(scaled(size / pixels), place), font, ink)


def glyphs_named(item: Element) -> dict[int, int]:
    """The glyph for the character at a position; `NO_GLYPH` where a glyph before stands for it too."""
    found: dict[int, int] = {}
    for part in named(item, "CGTransform"):
        begin = number_of(part.attributes.get("CodePosition", "0")) or 0.0
        count = number_of(part.attributes.get("CodeCount", "1")) or 1.0
        words = " ".join(child.text for child in named(part, "Glyphs")).split()
        glyphs = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 6]
        if not 0 <= begin <= MAX_OBJECTS or not 0 < count <= MAX_OBJECTS or any(one > MAX_GLYPH for one in glyphs):
            raise Malformed("text-form", "CGTransform")
        found |= {int(begin) + index: NO_GLYPH for index in range(int(count))}
        found |= {int(begin) + index: glyph for index, glyph in enumerate(glyphs[: int(count)])}
    return found


def _path(brush: Brush, item: Element, matrix: Matrix, style: Style) -> None:
    data = "".join(child.text for child in named(item, "AbbreviatedData"))
    contours, alpha = contours_of(data, matrix), alpha_of(item)
    fill, stroke = thinner(style.fill, alpha), thinner(style.stroke or BLACK, alpha)
    if fill is not None and is_true(item, "Fill", default=False):
        even_odd = item.attributes.get("Rule", "").casefold() == "even-odd"
        brush.canvas.fill(contours, fill, even_odd=even_odd)
    if stroke is not None and is_true(item, "Stroke", default=True):
        width = LINE_MM if style.width_mm is None else style.width_mm
        brush.canvas.stroke(contours, stroke, width * max(sides(matrix)))


def _image(brush: Brush, item: Element, matrix: Matrix, style: Style) -> None:  # noqa: ARG001  (one signature for all kinds)
    octets = brush.resources.pictures.get(item.attribute("ResourceID"))
    if octets is None:
        raise Malformed("picture-missing", item.attribute("ResourceID")[:40])
    if "CTM" not in item.attributes:
        _, _, width, height = numbers(item.attribute("Boundary"), 4, "object-form")
        matrix = then(scaled(width, height), matrix)
    brush.canvas.lay(decoded(octets), matrix, alpha=alpha_of(item))


def decoded(octets: bytes) -> Image.Image:
    """A picture of one of the formats allowed, bounded before it is decoded.

    Raises:
        Malformed: `picture-size`; Pillow's own errors for what is none.

    """
    with Image.open(io.BytesIO(octets), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Malformed("picture-size", f"{picture.width} x {picture.height}")
        picture.load()
        return picture.convert("RGBA")


def _composite(brush: Brush, item: Element, matrix: Matrix, style: Style, depth: int) -> None:
    unit = brush.resources.units.get(item.attribute("ResourceID"))
    if unit is None:
        raise Malformed("unit-missing", item.attribute("ResourceID")[:40])
    for content in named(unit, "Content"):
        draw_block(brush, content, matrix, style, depth + 1)


def _clip(item: Element, own: Matrix, on_page: Matrix) -> Box | None:
    """The box around what an object's clips leave; None where there are none."""
    box: Box | None = None
    for clips in named(item, "Clips"):
        base = own if is_true(clips, "TransFlag", default=True) else on_page
        for clip in named(clips, "Clip"):
            areas = [found for part in named(clip, "Area") for found in _area(part, base)]
            if areas:
                left = around([corner for area in areas for corner in (area[:2], area[2:])])
                box = left if box is None else common(box, left)
    return box


def _area(part: Element, base: Matrix) -> list[Box]:
    placed_area = then(matrix_of(part.attributes.get("CTM")), base)
    found = []
    for path in named(part, "Path"):
        left, top, width, height = numbers(path.attributes.get("Boundary", "0 0 1 1"), 4, "object-form")
        inside = then(matrix_of(path.attributes.get("CTM")), then(moved(left, top), placed_area))
        data = "".join(child.text for child in named(path, "AbbreviatedData"))
        contours = contours_of(data, inside)
        corners = [(left, top), (left + width, top), (left, top + height), (left + width, top + height)]
        outline = [point for one in contours for point in one.points] or [at(placed_area, one) for one in corners]
        found.append(around(outline))
    return found


DRAW: dict[str, Callable[[Brush, Element, Matrix, Style], None] | None] = {
    "TextObject": _text,
    "PathObject": _path,
    "ImageObject": _image,
    "CompositeObject": None,
    "PageBlock": None,
}
"""How an object of each kind is drawn; those that hold others are drawn by what they hold."""
