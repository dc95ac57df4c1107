"""A drawing is a file of its own or the inside of a sealed one, by how it is numbered."""

from io import BytesIO

import pypdfium2 as pdfium
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.pdf_parts import NAME, REASON, attached, complete
from tests.seal_parts import AT, parts
from trust.formats.pdf.drawing import Drawing, first_alone, first_sealed
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.examine import examine_pdf
from trust.formats.pdf.layout import stream_body
from trust.formats.pdf.plan import PlannedPdf, plan_drawing
from trust.rules.verdict import Indication

SIZES = (200, 300)


def drawing(first: int, *, pages: int = 1, title: str = "照面") -> Drawing:
    """Pages of different sizes, each with a red square."""
    bodies = tuple(stream_body(b"/Kind /None", b"1 0 0 rg 10 10 50 50 re f") for _ in range(pages))
    entries = tuple(
        b"/MediaBox [0 0 100 %d] /Resources << >> /Contents %d 0 R" % (SIZES[place], first + place)
        for place in range(pages)
    )
    return Drawing(title, entries, bodies, first)


def plan(drawn: Drawing, *, files: int = 2) -> PlannedPdf:
    return plan_drawing(
        drawn,
        certificate=parts().signer_certificate,
        attachments=attached()[:files],
        at=AT,
        reason=REASON,
        name=NAME,
    )


@pytest.mark.parametrize("pages", [1, 2])
def test_alone_it_is_a_pdf_that_readers_open(pages: int) -> None:
    octets = drawing(first_alone(pages), pages=pages).file()
    assert octets == drawing(first_alone(pages), pages=pages).file()
    reader = PdfFileReader(BytesIO(octets), strict=True)
    assert (reader.total_revisions, reader.root["/Pages"]["/Count"]) == (1, pages)
    assert reader.trailer["/Info"]["/Title"] == "照面"
    with pdfium.PdfDocument(octets) as document:
        assert [document[place].get_size() for place in range(pages)] == [(100, size) for size in SIZES[:pages]]
        red = document[0].render(scale=1).to_pil().convert("RGB").getpixel((20, SIZES[0] - 20))
    assert red == (255, 0, 0)


def test_alone_it_is_not_taken_for_a_sealed_file() -> None:
    (finding,) = examine_pdf(drawing(first_alone()).file()).findings
    assert (finding.name, finding.indication) == ("not-signed", Indication.FAILED)


@pytest.mark.parametrize("pages", [1, 2])
def test_sealed_it_holds(pages: int) -> None:
    drawn = drawing(first_sealed(pages, attachments=2), pages=pages)
    sealed = examine_pdf(complete(plan(drawn)))
    assert [one for one in sealed.findings if one.indication is not Indication.PASSED] == []
    assert sealed.custom["Title"] == "照面"


def test_other_content_is_another_file() -> None:
    first = first_sealed(attachments=2)
    assert plan(drawing(first)).to_be_signed != plan(drawing(first, title="另一张")).to_be_signed


def test_numbers_for_another_file_are_refused() -> None:
    for first in (first_alone(), first_sealed(attachments=1), first_sealed(2, attachments=2)):
        with pytest.raises(ValueError, match="another file"):
            plan(drawing(first))
    with pytest.raises(ValueError, match="numbered for sealing"):
        drawing(first_sealed(attachments=0)).file()


def test_what_a_canvas_must_not_draw_is_refused() -> None:
    first = first_sealed(attachments=2)
    page = b"/MediaBox [0 0 9 9] /Resources << >> /Contents %d 0 R /AA << >>" % first
    with pytest.raises(PdfRefused) as refusal:
        plan(Drawing("照面", (page,), (stream_body(b"", b""),), first))
    assert refusal.value.reason == "pdf-active-content"
