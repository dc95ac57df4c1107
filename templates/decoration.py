"""Everything on a sheet that is neither text nor picture: grounds, rosettes, the bundle's own paths, the border.

Grounds are families of fine lines behind the text: pale enough to read and copy over, fine enough that a crude copy
loses them. Each family is one path of Béziers, a few kilobytes at most.
"""

from math import cos, hypot, sin, tau

from templates import borders, ornament
from templates.items import Colour, Segment, Shape
from templates.parts import Ground, Path, Sheet

_FINE = 0.12
_RAYS_INSIDE = 0.12


def ornaments(sheet: Sheet) -> tuple[Shape, ...]:
    """The ornaments of a sheet in drawing order."""
    medallions = [
        ornament.medallion(
            part.x,
            part.y,
            inner=part.inner,
            outer=part.outer,
            petals=part.petals,
            rings=part.rings,
            colour=part.colour,
            line_width=_FINE,
        )
        for part in sheet.medallions
    ]
    return (
        *(ground(part) for part in sheet.grounds),
        *medallions,
        *(_own(path) for path in sheet.paths),
        *borders.border(sheet.width, sheet.height, sheet.frame),
    )


def ground(part: Ground) -> Shape:
    """The lines of a ground as one path."""
    segments: list[Segment] = []
    match part.style:
        case "waves":
            segments += _waves(part, part.swing)
        case "mesh":
            segments += (*_waves(part, part.swing), *_waves(part, -part.swing))
        case "rays":
            segments += _rays(part)
    return Shape(tuple(segments), stroke=part.colour, line_width=_FINE)


def _waves(part: Ground, swing: float) -> list[Segment]:
    """Waves side by side, every second one half a period on."""
    rows = max(1, round((part.height - 2 * abs(swing)) / part.pitch))
    halves = max(2, 2 * round(part.width / (8 * part.pitch)))
    step = (part.height - 2 * abs(swing)) / rows
    segments: list[Segment] = []
    for row in range(rows + 1):
        y = part.y + abs(swing) + row * step
        segments += ornament.wave(part.x, y, length=part.width, height=swing if row % 2 else -swing, halves=halves)
    return segments


def _rays(part: Ground) -> list[Segment]:
    """Curved rays from around the middle to the edge of the largest ellipse in the box."""
    x, y, wide, high = part.x + part.width / 2, part.y + part.height / 2, part.width / 2, part.height / 2
    count = max(12, round(tau * hypot(wide, high) / 2 / part.pitch))
    segments: list[Segment] = []
    for ray in range(count):
        angle = tau * ray / count
        turned = angle + part.swing / 10
        bend = (angle + turned) / 2 + part.swing / 10
        segments += (
            ("M", (x + _RAYS_INSIDE * wide * cos(angle), y + _RAYS_INSIDE * high * sin(angle))),
            (
                "Q",
                (
                    x + 0.6 * wide * cos(bend),
                    y + 0.6 * high * sin(bend),
                    x + wide * cos(turned),
                    y + high * sin(turned),
                ),
            ),
        )
    return segments


def _own(path: Path) -> Shape:
    black: Colour = (0, 0, 0)
    if path.stroke is None and path.fill is None:
        return Shape(path.outline, fill=black)
    return Shape(path.outline, stroke=path.stroke, line_width=path.line_width, fill=path.fill)
