"""Pictures of seals: a round red seal with a star and the body's name on an arc, as shapes and as a PNG.

The shapes go on the PDF face; the PNG goes into the seal itself (SES) and is what OFD readers draw. Both come from
one geometry. The proportions are the customary ones (ring 0.029 of the diameter, star 0.167, name on 230 degrees when
there is a line below it), 42 mm across for a body's seal; the rules of the police and the State Council on seals were
not read, so they are marked as reconstructed. A seal made elsewhere comes as a PNG of its own (`seal_from_png`).

    >>> round_seal("云岭市市场监督管理局", line="电子证照专用章").width
    42.0
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, hypot, pi, sin, tau

from PIL import Image, ImageChops, ImageDraw

from templates.fonts import EM, typeface
from templates.items import Colour, Outline, Segment, Shape, circle

RED: Colour = (219, 20, 20)
UNIT_SEAL_MM = 42.0

_RING = 0.029
_STAR = 0.167
_STAR_WAIST = 0.382
_NARROW = 0.8
_CURVE_STEPS = 6


@dataclass(frozen=True, eq=False)
class SealPicture:
    """What a seal looks like: size in millimetres, PNG, and shapes where it was drawn here (else none)."""

    width: float
    height: float
    png: bytes
    shapes: tuple[Shape, ...] = ()


@lru_cache(maxsize=256)
def seal_from_png(png: bytes, width: float, height: float) -> SealPicture:
    """The picture of a seal that was made elsewhere; the same object for the same picture."""
    return SealPicture(width, height, png)


@lru_cache(maxsize=256)
def round_seal(
    name: str, *, line: str = "", code: str = "", diameter: float = UNIT_SEAL_MM, dots_per_inch: int = 300
) -> SealPicture:
    """A round seal: `name` on the arc, a star, `line` and `code` (its registration number) below; one object per seal.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    middle = diameter / 2
    ring = _RING * diameter
    shapes = [
        Shape((*circle(middle, middle, middle), *_backwards(circle(middle, middle, middle - ring))), fill=RED),
        Shape(_star(middle, middle, _STAR * diameter), fill=RED),
        Shape(_arc_text(name, middle, diameter, degrees=230 if line else 270), fill=RED, stroke=RED, line_width=0.1),
    ]
    if line:
        shapes.append(
            Shape(_straight(line, middle, 0.765 * diameter, 0.075 * diameter), fill=RED, stroke=RED, line_width=0.06)
        )
    if code:
        shapes.append(Shape(_straight(code, middle, 0.855 * diameter, 0.045 * diameter), fill=RED))
    drawn = tuple(shapes)
    return SealPicture(diameter, diameter, rastered(drawn, diameter, diameter, dots_per_inch), drawn)


def _star(x: float, y: float, radius: float) -> Outline:
    points = [
        (x + reach * sin(corner * pi / 5), y - reach * cos(corner * pi / 5))
        for corner in range(10)
        for reach in (radius if corner % 2 == 0 else radius * _STAR_WAIST,)
    ]
    return (("M", points[0]), *(("L", point) for point in points[1:]), ("Z", ()))


def _arc_text(text: str, middle: float, diameter: float, *, degrees: float) -> Outline:
    """Characters side by side on an arc open below, feet to the centre; fewer characters take less of the arc."""
    tallest = 0.155 * diameter
    reach = degrees / 360 * tau
    foot = middle - 0.055 * diameter  # radius of the characters' upper edge
    widest = min(reach / max(len(text) - 1, 1), 1.28 * tallest / (foot - tallest / 2))
    size = min(tallest, widest * (foot - tallest / 2) / (_NARROW * 1.04))
    radius = foot - size / 2
    segments: list[Segment] = []
    for position, character in enumerate(text):
        angle = (position - (len(text) - 1) / 2) * widest
        segments += _turned(_glyph(character, size), x=middle, y=middle, radius=radius, angle=angle)
    return tuple(segments)


def _straight(text: str, middle: float, y: float, size: float) -> Outline:
    """Characters in a line centred below the star, on `y` with their middle."""
    advances = [advance / EM * size * _NARROW * 1.06 for advance in typeface().advances(text, "seal")]
    x = middle - sum(advances) / 2
    segments: list[Segment] = []
    for character, advance in zip(text, advances, strict=True):
        glyph = _glyph(character, size)
        segments += [
            (command, tuple(value + (x + advance / 2, y)[axis % 2] for axis, value in enumerate(numbers)))
            for command, numbers in glyph
        ]
        x += advance
    return tuple(segments)


def _glyph(character: str, size: float) -> Outline:
    """A narrowed character around its own middle (half its advance, 0.38 em above the baseline)."""
    advance = typeface().advances(character, "seal")[0] / EM
    return tuple(
        (
            command,
            tuple(
                (value - advance / 2) * _NARROW * size if axis % 2 == 0 else (value + 0.38) * size
                for axis, value in enumerate(numbers)
            ),
        )
        for command, numbers in typeface().outline(character, "seal")
    )


