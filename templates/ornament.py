"""Borders and rosettes of fine lines (guilloche), as outlines.

They give a face its dignity and make a crude copy look crude; they prove nothing, the seal does. Every curve is a
chain of Béziers between points where its tangent is known, so that a whole border stays a few thousand numbers.
Nothing here resembles a state emblem or any body's mark.
"""

from itertools import pairwise
from math import cos, sin, tau

from templates.items import Colour, Outline, Segment, Shape, rectangle

# A cubic Bézier with horizontal tangents whose controls lie 0.3642 of the way in follows half a period of a
# sine from crest to trough within 0.1 % of its height.
_CREST = 0.3642
_GAP = 0.8
_PAPER: Colour = (255, 255, 255)


def wave(x: float, y: float, *, length: float, height: float, halves: int, upright: bool = False) -> Outline:
    """A cosine of `halves` half periods along `length`, from its crest at (x, y - height); upright ones run down."""
    step = length / halves
    points = [(position * step, height if position % 2 else -height) for position in range(halves + 1)]
    segments: list[tuple[str, tuple[float, ...]]] = [("M", points[0])]
    for (x1, y1), (x2, y2) in pairwise(points):
        segments.append(("B", (x1 + _CREST * step, y1, x2 - _CREST * step, y2, x2, y2)))
    return tuple((command, tuple(_placed(numbers, x, y, upright=upright))) for command, numbers in segments)


def _placed(numbers: tuple[float, ...], x: float, y: float, *, upright: bool) -> list[float]:
    placed: list[float] = []
    for along, across in zip(numbers[0::2], numbers[1::2], strict=True):
        placed += (x + across, y + along) if upright else (x + along, y + across)
    return placed


def rosette(x: float, y: float, *, radius: float, depth: float, petals: int, turn: float = 0.0) -> Outline:
    """The closed curve r = radius + depth·cos(petals·θ + turn) around (x, y), a Bézier for each flank of a petal."""
    count = 2 * petals
    step = tau / count

    def point(angle: float) -> tuple[float, float, float, float]:
        r = radius + depth * cos(petals * angle + turn)
        slope = -depth * petals * sin(petals * angle + turn)
        c, s = cos(angle), sin(angle)
        return x + r * c, y + r * s, slope * c - r * s, slope * s + r * c

    points = [point(position * step - turn / petals) for position in range(count)]  # crests and troughs
    segments: list[Segment] = [("M", points[0][:2])]
    for (x1, y1, u1, v1), (x2, y2, u2, v2) in zip(points, points[1:] + points[:1], strict=True):
        third = step / 3
        segments.append(("B", (x1 + third * u1, y1 + third * v1, x2 - third * u2, y2 - third * v2, x2, y2)))
    return (*segments, ("Z", ()))


def medallion(
    x: float, y: float, *, inner: float, outer: float, petals: int, rings: int, colour: Colour, line_width: float
) -> Shape:
    """Rosettes woven into each other: `rings` curves that swing between `inner` and `outer`, each turned a little."""
    middle, depth = (inner + outer) / 2, (outer - inner) / 2
    curves: list[Segment] = []
    for ring in range(rings):
        curves += rosette(x, y, radius=middle, depth=depth, petals=petals, turn=tau * ring / rings)
    return Shape(tuple(curves), stroke=colour, line_width=line_width)


def border(width: float, height: float, *, margin: float, band: float, dark: Colour, fine: Colour) -> tuple[Shape, ...]:
    """A frame for a page: a woven band between two rules, `margin` from the paper's edge, a rosette in each corner."""
    left, top, right, bottom = margin, margin, width - margin, height - margin
    inside = margin + band
    shapes = [
        Shape(rectangle(left, top, right - left, bottom - top), stroke=dark, line_width=0.55),
        Shape(
            rectangle(left + _GAP, top + _GAP, right - left - 2 * _GAP, bottom - top - 2 * _GAP),
            stroke=dark,
            line_width=0.15,
        ),
        Shape(rectangle(inside, inside, width - 2 * inside, height - 2 * inside), stroke=dark, line_width=0.3),
        Shape(
            rectangle(inside + 1.1, inside + 1.1, width - 2 * inside - 2.2, height - 2 * inside - 2.2),
            stroke=fine,
            line_width=0.15,
        ),
        Shape(_woven(width, height, margin=margin, band=band), stroke=fine, line_width=0.16),
    ]
    near = margin + _GAP
    side, half = band - _GAP, (band - _GAP) / 2
    for x in (near, width - near - side):
        for y in (near, height - near - side):
            shapes.append(Shape(rectangle(x, y, side, side), stroke=dark, line_width=0.3, fill=_PAPER))
            shapes.append(
                medallion(
                    x + half,
                    y + half,
                    inner=side * 0.1,
                    outer=side * 0.45,
                    petals=6,
                    rings=4,
                    colour=dark,
                    line_width=0.13,
                )
            )
    return tuple(shapes)


def _woven(width: float, height: float, *, margin: float, band: float) -> Outline:
    """Six strands on each side, a sixth of a wave apart; they begin and end below the corner squares."""
    middle, reach = margin + (band + _GAP) / 2, (band - _GAP) / 2 - 0.35
    start = margin + band
    strands: list[Segment] = []
    for length, upright, near, far in (
        (width - 2 * start, False, middle, height - middle),
        (height - 2 * start, True, middle, width - middle),
    ):
        halves = 2 * round(length / (2.3 * band)) + 1
        step = length / halves
        for across in (near, far):
            for lag in (0.0, 1 / 3, 2 / 3):
                more = 1 if lag else 0  # a shifted strand needs one half wave more to reach the far corner
                for swing in (reach, -reach):
                    begin = start - lag * step
                    x, y = (across, begin) if upright else (begin, across)
                    reached, count = length + more * step, halves + more
                    strands += wave(x, y, length=reached, height=swing, halves=count, upright=upright)
    return tuple(strands)
