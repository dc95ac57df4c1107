"""Pages are drawn as they would be read: compared with another renderer, with what was sealed, and with hostile files."""

import io
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image, ImageChops, ImageStat

from templates.fonts import FONT_FILE
from tests.city import City
from tests.ofd_foreign import letter, letter_entries, packed
from tests.ofd_renderer import render_ofd
from tests.pdf_parts import page as pdf_page
from tests.pdf_sealing_parts import seal as seal_pdf
from tests.sealing_parts import seal_on
from tests.stock_parts import picture as scan_of
from trust.formats.placing import AtPoint, Riding
from verifier.pictures import drawing as drawing_module
from verifier.pictures import ofd_objects
from verifier.pictures.drawing import drawn
from verifier.pictures.rendered import as_png, pixels_of
from verifier.pictures.sheets import (
    MAX_SHEETS,
    MAX_SIDE,
    WORDS,
    Drawn,
    Paper,
    Sheet,
    Trouble,
    is_picture,
    is_sound,
)


def drawing(data: bytes, font: Path = FONT_FILE) -> Drawn:
    paper, *sheets = drawn(data, font)
    assert isinstance(paper, Paper)
    found = Drawn(paper, tuple(one for one in sheets if isinstance(one, Sheet)))
    assert is_sound(found)
    return found


def picture(data: bytes, page: int = 0) -> Image.Image:
    sheet = drawing(data).sheet(page)
    assert sheet.picture, sheet.trouble
    return Image.open(io.BytesIO(sheet.picture)).convert("RGB")


def redness(image: Image.Image, box: tuple[float, float, float, float], width_mm: float) -> float:
    """How much of a box in millimetres is red ink."""
    scale = image.width / width_mm
    part = image.crop(tuple(round(value * scale) for value in box))  # type: ignore[arg-type]  # four numbers
    red, green, _ = part.split()
    return float(ImageStat.Stat(ImageChops.subtract(red, green)).mean[0])


@pytest.fixture(scope="module")
def face() -> bytes:
    city = City(people=False)
    try:
        return city.issue().ofd
    finally:
        city.close()


def test_a_face_looks_as_another_renderer_draws_it(face: bytes) -> None:
    ours = picture(face)
    theirs = render_ofd(face).resize(ours.size)
    difference = ImageChops.difference(ours.convert("L"), theirs.convert("L"))
    assert ImageStat.Stat(difference).mean[0] < 4
    blank = Image.new("L", ours.size, 255)
    assert ImageStat.Stat(ImageChops.difference(ours.convert("L"), blank)).mean[0] > 8


def test_a_seal_on_an_ofd_is_where_its_signature_says() -> None:
    sealed = seal_on(letter(), AtPoint(1, 100, 150))
    assert redness(picture(sealed, 1), (100, 150, 142, 192), 210) > 20
    assert redness(picture(sealed, 1), (0, 0, 90, 140), 210) < 1
    assert redness(picture(sealed, 0), (0, 0, 210, 297), 210) < 1


def test_a_riding_seal_shows_its_strip_on_every_page() -> None:
    sealed = seal_on(letter(4), Riding("right", 100))
    for page in range(4):
        image = picture(sealed, page)
        assert redness(image, (199.5, 100, 210, 142), 210) > 10
        assert redness(image, (150, 100, 199, 142), 210) < 1


@pytest.mark.parametrize("placing", [AtPoint(0, 20, 20), Riding()])
def test_a_seal_on_a_pdf_is_seen(placing: AtPoint | Riding) -> None:
    sealed = seal_pdf(pdf_page(pages=3), placing)
    image = picture(sealed, 2 if isinstance(placing, Riding) else 0)
    assert redness(image, (0, 0, 209, 148), 209.9) > 0.5
    assert redness(picture(pdf_page(pages=3)), (0, 0, 209, 148), 209.9) < 0.1


def test_pages_with_seals_come_first() -> None:
    sealed = seal_on(letter(30), AtPoint(27, 100, 150))
    found = drawing(sealed)
    assert [one.page for one in found.sheets] == [27, *range(19)]
    assert len(found.paper.pages) == 30
    assert (found.sheet(25).picture, found.sheet(25).trouble) == (b"", "too-many")


def changed(entry: str, text: str, other: str) -> bytes:
    entries = letter_entries()
    assert text in entries[entry].decode("utf-8")
    return packed(entries | {entry: entries[entry].decode("utf-8").replace(text, other).encode()})


PAGE = "Doc_0/Pages/Page_0/Content.xml"


def in_front(objects: str) -> tuple[str, str]:
    """A layer with these objects before the one that is there."""
    return '<Layer ID="3"', f'<Layer ID="9">{objects}</Layer><Layer ID="3"'


