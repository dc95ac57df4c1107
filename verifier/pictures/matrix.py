"""Affine transformations as six numbers, in the order OFD writes them: x' = a·x + c·y + e, y' = b·x + d·y + f."""

from collections.abc import Iterable
from math import cos, hypot, radians, sin
from typing import TypeAlias

Matrix: TypeAlias = tuple[float, float, float, float, float, float]
Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
FLAT = 1e-12


def then(first: Matrix, second: Matrix) -> Matrix:
    """The transformation that does `first` and then `second`."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def moved(x: float, y: float) -> Matrix:
    """A shift."""
    return 1.0, 0.0, 0.0, 1.0, x, y


def scaled(across: float, down: float | None = None) -> Matrix:
    """A change of size."""
    return across, 0.0, 0.0, across if down is None else down, 0.0, 0.0


def turned(degrees: float) -> Matrix:
    """A turn about the origin, clockwise on a page whose y points down."""
    angle = radians(degrees)
    return cos(angle), sin(angle), -sin(angle), cos(angle), 0.0, 0.0


def at(matrix: Matrix, point: Point) -> Point:
    """Where a point comes to lie."""
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f


def inverse(matrix: Matrix) -> Matrix | None:
    """The way back; None from a line or a point."""
    a, b, c, d, e, f = matrix
    area = a * d - b * c
    if abs(area) < FLAT:
        return None
    return d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area


def sides(matrix: Matrix) -> Point:
    """How long a unit across and a unit down become."""
    a, b, c, d, _, _ = matrix
    return hypot(a, b), hypot(c, d)


def around(points: Iterable[Point]) -> Box:
    """The box around some points."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def common(one: Box, other: Box) -> Box:
    """What two boxes share; left is not left of right where they share nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
