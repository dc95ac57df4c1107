"""Painted figures as polygons: what a path covers, point by point.

Curves are cut into a few straight pieces, so an edge may be off by a hundredth of what it spans: enough to tell
whether a text is covered. Every part of a path is closed, as filling does it. The two spellings of paths, of OFD and
of PDF, are read by each format and handed in as segments.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Segment = tuple[str, Sequence[float]]
"""`M x y`, `L x y`, `Q x1 y1 x y`, `B x1 y1 x2 y2 x y` or `Z`, absolute."""
STEPS = 8
"""Straight pieces of a curve."""


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """Points joined to a closed figure, and the box around it."""

    points: tuple[Point, ...]
    left: float
    low: float
    right: float
    high: float

    def turns(self, x: float, y: float) -> int:
        """How often the figure runs around a point: its part of the nonzero rule."""
        if not (self.left <= x <= self.right and self.low <= y <= self.high):
            return 0
        count, (x1, y1) = 0, self.points[-1]
        for x2, y2 in self.points:
            if (y1 <= y) != (y2 <= y):
                side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
                if y2 > y1 and side > 0:
                    count += 1
                elif y2 < y1 and side < 0:
                    count -= 1
            x1, y1 = x2, y2
        return count

    def near(self, x: float, y: float, reach: float) -> bool:
        """Whether a point lies so near to a line between two points that follow each other."""
        if not (self.left - reach <= x <= self.right + reach and self.low - reach <= y <= self.high + reach):
            return False
        starts = (self.points[-1], *self.points[:-1])
        return any(_distance_squared(x, y, a, b) <= reach * reach for a, b in zip(starts, self.points, strict=True))


def loops_of(segments: Iterable[Segment]) -> tuple[Loop, ...]:
    """The figures of a path."""
    return tuple(_loop(points) for points in _parts(segments) if points)


def box_loop(left: float, low: float, right: float, high: float) -> Loop:
    """A rectangle."""
    return _loop([(left, low), (right, low), (right, high), (left, high)])


def _loop(points: Sequence[Point]) -> Loop:
    across, along = [x for x, _ in points], [y for _, y in points]
    return Loop(tuple(points), min(across), min(along), max(across), max(along))


def _parts(segments: Iterable[Segment]) -> Iterator[list[Point]]:
    points: list[Point] = []
    for command, numbers in segments:
        if command == "M":
            yield points
            points = [(numbers[0], numbers[1])]
        elif command == "L":
            points.append((numbers[0], numbers[1]))
        elif command != "Z":
            points += _curve([points[-1] if points else (numbers[0], numbers[1]), *_pairs(numbers)])
    yield points


def _pairs(numbers: Sequence[float]) -> Iterator[Point]:
    return zip(numbers[0::2], numbers[1::2], strict=True)


def _curve(control: Sequence[Point]) -> Iterator[Point]:
    """Points of a Bézier curve after its first, by de Casteljau's rule."""
    for step in range(1, STEPS + 1):
        share, row = step / STEPS, list(control)
        while len(row) > 1:
            ends = pairwise(row)
            row = [(a + (c - a) * share, b + (d - b) * share) for (a, b), (c, d) in ends]
        yield row[0]


def _distance_squared(x: float, y: float, start: Point, end: Point) -> float:
    across, along = end[0] - start[0], end[1] - start[1]
    length = across * across + along * along
    share = ((x - start[0]) * across + (y - start[1]) * along) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return (start[0] + share * across - x) ** 2 + (start[1] + share * along - y) ** 2
