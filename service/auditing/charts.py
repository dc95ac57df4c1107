"""Charts as SVG that prints and reads without colour: bars with their numbers beside, told apart by pattern and label.

A chart is made of values alone; what colour it has comes from the page's own style sheet, so nothing is inline that the
content policy would forbid. A table with the same numbers stands beside every chart; the picture is hidden from readers
that speak.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

ROW, LABEL, NUMBER, WIDTH = 28, 200, 64, 720
HIGH, GAP = 160, 36
PATTERNS = ("plain", "striped", "dotted", "crossed", "hollow")
"""Classes of the style sheet and patterns of the definitions, in the order in which series get them."""
DEFINITIONS = Markup(
    '<svg class="unseen" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="striped" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0"/></pattern>'
    '<pattern id="dotted" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.4"/></pattern>'
    '<pattern id="crossed" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 0L6 6M0 6L6 0"/></pattern>'
    "</defs></svg>"
)
"""The patterns, once in each page that has charts."""


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, how much, and how that is said; `pattern` is its place in `PATTERNS`."""

    label: str
    value: float
    said: str
    pattern: int = 0


def lying(bars: Sequence[Bar]) -> Markup:
    """Bars from left to right, one below the other, each with label and number."""
    most = max((bar.value for bar in bars), default=0) or 1
    room = WIDTH - LABEL - NUMBER
    parts = list[Markup]()
    for place, bar in enumerate(bars):
        top = place * ROW
        parts += [
            _text(LABEL - 8, top + 18, _short(bar.label, 16), "end"),
            _bar(LABEL, top + 5, room * bar.value / most, ROW - 10, bar.pattern),
            _text(LABEL + room * bar.value / most + 6, top + 18, bar.said, "start"),
        ]
    return _svg(WIDTH, max(1, len(bars)) * ROW, parts)


def standing(bars: Sequence[Bar], every: int = 1) -> Markup:
    """Bars from the ground up, side by side, every so many with its label below; each has its number above."""
    most = max((bar.value for bar in bars), default=0) or 1
    wide = WIDTH / max(1, len(bars))
    ground = HIGH - GAP / 2
    parts = [Markup('<path class="axis" d="M0 {:g}H{}"/>').format(ground, WIDTH)]
    for place, bar in enumerate(bars):
        tall = (ground - 18) * bar.value / most
        left = place * wide
        parts.append(_bar(left + wide * 0.15, ground - tall, wide * 0.7, tall, bar.pattern))
        if bar.value and wide >= 14:
            parts.append(_text(left + wide / 2, ground - tall - 4, bar.said, "middle"))
        if place % every == 0:
            parts.append(_text(left + wide / 2, HIGH - 3, bar.label, "middle"))
    return _svg(WIDTH, HIGH, parts)


def _svg(width: int, height: int, parts: Sequence[Markup]) -> Markup:
    inside = Markup("").join(parts)
    opening = f'<svg class="chart" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">'
    return Markup(opening) + inside + Markup("</svg>")  # noqa: S704  (numbers only)


def _bar(x: float, y: float, width: float, height: float, pattern: int) -> Markup:
    name = PATTERNS[pattern % len(PATTERNS)]
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    filled = f' fill="url(#{name})"' if name in {"striped", "dotted", "crossed"} else ""
    return Markup(f'<rect class="{name}" {place}{filled}/>')  # noqa: S704  (numbers and names of this module)


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, escape(text))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
