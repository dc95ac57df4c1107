"""Finding words on the pages of a PDF, for setting a seal at them.

Blanks do not count, compatibility forms are taken for the characters they stand for, and words broken over two lines
are found. Places come in reading order: by page, from top to bottom, from left to right. What cannot be found is text
in pictures, and text whose font does not say which characters it shows (`page_text`).
"""

from collections.abc import Iterator
from itertools import pairwise
from unicodedata import normalize

from trust.formats.pdf import source
from trust.formats.pdf.document import Document
from trust.formats.pdf.page_text import Sheet, page_marks
from trust.formats.pdf.paper import Box
from trust.formats.pdf.text_state import Mark
from trust.formats.sealed_document import SealBox

NEAR = 4.0
"""Characters more than so many line heights apart belong to different parts of the page."""


def find_text(document: Document, words: str) -> list[SealBox]:
    """All places of `words`, as the boxes their characters take on the pages as displayed (millimetres).

    Raises:
        PdfRefused: `pdf-unreadable`, a page's content cannot be decoded.

    """
    wanted = "".join(normalize("NFKC", words).split())
    if not wanted:
        return []
    found: list[SealBox] = []
    sheet = Sheet(document.reader)
    try:
        for page, paper in enumerate(document.papers):
            marks = page_marks(sheet, paper.entries)
            boxes = (paper.displayed(box) for box in places(marks, wanted))
            found += sorted((SealBox(page, *box) for box in boxes), key=lambda box: (round(box.y), box.x))
    except source.READING_ERRORS as error:
        raise source.unreadable("页面内容无法读取，不能按文字查找位置。") from error
    return found


def places(marks: list[Mark], wanted: str) -> Iterator[Box]:
    """The boxes of a text among characters in their order."""
    owners = [index for index, mark in enumerate(marks) for _ in mark.text]
    text = "".join(mark.text for mark in marks)
    at = text.find(wanted)
    while at >= 0:
        found = [marks[index] for index in sorted(set(owners[at : at + len(wanted)]))]
        if all(follows(one, other) for one, other in pairwise(found)):
            lefts, bottoms, rights, tops = zip(*(mark.box for mark in found), strict=True)
            yield min(lefts), min(bottoms), max(rights), max(tops)
        at = text.find(wanted, at + len(wanted))


def follows(one: Mark, other: Mark) -> bool:
    """Whether the second stands on the same line as the first, or on one near it."""
    return one.level == other.level and abs(one.base - other.base) <= NEAR * max(one.height, other.height)
