"""Setting Chinese text: where lines break, how labels are spread, when a text is set smaller.

Lines break between Chinese characters, never inside a run of Latin letters and digits unless it alone is longer
than a line; no line begins with a closing mark or ends with an opening one (the common line-breaking rule of
Chinese typesetting, W3C clreq). All lines but the last are justified where they begin at the left edge. A text too
long for its place is set smaller in steps of a quarter point down to the smallest size its slot allows; if that is not
enough it is an error, because a licence must say all of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from templates.errors import DoesNotFit
from templates.fonts import EM, typeface
from templates.items import Colour, Text

POINT = 25.4 / 72
"""A typographic point in millimetres."""

Align = Literal["left", "centre", "right"]

_CLOSING = "，。、；：？！）》」』】〉〕”’…—·,.;:?!)]}%\uff05"
_OPENING = "（《「『【〈〔“‘([{"
_UNIT = re.compile(rf"[{re.escape(_OPENING)}]*(?:[0-9A-Za-z@#&+*/_.,:\-]+|\S|\s)[{re.escape(_CLOSING)}]*", re.DOTALL)
_STEP_PT = 0.25


@dataclass(frozen=True)
class Place:
    """Where a text goes: from `x`, first line on `baseline`, at most `width` wide and `depth` below the baseline.

    Sizes are points. `depth` 0 means a single line. `leading` is the distance of baselines in ems, `spacing` extra
    space after every character but the last, in ems.
    """

    x: float
    baseline: float
    width: float
    size: float
    smallest: float
    colour: Colour
    depth: float = 0.0
    leading: float = 1.5
    align: Align = "left"
    spacing: float = 0.0


@lru_cache(maxsize=8192)
def set_text(text: str, place: Place, where: str) -> tuple[Text, ...]:
    """The lines of `text` in its place, as large as they may be; those set last are remembered.

    Raises:
        MissingGlyph: a character cannot be drawn.
        DoesNotFit: it is too long even at the smallest size; `where` names the place.

    """
    advances = typeface().advances(text, where)
    steps = round((place.size - place.smallest) / _STEP_PT)
    lines = _lines_at(text, advances, place, place.size)
    size = place.size
    if lines is None:
        low, high = 0, steps  # the smallest size is tried first: it says whether there is any
        if steps == 0 or _lines_at(text, advances, place, place.smallest) is None:
            raise DoesNotFit(where, len(text))
        while high - low > 1:
            middle = (low + high) // 2
            if _lines_at(text, advances, place, place.size - middle * _STEP_PT) is None:
                low = middle
            else:
                high = middle
        size = place.size - high * _STEP_PT
        lines = _lines_at(text, advances, place, size)
        assert lines is not None
    em = size * POINT
    return tuple(
        _set_line(
            text[start:end],
            advances[start:end],
            place,
            size,
            place.baseline + row * place.leading * em,
            justified=row < len(lines) - 1,
        )
        for row, (start, end) in enumerate(lines)
    )


def set_spread(text: str, place: Place, where: str) -> Text:
    """A label spread evenly over the width of its place: first and last character at the edges."""
    em = place.size * POINT
    widths = [advance * em / EM for advance in typeface().advances(text, where)]
    rest = place.width - sum(widths)
    if rest < 0:
        raise DoesNotFit(where, len(text))
    gap = rest / (len(text) - 1) if len(text) > 1 else 0.0
    placed = [*(width + gap for width in widths[:-1]), widths[-1]]
    return Text(place.x, place.baseline, em, text, tuple(placed), place.colour)


def _lines_at(text: str, advances: Sequence[int], place: Place, size: float) -> list[tuple[int, int]] | None:
    """Start and end of each line at this size, or None if there is no room for as many."""
    em = size * POINT
    room = int(place.width / em * EM + 0.5)
    most = 1 + int(place.depth / (place.leading * em) + 1e-6)
    extra = int(place.spacing * EM)
    lines: list[tuple[int, int]] = []
    start, end, used = 0, 0, 0
    for unit_start, unit_end in _units(text, advances, room):
        width = sum(advances[unit_start:unit_end]) + extra * (unit_end - unit_start)
        if used and used + width - extra > room:
            lines.append((start, end))
            start, used = unit_start, 0
        end, used = unit_end, used + width
    lines.append((start, end))
    return lines if len(lines) <= most and used - extra <= room else None


def _units(text: str, advances: Sequence[int], room: int) -> list[tuple[int, int]]:
    """What no line break may divide, except what is longer than a whole line."""
    units: list[tuple[int, int]] = []
    for match in _UNIT.finditer(text):
        start, end = match.span()
        if end - start > 1 and sum(advances[start:end]) > room:
            units += [(position, position + 1) for position in range(start, end)]
        else:
            units.append((start, end))
    return units


def _set_line(
    text: str, advances: Sequence[int], place: Place, size: float, baseline: float, *, justified: bool
) -> Text:
    shown = text.rstrip(" ")
    em = size * POINT
    spacing = place.spacing * em
    placed = [advance * em / EM + spacing for advance in advances[: len(shown)]]
    if placed:
        placed[-1] -= spacing
    rest = place.width - sum(placed)
    if justified and place.align == "left" and len(placed) > 1:
        gap = rest / (len(placed) - 1)
        placed = [*(advance + gap for advance in placed[:-1]), placed[-1]]
        rest = 0.0
    shift = {"left": 0.0, "centre": rest / 2, "right": rest}[place.align]
    return Text(place.x + shift, baseline, em, shown, tuple(placed), place.colour)
