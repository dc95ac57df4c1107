"""Where seals are seen: at a point, at words, on every page, across the pages' edges; measured on pictures of the pages."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter
from pyhanko.sign.fields import enumerate_sig_fields
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.pdf_parts import NAME, REASON, page
from tests.pdf_sealing_parts import MILLIMETRE, changed, first_page, judged, red, red_box, seal, shown, vector
from tests.seal_parts import AT, parts
from trust.errors import Conflict
from trust.formats.pdf.approving import plan_pdf_sealing
from trust.formats.pdf.document import open_document
from trust.formats.pdf.words import find_text
from trust.formats.placing import AtPoint, AtWords, Edge, OnPages, Placing, Riding
from trust.formats.sealed_document import SealBox

CLOSE = 0.2
SCALE = 4.0


def boxes(data: bytes, placing: Placing) -> tuple[SealBox, ...]:
    """What the plan says of where the seal will be seen."""
    planned = plan_pdf_sealing(
        data,
        placing,
        seal_der=parts().seal,
        picture=vector(),
        certificate=parts().signer_certificate,
        at=AT,
        reason=REASON,
        name=NAME,
    )
    return planned.boxes


def cropped(writer: PdfFileWriter) -> None:
    first_page(writer)[pdf_name("/CropBox")] = generic.ArrayObject(map(generic.NumberObject, (50, 30, 800, 400)))


def shifted(writer: PdfFileWriter) -> None:
    first_page(writer)[pdf_name("/MediaBox")] = generic.ArrayObject(map(generic.NumberObject, (-100, -50, 495, 370)))


@pytest.mark.parametrize("picture", [vector(), None], ids=["drawn", "image"])
@pytest.mark.parametrize(
    ("case", "document"),
    [
        ("upright", page),
        ("turned right", lambda: page(rotation=90)),
        ("upside down", lambda: page(rotation=180)),
        ("turned left", lambda: page(rotation=270)),
        ("cropped", lambda: changed(cropped)),
        ("cropped and turned", lambda: changed(cropped, rotation=90)),
        ("origin elsewhere", lambda: changed(shifted)),
    ],
)
def test_a_seal_is_where_it_was_put_and_as_large_as_it_says(
    case: str, document: Callable[[], bytes], picture: object
) -> None:
    data = seal(document(), AtPoint(0, 60, 50), picture=picture)
    edge, side = (0, 42) if picture else (40 * 4 / 120, 40 * 113 / 120)  # the ring of the image lies within its edge
    assert red_box(data) == pytest.approx((60 + edge, 50 + edge, side, side), abs=CLOSE), case


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_seal_stands_upright_on_every_page(rotation: int) -> None:
    images = []
    for turn in (0, rotation):
        image = red(shown(seal(page(rotation=turn), AtPoint(0, 20, 60)), scale=SCALE))
        box = image.getbbox()
        assert box is not None
        images.append(image.crop(box).resize((300, 300)))
    assert share_of_difference(*images) < 0.06


def share_of_difference(one: Image.Image, other: Image.Image) -> float:
    """How much of two masks is not the same."""
    return sum(ImageChops.difference(one, other).histogram()[128:]) / (one.width * one.height)


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize(("pages", "rotation"), [(3, 0), (5, 0), (2, 90), (4, 270)])
def test_the_strips_of_a_riding_seal_join_to_the_whole(edge: Edge, pages: int, rotation: int) -> None:
    document = page(pages=pages, rotation=rotation)
    data = seal(document, Riding(edge, y=30))
    assert [each.sound for each in judged(data)] == [True]
    assert len(list(enumerate_sig_fields(PdfFileReader(BytesIO(data))))) == 1
    planned = boxes(document, Riding(edge, y=30))
    assert [box.page for box in planned] == list(range(pages))
    whole = Image.new("L", (round(42 * MILLIMETRE * SCALE),) * 2)
    for box in planned:
        assert box.clip is not None
        left, top, width, height = box.clip
        image = red(shown(data, box.page, scale=SCALE))
        corners = (box.x + left, box.y + top, box.x + left + width, box.y + top + height)
        piece = image.crop(tuple(round(each * MILLIMETRE * SCALE) for each in corners))  # type: ignore[arg-type]  # always four
        whole.paste(piece, (round(left * MILLIMETRE * SCALE), round(top * MILLIMETRE * SCALE)))
        outside = image.copy()
        outside.paste(
            0,
            tuple(round(each * MILLIMETRE * SCALE) + grow for each, grow in zip(corners, (-2, -2, 2, 2), strict=True)),
        )
        assert outside.getbbox() is None
    assert share_of_difference(whole, whole_seal()) < 0.03


@cache
def whole_seal() -> Image.Image:
    """The seal in one piece, as a mask."""
    image = red(shown(seal(page(), AtPoint(0, 50, 50)), scale=SCALE))
    start = round(50 * MILLIMETRE * SCALE)
    side = round(42 * MILLIMETRE * SCALE)
    return image.crop((start, start, start + side, start + side))


def test_what_is_written_under_a_seal_stays_readable() -> None:
    document = page()
    (words,) = find_text(open_document(document), "营业执照")
    corners = (words.x, words.y, words.x + words.width, words.y + words.height)
    area = tuple(round(each * MILLIMETRE * SCALE) for each in corners)
    masks = [
        shown(data, scale=SCALE).crop(area).convert("L").point(lambda value: 255 if value < 60 else 0)  # type: ignore[arg-type]  # always four
        for data in (document, seal(document, AtWords("营业执照")))
    ]
    assert share_of_difference(*masks) < 0.02


def test_many_pages_share_a_riding_seal_in_groups() -> None:
    data = page(pages=45)
    found = boxes(data, Riding(together=20))
    assert [found[at].clip[0] for at in (0, 15, 30)] == [0, 0, 0]  # type: ignore[index]  # riding boxes have one
    assert judged(seal(data, Riding(together=20)))[0].sound


def test_a_page_seal_stands_on_every_page_and_is_drawn_once() -> None:
    data = seal(page(pages=3), OnPages(20, 60))
    assert [red_box(data, number) for number in range(3)] == [pytest.approx((20, 60, 42, 42), abs=CLOSE)] * 3
    added = data[len(page(pages=3)) :]
    assert added.count(b"/Subtype /Form") == 2
    assert added.count(b"/Subtype /Widget") == 3
    assert red_box(seal(page(pages=3), OnPages(20, 60, pages=(2,))), 0) is None


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_seal_is_centred_on_words(rotation: int) -> None:
    document = page(pages=2, rotation=rotation)
    words = find_text(open_document(document), "营业 执照")
    assert [box.page for box in words] == [0, 1]
    text = ImageChops.invert(shown(document, 1).convert("L")).getbbox()
    assert text is not None
    left, top, right, bottom = (value / SCALE / MILLIMETRE for value in text)
    assert left - 1 <= words[1].x
    assert words[1].x + words[1].width <= right + 1
    assert top - 2 <= words[1].y
    assert words[1].y + words[1].height <= bottom + 2
    found = red_box(seal(document, AtWords("执照", -1)), 1)
    assert found is not None
    target = find_text(open_document(document), "执照")[1]
    across, down = open_document(document).sizes[1]
    expected = (
        min(max(target.x + target.width / 2 - 21, 0), across - 42),
        min(max(target.y + target.height / 2 - 21, 0), down - 42),
        42,
        42,
    )
    assert found == pytest.approx(expected, abs=CLOSE)


def drawn(lines: Callable[[Canvas], None]) -> bytes:
    """A page on which a canvas wrote."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=True)
    lines(canvas)
    canvas.save()
    return out.getvalue()


