"""Step 1: what has been handed in, a file, a picture of a code, the text of a code, or a number.

Decided by the first octets and by the form of the text, never by a file name or a declared type. Pictures are refused
by their header before they are decoded when they are too large, so that a small file cannot ask for gigabytes.
"""

import io
import warnings
from typing import Literal

import zxingcpp
from PIL import Image, UnidentifiedImageError

from trust.formats.token import from_text
from trust.rules.identifier import LicenceIdentifier, parse_lenient
from verifier.errors import NotUnderstood

MAX_FILE = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
BASE45 = "EL1:"
CODE_STARTS = ("http://", "https://", BASE45)
ROOT = "1.2.156.3005."
QR_CODE = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
Kind = Literal["ofd", "pdf", "picture", "unknown"]

warnings.simplefilter("error", Image.DecompressionBombWarning)  # refused below; nobody needs to be warned of it


def kind_of(data: bytes) -> Kind:
    """What the first octets say."""
    if data.startswith(b"PK\x03\x04"):
        return "ofd"
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return "picture"
    return "unknown"


def read_code(picture: bytes) -> str:
    """The text of the one QR code in a PNG or JPEG picture.

    Raises:
        NotUnderstood: no picture, too large, no code, or more than one code of ours.

    """
    try:
        image = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG"))
        if image.width * image.height > MAX_PIXELS:
            raise NotUnderstood("picture-too-large")
        pixels = image.convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotUnderstood("picture-too-large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise NotUnderstood("picture-unreadable") from error
    texts = {found.text for found in zxingcpp.read_barcodes(pixels, formats=QR_CODE)}
    ours = {text for text in texts if "/q#" in text or text.startswith(BASE45)}
    if len(ours) != 1:
        raise NotUnderstood("no-code" if not texts else "not-our-code" if not ours else "several-codes")
    return ours.pop()


def read_words(words: str) -> bytes | LicenceIdentifier:
    """A typed or pasted text: the octets of a token, or a licence identifier.

    Raises:
        NotUnderstood: it looks like neither.
        Malformed: it looks like one of them, and is not in order; `reason` tells what is wrong.

    """
    text = words.strip()
    if text.startswith(CODE_STARTS) and ("#" in text or text.startswith(BASE45)):
        return from_text(text)
    if text.startswith(ROOT):
        return parse_lenient(text)
    raise NotUnderstood("neither-code-nor-identifier")
