"""A document as a drawing canvas hands it over: pages and objects in our own spelling, not yet a file.

A canvas that knows how a sealed file is laid out can give its objects the numbers they will have there; then sealing
is putting octets behind one another, and nothing has to be read back (`plan_drawing`). The same drawing made with the
numbers of a file that stands alone becomes one by `file`, for previews and for whoever draws without sealing.

    alone    1 catalogue · 2 information · 3 page tree · pages · objects
    sealed   1 signature · 2 catalogue · 3 field · 4 information · attachments · page tree · pages · objects
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from keys.sm3 import sm3
from trust.formats.pdf.attachments import FIRST
from trust.formats.pdf.layout import indirect, text_literal

HEADER = b"%PDF-1.7\n%\xe7\x85\xa7\xe9\x9d\xa2\n"
"""Not the mark of a sealed file: a drawing that stands alone is not taken for one that lost its seal."""

VIEWING = b"/Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >>"
"""What the catalogue says besides the pages."""

ALONE_TREE = 3


@dataclass(frozen=True)
class Drawing:
    """Pages and what they refer to.

    `pages` are the entries of each page's dictionary but `/Type`, `/Parent` and `/Annots`; `objects` are bodies of
    objects numbered from `first`. References count in those numbers. The title is a text, at most 200 characters.
    """

    title: str
    pages: tuple[bytes, ...]
    objects: tuple[bytes, ...]
    first: int

    @property
    def tree(self) -> int:
        """The number of the page tree; the pages follow it."""
        return self.first - len(self.pages) - 1

    def page_objects(self, annotations: Sequence[bytes] = ()) -> list[bytes]:
        """Page tree, pages and objects as they stand in a file; `annotations` go onto the first page."""
        numbers = range(self.tree + 1, self.first)
        kids = b" ".join(b"%d 0 R" % number for number in numbers)
        bodies = [b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(self.pages))]
        for place, page in enumerate(self.pages):
            noted = b" /Annots [%s]" % b" ".join(annotations) if annotations and place == 0 else b""
            bodies.append(b"<< /Type /Page /Parent %d 0 R %s%s >>" % (self.tree, page, noted))
        return [indirect(number, body) for number, body in enumerate((*bodies, *self.objects), self.tree)]

    def file(self) -> bytes:
        """A PDF that stands alone, the same octets for the same drawing.

        Raises:
            ValueError: the drawing is numbered for sealing.

        """
        if self.tree != ALONE_TREE:
            raise ValueError("a drawing numbered for sealing is no file of its own")
        catalog = b"<< /Type /Catalog /Pages %d 0 R %s >>" % (self.tree, VIEWING)
        title = b"<< /Title %s /Producer (Yinzheng) >>" % text_literal(self.title)
        objects = [indirect(1, catalog), indirect(2, title), *self.page_objects()]
        offsets = list(accumulate(map(len, objects), initial=len(HEADER)))
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets[:-1])
        body, size = b"".join(objects), len(offsets)
        identity = sm3(body)[:16].hex().encode()
        return b"".join(
            (
                HEADER,
                body,
                b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table),
                b"trailer\n<< /Size %d /Root 1 0 R /Info 2 0 R /ID [<%s> <%s>] >>\n" % (size, identity, identity),
                b"startxref\n%d\n%%%%EOF\n" % offsets[-1],
            )
        )


def first_alone(pages: int = 1) -> int:
    """The number of the first object of a drawing that shall stand alone."""
    return ALONE_TREE + pages + 1


def first_sealed(pages: int = 1, *, attachments: int) -> int:
    """The number of the first object of a drawing that shall be sealed with so many files attached."""
    return FIRST + 2 * attachments + pages + 1
