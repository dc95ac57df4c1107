"""What people see on the sealed files: rendered by other software, the code is read from the picture and verifies.

The PDF is rendered by PDFium, the OFD by the small foreign renderer of the tests; the code is decoded by zxing-cpp.
The text on both says what the licence says, and both pictures show the same face.
"""

import io
from functools import cache

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageStat

from issuer.issuing import Issued
from templates.layout import face_values
from tests.city import BUNDLES, City
from tests.journey_parts import PASSED, against, code_text, identifier, indication, number
from tests.ofd_renderer import render_ofd
from trust.formats.ofd.examine import examine_ofd

DPI = 150
FORMS = ("pdf", "ofd")


@pytest.fixture(scope="module")
def licences(city: City) -> dict[str, Issued]:
    return {bundle: city.issue(bundle, number=number()) for bundle in BUNDLES}


@cache
def rendered_pdf(data: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    try:
        assert len(document) == 1
        return document[0].render(scale=DPI / 72, may_draw_forms=True).to_pil().convert("RGB")
    finally:
        document.close()


@cache
def rendered_ofd(data: bytes) -> Image.Image:
    return render_ofd(data, dpi=DPI).convert("RGB")


def picture(issued: Issued, form: str) -> Image.Image:
    return rendered_pdf(issued.pdf) if form == "pdf" else rendered_ofd(issued.ofd)


def as_png(image: Image.Image) -> bytes:
    octets = io.BytesIO()
    image.save(octets, "PNG")
    return octets.getvalue()


def text_of_pdf(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[0].get_textpage()
        return "".join(page.get_text_bounded().split())
    finally:
        document.close()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_code_is_read_from_the_picture_and_verifies(
    city: City, licences: dict[str, Issued], bundle: str, form: str
) -> None:
    issued = licences[bundle]
    image = picture(issued, form)
    (found,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    assert found.text == code_text(issued)
    examined = city.yinzheng.verify_words(found.text)
    assert (indication(examined), against(examined)) == (PASSED, [])
    assert examined.verdict.subject == identifier(issued)
    whole_page = city.yinzheng.verify_file(as_png(image))
    assert (indication(whole_page), whole_page.claims) == (PASSED, examined.claims)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bundle", BUNDLES)
def test_a_grey_copy_is_still_read(city: City, licences: dict[str, Issued], bundle: str, form: str) -> None:
    """As from a poor copier: grey, pale, a little blurred, turned by a degree."""
    pale = picture(licences[bundle], form).convert("L").point(lambda value: 60 + value * 3 // 4)
    copy = pale.filter(ImageFilter.GaussianBlur(0.7)).rotate(1, fillcolor=251, expand=True)
    assert indication(city.yinzheng.verify_file(as_png(copy))) is PASSED


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_text_says_what_the_licence_says(licences: dict[str, Issued], bundle: str, form: str) -> None:
    issued = licences[bundle]
    shown = text_of_pdf(issued.pdf) if form == "pdf" else "".join("".join(examine_ofd(issued.ofd).face).split())
    values = face_values(issued.entry.licence)
    said = {name: "".join(values[name].split()) for name in values}
    wanted = set(issued.entry.licence.fields) | {"number", "identifier", "holder_names", "issuing_body", "issued_on"}
    missing = {name: said[name] for name in wanted if said[name] not in shown}
    assert missing == {}


@pytest.mark.parametrize("bundle", BUNDLES)
def test_both_pictures_show_the_same(licences: dict[str, Issued], bundle: str) -> None:
    """Two renderers never agree on single dots; blurred to millimetres they do, seal and code included."""
    pictures = [picture(licences[bundle], form).convert("L") for form in FORMS]
    size = pictures[0].size
    assert all(abs(one.width - size[0]) <= 2 and abs(one.height - size[1]) <= 2 for one in pictures)
    blurred = [one.resize(size).filter(ImageFilter.GaussianBlur(DPI / 25.4)) for one in pictures]
    difference = ImageStat.Stat(ImageChops.difference(*blurred))
    assert difference.mean[0] < 2
    assert difference.extrema[0][1] < 80


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_seal_is_seen_in_red(licences: dict[str, Issued], bundle: str, form: str) -> None:
    """A round of about 40 mm in which a good part of the dots is red."""
    image = picture(licences[bundle], form)
    red, green, blue = image.split()
    strong = ImageChops.subtract(red, ImageChops.lighter(green, blue)).point(lambda value: 255 * (value > 90))
    box = strong.getbbox()
    assert box is not None
    assert ImageStat.Stat(strong).sum[0] / 255 > 0.05 * (40 / 25.4 * DPI) ** 2
