"""Where the characters of an OFD text object stand on its page.

`TextCode` gives the first character's place (baseline) and `DeltaX`/`DeltaY` the steps to the following ones, runs of
equal ones as `g n v`; `CTM` moves the whole, and the corner of `Boundary` is its origin (GB/T 33190, reconstructed).
A place left out is that of the code before, as readers do it; steps left out continue by the character's own width.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from trust.errors import Malformed
from trust.formats.ofd.foreign_xml import OLDER_NAMESPACE
from trust.formats.ofd.page_size import numbers
from trust.formats.ofd.xml import Element

ASCENT = 0.88
"""How much of an em stands above the baseline."""
MAX_RUN = 100_000
UPRIGHT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character and its box on the page in millimetres; `size` is its em."""

    character: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def size(self) -> float:
        """The em as displayed."""
        return max(self.bottom - self.top, 0.01)

    @property
    def middle(self) -> float:
        """Half way between top and bottom."""
        return (self.top + self.bottom) / 2


def glyphs_of(item: Element) -> list[Glyph]:
    """The characters of a TextObject.

    Raises:
        Malformed: `text-form` or `text-size`.

    """
    left, top, _, _ = numbers(item.attribute("Boundary"), 4, "text-form")
    size = numbers(item.attribute("Size"), 1, "text-form")[0]
    matrix = matrix_of(item.attributes.get("CTM"))
    found: list[Glyph] = []
    x = y = 0.0
    for code in named(item, "TextCode"):
        x, y = place_of(code, "X", x), place_of(code, "Y", y)
        for character, at_x, at_y, width in placed(code, x, y, size):
            found.append(boxed(character, (at_x, at_y - ASCENT * size, width, size), matrix, (left, top)))
    return found


def placed(code: Element, x: float, y: float, size: float) -> Iterator[tuple[str, float, float, float]]:
    """Each character of a TextCode with its place and width."""
    text = code.text.strip("\r\n")
    across, down = steps(code.attributes.get("DeltaX", "")), steps(code.attributes.get("DeltaY", ""))
    for index, character in enumerate(text):
        own = width_of(character, size)
        step = across[index] if index < len(across) else (0.0 if down else own)
        yield character, x, y, min(own, step) if step > 0 else own
        x += step
        y += down[index] if index < len(down) else 0.0


def steps(text: str) -> list[float]:
    """The steps of a DeltaX or DeltaY."""
    found: list[float] = []
    words = iter(text.split())
    for word in words:
        times = int(numbers(next(words, ""), 1, "text-form")[0]) if word == "g" else 1
        if not 0 <= times <= MAX_RUN - len(found):
            raise Malformed("text-size", f"more than {MAX_RUN} characters in one text")
        found += numbers(next(words, "") if word == "g" else word, 1, "text-form") * times
    return found


def named(element: Element, name: str) -> list[Element]:
    """The children of this name, in either namespace that OFD files use; `read_xml` leaves out the usual one."""
    return [child for child in element.children if child.name in {name, f"{{{OLDER_NAMESPACE}}}{name}"}]


def width_of(character: str, size: float) -> float:
    """About how wide a character is."""
    return size if unicodedata.east_asian_width(character) in "WFA" else size / 2


def place_of(code: Element, name: str, before: float) -> float:
    """A coordinate of a TextCode, or that of the one before."""
    stated = code.attributes.get(name)
    return before if stated is None else numbers(stated, 1, "text-form")[0]


def matrix_of(text: str | None) -> Matrix:
    """A transformation `a b c d e f`."""
    if text is None:
        return UPRIGHT
    a, b, c, d, e, f = numbers(text, 6, "text-form")
    return a, b, c, d, e, f


def boxed(character: str, box: tuple[float, float, float, float], matrix: Matrix, origin: tuple[float, float]) -> Glyph:
    """The box around a transformed one."""
    x, y, width, height = box
    a, b, c, d, e, f = matrix
    corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
    across = [a * at_x + c * at_y + e + origin[0] for at_x, at_y in corners]
    down = [b * at_x + d * at_y + f + origin[1] for at_x, at_y in corners]
    return Glyph(character, min(across), min(down), max(across), max(down))
