"""Pages of an OFD document, and what is drawn on them, in the order and form of GB/T 33190-2016.

Reconstructed, as all of this package (`write`). What is seen has been decided already: nothing here measures a font or
breaks a line.

Placing. Text: `Boundary` around the line, `TextCode` with the baseline relative to it and `DeltaX` with the advances
between glyphs, runs of equal ones as `g n v`. A character outside the basic plane stands in a `TextCode` of its own:
readers disagree whether `DeltaX` counts it once or twice. Image: unit square stretched by `CTM`. No `CGTransform`,
since fonts keep their cmap.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from math import isfinite

from trust.errors import Malformed
from trust.formats.ofd.document import Colour, ImageBox, OfdPage, OfdTemplate, PageObject, PathShape, TextRun
from trust.formats.ofd.xml import document, element, text

ASCENT, LINE = 0.88, 1.3
"""Of the em: where the baseline lies below the upper edge of a line's boundary, and how high that boundary is."""

PATH_DATA = re.compile(r"(?:(?:[MLQBAC]|-?[0-9]+(?:\.[0-9]+)?)(?: |$))+")
MAX_LENGTH_MM = 5_000
MAX_REMEMBERED = 128 * 1024
MAX_ADVANCES, MAX_OBJECTS, MAX_CHARACTERS = 128, 256, 4 * 1024
"""Of what is remembered: advances in a row, drawing objects and characters of a page."""


def template_xml(template: OfdTemplate) -> bytes:
    """Content.xml of a template page."""
    paths = sum(len(item.data) for item in template.objects if isinstance(item, PathShape))
    small = paths <= MAX_REMEMBERED and len(template.objects) <= MAX_REMEMBERED // 128
    return remembered_xml(template) if small else written_template(template)


def written_template(template: OfdTemplate) -> bytes:
    """A template page as it is written."""
    drawn = [object_xml(item, str(number)) for number, item in enumerate(template.objects, start=template.first + 1)]
    return sheet_xml(template.width, template.height, (), str(template.first), "Background", drawn)


remembered_xml = lru_cache(maxsize=16)(written_template)
"""The same for a template that was written before, by a process that writes many documents of a type, or reads them."""


def page_xml(page: OfdPage, layer: int, first_object: int) -> bytes:
    """Content.xml: one layer with everything drawn on a page, above its template."""
    few = len(page.objects) <= MAX_OBJECTS and all(isinstance(item, TextRun | ImageBox) for item in page.objects)
    short = few and sum(len(item.text) for item in page.objects if isinstance(item, TextRun)) <= MAX_CHARACTERS
    return (remembered_page if short else written_page)(page, layer, first_object)


def written_page(page: OfdPage, layer: int, first_object: int) -> bytes:
    """A page as it is written."""
    drawn = [object_xml(item, str(number)) for number, item in enumerate(page.objects, start=first_object)]
    below = [] if page.template is None else [{"TemplateID": str(page.template), "ZOrder": "Background"}]
    return sheet_xml(page.width, page.height, below, str(layer), "Body", drawn)


remembered_page = lru_cache(maxsize=160)(written_page)
"""The same for a page of equal values: a file just made is examined soon after, and what is written follows from
the values alone. As many as a chunk of licences has, and a few more."""


def sheet_xml(
    width: float, height: float, below: Sequence[Mapping[str, str]], layer: str, kind: str, drawn: Sequence[str]
) -> bytes:
    """A page or a template page."""
    area = element("Area", None, element("PhysicalBox", None, boxed(0, 0, width, height)))
    content = element("Content", None, element("Layer", {"ID": layer, "Type": kind}, *drawn))
    return document("Page", {}, [*(element("Template", one) for one in below), area, content])


def object_xml(item: PageObject, number: str) -> str:
    """One drawing object."""
    match item:
        case TextRun():
            return text_xml(item, number)
        case ImageBox():
            box = boxed(item.x, item.y, item.width, item.height)
            matrix = f"{mm(item.width)} 0 0 {mm(item.height)} 0 0"
            return element(
                "ImageObject", {"ID": number, "CTM": matrix, "Boundary": box, "ResourceID": str(item.image_id)}
            )
        case PathShape():
            return path_xml(item, number)


def text_xml(run: TextRun, number: str) -> str:
    """A TextObject; one advance per character, the last one only widens the boundary.

    Everything is rounded before it is added up, so that a reader can take the same values out again.
    """
    if not run.text or len(run.text) != len(run.advances):
        raise Malformed("ofd-value", "a text run needs one advance for each of its characters")
    size = exact(run.size)
    advances = [exact(advance) for advance in run.advances]
    box = boxed(run.x, run.baseline - ascent_of(size), sum(advances) + margin_of(size), LINE * size)
    codes = "".join(text_codes(run.text, advances, mm(ascent_of(size))))
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{box}" Font="{run.font_id}" Size="{mm(size)}">'
        f'<ofd:FillColor Value="{colour(run.colour)}"/>{codes}</ofd:TextObject>'
    )


