"""The contact sheet of faces: for each type the pages of its PDF and of its OFD side by side, small enough for docs.

Whoever calls brings the pictures of the pages, however they were drawn; this only lays them out.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from templates.fonts import FONT_FILE

QUALITY = 72
_PAPER, _INK, _EDGE = (236, 236, 232), (40, 40, 40), (150, 150, 150)
_GAP, _HEAD = 14, 34
PAGE_SIDE, SMALL_SIDE = 560, 250
"""Dots of the longer side of a page: on a type's own sheet, and on the one of all types."""


@dataclass(frozen=True)
class Pictured:
    """A type with the pictures of the pages of both its files."""

    name: str
    title: str
    pdf: tuple[Image.Image, ...]
    ofd: tuple[Image.Image, ...]


def sheet_of(pictured: Pictured) -> bytes:
    """The sheet of one type as a JPEG: PDF to the left, OFD to the right, a row for each page."""
    return _jpeg(_block(pictured, PAGE_SIDE, all_pages=True))


def sheet_of_all(types: Sequence[Pictured], columns: int = 3) -> bytes:
    """The first pages of all types on one sheet, as a JPEG."""
    blocks = [_block(one, SMALL_SIDE, all_pages=False) for one in types]
    rows = [blocks[start : start + columns] for start in range(0, len(blocks), columns)]
    cell = max(block.width for block in blocks)
    height = sum(max(block.height for block in row) for row in rows)
    paper = Image.new("RGB", (cell * columns, height), _PAPER)
    top = 0
    for row in rows:
        for place, block in enumerate(row):
            paper.paste(block, (place * cell + (cell - block.width) // 2, top))
        top += max(block.height for block in row)
    return _jpeg(paper)


def _block(pictured: Pictured, side: int, *, all_pages: bool) -> Image.Image:
    """Title, the words PDF and OFD, and the pages below."""
    pairs = list(zip(pictured.pdf, pictured.ofd, strict=True))[: None if all_pages else 1]
    scaled = [tuple(_scaled(picture, side) for picture in pair) for pair in pairs]
    width = 2 * max(picture.width for pair in scaled for picture in pair) + 3 * _GAP
    height = _HEAD + sum(max(picture.height for picture in pair) + _GAP for pair in scaled)
    paper = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(paper)
    pages = f"（共{len(pictured.pdf)}页）" if len(pictured.pdf) > 1 else ""
    pen.text((_GAP, 7), f"{pictured.title}{pages}", font=_font(18), fill=_INK)
    pen.text((width - _GAP, 11), "左 PDF　右 OFD", font=_font(13), fill=_INK, anchor="ra")
    top = _HEAD
    for pair in scaled:
        for place, picture in enumerate(pair):
            left = _GAP + place * (width - _GAP) // 2
            paper.paste(picture, (left, top))
            pen.rectangle((left - 1, top - 1, left + picture.width, top + picture.height), outline=_EDGE)
        top += max(picture.height for picture in pair) + _GAP
    return paper


def _scaled(picture: Image.Image, side: int) -> Image.Image:
    factor = side / max(picture.size)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_FILE), size)


def _jpeg(picture: Image.Image) -> bytes:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=QUALITY, optimize=True)
    return held.getvalue()
