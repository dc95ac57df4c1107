"""A scanned page that is a picture already: decoded in the process apart, made small enough to show, and nothing else.

Formats are named, so that no other decoder of the library is ever asked, and the dots are counted before anything is
decoded. How large the paper was is not known: the longer side is taken to be that of A4.
"""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from trust.errors import Malformed
from verifier.pictures.rendered import Rendered
from verifier.pictures.sheets import MAX_SIDE

MAX_DOTS = 40_000_000
LONGER_SIDE_MM = 297.0


def scanned(data: bytes) -> tuple[tuple[float, float], Rendered]:
    """Width and height in millimetres, and the picture.

    Raises:
        Malformed: `picture`, it cannot be decoded, or has too many dots.

    """
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if opened.width * opened.height > MAX_DOTS:
                raise Malformed("picture", "too many dots")
            opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((MAX_SIDE, MAX_SIDE))
            picture = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise Malformed("picture", "it cannot be decoded") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Malformed("picture", "too many dots") from error
    scale = LONGER_SIDE_MM / max(picture.size)
    return (picture.width * scale, picture.height * scale), Rendered(picture, whole=True)
