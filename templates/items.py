"""What a face is made of, before any canvas: placed text, paths, bit pictures and photographs.

Lengths are millimetres, the origin is the page's upper left corner, y grows downward. Everything that is seen has
been decided here (line breaks, sizes, the place of every glyph), so the PDF and the OFD canvas only write it down,
and the two faces of a licence cannot differ.
"""

from dataclasses import dataclass
from typing import Literal

Colour = tuple[int, int, int]
"""Red, green, blue, each 0 to 255."""

Segment = tuple[str, tuple[float, ...]]
"""`M x y`, `L x y`, `Q x1 y1 x y`, `B x1 y1 x2 y2 x y` (quadratic and cubic Bézier) or `Z` (close)."""

Outline = tuple[Segment, ...]


@dataclass(frozen=True)
class Text:
    """One line of one typeface: `x` of its left edge, `baseline`, `size` of the em, one advance per character."""

    x: float
    baseline: float
    size: float
    text: str
    advances: tuple[float, ...]
    colour: Colour

    @property
    def width(self) -> float:
        """From the left edge of the first glyph to the right edge of the last advance."""
        return sum(self.advances)


@dataclass(frozen=True)
class Shape:
    """A path, filled by the nonzero rule and stroked; `None` leaves the one or the other out."""

    outline: Outline
    stroke: Colour | None = None
    line_width: float = 0.2
    fill: Colour | None = None

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all points, control points and half the line included."""
        xs = [value for _, numbers in self.outline for value in numbers[0::2]]
        ys = [value for _, numbers in self.outline for value in numbers[1::2]]
        edge = self.line_width / 2 if self.stroke else 0.0
        return min(xs) - edge, min(ys) - edge, max(xs) + edge, max(ys) + edge


@dataclass(frozen=True)
class Bitmap:
    """A black-and-white picture in PNG's own form: `data` is the deflated rows, each with filter type 0; 1 is white."""

    columns: int
    rows: int
    data: bytes


@dataclass(frozen=True)
class Picture:
    """A bitmap stretched over a square whose upper left corner is (x, y)."""

    x: float
    y: float
    side: float
    bitmap: Bitmap


@dataclass(frozen=True)
class Raster:
    """A picture in colour or grey as the file it came as: `octets` of a JPEG or PNG, its size in dots, its channels.

    A PNG's `data` are its deflated rows and `palette` its colours (red, green, blue, red …), `depth` its bits a sample.
    """

    form: Literal["JPEG", "PNG"]
    octets: bytes
    columns: int
    rows: int
    channels: int
    depth: int = 8
    data: bytes = b""
    palette: bytes = b""


@dataclass(frozen=True)
class Photograph:
    """A raster stretched over a box whose upper left corner is (x, y)."""

    x: float
    y: float
    width: float
    height: float
    raster: Raster


Item = Text | Shape | Picture | Photograph


def moved(outline: Outline, *, x: float, y: float) -> Outline:
    """The outline shifted by (x, y)."""
    return tuple(
        (command, tuple(value + (x, y)[position % 2] for position, value in enumerate(numbers)))
        for command, numbers in outline
    )


def rectangle(x: float, y: float, width: float, height: float) -> Outline:
    """A closed rectangle."""
    return (
        ("M", (x, y)),
        ("L", (x + width, y)),
        ("L", (x + width, y + height)),
        ("L", (x, y + height)),
        ("Z", ()),
    )


def line(x1: float, y1: float, x2: float, y2: float) -> Outline:
    """A straight line."""
    return (("M", (x1, y1)), ("L", (x2, y2)))


def circle(x: float, y: float, radius: float) -> Outline:
    """A closed circle of four Béziers; its radius is off by less than 0.03 %."""
    k = 0.5522847498 * radius
    return (
        ("M", (x + radius, y)),
        ("B", (x + radius, y + k, x + k, y + radius, x, y + radius)),
        ("B", (x - k, y + radius, x - radius, y + k, x - radius, y)),
        ("B", (x - radius, y - k, x - k, y - radius, x, y - radius)),
        ("B", (x + k, y - radius, x + radius, y - k, x + radius, y)),
        ("Z", ()),
    )
