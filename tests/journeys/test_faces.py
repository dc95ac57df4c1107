"""What people see on the sealed files: rendered by other software, the code is read from the picture and verifies.

The PDF is rendered by PDFium, the OFD by the small foreign renderer of the tests; the code is decoded by zxing-cpp.
The text on both says what the licence says, and both pictures show the same face. Every type is issued and passes all
steps, with its tables, its further pages and its photographs; a few are looked at as pictures.
"""

import io
import zipfile
from dataclasses import replace
from functools import cache

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageStat

from issuer.drafting import draw
from issuer.issuing import Issued
from templates.layout import face_values
from templates.library import load_bundle
from templates.parts import PhotoPlace
from tests.city import BUNDLES, City
from tests.face_parts import NAMES
from tests.journey_parts import PASSED, against, code_text, identifier, indication
from tests.ofd_renderer import render_ofd
from trust.formats.licence_document import encode_licence
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.formats.sealed_file import SealedFile
from trust.rules.licence import Licence
from trust.rules.verdict import Indication
from verifier.content import is_shown, read_licence

DPI = 150
FORMS = ("pdf", "ofd")
PAGES = {
    "disability-certificate": 2, "medical-institution-permit": 3, "real-estate-certificate": 3,
    "social-security-card": 2, "tree-felling-permit": 2,
}  # fmt: skip
SEEN = ("business-licence", "food-operation", "marriage-certificate", "real-estate-certificate", "social-security-card")


@pytest.fixture(scope="module")
def licences(city: City) -> dict[str, Issued]:
    return {name: city.issue(name) for name in NAMES}


@cache
def rendered_pdf(data: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    try:
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


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_every_type_passes_all_steps(city: City, licences: dict[str, Issued], name: str, form: str) -> None:
    examined = city.yinzheng.verify_file(getattr(licences[name], form))
    assert (indication(examined), against(examined)) == (PASSED, [])
    assert "face" in {finding.name for finding in examined.verdict.findings}


@pytest.mark.parametrize("name", NAMES)
def test_both_files_have_the_pages_the_face_needs(licences: dict[str, Issued], name: str) -> None:
    issued = licences[name]
    document = pypdfium2.PdfDocument(issued.pdf)
    try:
        assert len(document) == PAGES.get(name, 1)
    finally:
        document.close()
    with zipfile.ZipFile(io.BytesIO(issued.ofd)) as package:
        assert sum(entry.endswith("/Content.xml") and "/Pages/" in entry for entry in package.namelist()) == PAGES.get(
            name, 1
        )


@pytest.mark.parametrize("name", ["marriage-certificate", "social-security-card", "disability-certificate"])
def test_the_photograph_on_the_pages_is_the_one_the_licence_names(licences: dict[str, Issued], name: str) -> None:
    issued = licences[name]
    named = issued.entry.licence.fields["photo"]
    for sealed in (examine_ofd(issued.ofd), examine_pdf(issued.pdf)):
        assert named in sealed.pictures
        stranger = replace(issued.entry.licence, fields={**issued.entry.licence.fields, "photo": f"sm3:{'0' * 64}"})
        (told,) = [one for one in read_licence(swapped(sealed, stranger))[0] if one.name == "face"]
        assert told.indication is Indication.FAILED


def swapped(sealed: SealedFile, licence: Licence) -> SealedFile:
    """The file as it would be with other metadata under a seal that holds."""
    return replace(sealed, metadata=encode_licence(licence))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bundle", SEEN)
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
@pytest.mark.parametrize("name", NAMES)
def test_the_text_says_what_the_licence_says(licences: dict[str, Issued], name: str, form: str) -> None:
    issued = licences[name]
    sealed = examine_pdf(issued.pdf) if form == "pdf" else examine_ofd(issued.ofd)
    shown = "".join("".join(sealed.face).split())
    values = face_values(issued.entry.licence)
    wanted = set(issued.entry.licence.fields) | {"number", "identifier", "issuing_body", "issued_on"}
    assert [one for one in sorted(wanted) if not is_shown(values[one], shown, sealed.pictures)] == []
    assert all(holder.name in shown for holder in issued.entry.licence.holders)
    assert not is_shown(values["number"] + "1", shown, sealed.pictures)


@pytest.mark.parametrize("bundle", SEEN)
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


@pytest.mark.parametrize(
    ("box", "counts"),
    [((18, 37, 58, 40), True), ((18, 37, 6, 4), False), ((230, 37, 58, 40), False), ((18, 160, 58, 40), False)],
    ids=["as it is", "too small", "off the side", "off the foot"],
)
def test_a_photograph_nobody_can_see_does_not_count(
    city: City, licences: dict[str, Issued], box: tuple[float, float, float, float], counts: bool
) -> None:
    """A signer who hides the photograph has not shown it, on neither file."""
    issued, bundle = licences["marriage-certificate"], load_bundle("marriage-certificate")
    licence, office = issued.entry.licence, city.yinzheng.office
    (sheet,) = bundle.layout.sheets
    hidden = replace(bundle.layout, sheets=(replace(sheet, photos=(PhotoPlace("photo", *box),)),))
    pen = office.pen(licence.issuing_body.code, city.clock())
    photos = {licence.fields["photo"]: city.blobs.get(licence.fields["photo"])}
    made = draw(
        licence,
        replace(bundle, layout=hidden),
        pen,
        token=issued.token,
        host_url=office.host_url,
        at=city.clock(),
        photos=photos,
    )
    pdf = made.pdf.complete(pen.signer.sign(made.pdf.to_be_signed))
    ofd = made.ofd.complete(pen.signer.sign(made.ofd.to_be_signed), pen.certificate.der)
    for sealed in (examine_pdf(pdf), examine_ofd(ofd)):
        assert all(finding.indication is Indication.PASSED for finding in sealed.findings)
        assert (licence.fields["photo"] in sealed.pictures) is counts
        (told,) = [one for one in read_licence(sealed)[0] if one.name == "face"]
        assert (told.indication is Indication.PASSED) is counts
