"""Borders of a page besides the woven one: meander, double line, beads, a plain line.

They differ so much that two types of licences are told apart across a desk. All are outlines of a few hundred points
and print without grey tones. Nothing here resembles a state emblem or any body's mark.
"""

from collections.abc import Iterator
from math import cos, pi

from templates import ornament
from templates.items import Outline, Segment, Shape, circle, moved, rectangle
from templates.parts import Frame

_CORNER_PETALS = 8
_KEY: Outline = (
    ("M", (0.0, 1.0)),
    ("L", (0.0, 0.0)),
    ("L", (0.8, 0.0)),
    ("L", (0.8, 0.72)),
    ("L", (0.3, 0.72)),
    ("L", (0.3, 0.36)),
    ("L", (0.52, 0.36)),
)
"""Half a meander on the unit square; the other half is the same turned about."""


def border(width: float, height: float, frame: Frame) -> tuple[Shape, ...]:
    """The border of a page of this size."""
    match frame.style:
        case "woven":
            return ornament.border(
                width, height, margin=frame.margin, band=frame.band, dark=frame.dark, fine=frame.fine
            )
        case "meander":
            return (*_lines(width, height, frame, (0.0, 0.5), (frame.band, 0.3)), _meander(width, height, frame))
        case "beads":
            return (*_lines(width, height, frame, (0.0, 0.35), (frame.band, 0.35)), *_beads(width, height, frame))
        case "double":
            return (*_lines(width, height, frame, (0.0, 0.9), (frame.band, 0.25)), *_corners(width, height, frame))
        case "plain":
            return _lines(width, height, frame, (0.0, 0.4))
    return ()


def _lines(width: float, height: float, frame: Frame, *lines: tuple[float, float]) -> tuple[Shape, ...]:
    """Rectangles so far inside the margin, with their line widths."""
    return tuple(
        Shape(
            rectangle(edge, edge, width - 2 * edge, height - 2 * edge),
            stroke=frame.dark,
            line_width=line_width,
        )
        for edge, line_width in ((frame.margin + inside, line_width) for inside, line_width in lines)
    )


def _sides(width: float, height: float, frame: Frame) -> Iterator[tuple[float, float, float, bool]]:
    """Middle of the band at its beginning, length between the corners, and whether it runs down."""
    start, middle = frame.margin + frame.band, frame.margin + frame.band / 2
    for y in (middle, height - middle):
        yield start, y, width - 2 * start, False
    for x in (middle, width - middle):
        yield x, start, height - 2 * start, True


def _meander(width: float, height: float, frame: Frame) -> Shape:
    size = frame.band * 0.5
    segments: list[Segment] = []
    for x, y, length, upright in _sides(width, height, frame):
        count = max(1, round(length / (2 * size)))
        step = length / count
        for place in range(count):
            along = place * step
            for turned in (False, True):
                segments += _key(x, y, along, step / 2, size, upright=upright, turned=turned)
    for x in (frame.margin, width - frame.margin - frame.band):
        for y in (frame.margin, height - frame.margin - frame.band):
            inset = frame.band * 0.25
            segments += rectangle(x + inset, y + inset, frame.band - 2 * inset, frame.band - 2 * inset)
            inset = frame.band * 0.42
            segments += rectangle(x + inset, y + inset, frame.band - 2 * inset, frame.band - 2 * inset)
    return Shape(tuple(segments), stroke=frame.fine, line_width=0.32)


def _key(
    x: float, y: float, along: float, half: float, size: float, *, upright: bool, turned: bool
) -> Iterator[Segment]:
    """One half of a meander beginning `along` the side; the turned one fills the second half."""
    for command, (u, v) in _KEY:
        run = along + (2 * half - u * half if turned else u * half)
        across = (0.5 - v) * size if turned else (v - 0.5) * size
        yield command, ((x + across, y + run) if upright else (x + run, y + across))


def _beads(width: float, height: float, frame: Frame) -> tuple[Shape, ...]:
    """A wave between two lines, with a bead at each crossing."""
    reach = frame.band / 2 - 0.5
    waves: list[Segment] = []
    beads: list[Segment] = []
    for x, y, length, upright in _sides(width, height, frame):
        halves = 2 * max(1, round(length / (3.2 * frame.band)))
        step = length / halves
        for swing in (reach, -reach):
            waves += ornament.wave(x, y, length=length, height=swing, halves=halves, upright=upright)
        for place in range(halves):
            along = (place + 0.5) * step
            beads += circle(*((x, y + along) if upright else (x + along, y)), reach * 0.28)
    return (
        Shape(tuple(waves), stroke=frame.fine, line_width=0.25),
        Shape(tuple(beads), fill=frame.dark),
        *_corners(width, height, frame),
    )


def _corners(width: float, height: float, frame: Frame) -> tuple[Shape, ...]:
    """A rosette on white in each corner."""
    shapes: list[Shape] = []
    side = frame.band * 1.9
    for x in (frame.margin - 0.45 * frame.band, width - frame.margin + 0.45 * frame.band - side):
        for y in (frame.margin - 0.45 * frame.band, height - frame.margin + 0.45 * frame.band - side):
            middle = moved(_plate(side), x=x + side / 2, y=y + side / 2)
            shapes.append(Shape(middle, stroke=frame.dark, line_width=0.3, fill=(255, 255, 255)))
            shapes.append(
                ornament.medallion(
                    x + side / 2,
                    y + side / 2,
                    inner=side * 0.08,
                    outer=side * 0.38,
                    petals=_CORNER_PETALS,
                    rings=3,
                    colour=frame.dark,
                    line_width=0.13,
                )
            )
    return tuple(shapes)


def _plate(side: float) -> Outline:
    """An octagon around the origin."""
    reach = side / 2
    cut = reach * (1 - cos(pi / 4)) * 1.4
    corners = [
        (-reach + cut, -reach),
        (reach - cut, -reach),
        (reach, -reach + cut),
        (reach, reach - cut),
        (reach - cut, reach),
        (-reach + cut, reach),
        (-reach, reach - cut),
        (-reach, -reach + cut),
    ]
    first, *rest = corners
    return (("M", first), *(("L", corner) for corner in rest), ("Z", ()))
