"""The naive way to a sealed licence: libraries as one finds them, put one behind the other.

A page by reportlab with the code as a PNG from `qrcode`, SM3 of the page and an SM2 signature over it by `gmssl`, then
pyHanko's `PdfSigner` with P-256. Nothing is verified, stored or logged, and there is no OFD.
"""

import io
import random
from collections.abc import Callable
from itertools import count

import qrcode
from gmssl import func, sm2, sm3
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bench.pdf import sealing_peer
from issuer.application import Application

FONT = "STSong-Light"


def naive_way() -> Callable[[Application, str], bytes]:
    """A function that makes a sealed page of an application and the text of its code."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    chance = random.Random(1)
    private = f"{chance.getrandbits(255):064x}"
    crypt = sm2.CryptSM2(public_key="", private_key=private)
    seal, _ = sealing_peer()
    numbers = count(1)

    def make(application: Application, text: str) -> bytes:
        page = naive_page(application, text)
        digest = sm3.sm3_hash(func.bytes_to_list(page))
        crypt.sign(bytes.fromhex(digest), f"{chance.getrandbits(250) + next(numbers):064x}")
        return seal(page)

    return make


def naive_page(application: Application, text: str) -> bytes:
    """A page with the application's values and its code as a picture."""
    held, picture = io.BytesIO(), io.BytesIO()
    qrcode.make(text).save(picture, "PNG")
    canvas = Canvas(held)
    canvas.setFont(FONT, 12)
    values = (application.number, *(holder.name for holder in application.holders), *application.fields.values())
    for line, value in enumerate(values):
        canvas.drawString(60, 780 - 24 * line, value[:40])
    canvas.drawImage(ImageReader(picture), 440, 60, 90, 90)
    canvas.save()
    return held.getvalue()
