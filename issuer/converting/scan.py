"""A scan 扫描件: a PDF, JPEG or PNG that is what its first octets say, within bounds, and nothing besides.

Everything here is read from headers, before any library decodes anything: the kind, the dots of a picture, where the
file ends. Whether a scan can be shown is found out by drawing it in a process apart, which is another's work. A file
that two readers could take for two things (octets behind the end of a picture) is refused.
"""

import struct
from dataclasses import dataclass
from typing import Literal

from issuer.converting.errors import ScanRefused

MAX_SCAN = 20 * 1024 * 1024
MAX_SIDE, MAX_DOTS = 12_000, 40_000_000
"""Dots of a side, and of a whole picture: A3 at 600 dpi is 70 million and has to be scanned at 400."""
MAX_PAGES = 20
"""Of one scan: each page has to be looked at, so each has to be shown."""
Kind = Literal["pdf", "jpeg", "png"]
PDF, PNG, JPEG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
END_OF_PNG = b"\x00\x00\x00\x00IEND\xaeB`\x82"
END_OF_JPEG, END_OF_PDF, TAIL = b"\xff\xd9", b"%%EOF", 1024
MEDIA_TYPES: dict[Kind, str] = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True)
class Scan:
    """A scan that is kept: its digest (`sm3:…`), its kind, and how many pages it has."""

    digest: str
    kind: Kind
    pages: int


def kind_of(octets: bytes) -> Kind:
    """What a scan is, if it may be one.

    Raises:
        ScanRefused: `scan-too-large`, `scan-form` (neither of the three, or not whole), `scan-dots`, `scan-tail`.

    """
    if len(octets) > MAX_SCAN:
        raise ScanRefused("scan-too-large")
    if octets.startswith(PDF):
        if END_OF_PDF not in octets[-TAIL:]:
            raise ScanRefused("scan-form")
        return "pdf"
    if octets.startswith(PNG):
        _check_dots(*_png_size(octets))
        if not octets.endswith(END_OF_PNG):
            raise ScanRefused("scan-tail")
        return "png"
    if octets.startswith(JPEG):
        _check_dots(*_jpeg_size(octets))
        if not octets.endswith(END_OF_JPEG):
            raise ScanRefused("scan-tail")
        return "jpeg"
    raise ScanRefused("scan-form")


def _png_size(octets: bytes) -> tuple[int, int]:
    if octets[12:16] != b"IHDR" or len(octets) < 33:
        raise ScanRefused("scan-form")
    columns, rows = struct.unpack(">II", octets[16:24])
    return columns, rows


def _jpeg_size(octets: bytes) -> tuple[int, int]:
    """Columns and rows from the frame header; segments are passed by their lengths."""
    place = 2
    while octets[place : place + 1] == b"\xff" and place + 9 <= len(octets):
        kind, length = octets[place + 1], int.from_bytes(octets[place + 2 : place + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            rows, columns = struct.unpack(">HH", octets[place + 5 : place + 9])
            return columns, rows
        if length < 2:
            break
        place += 2 + length
    raise ScanRefused("scan-form")


def _check_dots(columns: int, rows: int) -> None:
    if not (0 < columns <= MAX_SIDE and 0 < rows <= MAX_SIDE and columns * rows <= MAX_DOTS):
        raise ScanRefused("scan-dots")
