"""Photographs of holders: what somebody hands in becomes one small plain JPEG, which belongs to the licence.

A photograph is named in the licence's fields by its digest (`sm3:…`), and its octets stand in both files as the picture
that is drawn, so the seal covers it and a verifier can hold the drawing against the licence. Taking one in means:
look at the header and bound the size, decode, cut to the proportion of its place on the face, reduce to 300 dots an
inch, write a baseline JPEG without anything else in it. The same octets in give the same octets out.

Decoding what a stranger hands in is best done in a process of its own; this module does not start one.
"""

import io
import struct
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from keys.sm3 import sm3
from templates.errors import PhotoRefused

MAX_OCTETS, MAX_DOTS, LEAST_DOTS = 6 * 1024 * 1024, 30_000_000, 120
"""Of what is handed in: octets, dots in all, and dots of the shorter side."""
LEAST_KEPT = 2 / 3
"""Of the picture, so much at least must be left when it is cut to the proportion of its place."""
DPI, QUALITY = 300, 88
_FORMATS = ("JPEG", "PNG")


def take_photo(octets: bytes, width_mm: float, height_mm: float) -> bytes:
    """The photograph for a place of this size, as a JPEG.

    Raises:
        PhotoRefused: `picture-octets`, `picture-format`, `picture-dots` (too many or too few), `picture-shape`.

    """
    if not 0 < len(octets) <= MAX_OCTETS:
        raise PhotoRefused("picture-octets", f"{len(octets)} octets; at most {MAX_OCTETS}")
    _check_dots(*_size(octets))
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(octets), formats=_FORMATS) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            upright = ImageOps.exif_transpose(opened)
            picture = _on_white(upright)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise PhotoRefused("picture-format", "it cannot be decoded") from error
    except Image.DecompressionBombWarning as error:
        raise PhotoRefused("picture-dots", f"at most {MAX_DOTS} dots") from error
    _check_dots(*picture.size)
    _check_shape(picture.width / picture.height, width_mm / height_mm)
    size = round(width_mm / 25.4 * DPI), round(height_mm / 25.4 * DPI)
    fitted = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    return _written(fitted)


def photo_name(octets: bytes) -> str:
    """The name a licence gives to a photograph: `sm3:` and its digest."""
    return f"sm3:{sm3(octets).hex()}"


def _written(picture: Image.Image) -> bytes:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=QUALITY, subsampling=0, optimize=False, progressive=False)
    return held.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """Colours without transparency."""
    shown = picture.convert("RGBA")
    paper = Image.new("RGBA", shown.size, "white")
    return Image.alpha_composite(paper, shown).convert("RGB")


def _check_dots(columns: int, rows: int) -> None:
    if columns * rows > MAX_DOTS or min(columns, rows) < LEAST_DOTS:
        raise PhotoRefused("picture-dots", f"{LEAST_DOTS} dots a side at least, {MAX_DOTS} in all at most")


def _check_shape(own: float, wanted: float) -> None:
    if min(own, wanted) / max(own, wanted) < LEAST_KEPT:
        raise PhotoRefused("picture-shape", f"{own:.2f} wide for {wanted:.2f}; more than a third would be cut away")


def _size(octets: bytes) -> tuple[int, int]:
    """Columns and rows as the header says, before any library looks at it."""
    if octets.startswith(b"\x89PNG\r\n\x1a\n") and octets[12:16] == b"IHDR":
        columns, rows = struct.unpack(">II", octets[16:24])
        return columns, rows
    place = 2
    while octets.startswith(b"\xff\xd8") and octets[place : place + 1] == b"\xff" and place + 9 <= len(octets):
        kind, length = octets[place + 1], int.from_bytes(octets[place + 2 : place + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            rows, columns = struct.unpack(">HH", octets[place + 5 : place + 9])
            return columns, rows
        if length < 2:
            break
        place += 2 + length
    raise PhotoRefused("picture-format", "neither JPEG nor PNG")
