"""Faces: the PDF against the picture it is meant to be, and the OFD page against the PDF."""

import io
import re
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
import zxingcpp
from PIL import Image, ImageChops

from templates.checking import under_seal
from templates.code import SMALLEST_MODULE_MM, code_modules
from templates.errors import CodeDoesNotFit, MissingGlyph, PhotoMissing
from templates.face import draw_face
from templates.layout import chinese_date, face_values, licence_pages
from templates.library import bundles, load_bundle
from templates.preview import EXPECTED_DPI, main, rendered, stacked
from templates.seal_picture import UNIT_SEAL_MM, seal_from_png
from tests.face_parts import (
    NAMES,
    bare,
    characters_of,
    copied_pages,
    difference,
    drawn,
    largest_difference,
    objects_of,
    ofd_pages,
    pdf_pages,
    sample,
    sample_face,
    text_of,
)
from trust.formats.ofd.document import TextRun
from trust.rules.field_kind import ONCE
from trust.rules.party import Holder
from trust.rules.table import joined, rows_of

every_type = pytest.mark.parametrize("name", NAMES)
BUSINESS = load_bundle("business-licence")
QR = zxingcpp.BarcodeFormat.QRCode
DPI, CELL = 150, round(2 / 25.4 * 150)
LARGEST, LARGEST_IN_BORDER = 42, 70
"""Levels of 255 that a square of two millimetres may differ by; a missing line of print makes more."""


@every_type
def test_the_face_looks_as_it_is_meant_to(name: str) -> None:
    with Image.open(load_bundle(name).folder / "expected.png") as expected:
        found = stacked(pdf_pages(name, EXPECTED_DPI))
        assert found.size == expected.size
        assert difference(found, expected) < 1.5


@pytest.mark.parametrize("name", ["business-licence", "marriage-certificate", "real-estate-certificate"])
def test_a_changed_value_changes_the_picture(name: str) -> None:
    changed = rendered(drawn(load_bundle(name), issued_on=date(2027, 11, 30)).pdf, EXPECTED_DPI)
    assert ImageChops.difference(pdf_pages(name, EXPECTED_DPI)[0], changed[0]).getbbox() is not None


@every_type
def test_the_same_licence_gives_the_same_octets(name: str) -> None:
    assert drawn(load_bundle(name)) == sample_face(name)
    assert drawn(load_bundle(name), number="9").pdf != sample_face(name).pdf


@every_type
def test_every_value_can_be_found_and_copied(name: str) -> None:
    bundle, licence = load_bundle(name), sample(name).licence
    text = bare(text_of(sample_face(name).pdf))
    values = face_values(licence)
    shown = {one for slot in bundle.layout.slots for one in slot.names} - {"page", "pages"}
    for one in shown:
        assert bare(values.get(one, "")) in text, one
    for rule in bundle.type.fields:
        if rule.kind == "table":
            for cell in [cell for row in rows_of(licence.fields[rule.key]) for cell in row]:
                assert bare(cell) in text, cell
        assert rule.key in shown or rule.kind in ONCE


@every_type
@pytest.mark.parametrize("dpi", [110, 150])
def test_the_code_is_read_from_the_picture(name: str, dpi: int) -> None:
    (found,) = zxingcpp.read_barcodes(pdf_pages(name, dpi)[0], formats=QR)
    assert found.text == sample(name).qr_text


@every_type
def test_a_module_of_the_code_is_half_a_millimetre(name: str) -> None:
    modules = len(code_modules(sample(name).qr_text))
    assert load_bundle(name).layout.code.side / modules >= SMALLEST_MODULE_MM


@every_type
def test_all_fonts_are_embedded_and_no_core_font_is_named(name: str) -> None:
    pdf = sample_face(name).pdf
    assert b"Helvetica" not in pdf
    assert pdf.count(b"/Subtype /Type0") == pdf.count(b"/FontFile2") == 2
    assert len(set(re.findall(rb"/FontName /([A-Z]{6}\+NotoSerifSC-Regular)", pdf))) == 2


