"""Which lines of a page are there to be read: the one rule for every format.

A line counts as shown when its em is a millimetre at least, it lies on the paper from its first character to its last,
stands out from what is under it, and nothing opaque lies over it. The paper is white; filled paths and thick strokes
are ground for what is drawn later, and cover what was drawn before. How far ink stands out is the contrast ratio of
WCAG 2.1. What this cannot see: the colours of a picture under a line, glyphs that look like other characters, many
fine lines close together.

Lengths are millimetres, and `up` says whether y grows upward. The readers of the formats bring the pages
(`ofd.shown`, `pdf.face`); templates are held to the same rule before anything is issued with them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from trust.formats.figures import Loop

SMALLEST_MM = 1.0
"""The em of a line that can be read at all."""
LEAST_CONTRAST = 3.0
"""What WCAG 2.1 asks of large print; a text that stands out less is not meant to be read."""
COVERING_MM = 1.0
"""Thinner strokes are ornaments, which one reads over."""
MOST_AREAS = 5_000
"""Figures of a page; where there are more, no line of it counts as shown."""
HIDDEN_SHARE = 0.2
"""Of the points of a line: where more of them cannot be seen, the line cannot be read."""
BOLD_SHARE = 0.6
"""The same for paint in the line's own colour: a title is made bolder by painting its outlines over it."""

Colour = tuple[int, int, int]
PAPER: Colour = (255, 255, 255)
_HEIGHTS, _MOST_POINTS, _BAND, _SLACK = (0.15, 0.4, 0.65), 16, 10.0, 0.05
"""Of the em above the baseline, where a line is probed, and at how many points; millimetres."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of text: its left end on the baseline, the size of the em, how far it runs.

    Lines and areas are told apart by identity: what whole types of documents have in common is made once by who reads
    it, and judged once here.
    """

    text: str
    left: float
    baseline: float
    size: float
    width: float
    colour: Colour


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """What is painted over: figures filled by the nonzero rule, and everything within `reach` of their edges.

    Without a colour it is a picture, of which is known only that it covers.
    """

    loops: tuple[Loop, ...]
    colour: Colour | None = None
    filled: bool = True
    reach: float = 0.0

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is painted over."""
        if self.filled and sum([loop.turns(x, y) for loop in self.loops]) != 0:
            return True
        return self.reach > 0 and any(loop.near(x, y, self.reach) for loop in self.loops)


@dataclass(frozen=True, slots=True)
class Seen:
    """The lines of a page in their order: those that are shown, and those that only stand in the file."""

    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


class _Part(NamedTuple):
    """What of an area crosses a horizontal band: its place in the order of drawing, and how far it reaches."""

    place: int
    area: Area
    left: float
    right: float


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """Paper and what is painted on it, by bands; no bands where it is too much to be judged."""

    width: float
    height: float
    up: bool
    bands: Mapping[int, Sequence[_Part]] | None


def seen(drawn: Sequence[Line | Area], width: float, height: float, *, up: bool = False) -> Seen:
    """Judge the lines of a page of this size, given with what is painted, from the back to the front."""
    painted = tuple([(place, item) for place, item in enumerate(drawn) if isinstance(item, Area)])
    page = _page(painted, width, height, up=up)
    shown: list[str] = []
    hidden: list[str] = []
    for place, line in enumerate(drawn):
        if isinstance(line, Line):
            (shown if _readable(line, place, page) else hidden).append(line.text)
    return Seen(tuple(shown), tuple(hidden))


@lru_cache(maxsize=2048)
def _readable(line: Line, place: int, page: _Page) -> bool:
    return (
        page.bands is not None
        and line.size >= SMALLEST_MM
        and _on_paper(line, page)
        and _stands_out(line, place, page.bands, up=page.up)
    )


@lru_cache(maxsize=1024)
def contrast(ink: Colour, ground: Colour) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.1)."""
    shares = (channel / 255 for channel in colour)
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _on_paper(line: Line, page: _Page) -> bool:
    top = line.baseline + (0.8 if page.up else -0.8) * line.size
    inside = min(top, line.baseline) >= -_SLACK and max(top, line.baseline) <= page.height + _SLACK
    return inside and line.left >= -_SLACK and line.left + line.width <= page.width + _SLACK


def _stands_out(line: Line, place: int, bands: Mapping[int, Sequence[_Part]], *, up: bool) -> bool:
    """Whether enough of a line differs from its ground and is not covered."""
    on_paper = contrast(line.colour, PAPER) >= LEAST_CONTRAST
    if not bands:
        return on_paper
    count, end = min(_MOST_POINTS, max(3, len(line.text))), line.left + line.width
    lost, bold, probed = 0, 0, count * len(_HEIGHTS)
    for share in _HEIGHTS:
        y = line.baseline + (share if up else -share) * line.size
        near = [part for part in bands.get(int(y // _BAND), ()) if part.left <= end and part.right >= line.left]
        if on_paper and not any(part.place > place or _swallows(part.area, line.colour) for part in near):
            continue
        for point in range(count):
            x = line.left + (point + 0.5) / count * line.width
            holding = [part for part in near if part.left <= x <= part.right and part.area.holds(x, y)]
            over = [part.area for part in holding if part.place > place]
            bold += bool(over) and all(area.colour == line.colour for area in over)
            lost += _lost(line.colour, over, [part.area for part in holding if part.place < place], on_paper=on_paper)
    return lost <= HIDDEN_SHARE * probed and bold <= BOLD_SHARE * probed


def _swallows(area: Area, ink: Colour) -> bool:
    """Whether ink cannot be told from the ground that an area is."""
    return area.colour is not None and contrast(ink, area.colour) < LEAST_CONTRAST


def _lost(ink: Colour, over: Sequence[Area], below: Sequence[Area], *, on_paper: bool) -> bool:
    """Whether ink cannot be seen at a point, given what is painted there over and below it."""
    if over:
        return any(area.colour != ink for area in over)
    if not below:
        return not on_paper
    return _swallows(below[-1], ink)


@lru_cache(maxsize=64)
def _page(painted: Sequence[tuple[int, Area]], width: float, height: float, *, up: bool) -> _Page:
    """Every area in the bands that it crosses, there with those of its figures that do."""
    if sum(len(area.loops) for _, area in painted) > MOST_AREAS:
        return _Page(width, height, up, None)
    bands: defaultdict[int, list[_Part]] = defaultdict(list)
    for place, area in painted:
        for band, loops in _crossed(area, int(height // _BAND)).items():
            left = min(loop.left for loop in loops) - area.reach
            right = max(loop.right for loop in loops) + area.reach
            bands[band].append(_Part(place, Area(tuple(loops), area.colour, area.filled, area.reach), left, right))
    return _Page(width, height, up, bands)


def _crossed(area: Area, last: int) -> Mapping[int, Sequence[Loop]]:
    """The figures of an area, by the bands that they cross."""
    crossing: defaultdict[int, list[Loop]] = defaultdict(list)
    for loop in area.loops:
        first, final = int((loop.low - area.reach) // _BAND), int((loop.high + area.reach) // _BAND)
        for band in range(max(0, first), min(last, final) + 1):
            crossing[band].append(loop)
    return crossing
