"""Drawing the face of a licence (照面): one layout, PDF and OFD pages that show the same.

The seal's picture is drawn on the PDF, in the box (`stamp`) that is returned for the seal signature; on OFD the reader
draws it from the seal, so there it is not page content. The issuer hands in everything: this reads no clock, no
register, no key, and the same licence, code text and seal give the same octets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from templates.annotation import annotated, paper
from templates.canvas_ofd import OfdFace, OfdStock, draw_ofd, prepare_ofd
from templates.canvas_pdf import PdfSeal, PdfStock, draw_pdf, prepare_pdf
from templates.layout import licence_pages, static_items
from templates.library import Bundle
from templates.raster import read_raster
from templates.seal_picture import SealPicture
from trust.formats.ofd.signature import Stamp
from trust.formats.pdf.drawing import Drawing, first_alone, first_sealed
from trust.rules.licence import Licence


@dataclass(frozen=True)
class Face:
    """The drawn face; the values in `ofd` go into an `OfdDocument` as they are, `stamp` is in millimetres."""

    drawing: Drawing
    ofd: OfdFace
    stamp: Stamp

    @property
    def pdf(self) -> bytes:
        """The drawing as a PDF without seal; for faces drawn without `attachments`."""
        return self.drawing.file()


def draw_face(
    bundle: Bundle,
    licence: Licence,
    qr_text: str,
    seal: SealPicture,
    *,
    attachments: int | None = None,
    photos: Mapping[str, bytes] | None = None,
) -> Face:
    """Draw a licence on both canvases; `attachments` is how many files the sealed PDF will carry, None if none is made.

    `photos` are the photographs that the licence names, by those names.

    Raises:
        MissingGlyph: a text has a character the typeface cannot draw.
        DoesNotFit: a text is too long for its place.
        CodeDoesNotFit: the code's modules would be printed too small.
        PhotoMissing, PictureRefused: a photograph is not given, or not one that can be drawn as it is.

    """
    copy = licence.copy is not None
    pdf_stock, ofd_stock = _stock(bundle, copy=copy)
    layout = bundle.layout
    rasters = {name: read_raster(octets) for name, octets in (photos or {}).items()}
    composed = annotated(layout, licence_pages(layout, licence, bundle.labels, qr_text, rasters), licence)
    pages = [(page.sheet, page.items) for page in composed]
    sealed = next(number for number, page in enumerate(composed) if page.sheet == layout.stamp.sheet)
    first = first_alone(len(pages)) if attachments is None else first_sealed(len(pages), attachments=attachments)
    x, y = layout.seal
    placed = PdfSeal(seal, sealed, layout.seal, layout.stamp.width or seal.width)
    return Face(
        drawing=draw_pdf(pdf_stock, pages, title=title_of(licence), seal=placed, first=first),
        ofd=draw_ofd(ofd_stock, pages),
        stamp=Stamp(sealed, x - placed.width / 2, y - placed.height / 2, placed.width, placed.height),
    )


def title_of(licence: Licence) -> str:
    """What the files call themselves; a copy says that it is one."""
    return licence.name if licence.copy is None else f"{licence.name}（加注件）"


@cache
def _stock(bundle: Bundle, *, copy: bool = False) -> tuple[PdfStock, OfdStock]:
    """What is the same on all licences of a type, or on all copies of them, prepared at the first of them."""
    layout = bundle.layout
    sheets = [(sheet.width, sheet.height, static_items(layout, number)) for number, sheet in enumerate(layout.sheets)]
    if copy:
        sheets.append(paper())
    return prepare_pdf(sheets), prepare_ofd(sheets)