@every_type
def test_the_file_is_one_revision_whose_table_points_at_its_objects(name: str) -> None:
    pdf = sample_face(name).pdf
    assert pdf.startswith(b"%PDF-1.7\n")
    assert pdf.endswith(b"%%EOF\n")
    assert pdf.count(b"startxref") == pdf.count(b"%%EOF") == 1
    start = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    table = pdf[start:].split(b"trailer")[0].splitlines()[2:]
    for number, entry in enumerate(table[1:], 1):
        assert len(entry) == 19
        assert pdf[int(entry[:10]) :].startswith(b"%d 0 obj\n" % number)


@every_type
def test_both_canvases_put_every_character_at_the_same_place(name: str) -> None:
    face = sample_face(name)
    for page in range(len(face.ofd.pages)):
        on_ofd: Counter[tuple[str, int, int]] = Counter()
        for run in (item for item in objects_of(face, page) if isinstance(item, TextRun)):
            x = run.x
            for character, advance in zip(run.text, run.advances, strict=True):
                on_ofd[character, round(x * 2), round(run.baseline * 2)] += 1
                x += advance
        for character, x, y in characters_of(face.pdf, page):
            near = [(character, round(x * 2) + dx, round(y * 2) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
            hit = next((key for key in near if on_ofd[key]), None)
            assert hit or character == " ", (character, x, y)
            if hit:
                on_ofd[hit] -= 1
        assert not [key for key, count in on_ofd.items() if count and key[0] != " "]


@every_type
def test_the_ofd_and_the_pdf_differ_by_no_visible_element(name: str) -> None:
    """Two renderers smooth edges differently, most of all in woven borders; a part that is missing is far more."""
    for page, (one, drawn_ofd) in enumerate(zip(copied_pages(name, DPI), ofd_pages(name, DPI), strict=True)):
        other = drawn_ofd.resize(one.size)  # the renderers round sizes up or down
        assert difference(one, other) < 7  # a card is mostly code
        assert largest_difference(one, other, CELL) < LARGEST_IN_BORDER, page
        frame = load_bundle(name).layout.frame
        edge = round((frame.margin + 2.1 * frame.band + 1) / 25.4 * DPI)
        inside = (edge, edge, one.width - edge, one.height - edge)
        assert largest_difference(one.crop(inside), other.crop(inside), CELL) < LARGEST, page
    (code,) = zxingcpp.read_barcodes(ofd_pages(name, DPI)[0], formats=QR)
    assert code.text == sample(name).qr_text


def test_a_missing_line_would_be_seen() -> None:
    """The measure of the test before: without a line of text the largest difference is beyond its bound."""
    licence = sample("teacher-qualification").licence
    fields = {key: value for key, value in licence.fields.items() if key != "kind"}
    less = rendered(drawn(load_bundle("teacher-qualification"), fields=fields).pdf, DPI)[0]
    assert largest_difference(pdf_pages("teacher-qualification", DPI)[0], less, CELL) > 1.5 * LARGEST


def _png(colour: tuple[int, int, int, int]) -> bytes:
    held = io.BytesIO()
    Image.new("RGBA", (30, 30), colour).save(held, "PNG")
    return held.getvalue()


BLANK_SEAL = _png((255, 255, 255, 0))


@every_type
def test_the_seal_lies_over_issuing_body_and_date(name: str) -> None:
    bundle, told, stamp = load_bundle(name), sample(name), sample_face(name).stamp
    page = bundle.layout.sheets[bundle.layout.stamp.sheet]
    assert stamp.width == stamp.height == (bundle.layout.stamp.width or UNIT_SEAL_MM)
    assert stamp.x > 0 < stamp.y
    assert stamp.x + stamp.width < page.width
    assert stamp.y + stamp.height < page.height
    composed = licence_pages(bundle.layout, told.licence, bundle.labels, told.qr_text)
    for value in (told.licence.issuing_body.name, chinese_date(told.licence.issued_on)):
        assert under_seal(bundle, composed[stamp.page], value), value


def test_the_seal_is_on_the_pdf_and_not_on_the_ofd_page() -> None:
    face = sample_face("business-licence")
    x, y = (round(value * 110 / 25.4) for value in BUSINESS.layout.seal)
    red, green, blue = pdf_pages("business-licence", 110)[0].getpixel((x, y))  # type: ignore[misc]  # an RGB picture
    assert red > 180 > 90 > max(green, blue), "the star"
    assert len(face.ofd.images) == 1
    assert sample("business-licence").seal.png not in [image.octets for image in face.ofd.images]


def test_a_seal_made_elsewhere_is_drawn_from_its_picture_with_its_transparency() -> None:
    told = sample("business-licence")
    x, y = (round(value * 110 / 25.4) for value in BUSINESS.layout.seal)
    shapes = pdf_pages("business-licence", 110)[0]
    copied, clear = (seal_from_png(png, 42.0, 42.0) for png in (told.seal.png, BLANK_SEAL))
    picture, without = (
        rendered(draw_face(BUSINESS, told.licence, told.qr_text, seal).pdf, 110)[0] for seal in (copied, clear)
    )
    box = (x - 90, y - 90, x + 90, y + 90)
    seen = difference(shapes.crop(box), without.crop(box))
    assert seen > 15
    assert difference(shapes.crop(box), picture.crop(box)) < seen / 3, "the same seal, a little paler"


@pytest.mark.parametrize("who", ["王𬭎", "龔䶮", "㙱〇", "阿卜杜热合曼·买买提", "Müller-Lüdenscheidt"])
def test_rare_names_are_drawn(who: str) -> None:
    name = "teacher-qualification"
    face = drawn(load_bundle(name), holders=(Holder(who, "530199191107070021", "111"),))
    assert who in text_of(face.pdf)
    assert ImageChops.difference(rendered(face.pdf, 72)[0], pdf_pages(name, 72)[0]).getbbox()
    runs = [item.text for item in objects_of(face, 0) if isinstance(item, TextRun)]
    assert who in runs


@pytest.mark.parametrize(
    ("name", "changes", "where"),
    [
        ("teacher-qualification", {"holders": (Holder("张𠮷", "530199191107070021", "111"),)}, "持证主体"),
        ("teacher-qualification", {"number": "编号\U00020bb7"}, "证照编号"),
        ("teacher-qualification", {"fields": {"kind": "教师\u200b资格"}}, "资格种类"),
        ("tree-felling-permit", {"fields": {"parcels": joined([("1", "杉𠮷", *"11111")])}}, "采伐小班明细 树种"),
    ],
    ids=["name", "number", "field", "cell"],
)
def test_a_missing_glyph_stops_the_face(name: str, changes: dict[str, object], where: str) -> None:
    with pytest.raises(MissingGlyph) as caught:
        drawn(load_bundle(name), **changes)
    assert caught.value.where == where


def test_a_code_too_dense_for_its_square_stops_the_face() -> None:
    told = sample("business-licence")
    with pytest.raises(CodeDoesNotFit):
        draw_face(BUSINESS, told.licence, told.qr_text + "7" * 300, told.seal)


def test_an_absent_optional_item_leaves_its_slot_empty() -> None:
    licence = sample("business-licence").licence
    fields = {key: value for key, value in licence.fields.items() if key != "registered_capital"}
    text = text_of(drawn(BUSINESS, fields=fields).pdf)
    assert "伍佰万元整" not in text
    assert "注册资本" in bare(text)


def test_a_licence_without_last_day_says_so() -> None:
    licence = sample("food-operation").licence
    assert face_values(replace(licence, valid_until=None, valid_from=None))["valid_until"] == "长期"


def test_photographs_are_drawn_from_the_octets_the_licence_names() -> None:
    bundle, told = load_bundle("marriage-certificate"), sample("marriage-certificate")
    (octets,) = told.photos.values()
    face = sample_face(bundle.name)
    assert octets in face.pdf
    assert octets in [image.octets for image in face.ofd.images]
    assert drawn(bundle, fields={**told.licence.fields, "registrar": "卫青"}).pdf.count(octets) == 1


def test_a_photograph_that_is_not_given_stops_the_face() -> None:
    bundle, told = load_bundle("marriage-certificate"), sample("marriage-certificate")
    with pytest.raises(PhotoMissing) as caught:
        draw_face(bundle, told.licence, told.qr_text, told.seal)
    assert caught.value.field == "photo"


def test_the_preview_command_writes_every_face(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("faces")
    assert main([str(folder)]) == 0
    assert {path.suffix for path in folder.iterdir()} == {".pdf", ".png"}
    for bundle in bundles():
        assert (folder / f"{bundle.name}.pdf").read_bytes() == sample_face(bundle.name).pdf
