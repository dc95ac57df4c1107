"""Numbers, colours and paths as PDF operators, in millimetres from the lower left corner of a page.

Written with two decimals for the many points of paths and three for all else; the same values give the same octets.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from templates.items import Colour, Outline, Shape


def shape_operators(shape: Shape, height: float) -> str:
    """A path with its colours, painted; `height` is that of the page, over which y is turned."""
    parts: list[str] = []
    if shape.fill:
        parts.append(f"{colour_operands(shape.fill)} rg ")
    if shape.stroke:
        parts.append(f"{colour_operands(shape.stroke)} RG {number(shape.line_width)} w ")
    paint = {(True, True): "B", (True, False): "f", (False, True): "S"}[bool(shape.fill), bool(shape.stroke)]
    return "".join((*parts, _path(shape.outline, height), paint, "\n"))


def _path(outline: Outline, height: float) -> str:
    operators = {"M": "m", "L": "l", "B": "c", "Q": "c", "Z": "h"}
    parts: list[str] = []
    at = (0.0, 0.0)
    for command, values in outline:
        raised = _raised(at, values) if command == "Q" else values
        parts += [_hundredths(height - value if place % 2 else value) for place, value in enumerate(raised)]
        parts.append(operators[command])
        if values:
            at = values[-2], values[-1]
    return " ".join((*parts, ""))


def _raised(at: tuple[float, float], values: Sequence[float]) -> tuple[float, ...]:
    """A quadratic Bézier from `at` as a cubic one, which is all that PDF knows."""
    (x0, y0), (x1, y1, x2, y2) = at, values
    return (
        x0 + 2 * (x1 - x0) / 3,
        y0 + 2 * (y1 - y0) / 3,
        x2 + 2 * (x1 - x2) / 3,
        y2 + 2 * (y1 - y2) / 3,
        x2,
        y2,
    )


@lru_cache(maxsize=256)
def colour_operands(colour: Colour) -> str:
    """Red, green and blue from 0 to 1."""
    return numbers(channel / 255 for channel in colour)


def numbers(values: Iterable[float]) -> str:
    """Numbers between spaces."""
    return " ".join(map(number, values))


@lru_cache(maxsize=4096)
def number(value: float) -> str:
    """Three decimals, a micrometre on paper, without idle zeros."""
    return f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".")


def _hundredths(value: float) -> str:
    """Two decimals for the many points of paths: finer than any printer."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
