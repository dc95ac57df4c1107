"""The signature field: invisible, or a box on a page, with the seal's picture drawn in it where the page has none yet.

Faces of licences already show the seal, so their field is invisible or a transparent box over the picture, which
makes the seal something a reader can click on. Documents of others get the picture from here, as the field's
appearance. Boxes are given as people measure them: millimetres from the upper left corner of the page as it is shown,
whatever its rotation and boxes say.

The picture must be a PNG of modest size. How a seal looks, and whether it is the one in `seal.esl`, is not asked here.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import layout, source
from trust.formats.pdf.errors import PdfRefused

POINTS_PER_MM = 72 / 25.4
MAX_PICTURE = 2_000_000
MAX_SIDE = 2_000
PNG_MARK = b"\x89PNG\r\n\x1a\n"
TURNS = {0: b"1 0 0 1", 90: b"0 1 -1 0", 180: b"-1 0 0 -1", 270: b"0 -1 1 0"}
"""How the appearance is turned so that it stands upright on a page shown with this rotation."""

FIELD_OBJECT = re.compile(
    rb"3 0 obj\n<< /Type /Annot /Subtype /Widget /FT /Sig /T \(Seal\) /F 132 /Rect \[[0-9. -]{7,60}\]"
    rb" /V 1 0 R /P (\d{1,5}) 0 R(?: /AP << /N \d{1,5} 0 R >>)? >>\nendobj\n"
)


@dataclass(frozen=True)
class Stamp:
    """A box on page `page` (0 is the first), in millimetres from the upper left; `picture` is a PNG or nothing."""

    page: int
    x: float
    y: float
    width: float
    height: float
    picture: bytes | None = None


@dataclass(frozen=True)
class Placed:
    """A stamp in a page's own coordinates: the rectangle in points, and the page's rotation."""

    rectangle: tuple[float, float, float, float]
    rotation: int


def place(reader: PdfFileReader, page: generic.DictionaryObject, stamp: Stamp) -> Placed:
    """Turn a box as people see it into the page's own coordinates.

    Raises:
        PdfRefused: `pdf-stamp`, the box is empty or not on the page; `pdf-unreadable`, the page has no usable size.

    """
    left, bottom, right, top = _box(reader, page)
    turn = source.inherited(reader, page, "/Rotate")
    rotation = int(turn) % 360 if isinstance(turn, int) else 0
    if rotation not in TURNS:
        raise PdfRefused("pdf-unreadable", "页面的旋转角度不合规定。")
    u, v, width, height = (each * POINTS_PER_MM for each in (stamp.x, stamp.y, stamp.width, stamp.height))
    shown = (right - left, top - bottom) if rotation % 180 == 0 else (top - bottom, right - left)
    if not (width > 0 and height > 0 and u >= 0 and v >= 0 and u + width <= shown[0] and v + height <= shown[1]):
        raise PdfRefused("pdf-stamp", "印章的位置超出页面。")
    corners = [_unturned(rotation, (left, bottom, right, top), *corner) for corner in ((u, v), (u + width, v + height))]
    (x1, y1), (x2, y2) = corners
    return Placed((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), rotation)


def field_object(page: int, placed: Placed | None, appearance: int | None) -> bytes:
    """The field: flags 4 + 128, printed and locked; `page` and `appearance` are object numbers."""
    rectangle = b" ".join(_number(each) for each in (placed.rectangle if placed else (0, 0, 0, 0)))
    drawn = b" /AP << /N %d 0 R >>" % appearance if appearance else b""
    entries = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal) /F 132 /Rect [%s] /V 1 0 R /P %d 0 R%s >>"
    return layout.indirect(layout.FIELD, entries % (rectangle, page, drawn))


def read_field(octets: bytes) -> int:
    """The object number of the page that the field of a sealed file is on.

    Raises:
        PdfRefused: `pdf-structure`, the field is not as `field_object` writes it.

    """
    found = FIELD_OBJECT.fullmatch(octets)
    if found is None:
        raise PdfRefused("pdf-structure", "签章域不是本系统写出的形式。", step=2)
    return int(found[1])


def appearance_objects(stamp: Stamp, placed: Placed, first: int) -> list[bytes]:
    """The field's appearance, numbered from `first`: a form, and where there is a picture its colours and its opacity.

    Raises:
        PdfRefused: `pdf-stamp`, the picture is not a PNG of at most 2 MB and 2 000 × 2 000 points.

    """
    width, height = (_number(each * POINTS_PER_MM) for each in (stamp.width, stamp.height))
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 %s %s] /Matrix [%s 0 0]" % (width, height, TURNS[placed.rotation])
    if stamp.picture is None:
        return [layout.indirect(first, layout.stream_body(form + b" /Resources << >>", b""))]
    size, colours, opacity = decoded(stamp.picture)
    image = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /Filter /FlateDecode" % size
    form += b" /Resources << /XObject << /Seal %d 0 R >> >>" % (first + 1)
    bodies: Sequence[bytes] = (
        layout.stream_body(form, b"q %s 0 0 %s 0 0 cm /Seal Do Q" % (width, height)),
        layout.stream_body(image + b" /ColorSpace /DeviceRGB /SMask %d 0 R" % (first + 2), zlib.compress(colours)),
        layout.stream_body(image + b" /ColorSpace /DeviceGray", zlib.compress(opacity)),
    )
    return [layout.indirect(number, body) for number, body in enumerate(bodies, start=first)]


def decoded(picture: bytes) -> tuple[tuple[int, int], bytes, bytes]:
    """Size, RGB octets and opacity octets of a PNG; the size is looked at before anything is inflated."""
    refused = PdfRefused("pdf-stamp", "印章图片不是大小合适的 PNG 图片。")
    size = int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    if len(picture) > MAX_PICTURE or not picture.startswith(PNG_MARK) or not all(0 < each <= MAX_SIDE for each in size):
        raise refused
    try:
        with Image.open(BytesIO(picture), formats=("PNG",)) as opened:
            image = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, zlib.error) as error:
        raise refused from error
    return image.size, image.convert("RGB").tobytes(), image.getchannel("A").tobytes()


def _box(reader: PdfFileReader, page: generic.DictionaryObject) -> tuple[float, float, float, float]:
    """The visible box of a page in points."""
    found = source.inherited(reader, page, "/CropBox") or source.inherited(reader, page, "/MediaBox")
    values = [source.resolve(reader, each) for each in source.raw_items(found)]
    numbers = [float(each) for each in values if isinstance(each, generic.NumberObject | generic.FloatObject)]
    if len(numbers) != 4:
        raise PdfRefused("pdf-unreadable", "页面没有写明大小。")
    x1, y1, x2, y2 = numbers
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _unturned(rotation: int, box: tuple[float, float, float, float], u: float, v: float) -> tuple[float, float]:
    """A point seen `u` from the left and `v` from the top, in the coordinates of the page before it is turned."""
    left, bottom, right, top = box
    return {
        0: (left + u, top - v),
        90: (left + v, bottom + u),
        180: (right - u, bottom + v),
        270: (right - v, top - u),
    }[rotation]


def _number(value: float) -> bytes:
    """A length in points to a thousandth, without needless zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".").encode()
