"""Step 1: what has been handed in, a file, a picture of a code, the text of a code, or a number.

Decided by the first octets and by the form of the text, never by a file name or a declared type. Pictures are refused
by their header before they are decoded when they are too large, so that a small file cannot ask for gigabytes.
"""

import io
from typing import Literal

import zxingcpp
from PIL import Image, UnidentifiedImageError

from trust.errors import Malformed
from trust.formats.token import from_text
from trust.rules.identifier import LicenceIdentifier, parse_lenient
from verifier.errors import NotUnderstood

MAX_FILE = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
QR_CODE = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
Kind = Literal["ofd", "pdf", "picture", "unknown"]


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
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotUnderstood("picture-unreadable") from error
    texts = {found.text for found in zxingcpp.read_barcodes(pixels, formats=QR_CODE)}
    ours = {text for text in texts if "/q#" in text or text.startswith("EL1:")}
    if len(ours) != 1:
        raise NotUnderstood("no-code" if not texts else "not-our-code" if not ours else "several-codes")
    return ours.pop()


def read_words(words: str) -> bytes | LicenceIdentifier:
    """A typed or pasted text: the octets of a token, or a licence identifier.

    Raises:
        NotUnderstood: it is neither; `reason` tells which one it looked like and what is wrong with it.

    """
    text = words.strip()
    if len(text) > 4096:
        raise NotUnderstood("too-long")
    try:
        if "#" in text or text.startswith("EL1:"):
            return from_text(text)
        return parse_lenient(text)
    except Malformed as error:
        raise NotUnderstood(error.reason) from error
