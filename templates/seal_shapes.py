"""Two more shapes of seals: the oval of invoice seals and the square of a person's.

Sizes and proportions are customary and reconstructed, as those of the round seal: 40 × 30 mm for the oval, 18 mm for
the square. A name in a square is read from the top of the right column to the foot of the left one; short names are
filled up with 之印 or 印, as carvers do, so that four characters fill the square. Like the round seal both are shapes
for PDF and a PNG of their true size for the seal itself.
"""

from functools import lru_cache
from itertools import pairwise
from math import atan2, ceil, cos, hypot, pi, sin, sqrt

from templates.fonts import EM, typeface
from templates.items import Outline, Segment, Shape, circle, rectangle
from templates.seal_picture import RED, SealPicture, _backwards, _glyph, _straight, rastered

OVAL_MM = (40.0, 30.0)
SQUARE_MM = 18.0
FILLING = {1: "之印", 2: "之印", 3: "印"}
_RIM, _ARC_DEGREES, _STEPS = 0.045, 250, 720
_FRAME, _GAP = 0.055, 0.05


@lru_cache(maxsize=256)
def oval_seal(
    name: str, *, line: str = "", code: str = "", size: tuple[float, float] = OVAL_MM, dots_per_inch: int = 300
) -> SealPicture:
    """An oval seal: `name` along the upper rim, `code` (digits) across the middle, `line` below; one object per seal.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    width, height = size
    x, y = width / 2, height / 2
    rim = _RIM * height
    shapes = [
        Shape((*_ellipse(x, y, x, y), *_backwards(_ellipse(x, y, x - rim, y - rim))), fill=RED),
        Shape(_along(name, size, tallest=0.155 * height), fill=RED, stroke=RED, line_width=0.1),
    ]
    if code:
        shapes.append(Shape(_fitted(code, x, 0.52 * height, 0.12 * height, 0.58 * width), fill=RED))
    if line:
        below = _fitted(line, x, 0.74 * height, 0.115 * height, 0.56 * width)
        shapes.append(Shape(below, fill=RED, stroke=RED, line_width=0.06))
    drawn = tuple(shapes)
    return SealPicture(width, height, rastered(drawn, width, height, dots_per_inch), drawn)


@lru_cache(maxsize=256)
def square_seal(name: str, *, side: float = SQUARE_MM, dots_per_inch: int = 300) -> SealPicture:
    """A person's square seal: the name in columns from the right inside a frame; one object per seal.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    text = name + FILLING.get(len(name), "")
    rows = max(2, ceil(sqrt(len(text))))
    columns = ceil(len(text) / rows)
    frame = _FRAME * side
    begins, inside = frame + _GAP * side, side - 2 * (frame + _GAP * side)
    across, down = inside / columns, inside / rows
    segments: list[Segment] = []
    for place, character in enumerate(text):
        column, row = divmod(place, rows)
        middle = (begins + inside - (column + 0.5) * across, begins + (row + 0.5) * down)
        segments += _filling(character, *middle, 0.92 * across, 0.92 * down)
    hole = rectangle(frame, frame, side - 2 * frame, side - 2 * frame)
    drawn = (
        Shape((*rectangle(0, 0, side, side), *_reversed(hole)), fill=RED),
        Shape(tuple(segments), fill=RED, stroke=RED, line_width=0.08),
    )
    return SealPicture(side, side, rastered(drawn, side, side, dots_per_inch), drawn)


def _ellipse(x: float, y: float, across: float, down: float) -> Outline:
    return tuple(
        (
            command,
            tuple(x + value * across if axis % 2 == 0 else y + value * down for axis, value in enumerate(numbers)),
        )
        for command, numbers in circle(0, 0, 1)
    )


def _reversed(outline: Outline) -> Outline:
    """A closed polygon run the other way, so that the nonzero rule leaves a hole."""
    points = [numbers for command, numbers in outline if command in {"M", "L"}][::-1]
    return (("M", points[0]), *(("L", point) for point in points[1:]), ("Z", ()))


def _along(text: str, size: tuple[float, float], *, tallest: float) -> Outline:
    """Characters at even distances along the upper rim of an oval, each standing on it; feet to the inside."""
    width, height = size
    inset = 0.06 * height + tallest / 2
    across, down = width / 2 - inset, height / 2 - inset
    angles = [(step / _STEPS - 0.5) * _ARC_DEGREES / 180 * pi for step in range(_STEPS + 1)]
    points = [(across * sin(angle), -down * cos(angle)) for angle in angles]
    travelled = [0.0]
    for (x1, y1), (x2, y2) in pairwise(points):
        travelled.append(travelled[-1] + hypot(x2 - x1, y2 - y1))
    apart = min(travelled[-1] / max(len(text) - 1, 1), 1.3 * tallest)
    glyph = min(tallest, apart / 0.84)
    segments: list[Segment] = []
    for place, character in enumerate(text):
        wanted = travelled[-1] / 2 + (place - (len(text) - 1) / 2) * apart
        step = min(range(_STEPS + 1), key=lambda one: abs(travelled[one] - wanted))
        x, y = points[step]
        turn = atan2(x / across**2, -y / down**2)  # the rim's normal at this point, clockwise from upright
        segments += _placed(_glyph(character, glyph), width / 2 + x, height / 2 + y, turn)
    return tuple(segments)


def _fitted(text: str, middle: float, y: float, size: float, widest: float) -> Outline:
    """A centred line, made smaller where it would be wider than there is room."""
    wide = sum(typeface().advances(text, "seal")) / EM * size * 0.85
    return _straight(text, middle, y, size * min(1.0, widest / wide))


def _filling(character: str, x: float, y: float, width: float, height: float) -> list[Segment]:
    """A character stretched to fill a box about (x, y), by the limits of its own outline."""
    outline = typeface().outline(character, "seal")
    xs = [value for _, numbers in outline for value in numbers[0::2]]
    ys = [value for _, numbers in outline for value in numbers[1::2]]
    if not xs:
        return []
    left, top, wide, tall = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    stretch = min(width / max(wide, 0.3), 1.35 * height / max(tall, 0.3))  # 一 stays a stroke and becomes no bar
    rise = min(height / max(tall, 0.3), 1.35 * stretch)
    return [
        (
            command,
            tuple(
                x + (value - left - wide / 2) * stretch if axis % 2 == 0 else y + (value - top - tall / 2) * rise
                for axis, value in enumerate(numbers)
            ),
        )
        for command, numbers in outline
    ]


def _placed(outline: Outline, x: float, y: float, turn: float) -> list[Segment]:
    """The outline turned clockwise about its own middle and moved to (x, y)."""
    c, s = cos(turn), sin(turn)
    placed: list[Segment] = []
    for command, numbers in outline:
        pairs = zip(numbers[0::2], numbers[1::2], strict=True)
        moved = [(x + across * c - down * s, y + across * s + down * c) for across, down in pairs]
        placed.append((command, tuple(value for point in moved for value in point)))
    return placed
