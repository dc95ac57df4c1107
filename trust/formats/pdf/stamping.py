"""The picture of a seal in a PDF: objects for the picture, drawn once, and appearances that show all or part of it.

A picture is either drawn, a list of path operators in millimetres from the lower left, or a PNG. Operators come from
outside this package, so only those that build and paint paths are let through: text, other objects and anything that
could reach beyond the seal's box are not. Appearances are forms as large as what they show; a strip of a riding seal
is the same picture seen through a smaller one. With `seal`, the octets of the electronic seal travel along as
private data of the appearance (page-piece dictionary, ISO 32000-2 §14.5), where the signature covers them.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.field import TURNS, decoded
from trust.formats.pdf.layout import stream_body
from trust.formats.pdf.paper import Paper

MAX_OPERATORS = 512 * 1024
MAX_SIDE_MM = 200.0
PIECE = b"YINZHENG"
"""The application name under which the electronic seal stands in the page-piece dictionary of an appearance."""

OPERANDS = {
    b"m": 2,
    b"l": 2,
    b"c": 6,
    b"h": 0,
    b"re": 4,
    b"f": 0,
    b"f*": 0,
    b"S": 0,
    b"B": 0,
    b"B*": 0,
    b"rg": 3,
    b"RG": 3,
    b"w": 1,
}
"""Operators that may draw a seal, with the number of values each takes."""

RESOURCES = b" /Resources << /XObject << /Seal %d 0 R >> /ExtGState << /Ink << /Type /ExtGState /BM /Multiply >> >> >>"
"""A seal is ink on paper: what is written under it stays readable."""

NUMBER = re.compile(rb"-?\d{1,5}(?:\.\d{1,6})?")


@dataclass(frozen=True)
class StampPicture:
    """How a seal looks: size in millimetres, and either a PNG or path operators in millimetres from the lower left."""

    width: float
    height: float
    png: bytes | None = None
    operators: bytes | None = None


@dataclass(frozen=True)
class View:
    """What one widget shows: its size on paper, and where in it the picture's upper left corner lies (millimetres)."""

    width: float
    height: float
    left: float
    top: float


def picture_objects(picture: StampPicture, add: Callable[[bytes], int]) -> int:
    """Write the picture's objects and give the number of the one to be drawn.

    Raises:
        PdfRefused: `pdf-stamp`, the picture is not one of a seal.

    """
    if not all(0 < side <= MAX_SIDE_MM for side in (picture.width, picture.height)):
        raise PdfRefused("pdf-stamp", f"印章图样的边长应在 {MAX_SIDE_MM:.0f} 毫米以内。")
    if picture.operators is not None and picture.png is None:
        return add(drawn_form(picture.operators, picture.width, picture.height))
    if picture.png is None or picture.operators is not None:
        raise PdfRefused("pdf-stamp", "印章图样应当是矢量图或 PNG 图片之一。")
    colours, opacity = image_bodies(picture.png)
    return add(colours.replace(b"/SMask 0 0 R", b"/SMask %d 0 R" % add(opacity), 1))


def appearance(view: View, paper: Paper, picture: StampPicture, drawn: int | None, private: bytes) -> bytes:
    """A form that shows the picture (object `drawn`, or nothing) through `view`, upright on the page as displayed."""
    per_mm = 1 / paper.unit
    width, height = number(view.width * per_mm), number(view.height * per_mm)
    head = b"/Type /XObject /Subtype /Form /BBox [0 0 %s %s] /Matrix [%s 0 0]" % (width, height, TURNS[paper.rotation])
    if drawn is None:
        return stream_body(head + private + b" /Resources << >>", b"")
    scale = (1.0, 1.0) if picture.operators is not None else (picture.width, picture.height)
    bottom = view.height - view.top - picture.height
    values = (scale[0] * per_mm, scale[1] * per_mm, view.left * per_mm, bottom * per_mm)
    across, up, left, base = (number(value) for value in values)
    shown = b"q /Ink gs %s 0 0 %s %s %s cm /Seal Do Q" % (across, up, left, base)
    return stream_body(head + private + RESOURCES % drawn, shown)


def private_entry(seal: int | None, date: bytes) -> bytes:
    """The page-piece entry of an appearance that carries the electronic seal, object `seal`."""
    if seal is None:
        return b""
    return b" /PieceInfo << /%s << /LastModified %s /Private %d 0 R >> >> /LastModified %s" % (PIECE, date, seal, date)


@lru_cache(maxsize=64)
def drawn_form(operators: bytes, width: float, height: float) -> bytes:
    """The form of a drawn picture, in millimetres.

    Raises:
        PdfRefused: `pdf-stamp`, it holds more than paths.

    """
    check_operators(operators)
    head = b"/Type /XObject /Subtype /Form /BBox [0 0 %s %s] /Resources << >> /Filter /FlateDecode"
    return stream_body(head % (number(width), number(height)), zlib.compress(operators, 6))


def check_operators(operators: bytes) -> None:
    """See that a drawing consists of paths and their painting alone.

    Raises:
        PdfRefused: `pdf-stamp`.

    """
    refused = PdfRefused("pdf-stamp", "矢量印章图样只能由路径和颜色组成，且不能过大。")
    if len(operators) > MAX_OPERATORS:
        raise refused
    waiting = 0
    for token in operators.split():
        if NUMBER.fullmatch(token):
            waiting += 1
        elif OPERANDS.get(token) == waiting:
            waiting = 0
        else:
            raise refused
    if waiting:
        raise refused


@lru_cache(maxsize=64)
def image_bodies(png: bytes) -> tuple[bytes, bytes]:
    """The image of a PNG with a place for the number of its opacity, and the opacity.

    Raises:
        PdfRefused: `pdf-stamp`.

    """
    size, colours, opacity = decoded(png)
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /Filter /FlateDecode" % size
    return (
        stream_body(head + b" /ColorSpace /DeviceRGB /SMask 0 0 R", zlib.compress(colours)),
        stream_body(head + b" /ColorSpace /DeviceGray", zlib.compress(opacity)),
    )


def number(value: float) -> bytes:
    """A number to a ten-thousandth, without needless zeros."""
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".").encode()
