"""What drawing a document gives: its pages as pictures, as far as they could be drawn.

These values cross from the process that reads hostile files, so whoever takes them holds them against the bounds here:
a picture is a PNG of at most so many pixels a side and octets, and all together are bounded too. A page without a
picture is an outline with a reason. Drawing never touches a verdict.
"""

import struct
from dataclasses import dataclass, field
from typing import Literal

MAX_SIDE = 1_600
"""Pixels of the longer side of a picture."""
MAX_SHEETS = 20
MAX_PICTURE, MAX_PICTURES = 4 * 1024 * 1024, 8 * 1024 * 1024
MAX_PAGES = 10_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">I4sIIBBBBB")
"""The first chunk of a PNG: length, `IHDR`, width, height, depth, colour, compression, filter, interlace."""

Trouble = Literal["", "partly", "unreadable", "protected", "limit", "too-many"]
"""Why a page is not shown, or not wholly: `partly` has a picture in which something is missing."""

WORDS: dict[str, str] = {
    "partly": "页面上有的内容没有画出来，请以原文件为准。",
    "unreadable": "这一页的内容画不出来，请用阅读软件打开原文件查看；核验结论不受影响。",
    "protected": "文件加了密，画不出页面；核验结论不受影响。",
    "limit": "在限定的时间内没有画完这一页，请用阅读软件打开原文件查看；核验结论不受影响。",
    "too-many": "页数较多，这一页没有画出来；核验针对整个文件。",
}


@dataclass(frozen=True)
class Sheet:
    """One page: its number from 0, and a PNG or none."""

    page: int
    picture: bytes = field(default=b"", repr=False)
    trouble: Trouble = ""


@dataclass(frozen=True)
class Paper:
    """All pages of a document: width and height in millimetres as displayed."""

    pages: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A document as far as it was drawn: its pages, and at most `MAX_SHEETS` of them as sheets."""

    paper: Paper = Paper()
    sheets: tuple[Sheet, ...] = ()

    def sheet(self, page: int) -> Sheet:
        """The sheet of a page; one without a picture where it was not drawn."""
        missing: Trouble = "too-many" if len(self.sheets) >= MAX_SHEETS else "limit"
        return next((one for one in self.sheets if one.page == page), Sheet(page, trouble=missing))


def is_picture(octets: bytes) -> bool:
    """Whether octets begin like a PNG within the bounds; what follows is for whoever shows it."""
    if not octets.startswith(SIGNATURE) or not len(SIGNATURE) + HEADER.size <= len(octets) <= MAX_PICTURE:
        return False
    size, name, width, height, *_ = HEADER.unpack_from(octets, len(SIGNATURE))
    return (size, name) == (13, b"IHDR") and 1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE


def is_sound(drawn: Drawn) -> bool:
    """Whether everything that came back keeps to the bounds."""
    numbers = [one.page for one in drawn.sheets]
    pictures = [one.picture for one in drawn.sheets if one.picture]
    return (
        len(drawn.paper.pages) <= MAX_PAGES
        and all(0 < side < 100_000 for page in drawn.paper.pages for side in page)
        and len(numbers) == len(set(numbers)) <= MAX_SHEETS
        and all(0 <= number < len(drawn.paper.pages) for number in numbers)
        and all(map(is_picture, pictures))
        and sum(map(len, pictures)) <= MAX_PICTURES
    )
