"""Drawings of a bundle's own: the text of a path becomes an outline.

`M x y`, `L x y`, `Q x1 y1 x y`, `B x1 y1 x2 y2 x y` and `Z`, absolute and in millimetres, as OFD writes them too (there
`C` closes). That is what drawing programs put out as SVG path data once it is made absolute, with C called B.
"""

import re

from templates.items import Outline, Segment
from templates.words import Words

MAX_SEGMENTS, FARTHEST = 20_000, 2_000.0
_WANTED = {"M": 2, "L": 2, "Q": 4, "B": 6, "Z": 0}
_TOKEN = re.compile(r"[MLQBZ]|-?[0-9]{1,4}(?:\.[0-9]{1,6})?")
_NOTHING: Outline = (("M", (0.0, 0.0)), ("L", (0.0, 0.0)))


def read_outline(words: Words) -> Outline:
    """The outline that the word `data` tells; a fault and a point where it is none."""
    data = words.text("data", longest=400_000)
    if _TOKEN.sub("", data).strip(" ,\r\n\t"):
        words.fault("path-data", "data", _TOKEN.sub("", data).strip()[:40])
        return _NOTHING
    segments: list[Segment] = []
    for part in re.findall(r"[MLQBZ][^MLQBZ]*", data):
        values = tuple(float(number) for number in _TOKEN.findall(part)[1:])
        if len(values) != _WANTED[part[0]] or any(abs(value) > FARTHEST for value in values):
            words.fault("path-data", "data", part[:40])
            return _NOTHING
        segments.append((part[0], values))
    if len(segments) < 2 or segments[0][0] != "M" or len(segments) > MAX_SEGMENTS:
        words.fault("path-data", "data", f"{len(segments)} segments")
        return _NOTHING
    return tuple(segments)
