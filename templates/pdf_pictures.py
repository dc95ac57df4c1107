"""Pictures and seals as PDF objects: bit pictures, photographs and backgrounds as they come, seals as shapes or images.

What is the same on many files (a background, a seal) is made once and remembered.
"""

import io
import zlib
from functools import lru_cache

from PIL import Image

from templates.items import Bitmap, Raster
from templates.pdf_paths import number, shape_operators
from templates.seal_picture import SealPicture
from trust.formats.pdf.layout import stream_body

SWIFT, SMALL = 1, 9
"""zlib levels: what is made for one licence (4 % larger, twice as fast), and what is made once."""


def stream(content: bytes, *, level: int, entries: str = "") -> bytes:
    """A deflated stream with these entries in its dictionary."""
    deflate = zlib.compressobj(level)
    return stream_body(f"/Filter /FlateDecode{entries}".encode(), deflate.compress(content) + deflate.flush())


def bit_picture(bitmap: Bitmap) -> bytes:
    """A bit picture; PDF reads PNG's rows as they are (predictor 15)."""
    entries = (
        f"/Type /XObject /Subtype /Image /Width {bitmap.columns} /Height {bitmap.rows} /ColorSpace /DeviceGray"
        f" /BitsPerComponent 1 /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 1 /BitsPerComponent 1"
        f" /Columns {bitmap.columns} >>"
    )
    return stream_body(entries.encode(), bitmap.data)


@lru_cache(maxsize=32)
def raster_picture(raster: Raster) -> bytes:
    """A photograph or background: PDF reads a JPEG as it stands, and a PNG's rows as they are (predictor 15)."""
    colours = "/DeviceRGB" if raster.channels == 3 else "/DeviceGray"
    if raster.palette:
        colours = f"[/Indexed /DeviceRGB {len(raster.palette) // 3 - 1} <{raster.palette.hex()}>]"
    entries = (
        f"/Type /XObject /Subtype /Image /Width {raster.columns} /Height {raster.rows} /ColorSpace {colours}"
        f" /BitsPerComponent {raster.depth}"
    )
    if raster.form == "JPEG":
        return stream_body(f"{entries} /Filter /DCTDecode".encode(), raster.octets)
    rows = f"/Colors {raster.channels} /BitsPerComponent {raster.depth} /Columns {raster.columns}"
    return stream_body(f"{entries} /Filter /FlateDecode /DecodeParms << /Predictor 15 {rows} >>".encode(), raster.data)


@lru_cache(maxsize=64)
def seal_operators(seal: SealPicture) -> bytes:
    """The seal's shapes as path operators in millimetres from the lower left; none where it is a picture only."""
    return "".join(shape_operators(shape, seal.height) for shape in seal.shapes).encode()


@lru_cache(maxsize=64)
def seal_form(seal: SealPicture) -> bytes:
    """The seal's shapes as a form in millimetres, made once per seal."""
    content = seal_operators(seal)
    box = f" /Type /XObject /Subtype /Form /BBox [0 0 {number(seal.width)} {number(seal.height)}]"
    return stream(content, level=SMALL, entries=box)


@lru_cache(maxsize=64)
def seal_image(seal: SealPicture) -> tuple[bytes, bytes]:
    """The seal's picture as an image and its soft mask, made once per seal."""
    with Image.open(io.BytesIO(seal.png)) as picture:
        pixels = picture.convert("RGBA")
    form = f" /Type /XObject /Subtype /Image /Width {pixels.width} /Height {pixels.height} /BitsPerComponent 8"
    colour = stream(pixels.convert("RGB").tobytes(), level=SMALL, entries=f"{form} /ColorSpace /DeviceRGB /SMask 0 0 R")
    mask = stream(pixels.getchannel("A").tobytes(), level=SMALL, entries=f"{form} /ColorSpace /DeviceGray")
    return colour, mask
