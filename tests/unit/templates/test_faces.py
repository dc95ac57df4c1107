"""Faces: the PDF against the picture it is meant to be, and the OFD page against the PDF."""

import io
import re
from collections import Counter
from ctypes import c_double
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageStat

from templates.errors import CodeDoesNotFit, MissingGlyph
from templates.face import Face, draw_face
from templates.layout import chinese_date, face_values, licence_items
from templates.library import Bundle, bundles, load_bundle
from templates.preview import EXPECTED_DPI, main
from templates.sample import sample_of
from templates.seal_picture import seal_from_png
from tests.ofd_renderer import render_ofd
from trust.formats.ofd.document import OfdDocument, TextRun
from trust.formats.ofd.package import write_package
from trust.formats.ofd.write import write_document
from trust.rules.party import Holder

every_bundle = pytest.mark.parametrize("bundle", bundles(), ids=lambda bundle: bundle.name)
BUSINESS = load_bundle("business-licence")
MM = 72 / 25.4


def drawn(bundle: Bundle, **changes: object) -> Face:
    """The sample's face, with parts of the licence changed."""
    sample = sample_of(bundle)
    licence = replace(sample.licence, **changes)  # type: ignore[arg-type]  # the test knows the fields
    return draw_face(bundle, licence, sample.qr_text, sample.seal)


