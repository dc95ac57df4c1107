"""Where characters stand on a page: matrices, the state that text depends on, and the boxes that come of them.

A matrix is six numbers, a point a row vector (ISO 32000-2 §8.3). A character's box is as wide as it is set and as high
as a line of its font, whatever its shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trust.formats.pdf.glyphs import Font
from trust.formats.pdf.paper import Box

ASCENT, DESCENT = 0.88, -0.12
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Mark:
    """A character on the page: its box in the page's own coordinates, and whether its line runs along the first."""

    text: str
    box: Box
    level: bool

    @property
    def height(self) -> float:
        """The extent across the line."""
        return self.box[3] - self.box[1] if self.level else self.box[2] - self.box[0]

    @property
    def base(self) -> float:
        """Where across its line it stands."""
        return self.box[1] if self.level else self.box[0]


@dataclass(frozen=True)
class State:
    """The part of the graphics state that text depends on; `scale` is Tz / 100."""

    matrix: Matrix = IDENTITY
    font: Font | None = None
    size: float = 0.0
    spacing: float = 0.0
    word: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0


def product(first: Matrix, second: Matrix) -> Matrix:
    """First the one, then the other."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def as_matrix(values: Sequence[float]) -> Matrix:
    """Six numbers."""
    a, b, c, d, e, f = values
    return a, b, c, d, e, f


def set_mark(text: str, state: State, place: Matrix, width: float) -> Mark:
    """A character as wide as it is set, and as high as its font's line."""
    a, b, c, d, e, f = product(place, state.matrix)
    corners = [(x * state.scale, y * state.size + state.rise) for x in (0.0, width) for y in (DESCENT, ASCENT)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return Mark(text, (min(xs), min(ys), max(xs), max(ys)), level=abs(a) >= abs(b))
