"""Drawing a document: which of its pages, in which order, and what is said of those that cannot be drawn.

A PNG or JPEG is a document of one page.

The pages that bear seals come first, because they are what a report is about; then the others from the beginning. What
has been drawn is handed over page by page, so that a limit met at one page leaves those before it. Nothing here is
ever an error of the document: a verdict is made elsewhere and needs no pictures.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from trust.errors import Malformed
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.sealed_document import SealBox, SealedDocument, ShownSeal
from verifier.pictures.ofd_objects import FAULTS
from verifier.pictures.ofd_pages import OfdPages
from verifier.pictures.pdf_pages import PdfPages
from verifier.pictures.rendered import Rendered, as_png
from verifier.pictures.scan_page import LONGER_SIDE_MM, scanned
from verifier.pictures.sheets import MAX_PAGES, MAX_PICTURES, MAX_SHEETS, Paper, Sheet, Trouble
from verifier.recognising import kind_of

Draw = Callable[[int], Rendered]


def drawn(data: bytes, font: Path) -> Iterator[Paper | Sheet]:
    """The paper of a document, then its sheets, each as soon as it is there.

    Raises:
        ValueError: the octets begin like none of them.

    """
    kind = kind_of(data)
    if kind == "unknown":
        raise ValueError("nothing to draw in this")
    if kind == "picture":
        yield from _picture(data)
        return
    document = read_ofd_document(data) if kind == "ofd" else read_pdf_document(data)
    try:
        pages, draw = _opened(data, document, font)
    except FAULTS as fault:
        yield Paper(document.pages[:MAX_PAGES])
        trouble: Trouble = "protected" if getattr(fault, "reason", "") == "pdf-protected" else "unreadable"
        yield from (Sheet(page, trouble=trouble) for page in order_of(document, len(document.pages)))
        return
    yield Paper(pages)
    left = MAX_PICTURES
    for page in order_of(document, len(pages)):
        sheet = _sheet(page, draw, left)
        left -= len(sheet.picture)
        yield sheet


def _picture(data: bytes) -> Iterator[Paper | Sheet]:
    """A picture as the only page."""
    try:
        size, rendered = scanned(data)
    except Malformed:
        yield Paper(((LONGER_SIDE_MM, LONGER_SIDE_MM),))
        yield Sheet(0, trouble="unreadable")
        return
    yield Paper((size,))
    yield _sheet(0, lambda _: rendered, MAX_PICTURES)


def order_of(document: SealedDocument, count: int) -> list[int]:
    """The pages to draw: those with seals, then the others."""
    sealed = sorted({box.page for one in document.signatures for box in one.boxes if 0 <= box.page < count})
    others = [page for page in range(min(count, 2 * MAX_SHEETS)) if page not in set(sealed)]
    return [*sealed, *others][:MAX_SHEETS]


def _opened(data: bytes, document: SealedDocument, font: Path) -> tuple[tuple[tuple[float, float], ...], Draw]:
    """The sizes of all pages, and how to draw one."""
    if document.kind == "pdf":
        pdf = PdfPages(data)
        sizes = document.pages or tuple(pdf.size(page) for page in range(min(len(pdf), MAX_PAGES)))
        return sizes[:MAX_PAGES], pdf.draw
    ofd = OfdPages(data, font)
    sizes = document.pages or tuple(ofd.size(page) for page in range(len(ofd)))
    return sizes[:MAX_PAGES], lambda page: ofd.draw(page, sizes[page], seals_on(document, page))


def seals_on(document: SealedDocument, page: int) -> list[tuple[ShownSeal, SealBox]]:
    """The seals shown on a page, each with its box."""
    return [
        (one.seal, box) for one in document.signatures if one.seal is not None for box in one.boxes if box.page == page
    ]


def _sheet(page: int, draw: Draw, left: int) -> Sheet:
    try:
        rendered = draw(page)
        octets = as_png(rendered.picture)
    except (*FAULTS, IndexError, KeyError, RecursionError):
        return Sheet(page, trouble="unreadable")
    if not 0 < len(octets) <= left:
        return Sheet(page, trouble="limit")
    return Sheet(page, octets, "" if rendered.whole else "partly")
