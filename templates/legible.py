"""Whether what a layout shows can be read: the rule that verifiers have, asked before anything is issued.

A value that is printed white on white, under a filled path or off the paper would make every licence of the type fail
when it is verified (`trust.formats.showing`). So fixed texts are judged as they are set, and the places of values as if
they were full. Nothing here decodes pictures: whether texts stand out from a background is for `grounds`.
"""

from collections.abc import Iterator, Sequence

from templates.items import Item, Photograph, Picture, Shape, Text
from templates.layout import static_items
from templates.parts import Layout, Sheet, Slot, Table
from templates.typeset import POINT
from templates.words import Fault
from trust.formats.figures import box_loop, loops_of
from trust.formats.showing import COVERING_MM, PAPER, SMALLEST_MM, Area, Line, contrast, seen

_ROW_BASELINE = 0.7
"""Of a row's height: about where a line of its text stands."""


def judge_legibility(layout: Layout, paths: Sequence[str]) -> Iterator[Fault]:
    """The texts and places that could not be read; `paths` name the sheets."""
    for number, (sheet, path) in enumerate(zip(layout.sheets, paths, strict=True)):
        fixed = drawn(static_items(layout, number))
        places = tuple(places_of(sheet, path))
        named = {line.text for line in places}
        hidden = set(seen((*fixed, *places), sheet.width, sheet.height).hidden)
        told = {line.text: line for line in (*fixed, *places) if isinstance(line, Line)}
        for text in sorted(hidden):
            line, fixed_text = told[text], text not in named
            fact = f"{contrast(line.colour, PAPER):.1f}:1, {line.size:.1f} mm"
            yield Fault(
                "layout", "not-legible", path if fixed_text else text, f"{text}: {fact}" if fixed_text else fact
            )
        for place, photo in enumerate(sheet.photos, start=1):
            if photo.x + photo.width > sheet.width or photo.y + photo.height > sheet.height:
                yield Fault("layout", "off-page", f"{path}.photo[{place}]", f"{photo.x:g}, {photo.y:g}")


def drawn(items: Sequence[Item]) -> tuple[Line | Area, ...]:
    """Drawing items as the rule wants them, in their order."""
    return tuple(part for item in items for part in _part(item))


def _part(item: Item) -> Iterator[Line | Area]:
    match item:
        case Text():
            yield Line(item.text, item.x, item.baseline, item.size, item.width, item.colour)
        case Shape():
            reach = item.line_width / 2 if item.stroke is not None and item.line_width >= COVERING_MM else 0.0
            if item.fill is not None or reach:
                colour = item.stroke if item.fill is None else item.fill
                yield Area(loops_of(item.outline), colour, filled=item.fill is not None, reach=reach)
        case Picture():
            yield Area((box_loop(item.x, item.y, item.x + item.side, item.y + item.side),))
        case Photograph():
            yield Area((box_loop(item.x, item.y, item.x + item.width, item.y + item.height),))


def places_of(sheet: Sheet, path: str) -> Iterator[Line]:
    """Lines that fill the places of values, named by their place."""
    for number, slot in enumerate(sheet.slots, start=1):
        yield from _filling(slot, f"{path}.slot[{number}]")
    for number, table in enumerate(sheet.tables, start=1):
        yield from _rows(table, f"{path}.table[{number}]")


def _filling(slot: Slot, name: str) -> Iterator[Line]:
    """The first line of a place and the last, and one as small as its text may be set."""
    place = slot.place
    above = place.depth / 2 if slot.middle else 0.0
    for baseline in dict.fromkeys((place.baseline - above, place.baseline + place.depth - above)):
        yield Line(name, place.x, baseline, place.size * POINT, place.width, place.colour)
    if place.smallest * POINT < SMALLEST_MM:
        yield Line(name, place.x, place.baseline, place.smallest * POINT, place.width, place.colour)


def _rows(table: Table, name: str) -> Iterator[Line]:
    size, y = min(table.size, table.smallest) * POINT, table.y + table.head
    while y + table.row <= table.y + table.depth:
        yield Line(name, table.x, y + _ROW_BASELINE * table.row, size, table.width, table.ink)
        y += table.row
