"""Drawing the face of a licence (照面): one layout, a PDF and an OFD page that show the same.

The seal's picture is drawn on the PDF, in the box (`stamp`) that is returned for the seal signature; on OFD the reader
draws it from the seal, so there it is not page content. The issuer hands in everything: this reads no clock, no
register, no key, and the same licence, code text and seal give the same octets.
"""

from dataclasses import dataclass
from functools import cache

from templates.canvas_ofd import OfdStock, draw_ofd, prepare_ofd
from templates.canvas_pdf import PdfStock, draw_pdf, prepare_pdf
from templates.layout import licence_items, static_items
from templates.library import Bundle
from templates.seal_picture import SealPicture
from trust.formats.ofd.document import OfdFont, OfdImage, OfdPage
from trust.formats.ofd.signature import Stamp
from trust.formats.pdf.drawing import Drawing, first_alone, first_sealed
from trust.rules.licence import Licence


@dataclass(frozen=True)
class Face:
    """The drawn face; the OFD values go into an `OfdDocument` as they are, `stamp` is in millimetres on page 0."""

    drawing: Drawing
    ofd_pages: tuple[OfdPage, ...]
    ofd_fonts: tuple[OfdFont, ...]
    ofd_images: tuple[OfdImage, ...]
    stamp: Stamp

    @property
    def pdf(self) -> bytes:
        """The drawing as a PDF without seal; for faces drawn without `attachments`."""
        return self.drawing.file()


def draw_face(
    bundle: Bundle, licence: Licence, qr_text: str, seal: SealPicture, *, attachments: int | None = None
) -> Face:
    """Draw a licence on both canvases; `attachments` is how many files the sealed PDF will carry, None if none is made.

    Raises:
        MissingGlyph: a text has a character the typeface cannot draw.
        DoesNotFit: a text is too long for its place.
        CodeDoesNotFit: the code's modules would be printed too small.

    """
    pdf_stock, ofd_stock = _stock(bundle)
    layout = bundle.layout
    items = licence_items(layout, licence, bundle.labels, qr_text)
    x, y = layout.seal
    first = first_alone() if attachments is None else first_sealed(attachments=attachments)
    page, fonts, images = draw_ofd(ofd_stock, items)
    return Face(
        drawing=draw_pdf(pdf_stock, items, title=licence.name, seal=seal, seal_at=layout.seal, first=first),
        ofd_pages=(page,),
        ofd_fonts=fonts,
        ofd_images=images,
        stamp=Stamp(0, x - seal.width / 2, y - seal.height / 2, seal.width, seal.height),
    )


@cache
def _stock(bundle: Bundle) -> tuple[PdfStock, OfdStock]:
    """What is the same on all licences of a type, prepared at the first of them."""
    layout = bundle.layout
    items = static_items(layout)
    return (
        prepare_pdf(items, width=layout.width, height=layout.height),
        prepare_ofd(items, width=layout.width, height=layout.height),
    )
