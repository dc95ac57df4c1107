"""Drawing a page of a PDF with PDFium, which has neither scripts nor network here.

The seals are drawn by the PDF itself: they are widgets of signature fields, which PDFium takes for forms.
"""

from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it ships no types

from trust.errors import Malformed
from verifier.pictures.rendered import Rendered, pixels_of

MM_PER_POINT = 25.4 / 72


class PdfPages:
    """The pages of one PDF file.

    Raises:
        Malformed: `pdf-protected`, it needs a password; `pdf-form`, PDFium cannot read it.

    """

    def __init__(self, data: bytes) -> None:
        try:
            self._document = pypdfium2.PdfDocument(data)
            self._document.init_forms()
        except pypdfium2.PdfiumError as error:
            raise Malformed("pdf-protected" if "password" in str(error).lower() else "pdf-form", "PDFium") from error

    def __len__(self) -> int:
        return len(self._document)

    def size(self, page: int) -> tuple[float, float]:
        """Width and height of a page in millimetres, as displayed."""
        width, height = self._page(page).get_size()
        return width * MM_PER_POINT, height * MM_PER_POINT

    def draw(self, page: int) -> Rendered:
        """A page with everything on it.

        Raises:
            Malformed: PDFium cannot draw it.

        """
        opened = self._page(page)
        points = opened.get_size()
        width, height = pixels_of((points[0] * MM_PER_POINT, points[1] * MM_PER_POINT))
        try:
            scale = (max(width, height) - 0.5) / max(points)  # PDFium rounds up
            drawn = opened.render(scale=scale, may_draw_forms=True)
            return Rendered(drawn.to_pil().convert("RGB"), whole=True)
        except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
            raise Malformed("pdf-form", "PDFium") from error

    def _page(self, page: int) -> Any:
        try:
            return self._document[page]
        except (pypdfium2.PdfiumError, IndexError) as error:
            raise Malformed("pdf-form", "PDFium") from error