def exactly(run: TextRun) -> TextRun:
    """A run with the values that a reader takes out again; it is written in the same octets."""
    size = exact(run.size)
    return TextRun(
        exact(run.x),
        round(exact(run.baseline - ascent_of(size)) + ascent_of(size), 4),
        size,
        run.font_id,
        run.text,
        tuple([exact(advance) for advance in run.advances]),
        run.colour,
    )


@lru_cache(maxsize=256)
def ascent_of(size: float) -> float:
    """How far below the upper edge of its boundary a line's baseline lies."""
    return round(ASCENT * size, 4)


@lru_cache(maxsize=256)
def margin_of(size: float) -> float:
    """By how much the boundary is wider than the advances: the last glyph may reach over its own."""
    return round(0.1 * size, 4)


def text_codes(text_of_run: str, advances: list[float], y: str) -> Iterator[str]:
    """TextCode elements, split around characters outside the basic plane."""
    x = 0.0
    for start, end in pieces(text_of_run):
        delta = f' DeltaX="{deltas(tuple(advances[start : end - 1]))}"' if end - start > 1 else ""
        yield f'<ofd:TextCode X="{mm(x)}" Y="{y}"{delta}>{text(text_of_run[start:end])}</ofd:TextCode>'
        x += sum(advances[start:end])


def pieces(text_of_run: str) -> Iterator[tuple[int, int]]:
    """Where pieces begin and end: each character outside the basic plane is one, and so is what stands between two."""
    start = 0
    for index, character in enumerate(text_of_run):
        if character > "\uffff":
            if start < index:
                yield start, index
            yield index, index + 1
            start = index + 1
    if start < len(text_of_run):
        yield start, len(text_of_run)


def path_xml(shape: PathShape, number: str) -> str:
    """A PathObject, stroked or filled or both."""
    if not PATH_DATA.fullmatch(shape.data):
        raise Malformed("ofd-value", "path data not of commands and plain numbers")
    attributes = {"ID": number, "Boundary": boxed(shape.x, shape.y, shape.width, shape.height)}
    attributes["Stroke"] = "true" if shape.stroke else "false"
    parts = []
    if shape.stroke:
        attributes["LineWidth"] = mm(shape.line_width)
        parts.append(element("StrokeColor", {"Value": colour(shape.stroke)}))
    if shape.fill:
        attributes["Fill"] = "true"
        parts.append(element("FillColor", {"Value": colour(shape.fill)}))
    return element("PathObject", attributes, *parts, element("AbbreviatedData", None, shape.data))


def deltas(advances: tuple[float, ...]) -> str:
    """A DeltaX value: three and more equal advances in a row as `g n v`."""
    return (remembered_deltas if len(advances) <= MAX_ADVANCES else written_deltas)(advances)


def written_deltas(advances: tuple[float, ...]) -> str:
    """A DeltaX value as it is written."""
    parts: list[str] = []
    for value, group in groupby(advances):
        count, written = len(list(group)), mm(value)
        parts.append(f"g {count} {written}" if count > 2 else " ".join([written] * count))
    return " ".join(parts)


remembered_deltas = lru_cache(maxsize=2048)(written_deltas)
"""The same for a row that was written before: lines of equal width are frequent."""


def colour(value: Colour) -> str:
    """Three numbers from 0 to 255."""
    if len(value) != 3 or any(not 0 <= part <= 255 for part in value):
        raise Malformed("ofd-value", "a colour is three numbers from 0 to 255")
    return " ".join(map(str, value))


def boxed(x: float, y: float, width: float, height: float) -> str:
    """A box `x y w h` with an area."""
    if not (width > 0 and height > 0):
        raise Malformed("ofd-value", "a box needs a width and a height")
    return f"{mm(x)} {mm(y)} {mm(width)} {mm(height)}"


@lru_cache(maxsize=8192)
def mm(value: float) -> str:
    """A length in millimetres to a ten-thousandth, without exponent or idle zeros."""
    if not isfinite(value) or abs(value) > MAX_LENGTH_MM:
        raise Malformed("ofd-value", "a length beyond five metres")
    written = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


@lru_cache(maxsize=8192)
def exact(value: float) -> float:
    """The length as it will be written."""
    return float(mm(value))
