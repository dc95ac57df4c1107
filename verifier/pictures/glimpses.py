"""What a PDF shows at each of its signed versions, as digests: versions that show the same page give the same one.

Whoever appends to a sealed PDF may find a trick that the rules of `trust.formats.pdf` do not know. PDFium shares no
code with them. So it draws every version. The content of a page must stay the same all over, its text as well, since
characters may be too small to be drawn, or have no font here. Its look, with annotations, on the screen and as it is
printed, may differ in the boxes of seals and fields that were added or filled in between, and nowhere else.

The first and the last version come first, page by page; then those between, if they are many without their looks,
because the seals on them take long. What it means is for `comparing` to say.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from PIL import Image, ImageDraw

from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.sealed_document import SealBox, SealedDocument
from verifier.pictures.seen import GONE, MAX_GLIMPSES, MAX_LOOKS, Glimpse

MAX_PIXELS = 1_200
"""Of the longer side of a page; A4 has 842, one for each point."""
MAX_TEXT = 1_000_000
"""Characters of a page."""
MARGIN = 2
"""Pixels around a box that belong to it, since edges are smoothed."""
FAULTS = (pypdfium2.PdfiumError, ValueError, OverflowError)
"""What PDFium's shim raises over a page that it cannot draw."""


def glimpses(data: bytes) -> Iterator[Glimpse]:
    """The pages of a sealed PDF's versions, each as soon as it is drawn.

    Where PDFium cannot open a version, or does not draw a page the same twice, they are missing.
    """
    document = read_pdf_document(data)
    try:
        yield from _Looking(data, document).at_all()
    except pypdfium2.PdfiumError:  # it does not open one of the versions, and then shows nothing of it to anybody
        return


class _Looking:
    """Looking at one document; `first` is what the first version shows, page by page."""

    def __init__(self, data: bytes, document: SealedDocument) -> None:
        self.data, self.document, self.versions = data, document, document.versions
        self.first: dict[int, Glimpse] = {}
        self.left = MAX_GLIMPSES
        self.whole = len(self.versions) * len(document.pages) <= MAX_LOOKS

    def at_all(self) -> Iterator[Glimpse]:
        last = len(self.versions) - 1
        if last > 0:
            yield from self._at([0, last], looks=True)
        for number in range(1, last):
            yield from self._at([number], looks=self.whole)

    def _at(self, numbers: Sequence[int], *, looks: bool) -> Iterator[Glimpse]:
        """The pages of these versions, which are open at the same time."""
        opened = {number: self._opened(number) for number in numbers}
        pages = self._pages(max(map(len, opened.values())))[: self.left // len(numbers)]
        self.left -= len(pages) * len(numbers)
        for page in pages:
            for number, one in opened.items():
                glimpse = self._glimpse(one, number, page, looks=looks)
                if self._like_first(glimpse) or self._confirmed(glimpse):
                    yield glimpse
        for one in opened.values():
            one.close()

    def _like_first(self, glimpse: Glimpse) -> bool:
        """Whether a page is as in the first version."""
        first = self.first.setdefault(glimpse.page, glimpse)
        return glimpse.content == first.content and glimpse.look in {None, first.look}

    def _confirmed(self, glimpse: Glimpse) -> bool:
        """Whether a page that differs does so again: want of memory may leave out a picture where there was one."""
        for before in (self.first[glimpse.page], glimpse):
            with self._opened(before.version) as again:
                if self._glimpse(again, before.version, before.page, looks=before.look is not None) != before:
                    return False
        return True

    def _opened(self, number: int) -> Any:
        document = pypdfium2.PdfDocument(self.data[: self.versions[number].end])
        document.init_forms()
        return document

    def _pages(self, count: int) -> list[int]:
        """The pages that there are, those with seals first."""
        sealed = {box.page for version in self.versions for box in version.boxes}
        return sorted(range(max(count, len(self.document.pages))), key=lambda page: (page not in sealed, page))

    def _glimpse(self, opened: Any, version: int, number: int, *, looks: bool) -> Glimpse:
        """What a version shows of a page."""
        if number >= len(opened):
            return Glimpse(version, number, GONE)
        try:
            page = opened[number]
            text = page.get_textpage().get_text_range()[:MAX_TEXT]
            content = sha256(repr((page.get_size(), text)).encode(errors="backslashreplace"))
            content.update(_drawn(page, annotated=False, mode=None).tobytes())
            look = self._look(page, number) if looks else None
            page.close()
        except FAULTS:
            return Glimpse(version, number, GONE)
        return Glimpse(version, number, content.digest(), look)

    def _look(self, page: Any, number: int) -> bytes:
        """The digest of a page with its annotations, outside the boxes of later versions."""
        boxes = [box for version in self.versions[1:] for box in version.boxes if box.page == number]
        made = sha256()
        for mode in (None, "print"):
            picture = _drawn(page, annotated=True, mode=mode)
            made.update(_without(picture, boxes, self.document.pages).tobytes())
        return made.digest()


def _drawn(page: Any, *, annotated: bool, mode: str | None) -> Image.Image:
    scale = min(1.0, (MAX_PIXELS - 0.5) / max(page.get_size()))
    drawn = page.render(scale=scale, may_draw_forms=annotated, draw_annots=annotated, optimize_mode=mode)
    picture: Image.Image = drawn.to_pil()
    return picture


def _without(picture: Image.Image, boxes: Sequence[SealBox], sizes: Sequence[tuple[float, float]]) -> Image.Image:
    """A picture with boxes blotted out; they are in millimetres on pages of these sizes."""
    if not boxes:
        return picture
    picture = picture.copy()  # drawing on what PDFium drew would reach into its memory
    pen = ImageDraw.Draw(picture)
    for box in boxes:
        width, height = sizes[box.page]
        across, down = picture.width / width, picture.height / height
        left, top = box.x * across - MARGIN, box.y * down - MARGIN
        pen.rectangle((left, top, left + box.width * across + 2 * MARGIN, top + box.height * down + 2 * MARGIN), fill=0)
    return picture
