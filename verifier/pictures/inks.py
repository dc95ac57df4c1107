"""Colours and lines of OFD graphics: stated on the object, on what it rests on (DrawParam), or the standard's own.

`Value` holds one number (grey), three (red, green, blue) or four (printing inks). A gradient or pattern is drawn in its
first colour. Fill is black for text and nothing for a path, lines are black and 0.353 mm (GB/T 33190, reconstructed).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trust.formats.ofd.glyphs import named
from trust.formats.ofd.xml import Element
from verifier.pictures.canvas import Ink

LINE_MM = 0.353
BLACK: Ink = (0, 0, 0, 255)
MAX_RELATIVES = 8
WHOLE = 255


@dataclass(frozen=True)
class Style:
    """How something is drawn; None where nobody has said."""

    fill: Ink | None = None
    stroke: Ink | None = None
    width_mm: float | None = None


def style_of(element: Element, drawing: Mapping[str, Element], base: Style = Style()) -> Style:
    """The style an element states, over the drawing parameters it names, over that of what it lies in."""
    chain = [element]
    while len(chain) < MAX_RELATIVES:
        number = chain[-1].attributes.get("DrawParam" if chain[-1] is element else "Relative", "")
        if number not in drawing:
            break
        chain.append(drawing[number])
    for one in reversed(chain):
        base = _stated(one, base)
    return base


def _stated(element: Element, base: Style) -> Style:
    for child in named(element, "FillColor"):
        base = replace(base, fill=ink_of(child))
    for child in named(element, "StrokeColor"):
        base = replace(base, stroke=ink_of(child))
    width = element.attributes.get("LineWidth", "")
    return replace(base, width_mm=number_of(width)) if number_of(width) is not None else base


def ink_of(colour: Element) -> Ink | None:
    """The ink of a colour element; None where it says nothing that can be drawn."""
    alpha = number_of(colour.attributes.get("Alpha", "255"))
    covering = WHOLE if alpha is None else max(0, min(WHOLE, round(alpha)))
    parts = [part for word in colour.attributes.get("Value", "").split()[:4] if (part := level_of(word)) is not None]
    if len(parts) == 3:
        return parts[0], parts[1], parts[2], covering
    if len(parts) == 1:
        return parts[0], parts[0], parts[0], covering
    if len(parts) == 4:
        cyan, magenta, yellow, black = parts
        red, green, blue = ((WHOLE - one) * (WHOLE - black) // WHOLE for one in (cyan, magenta, yellow))
        return red, green, blue, covering
    for child in colour.children:
        for segment in named(child, "Segment"):
            for inner in named(segment, "Color"):
                return ink_of(inner)
    return None


def level_of(word: str) -> int | None:
    """One part of a colour: 0 to 255, or hexadecimal behind a #."""
    try:
        value = int(word[1:3], 16) if word.startswith("#") else round(float(word[:12]))
    except (ValueError, OverflowError):
        return None
    return max(0, min(WHOLE, value))


def number_of(text: str) -> float | None:
    """A plain number within reach, or None."""
    try:
        value = float(text[:24])
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None


def alpha_of(element: Element) -> int:
    """How much an object covers."""
    value = number_of(element.attributes.get("Alpha", "255"))
    return WHOLE if value is None else max(0, min(WHOLE, round(value)))


def thinner(ink: Ink | None, alpha: int) -> Ink | None:
    """An ink on an object that covers only so much."""
    return None if ink is None else (*ink[:3], ink[3] * alpha // WHOLE)


def is_true(element: Element, name: str, *, default: bool) -> bool:
    """A flag of an element."""
    stated = element.attributes.get(name)
    return default if stated is None else stated.strip().casefold() in {"true", "1"}
