"""The contents of a page in the form that our faces are written in, taken apart line by line.

A line of contents sets the scale, shows a run of glyphs, paints a path or draws a named object; nothing else stands on
the pages of a face. Contents with any other line are not taken apart at all: a matrix, a clip or a mode of drawing that
we do not write could make what follows invisible. What all licences of a type have in common is taken apart once.
"""

import re
from dataclasses import dataclass

from trust.formats.figures import Loop, Segment, loops_of
from trust.formats.showing import COVERING_MM, Area, Colour

_NUMBER = rb"(-?[0-9]{1,6}(?:\.[0-9]{1,6})?)"
_RUN = re.compile(
    rb"%s %s %s rg BT /([!-~]{1,32}) %s Tf %s %s Td \[([<>0-9A-F-]{0,65536})\] TJ ET"
    % (_NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER),
)
_PLACED = re.compile(rb"q %s 0 0 %s %s %s cm /([!-~]{1,32}) Do Q" % (_NUMBER, _NUMBER, _NUMBER, _NUMBER))
_SCALE = re.compile(rb"q (2\.83[0-9]{1,6}) 0 0 \1 0 0 cm")
"""How our contents begin: one matrix that makes the unit a millimetre."""
_PATH = re.compile(
    rb"(?:%s %s %s rg )?(?:%s %s %s RG %s w )?([-0-9. mlch]+)([BfS])"
    % (_NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER),
)
_PIECE = re.compile(
    rb"(?:((?:-?[0-9]{1,6}(?:\.[0-9]{1,6})? ){2})([ml])|((?:-?[0-9]{1,6}(?:\.[0-9]{1,6})? ){6})(c)|(h)) "
)
_COMMANDS = {b"m": "M", b"l": "L", b"c": "B"}


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Glyphs of a font, still as they stand: the name of the font, the em, where it begins, the operand of TJ."""

    font: bytes
    size: float
    left: float
    base: float
    array: bytes
    colour: Colour


@dataclass(frozen=True, slots=True)
class Placed:
    """A named object: its unit square, or for a form its unit, stretched and moved."""

    name: bytes
    across: float
    up: float
    left: float
    below: float


Piece = Run | Placed | Area


def pieces_of(content: bytes) -> tuple[Piece, ...] | None:
    """What contents draw, from the back to the front; None where they are not as we write them."""
    first, *lines, last, end = content.split(b"\n") if content.count(b"\n") >= 2 else (b"", b"", b"")
    if not _SCALE.fullmatch(first) or last != b"Q" or end:
        return None
    pieces: list[Piece] = []
    for line in lines:
        if line.endswith(b"] TJ ET") and (run := _RUN.fullmatch(line)) is not None:
            pieces.append(_run(run))
        elif line.endswith(b" Do Q") and (placed := _PLACED.fullmatch(line)) is not None:
            pieces.append(Placed(placed[5], *(float(placed[number]) for number in (1, 2, 3, 4))))
        elif (path := _PATH.fullmatch(line)) is not None and (areas := _areas(path)) is not None:
            pieces += areas
        else:
            return None
    return tuple(pieces)


def _run(run: re.Match[bytes]) -> Run:
    red, green, blue, font, size, left, base, array = run.groups()
    return Run(font, float(size), float(left), float(base), array, _colour(red, green, blue))


def _areas(path: re.Match[bytes]) -> tuple[Area, ...] | None:
    """The area that a path paints; nothing for a fine line, None where it does not say its own colours and width."""
    fill, ink, (width, figures, paint) = path.groups()[:3], path.groups()[3:6], path.groups()[6:]
    if (paint != b"S") != (fill[0] is not None) or (paint != b"f") != (width is not None):
        return None
    reach = float(width) / 2 if width is not None and float(width) >= COVERING_MM else 0.0
    if paint == b"S" and not reach:
        return ()
    loops = _loops(figures)
    colour = _colour(*(ink if paint == b"S" else fill))
    return None if loops is None else (Area(loops, colour, filled=paint != b"S", reach=reach),)


def _colour(red: bytes, green: bytes, blue: bytes) -> Colour:
    return (_channel(red), _channel(green), _channel(blue))


def _channel(share: bytes) -> int:
    return round(min(1.0, max(0.0, float(share))) * 255)


def _loops(figures: bytes) -> tuple[Loop, ...] | None:
    """The figures of a path; None where it has other operators than those we write, or too many operands."""
    found = list(_PIECE.finditer(figures))
    if sum(len(piece[0]) for piece in found) != len(figures):
        return None
    return loops_of(_segment(*piece.groups()) for piece in found)


def _segment(two: bytes | None, line: bytes, six: bytes | None, curve: bytes, _: bytes) -> Segment:
    if two or six:
        return _COMMANDS[line or curve], [float(word) for word in (two or six or b"").split()]
    return "Z", ()
