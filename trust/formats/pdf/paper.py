"""The pages of a document as people see them: sizes in millimetres, and from there into a page's own coordinates.

A page may show only part of itself (CropBox within MediaBox), be turned in quarters, and count in units larger than
a point (UserUnit). People, and everything above this package, measure what is displayed: millimetres from the upper
left corner. Rules: ISO 32000-2 §7.7.3.3, §14.11.2.
"""

from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import source
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.field import TURNS

POINT_MM = 25.4 / 72
MAX_SIDE_MM = 20_000.0
MAX_PAGES = 5_000
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Paper:
    """A page: its object, the visible box in its own units, its rotation, and how many millimetres a unit has."""

    reference: generic.Reference
    entries: generic.DictionaryObject
    box: Box
    rotation: int
    unit: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as displayed, in millimetres to a ten-thousandth."""
        width, height = ((self.box[at + 2] - self.box[at]) * self.unit for at in (0, 1))
        shown = (width, height) if self.rotation % 180 == 0 else (height, width)
        return round(shown[0], 4), round(shown[1], 4)

    def rectangle(self, x: float, y: float, width: float, height: float) -> Box:
        """A box in millimetres as displayed, in the page's own coordinates."""
        corners = [self._unturned(*corner) for corner in ((x, y), (x + width, y + height))]
        (x1, y1), (x2, y2) = corners
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

    def displayed(self, rectangle: Box) -> Box:
        """A rectangle of the page as displayed: x, y, width, height in millimetres."""
        left, bottom, right, top = self.box
        x1, y1, x2, y2 = rectangle
        near = {
            0: (x1 - left, top - y2),
            90: (y1 - bottom, x1 - left),
            180: (right - x2, y1 - bottom),
            270: (top - y2, right - x2),
        }[self.rotation]
        extent = (x2 - x1, y2 - y1) if self.rotation % 180 == 0 else (y2 - y1, x2 - x1)
        x, y, width, height = (round(value * self.unit, 4) for value in (*near, *extent))
        return x, y, width, height

    def _unturned(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self.box
        u, v = x / self.unit, y / self.unit
        return {
            0: (left + u, top - v),
            90: (left + v, bottom + u),
            180: (right - u, bottom + v),
            270: (right - v, top - u),
        }[self.rotation]


def papers(reader: PdfFileReader, catalog: generic.DictionaryObject) -> list[Paper]:
    """All pages in their order.

    Raises:
        PdfRefused: `pdf-unreadable`, a page has no usable size; `pdf-size`, there are too many pages.

    """
    references = source.page_references(reader, catalog)
    if len(references) > MAX_PAGES:
        raise PdfRefused("pdf-size", f"文件超过 {MAX_PAGES} 页，不予处理。")
    return [paper(reader, reference) for reference in references]


def paper(reader: PdfFileReader, reference: generic.Reference) -> Paper:
    """One page.

    Raises:
        PdfRefused: `pdf-unreadable`.

    """
    entries = source.as_dictionary(source.load(reader, reference))
    turn = source.inherited(reader, entries, "/Rotate")
    rotation = int(turn) % 360 if isinstance(turn, int) else 0
    unit = number(source.resolve(reader, dict.get(entries, "/UserUnit"))) or 1.0
    made = Paper(reference, entries, visible(reader, entries), rotation, unit * POINT_MM)
    if rotation not in TURNS or not all(0 < side <= MAX_SIDE_MM for side in made.size):
        raise source.unreadable("页面的大小或旋转角度不合规定。")
    return made


def visible(reader: PdfFileReader, entries: generic.DictionaryObject) -> Box:
    """The part of a page that is shown: the CropBox as far as it lies within the MediaBox."""
    media = rectangle_of(reader, source.inherited(reader, entries, "/MediaBox"))
    if media is None:
        raise source.unreadable("页面没有写明大小。")
    crop = rectangle_of(reader, source.inherited(reader, entries, "/CropBox")) or media
    return max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])


def rectangle_of(reader: PdfFileReader, value: source.Value | None) -> Box | None:
    """Four numbers as a rectangle from its lower left to its upper right; nothing for anything else."""
    numbers = [number(source.resolve(reader, each)) for each in source.raw_items(value)]
    found = [each for each in numbers if each is not None]
    if len(numbers) != 4 or len(found) != 4:
        return None
    x1, y1, x2, y2 = found
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def number(value: source.Value | None) -> float | None:
    """A number, or nothing."""
    return float(value) if isinstance(value, generic.NumberObject | generic.FloatObject) else None
