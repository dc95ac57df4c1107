"""The QR code on a face: readable, of the promised size, the same as another library draws it."""

import io

import pytest
import zxingcpp
from PIL import Image
from qrcode import QRCode, constants
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

from templates.code import QUIET_MODULES, code_modules, code_picture, png_of
from templates.errors import CodeDoesNotFit, CodeUnreadable

QR_CODE = zxingcpp.BarcodeFormat.QRCode
HOST = "https://host.example/q#"
DIGITS = "".join(str(place * place % 10) for place in range(460))


def picture_of(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def test_the_text_of_a_licence_is_a_version_11_symbol_and_can_be_read() -> None:
    text = HOST + DIGITS
    assert len(code_modules(text)) == 61 + 2 * QUIET_MODULES
    (found,) = zxingcpp.read_barcodes(picture_of(png_of(code_picture(text, x=0, y=0, side=38).bitmap)))
    assert (found.text, found.ec_level) == (text, "M")


def test_another_library_draws_the_same_modules() -> None:
    ours = code_modules(HOST + DIGITS)

    def theirs(mask: int) -> tuple[bytes, ...]:
        code = QRCode(version=11, mask_pattern=mask, error_correction=constants.ERROR_CORRECT_M, border=QUIET_MODULES)
        code.add_data(QRData(HOST.encode(), mode=MODE_8BIT_BYTE), optimize=0)
        code.add_data(QRData(DIGITS.encode(), mode=MODE_NUMBER), optimize=0)
        code.make(fit=False)
        return tuple(bytes(0 if dark else 255 for dark in row) for row in code.get_matrix())

    assert ours in [theirs(mask) for mask in range(8)]


def test_the_png_has_one_bit_a_dot_and_a_quiet_zone() -> None:
    image = picture_of(png_of(code_picture(HOST + DIGITS, x=0, y=0, side=38).bitmap))
    assert (image.mode, image.size) == ("1", (276, 276))
    quiet = QUIET_MODULES * 4
    assert image.crop((0, 0, 276, quiet)).getextrema() == (255, 255)
    assert image.crop((0, 0, quiet, 276)).getextrema() == (255, 255)
    assert image.getpixel((quiet, quiet)) == 0


@pytest.mark.parametrize(
    ("text", "side"),
    [(HOST + DIGITS, 34.0), (HOST + DIGITS * 3, 38.0), ("", 38.0), ("码", 38.0), ("9" * 3000, 60.0)],
    ids=["modules too small", "text too long for the side", "empty", "not ASCII", "no code holds it"],
)
def test_a_code_that_could_not_be_read_from_paper_is_refused(text: str, side: float) -> None:
    with pytest.raises(CodeDoesNotFit):
        code_picture(text, x=0, y=0, side=side)


def test_a_code_that_reads_as_something_else_is_never_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = zxingcpp.create_barcode
    monkeypatch.setattr(zxingcpp, "create_barcode", lambda text, *_, **__: draw(text + "0", QR_CODE, ec_level="M"))
    with pytest.raises(CodeUnreadable):
        code_modules(HOST + DIGITS)