def _turned(outline: Outline, *, x: float, y: float, radius: float, angle: float) -> list[Segment]:
    """The outline moved up by `radius` from (x, y) and turned clockwise around it."""
    c, s = cos(angle), sin(angle)
    turned: list[Segment] = []
    for command, numbers in outline:
        placed: list[float] = []
        for across, down in zip(numbers[0::2], numbers[1::2], strict=True):
            down_from_centre = down - radius
            placed += (x + across * c - down_from_centre * s, y + across * s + down_from_centre * c)
        turned.append((command, tuple(placed)))
    return turned


def _backwards(outline: Outline) -> Outline:
    """A closed circle run the other way, so that the nonzero rule leaves a hole."""
    points = [(numbers[0::2], numbers[1::2]) for _, numbers in outline if numbers]
    flat = [(x, y) for xs, ys in points for x, y in zip(xs, ys, strict=True)][::-1]
    segments: list[Segment] = [("M", flat[0])]
    for position in range(1, len(flat), 3):
        (x1, y1), (x2, y2), (x3, y3) = flat[position : position + 3]
        segments.append(("B", (x1, y1, x2, y2, x3, y3)))
    return (*segments, ("Z", ()))


def rastered(shapes: Iterable[Shape], width: float, height: float, dots_per_inch: int) -> bytes:
    """A palette PNG of 2 bits: four strengths of red from nothing to full, from a drawing four times as large.

    Sixteen strengths look no better at 300 dpi and take half as many octets again, and every sealed OFD carries them
    twice. Full red still lets an eighth through, so that black text below the stamp stays readable.
    """
    across = round(width / 25.4 * dots_per_inch)
    size = across, round(across * height / width)
    scale = 4 * across / width
    ink = Image.new("L", (4 * size[0], 4 * size[1]))
    for shape in shapes:
        for contours in _glyph_groups(_contours(shape.outline, scale)):
            _fill(ink, contours)
        if shape.stroke:
            pen = ImageDraw.Draw(ink)
            for contour in _contours(shape.outline, scale):
                pen.line([*contour, contour[0]], fill=255, width=max(1, round(shape.line_width * scale)), joint="curve")
    levels = ink.resize(size, Image.Resampling.BOX).point([round(value / 85) for value in range(256)])
    picture = Image.frombytes("P", size, levels.tobytes())
    picture.putpalette(list(RED) * 4)
    held = io.BytesIO()
    picture.save(held, "PNG", bits=2, optimize=True, transparency=bytes((0, 73, 147, 220)))
    return held.getvalue()


Contour = Sequence[tuple[float, float]]


def _contours(outline: Outline, scale: float) -> list[Contour]:
    """The closed contours of an outline as polygons, in dots."""
    contours: list[list[tuple[float, float]]] = []
    for command, numbers in outline:
        points = [(x * scale, y * scale) for x, y in zip(numbers[0::2], numbers[1::2], strict=True)]
        if command == "M":
            contours.append([])
        if command in {"Q", "B"}:
            points = _flattened([contours[-1][-1], *points])
        contours[-1] += points
    return list(contours)


def _flattened(controls: Contour) -> list[tuple[float, float]]:
    """Points along a Bézier of any degree, by de Casteljau's construction."""
    along: list[tuple[float, float]] = []
    steps = max(_CURVE_STEPS, round(hypot(controls[0][0] - controls[-1][0], controls[0][1] - controls[-1][1]) / 8))
    for step in range(1, steps + 1):
        t = step / steps
        points = list(controls)
        while len(points) > 1:
            points = [(x1 + t * (x2 - x1), y1 + t * (y2 - y1)) for (x1, y1), (x2, y2) in pairwise(points)]
        along += points
    return along


def _glyph_groups(contours: Sequence[Contour]) -> list[list[Contour]]:
    """Contours whose boxes overlap, together: they may be holes in each other."""
    groups: list[tuple[list[Contour], tuple[float, float, float, float]]] = []
    for contour in contours:
        box = _box(contour)
        near = [group for group in groups if _overlap(group[1], box)]
        groups = [group for group in groups if group not in near]
        merged = [contour, *(each for group, _ in near for each in group)]
        groups.append((merged, _box([point for each in merged for point in each])))
    return [group for group, _ in groups]


def _box(points: Contour) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _fill(ink: Image.Image, contours: Sequence[Contour]) -> None:
    """Fill by the nonzero rule: where contours of one sense cover a dot more often than those of the other."""
    left, top, right, bottom = (round(value) for value in _box([point for contour in contours for point in contour]))
    size = (right - left + 2, bottom - top + 2)
    covers = {True: Image.new("L", size), False: Image.new("L", size)}
    for contour in contours:
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in contour], fill=1)
        sense = _area(contour) > 0
        covers[sense] = ImageChops.add(covers[sense], mask)
    inside = ImageChops.difference(covers[True], covers[False]).point([0] + [255] * 255)
    ink.paste(255, (left, top), inside)


def _area(contour: Contour) -> float:
    """Twice the signed area: its sign is the sense the contour runs in."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(contour, [*contour[1:], contour[0]], strict=True))
