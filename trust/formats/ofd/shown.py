"""The lines of text that the pages of an OFD document show, by the rule that holds for every format (`showing`).

A page is what its template page and its own objects draw, in that order. A path that is not of the plain commands our
faces are made of counts as painting its whole box. The seal is not page content: readers draw it over the page.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from trust.formats.figures import Loop, Segment, box_loop, loops_of
from trust.formats.ofd.document import ImageBox, OfdDocument, OfdTemplate, PageObject, PathShape, TextRun
from trust.formats.showing import COVERING_MM, Area, Line, Seen, seen

_OPERANDS = {"M": 2, "L": 2, "Q": 4, "B": 6, "C": 0}
_NUMBER = r" -?[0-9]{1,5}(?:\.[0-9]{1,6})?"
_PLAIN = re.compile(f"(?:(?:[ML](?:{_NUMBER}){{2}}|Q(?:{_NUMBER}){{4}}|B(?:{_NUMBER}){{6}}|C)(?: |$))+")
MAX_TEMPLATES = 32


def lines_seen(document: OfdDocument) -> Seen:
    """The lines of all pages, in their order."""
    below = {template.id: template for template in document.templates}
    shown: list[str] = []
    hidden: list[str] = []
    for page in document.pages:
        template = below.get(page.template) if page.template is not None else None
        ground = () if template is None else _drawn_below(template)
        found = seen((*ground, *_drawn(page.objects)), page.width, page.height)
        shown += found.shown
        hidden += found.hidden
    return Seen(tuple(shown), tuple(hidden))


def _drawn_below(template: OfdTemplate) -> Sequence[Line | Area]:
    """What a template page draws; once for a template that was read once (`read.remembered_template`)."""
    known = _KNOWN.get(id(template))
    if known is None or known[0] is not template:
        if len(_KNOWN) >= MAX_TEMPLATES:
            _KNOWN.clear()
        known = _KNOWN[id(template)] = template, _drawn(template.objects)
    return known[1]


def _drawn(objects: Sequence[PageObject]) -> tuple[Line | Area, ...]:
    return tuple([part for drawn in objects if (part := _part(drawn)) is not None])


def _part(drawn: PageObject) -> Line | Area | None:
    """A line or what is painted; nothing for a fine line."""
    if isinstance(drawn, TextRun):
        return Line(drawn.text, drawn.x, drawn.baseline, drawn.size, sum(drawn.advances), drawn.colour)
    if isinstance(drawn, ImageBox):
        return _box(drawn.x, drawn.y, drawn.width, drawn.height)
    reach = drawn.line_width / 2 if drawn.stroke is not None and drawn.line_width >= COVERING_MM else 0.0
    if drawn.fill is None and not reach:
        return None
    colour = drawn.stroke if drawn.fill is None else drawn.fill
    return Area(_loops(drawn), colour, filled=drawn.fill is not None, reach=reach)


@lru_cache(maxsize=256)
def _box(x: float, y: float, width: float, height: float) -> Area:
    """An image's, once for the places that a type of licences has."""
    return Area((box_loop(x, y, x + width, y + height),))


def _loops(path: PathShape) -> tuple[Loop, ...]:
    """The figures of a path, moved to the place of its box."""
    if not _PLAIN.fullmatch(path.data):
        return (box_loop(path.x, path.y, path.x + path.width, path.y + path.height),)
    return loops_of(_segments(path.x, path.y, path.data))


def _segments(x: float, y: float, data: str) -> Iterator[Segment]:
    words = iter(data.split())
    for command in words:
        numbers = [float(next(words)) for _ in range(_OPERANDS[command])]
        yield (
            "Z" if command == "C" else command,
            [value + (y if place % 2 else x) for place, value in enumerate(numbers)],
        )


_KNOWN: dict[int, tuple[OfdTemplate, Sequence[Line | Area]]] = {}