def western(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 12)
    canvas.drawString(100, 700, "Contract (signed) here")


def unembedded(canvas: Canvas) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(100, 700, "甲方盖章处")


def in_form(canvas: Canvas) -> None:
    canvas.beginForm("stamp")
    canvas.setFont("Helvetica", 12)
    canvas.drawString(0, 0, "SIGN")
    canvas.endForm()
    canvas.translate(100, 700)
    canvas.doForm("stamp")


def broken(canvas: Canvas) -> None:
    text = canvas.beginText(100, 700)
    text.setFont("Helvetica", 12, leading=14)
    text.textLine("To be sea")
    text.textLine("led")
    canvas.drawText(text)


def spread(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 12)
    canvas.drawString(100, 800, "SEA")
    canvas.drawString(100, 100, "LED")


@pytest.mark.parametrize(
    ("case", "lines", "words", "x"),
    [
        ("simple font", western, "(signed)", 100 + 53.364),
        ("font of the reader", unembedded, "盖章", 100 + 24),
        ("form on the page", in_form, "SIGN", 100),
        ("over two lines", broken, "sealed", 100),
    ],
)
def test_words_are_found_however_they_are_written(
    case: str, lines: Callable[[Canvas], None], words: str, x: float
) -> None:
    (found,) = find_text(open_document(drawn(lines)), words)
    assert found.page == 0
    assert (842 - 700) / MILLIMETRE - 5 < found.y < (842 - 700) / MILLIMETRE
    if case != "simple font":  # the widths of the standard fonts stand in no file
        assert found.x == pytest.approx(x / MILLIMETRE, abs=CLOSE)


@pytest.mark.parametrize(("lines", "words"), [(spread, "SEALED"), (western, "contract"), (western, " ")])
def test_what_does_not_stand_together_is_not_found(lines: Callable[[Canvas], None], words: str) -> None:
    assert find_text(open_document(drawn(lines)), words) == []


@pytest.mark.parametrize(
    ("placing", "reason"),
    [
        (AtPoint(3, 1, 1), "no-such-page"),
        (AtPoint(0, 200, 1), "seal-off-page"),
        (AtWords("没有的字"), "no-such-words"),
        (AtWords("执照", 3), "no-such-words"),
        (OnPages(1, 1, pages=(0, 9)), "no-such-page"),
    ],
)
def test_a_place_must_be_on_the_document(placing: Placing, reason: str) -> None:
    with pytest.raises(Conflict) as refused:
        seal(page(pages=2), placing)
    assert refused.value.reason == reason


def test_one_page_has_no_edge_to_ride_on() -> None:
    with pytest.raises(Conflict) as refused:
        seal(page(), Riding())
    assert refused.value.reason == "riding-one-page"


def test_words_may_be_found_by_another_program() -> None:
    data = seal(page(), AtWords("x"), find_words=lambda words: [SealBox(0, 100, 70, 10, 10)])
    assert red_box(data) == pytest.approx((84, 54, 42, 42), abs=CLOSE)
