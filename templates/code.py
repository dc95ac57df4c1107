"""The QR code of a licence as a bit picture, ready for either canvas.

The text is `https://host/q#<digits>` of at most about 500 characters; zxing-cpp splits it into a byte and a number
segment by itself (reference figures: level M, version 11, 61 modules, 1 ms). The quiet zone of four modules belongs
to the picture, so nothing a layout draws can come too near. A printed module of less than half a millimetre is
refused: phones read by pixels a module, and paper copies must stay readable. Each module is four dots wide, because
some viewers smooth small pictures when they enlarge them.
"""

import struct
import zlib
from functools import lru_cache
from typing import Any

import zxingcpp

from templates.errors import CodeDoesNotFit, CodeUnreadable
from templates.items import Bitmap, Picture

QUIET_MODULES = 4
SMALLEST_MODULE_MM = 0.5
_DOTS = 4
_LONGEST_TEXT = 2000
_MASK = 6
"""The standard asks for the best of eight masks. What our codes carry is a signature and looks like noise, to which all
masks are much alike: over 60 codes this one's penalty was 4 % above the best one's on average (18 % at most), and
trying all eight takes eight times as long. Readers take any mask from the symbol itself."""
_TO_NIBBLES = bytes.maketrans(b"\0\xff", b"0f")
"""A module is four dots, so a hexadecimal digit."""


def code_modules(text: str) -> tuple[bytes, ...]:
    """The symbol's modules row by row, quiet zone included: 0 dark, 255 light; read back before it is handed out.

    Raises:
        CodeDoesNotFit: no QR code holds so long a text.
        CodeUnreadable: what was drawn does not read as the text.

    """
    if not 0 < len(text) <= _LONGEST_TEXT or not text.isascii():
        raise CodeDoesNotFit(len(text), 0, 0.0)
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=_MASK)
    image: Any = barcode.to_image(scale=1, add_quiet_zones=True)  # its type stub leaves the buffer out
    octets, side = bytes(image), image.shape[0]
    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)  # not kept: its library complains at the end if it is
    found = zxingcpp.read_barcode(image, formats=only, is_pure=True)
    if found is None or found.text != text:
        raise CodeUnreadable(len(text))
    return tuple(octets[start : start + side] for start in range(0, side * side, side))


@lru_cache(maxsize=128)
def code_picture(text: str, *, x: float, y: float, side: float) -> Picture:
    """The code of `text` as a square of `side` millimetres, quiet zone included; as many are remembered as a chunk has.

    Raises:
        CodeDoesNotFit: its modules would be smaller than half a millimetre.

    """
    modules = code_modules(text)
    if side / len(modules) < SMALLEST_MODULE_MM:
        raise CodeDoesNotFit(len(text), len(modules), side)
    return Picture(x, y, side, _enlarged(modules))


def _enlarged(modules: tuple[bytes, ...]) -> Bitmap:
    columns, padding = len(modules) * _DOTS, "f" * (len(modules) % 2)
    rows = [b"\0" + bytes.fromhex(row.translate(_TO_NIBBLES).decode() + padding) for row in modules]
    return Bitmap(columns, len(rows) * _DOTS, zlib.compress(b"".join(row * _DOTS for row in rows), 3))


def png_of(bitmap: Bitmap) -> bytes:
    """The bitmap as a 1-bit grey PNG, the same octets every time."""
    header = struct.pack(">IIBBBBB", bitmap.columns, bitmap.rows, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", bitmap.data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def code_png(text: str) -> bytes:
    """The code of `text` as a PNG of four dots a module, quiet zone included, for screens and for sending.

    Raises:
        CodeDoesNotFit: no QR code holds so long a text.

    """
    return png_of(_enlarged(code_modules(text)))
