"""AbbreviatedData of OFD paths as polygons: points, and whether the contour is closed.

Operators (GB/T 33190, reconstructed): S start, M move, L line, Q quadratic and B cubic curve, A arc, C close. Curves
become so many straight pieces as their length in pixels asks for; an arc becomes curves first.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from math import acos, ceil, cos, hypot, pi, radians, sin, sqrt

from trust.errors import Malformed
from verifier.pictures.matrix import Matrix, Point, at

WORD = re.compile(r"[SMLQBAC]|[+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")
OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
MAX_WORDS, MAX_POINTS = 400_000, 400_000
MAX_PIECES, PIXELS_PER_PIECE = 24, 6.0


@dataclass
class Contour:
    """Points in the order drawn."""

    points: list[Point] = field(default_factory=list)
    closed: bool = False


def contours_of(data: str, matrix: Matrix) -> list[Contour]:
    """The contours of a path, transformed.

    Raises:
        Malformed: `path-form`, `path-size`.

    """
    words = WORD.findall(data)
    if len(words) > MAX_WORDS:
        raise Malformed("path-size", f"more than {MAX_WORDS} words")
    found: list[Contour] = []
    place, here = 0, (0.0, 0.0)
    while place < len(words):
        name = words[place]
        count = OPERANDS.get(name)
        values = words[place + 1 : place + 1 + (count or 0)]
        if count is None or len(values) != count or any(value in OPERANDS for value in values):
            raise Malformed("path-form", name[:20])
        place += 1 + count
        here = drawn(found, name, [float(value) for value in values], here, matrix)
    if sum(len(one.points) for one in found) > MAX_POINTS:
        raise Malformed("path-size", f"more than {MAX_POINTS} points")
    return [one for one in found if len(one.points) > 1]


def drawn(found: list[Contour], name: str, values: list[float], here: Point, matrix: Matrix) -> Point:
    """Take one step; where the pen is then, before transformation."""
    if name in "SM":
        here = values[0], values[1]
        found.append(Contour([at(matrix, here)]))
        return here
    if name == "C":
        if found:
            found[-1].closed = True
        return here
    if not found or found[-1].closed:
        found.append(Contour([at(matrix, here)]))
    line = found[-1].points
    if name == "A":
        for curve in arc(here, values):
            line.extend(flattened([at(matrix, point) for point in curve]))
        return values[5], values[6]
    controls = [here, *zip(values[0::2], values[1::2], strict=True)]
    placed = [at(matrix, point) for point in controls]
    line.extend(flattened(placed) if len(placed) > 2 else placed[1:])
    return controls[-1]


def flattened(controls: list[Point]) -> list[Point]:
    """Points along a quadratic or cubic curve behind its beginning, by its Bernstein form."""
    weights = {3: (1, 2, 1), 4: (1, 3, 3, 1)}[len(controls)]
    degree = len(controls) - 1
    length = sum(hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(controls))
    pieces = min(MAX_PIECES, max(2, ceil(length / PIXELS_PER_PIECE)))
    along = []
    for piece in range(1, pieces + 1):
        t = piece / pieces
        factors = [weight * t**power * (1 - t) ** (degree - power) for power, weight in enumerate(weights)]
        x = sum(factor * point[0] for factor, point in zip(factors, controls, strict=True))
        along.append((x, sum(factor * point[1] for factor, point in zip(factors, controls, strict=True))))
    return along


def arc(start: Point, values: list[float]) -> list[list[Point]]:
    """An elliptical arc `rx ry angle large sweep x y` as cubic curves (the same parameters as in SVG)."""
    rx, ry, angle, large, sweep, x, y = values
    rx, ry = abs(rx), abs(ry)
    if not rx or not ry or start == (x, y):
        return [[start, start, (x, y), (x, y)]]
    turn = radians(angle)
    half_x, half_y = (start[0] - x) / 2, (start[1] - y) / 2
    x1, y1 = cos(turn) * half_x + sin(turn) * half_y, -sin(turn) * half_x + cos(turn) * half_y
    if (grown := (x1 / rx) ** 2 + (y1 / ry) ** 2) > 1:
        rx, ry = rx * sqrt(grown), ry * sqrt(grown)
    below = (rx * y1) ** 2 + (ry * x1) ** 2
    root = sqrt(max(0.0, ((rx * ry) ** 2 - below) / below)) * (-1 if bool(large) is bool(sweep) else 1)
    cx, cy = root * rx * y1 / ry, -root * ry * x1 / rx
    begin = direction((x1 - cx) / rx, (y1 - cy) / ry)
    through = direction((-x1 - cx) / rx, (-y1 - cy) / ry) - begin
    through += 2 * pi if sweep and through < 0 else -2 * pi if not sweep and through > 0 else 0
    middle = (start[0] + x) / 2, (start[1] + y) / 2
    place: Matrix = (
        rx * cos(turn), rx * sin(turn), -ry * sin(turn), ry * cos(turn),
        cos(turn) * cx - sin(turn) * cy + middle[0], sin(turn) * cx + cos(turn) * cy + middle[1],
    )  # fmt: skip
    parts = max(1, ceil(abs(through) / (pi / 2)))
    return [quarter(begin + through * part / parts, through / parts, place) for part in range(parts)]


def direction(x: float, y: float) -> float:
    """The angle of a direction."""
    length = hypot(x, y) or 1.0
    angle = acos(max(-1.0, min(1.0, x / length)))
    return -angle if y < 0 else angle


def quarter(begin: float, through: float, place: Matrix) -> list[Point]:
    """A piece of the unit circle of at most a quarter, put in its place."""
    end, reach = begin + through, 4 / 3 * (sin(through / 2) / (1 + cos(through / 2)))
    controls = [
        (cos(begin), sin(begin)),
        (cos(begin) - reach * sin(begin), sin(begin) + reach * cos(begin)),
        (cos(end) + reach * sin(end), sin(end) - reach * cos(end)),
        (cos(end), sin(end)),
    ]
    return [at(place, point) for point in controls]