ODD_PATH = '<PathObject ID="1" Boundary="0 0 9 9"><AbbreviatedData>M 1</AbbreviatedData></PathObject>'
ODD_GLYPHS = '<CGTransform CodePosition="0" CodeCount="9"><Glyphs>70000</Glyphs></CGTransform><TextCode'


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ('Size="5"', 'Size="nan"'),
        ('Size="5"', 'Size="5" CTM="0 0 0 0 0 0"'),
        ("<TextCode", ODD_GLYPHS),
        in_front('<ImageObject ID="1" Boundary="0 0 9 9" ResourceID="77"/>'),
        in_front(ODD_PATH),
        in_front('<CompositeObject ID="1" Boundary="0 0 9 9" ResourceID="9"/>'),
        in_front("<PageBlock>" * 20 + '<PathObject ID="1" Boundary="x"/>' + "</PageBlock>" * 20),
    ],
    ids=["size", "flat", "glyph", "no-picture", "path", "no-unit", "depth"],
)
def test_what_cannot_be_drawn_is_left_out_and_told(text: str, other: str) -> None:
    sheet = drawing(changed(PAGE, text, other)).sheet(0)
    assert sheet.picture
    assert sheet.trouble == ("" if "CTM" in other else "partly")


def test_a_page_that_cannot_be_read_keeps_its_outline() -> None:
    found = drawing(changed(PAGE, "</Page>", "</Page"))
    assert (found.sheet(0).picture, found.sheet(0).trouble) == (b"", "unreadable")
    assert all(found.sheet(page).picture for page in (1, 2, 3))


def test_a_page_of_too_many_objects_keeps_its_outline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd_objects, "MAX_OBJECTS", 20)
    assert [one.trouble for one in drawing(letter()).sheets] == ["unreadable"] * 4


def test_what_is_refused_as_a_whole_has_no_pages() -> None:
    assert drawing(changed(PAGE, "<Content>", "<!DOCTYPE x><Content>")) == Drawn()


def test_pictures_have_a_bound_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_module, "MAX_PICTURES", 100_000)
    assert [one.trouble for one in drawing(letter()).sheets] == ["", "limit", "limit", "limit"]


def test_every_trouble_has_its_sentence() -> None:
    assert set(WORDS) == set(get_args(Trouble)) - {""}


@pytest.mark.parametrize("data", [b"PK\x03\x04 nothing", b"%PDF-1.7 nothing"])
def test_a_file_that_cannot_be_read_has_no_pages(data: bytes) -> None:
    assert drawing(data) == Drawn()


def test_only_documents_and_pictures_are_drawn() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        list(drawn(b"GIF89a", FONT_FILE))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_a_document_of_one_page(kind: str) -> None:
    found = drawing(scan_of(kind, size=(2480, 3508)))
    (sheet,) = found.sheets
    assert is_picture(sheet.picture)
    assert found.paper.pages == ((pytest.approx(210, abs=1), 297.0),)


@pytest.mark.parametrize(
    "octets",
    [scan_of("PNG")[:60], b"\x89PNG\r\n\x1a\n" + bytes(40), scan_of("JPEG")[:30], b"\xff\xd8\xff" + bytes(9)],
)
def test_a_broken_picture_is_not_drawn(octets: bytes) -> None:
    (sheet,) = drawing(octets).sheets
    assert (sheet.picture, sheet.trouble) == (b"", "unreadable")


@pytest.mark.parametrize("size", [(210.0, 297.0), (5.0, 5.0), (20_000.0, 1.0), (0.001, 4_000.0)])
def test_no_page_is_larger_than_the_bound(size: tuple[float, float]) -> None:
    width, height = pixels_of(size)
    assert 1 <= min(width, height) <= max(width, height) <= MAX_SIDE


def png(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height)).save(made, "PNG")
    return made.getvalue()


def sheets(*found: Sheet) -> Drawn:
    return Drawn(Paper(((210.0, 297.0),) * 3), found)


@pytest.mark.parametrize(
    ("found", "sound"),
    [
        (sheets(Sheet(0, png(9, 9)), Sheet(2)), True),
        (sheets(Sheet(0, png(MAX_SIDE + 1, 9))), False),
        (sheets(Sheet(0, b"<svg xmlns='http://www.w3.org/2000/svg'/>")), False),
        (sheets(Sheet(3, png(9, 9))), False),
        (sheets(Sheet(0), Sheet(0)), False),
        (Drawn(Paper(((0.0, 297.0),))), False),
        (Drawn(Paper(((1.0, 1.0),) * 50), tuple(Sheet(page) for page in range(MAX_SHEETS + 1))), False),
    ],
)
def test_what_comes_back_is_held_against_the_bounds(found: Drawn, sound: bool) -> None:
    assert is_sound(found) is sound


def test_a_picture_is_a_png() -> None:
    made = as_png(Image.effect_noise((MAX_SIDE, MAX_SIDE), 90).convert("RGB"))
    assert is_picture(made)


def _samples() -> list[Path]:
    folder = Path(__file__).resolve().parents[5] / "shared" / "samples" / "ofd"
    return sorted(folder.glob("*.ofd"))


@pytest.mark.parametrize("sample", _samples(), ids=lambda one: one.stem)
def test_real_files_are_drawn(sample: Path) -> None:
    """Where the samples are at hand."""
    found = drawing(sample.read_bytes())
    assert found.sheets
    assert all(one.picture for one in found.sheets)