def rendered(pdf: bytes, dpi: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    picture = page.render(scale=dpi / 72).to_pil().convert("RGB")
    page.close()
    document.close()
    return picture


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text_page = page.get_textpage()
    text: str = text_page.get_text_range()
    text_page.close()
    page.close()
    document.close()
    return text


def characters_of(pdf: bytes) -> list[tuple[str, float, float]]:
    """Every visible character with its origin in millimetres from the upper left corner."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text_page = page.get_textpage()
    x, y = c_double(), c_double()
    found = []
    for place in range(text_page.count_chars()):
        code = pypdfium2.raw.FPDFText_GetUnicode(text_page, place)
        if pypdfium2.raw.FPDFText_IsGenerated(text_page, place):
            continue
        pypdfium2.raw.FPDFText_GetCharOrigin(text_page, place, x, y)
        if 0xDC00 <= code < 0xE000:  # pdfium counts UTF-16 units
            high = ord(found.pop()[0])
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
        found.append((chr(code), x.value / MM, (page.get_height() - y.value) / MM))
    text_page.close()
    page.close()
    document.close()
    return found


def ofd_of(face: Face) -> bytes:
    """The face as an unsealed OFD file."""
    document = OfdDocument(
        doc_id="0" * 32,
        title="样例",
        creator="印证",
        created_on=date(2026, 3, 1),
        pages=face.ofd_pages,
        fonts=face.ofd_fonts,
        images=face.ofd_images,
    )
    return write_package(write_document(document))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference in levels of 255, after a little blur, so that edges smoothed otherwise do not count."""
    box = (0, 0, min(one.width, other.width), min(one.height, other.height))  # renderers round sizes up or down
    blurred = (picture.convert("RGB").crop(box).filter(ImageFilter.GaussianBlur(1)) for picture in (one, other))
    return sum(ImageStat.Stat(ImageChops.difference(*blurred)).mean) / 3


@every_bundle
def test_the_face_looks_as_it_is_meant_to(bundle: Bundle) -> None:
    with Image.open(bundle.folder / "expected.png") as expected:
        found = rendered(drawn(bundle).pdf, EXPECTED_DPI)
        assert found.size == expected.size
        assert difference(found, expected) < 1.5


@every_bundle
def test_a_changed_value_changes_the_picture(bundle: Bundle) -> None:
    one, other = rendered(drawn(bundle).pdf, 72), rendered(drawn(bundle, issued_on=date(2027, 11, 30)).pdf, 72)
    assert ImageChops.difference(one, other).getbbox() is not None


@every_bundle
def test_the_same_licence_gives_the_same_octets(bundle: Bundle) -> None:
    assert drawn(bundle) == drawn(bundle)
    assert drawn(bundle).pdf != drawn(bundle, number="9").pdf


@every_bundle
def test_every_value_can_be_found_and_copied(bundle: Bundle) -> None:
    text = re.sub(r"\s", "", text_of(drawn(bundle).pdf))
    licence = sample_of(bundle).licence
    values = face_values(licence)
    names = {name for slot in bundle.layout.slots for name in slot.names}
    for name in names:
        assert re.sub(r"\s", "", values[name]) in text, name
    titles = text.count(licence.name) - sum(values[name].count(licence.name) for name in names)
    assert titles == 1, "the title is one text although it is drawn bolder"


@every_bundle
@pytest.mark.parametrize("dpi", [110, 150, 300])
def test_the_code_is_read_from_the_picture(bundle: Bundle, dpi: int) -> None:
    sample = sample_of(bundle)
    (found,) = zxingcpp.read_barcodes(rendered(drawn(bundle).pdf, dpi), formats=zxingcpp.BarcodeFormat.QRCode)
    assert found.text == sample.qr_text


@every_bundle
def test_all_fonts_are_embedded_and_no_core_font_is_named(bundle: Bundle) -> None:
    pdf = drawn(bundle).pdf
    assert b"Helvetica" not in pdf
    assert pdf.count(b"/Subtype /Type0") == pdf.count(b"/FontFile2") == 2
    assert len(set(re.findall(rb"/FontName /([A-Z]{6}\+NotoSerifSC-Regular)", pdf))) == 2


@every_bundle
def test_the_file_is_one_revision_whose_table_points_at_its_objects(bundle: Bundle) -> None:
    pdf = drawn(bundle).pdf
    assert pdf.startswith(b"%PDF-1.7\n")
    assert pdf.endswith(b"%%EOF\n")
    assert pdf.count(b"startxref") == pdf.count(b"%%EOF") == 1
    start = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    table = pdf[start:].split(b"trailer")[0].splitlines()[2:]
    for number, entry in enumerate(table[1:], 1):
        assert len(entry) == 19
        assert pdf[int(entry[:10]) :].startswith(b"%d 0 obj\n" % number)


@every_bundle
def test_both_canvases_put_every_character_at_the_same_place(bundle: Bundle) -> None:
    face = drawn(bundle)
    on_ofd: Counter[tuple[str, int, int]] = Counter()
    for run in (item for item in face.ofd_pages[0].objects if isinstance(item, TextRun)):
        x = run.x
        for character, advance in zip(run.text, run.advances, strict=True):
            on_ofd[character, round(x * 2), round(run.baseline * 2)] += 1
            x += advance
    for character, x, y in characters_of(face.pdf):
        near = [(character, round(x * 2) + dx, round(y * 2) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        hit = next((key for key in near if on_ofd[key]), None)
        assert hit or character == " ", (character, x, y)
        if hit:
            on_ofd[hit] -= 1
    assert not [key for key, count in on_ofd.items() if count and key[0] != " "]


@every_bundle
def test_another_reader_of_ofd_sees_what_the_pdf_shows(bundle: Bundle) -> None:
    sample = sample_of(bundle)
    face = draw_face(bundle, sample.licence, sample.qr_text, seal_from_png(BLANK_SEAL, 42.0, 42.0))
    picture = render_ofd(ofd_of(face), dpi=150)
    third = (picture.width // 3, picture.height // 3)  # edges are smoothed differently; at a third that does not count
    shown = rendered(face.pdf, 150).resize(third, Image.Resampling.BOX)
    assert difference(picture.resize(third, Image.Resampling.BOX), shown) < 2
    (code,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert code.text == sample.qr_text


def _png(colour: tuple[int, int, int, int]) -> bytes:
    held = io.BytesIO()
    Image.new("RGBA", (30, 30), colour).save(held, "PNG")
    return held.getvalue()


BLANK_SEAL = _png((255, 255, 255, 0))


@every_bundle
def test_the_seal_lies_over_issuing_body_and_date(bundle: Bundle) -> None:
    stamp = drawn(bundle).stamp
    assert (stamp.page, stamp.width, stamp.height) == (0, 42, 42)
    assert stamp.x > 0 < stamp.y
    assert stamp.x + 42 < bundle.layout.width
    assert stamp.y + 42 < bundle.layout.height
    sample = sample_of(bundle)
    items = licence_items(bundle.layout, sample.licence, bundle.labels, sample.qr_text)
    for value in (sample.licence.issuing_body.name, chinese_date(sample.licence.issued_on)):
        covered = [
            item
            for item in items
            if getattr(item, "text", None) == value
            and stamp.x < item.x + item.width / 2 < stamp.x + 42
            and stamp.y < item.baseline < stamp.y + 42
        ]
        assert covered, value


def test_the_seal_is_on_the_pdf_and_not_on_the_ofd_page() -> None:
    sample = sample_of(BUSINESS)
    x, y = BUSINESS.layout.seal
    place = (round(x * 100 / 25.4), round(y * 100 / 25.4))
    face = drawn(BUSINESS)
    red, green, blue = rendered(face.pdf, 100).getpixel(place)  # type: ignore[misc]  # an RGB picture
    assert red > 180 > 90 > max(green, blue), "the star"
    assert min(render_ofd(ofd_of(face), dpi=100).getpixel(place)) > 180  # type: ignore[type-var,arg-type]  # a grey pixel is a number
    assert len(face.ofd_images) == 1
    assert sample.seal.png not in [image.octets for image in face.ofd_images]


def test_a_seal_made_elsewhere_is_drawn_from_its_picture_with_its_transparency() -> None:
    sample = sample_of(BUSINESS)
    x, y = (round(value * 100 / 25.4) for value in BUSINESS.layout.seal)
    shapes = rendered(draw_face(BUSINESS, sample.licence, sample.qr_text, sample.seal).pdf, 100)
    copied = seal_from_png(sample.seal.png, 42.0, 42.0)
    picture = rendered(draw_face(BUSINESS, sample.licence, sample.qr_text, copied).pdf, 100)
    box = (x - 90, y - 90, x + 90, y + 90)
    clear = seal_from_png(BLANK_SEAL, 42.0, 42.0)
    without = rendered(draw_face(BUSINESS, sample.licence, sample.qr_text, clear).pdf, 100)
    seen = difference(shapes.crop(box), without.crop(box))
    assert seen > 15
    assert difference(shapes.crop(box), picture.crop(box)) < seen / 3, "the same seal, a little paler"


@pytest.mark.parametrize("name", ["王𬭎", "龔䶮", "㙱〇", "阿卜杜热合曼·买买提", "Müller-Lüdenscheidt"])
def test_rare_names_are_drawn(name: str) -> None:
    bundle = load_bundle("teacher-qualification")
    face = drawn(bundle, holders=(Holder(name, "530199191107070021", "111"),))
    assert name in text_of(face.pdf)
    assert ImageChops.difference(rendered(face.pdf, 72), rendered(drawn(bundle).pdf, 72)).getbbox()
    assert difference(render_ofd(ofd_of(face), dpi=100), render_ofd(ofd_of(drawn(bundle)), dpi=100)) > 0


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"holders": (Holder("张𠮷", "530199191107070021", "111"),)}, "持证主体"),
        ({"number": "编号\U00020bb7"}, "证照编号"),
        ({"fields": {"kind": "教师\u200b资格"}}, "资格种类"),
    ],
    ids=["name", "number", "field"],
)
def test_a_missing_glyph_stops_the_face(changes: dict[str, object], where: str) -> None:
    with pytest.raises(MissingGlyph) as caught:
        drawn(load_bundle("teacher-qualification"), **changes)
    assert caught.value.where == where


def test_a_code_too_dense_for_its_square_stops_the_face() -> None:
    sample = sample_of(BUSINESS)
    with pytest.raises(CodeDoesNotFit):
        draw_face(BUSINESS, sample.licence, sample.qr_text + "7" * 300, sample.seal)


def test_an_absent_optional_item_leaves_its_slot_empty() -> None:
    licence = sample_of(BUSINESS).licence
    fields = {key: value for key, value in licence.fields.items() if key != "registered_capital"}
    text = text_of(drawn(BUSINESS, fields=fields).pdf)
    assert "伍佰万元整" not in text
    assert "注册资本" in re.sub(r"\s", "", text)


def test_a_licence_without_last_day_says_so() -> None:
    licence = sample_of(load_bundle("food-operation")).licence
    assert face_values(replace(licence, valid_until=None, valid_from=None))["valid_until"] == "长期"


def test_the_preview_command_writes_every_face(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("faces")
    assert main([str(folder)]) == 0
    assert {path.suffix for path in folder.iterdir()} == {".pdf", ".png"}
    for bundle in bundles():
        assert (folder / f"{bundle.name}.pdf").read_bytes() == drawn(bundle).pdf
