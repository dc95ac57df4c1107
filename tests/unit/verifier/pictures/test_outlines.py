"""Paths become polygons: every operator, bounds, and what is no path."""

from math import hypot

import pytest

from trust.errors import Malformed
from verifier.pictures.matrix import IDENTITY, around, at, inverse, moved, scaled, sides, then, turned
from verifier.pictures.outlines import MAX_WORDS, contours_of


def near(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) < 1e-6 for a, b in zip(one, other, strict=True))


def test_transformations_follow_each_other() -> None:
    both = then(scaled(2, 3), moved(10, 20))
    assert at(both, (1, 1)) == (12, 23)
    assert near(at(turned(90), (1, 0)), (0, 1))
    assert sides(both) == (2, 3)
    back = inverse(both)
    assert back is not None
    assert near(at(back, (12, 23)), (1, 1))
    assert inverse(scaled(0, 1)) is None
    assert around([(1, 5), (3, 2)]) == (1, 2, 3, 5)


def test_straight_lines_keep_their_points() -> None:
    (square,) = contours_of("M 0 0 L 10 0 L 10 10 L 0 10 C", scaled(2))
    assert square.points == [(0, 0), (20, 0), (20, 20), (0, 20)]
    assert square.closed


def test_a_path_goes_on_where_a_contour_was_closed() -> None:
    first, second = contours_of("M 1 1 L 2 1 C L 2 2", IDENTITY)
    assert first.closed
    assert second.points == [(2, 1), (2, 2)]


@pytest.mark.parametrize(
    ("data", "end"),
    [
        ("M 0 0 Q 10 0 10 10", (10, 10)),
        ("M 0 0 B 5 0 10 5 10 10", (10, 10)),
        ("M 10 0 A 10 10 0 0 1 0 10", (0, 10)),
        ("S 0 0 L 1e1 .5", (10, 0.5)),
    ],
)
def test_curves_end_where_they_say(data: str, end: tuple[float, float]) -> None:
    (curve,) = contours_of(data, IDENTITY)
    assert near(curve.points[-1], end)


@pytest.mark.parametrize(
    ("large", "sweep", "middle"), [(0, 1, (1, 1)), (0, 0, (-1, -1)), (1, 1, (1, 1)), (1, 0, (-1, -1))]
)
def test_an_arc_stays_on_its_circle(large: int, sweep: int, middle: tuple[int, int]) -> None:
    (arc,) = contours_of(f"M 0 -100 A 100 100 0 {large} {sweep} {100 * middle[0]} 0", IDENTITY)
    centres = [(0, 0), (100 * middle[0], -100)]
    assert any(all(abs(hypot(x - cx, y - cy) - 100) < 0.2 for x, y in arc.points) for cx, cy in centres)


def test_an_arc_without_extent_is_a_line() -> None:
    (line,) = contours_of("M 0 0 A 0 5 0 0 1 7 7", IDENTITY)
    assert near(line.points[-1], (7, 7))


@pytest.mark.parametrize("data", ["M 0", "M 0 0 L 1", "M 0 0 L M 1 1", "3 4", "M 0 0 B 1 2 3 4"])
def test_what_is_no_path_is_refused(data: str) -> None:
    with pytest.raises(Malformed) as refused:
        contours_of(data, IDENTITY)
    assert refused.value.reason == "path-form"


def test_a_path_has_a_bound() -> None:
    with pytest.raises(Malformed) as refused:
        contours_of("M 0 0" + " L 1 1" * MAX_WORDS, IDENTITY)
    assert refused.value.reason == "path-size"
