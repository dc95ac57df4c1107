"""The audit report as a PDF: the sections of the audit pages, drawn in black and grey, so that any printer does.

It is drawn with the typeface and the canvas of the faces. What a line cannot hold is shortened with an ellipsis, never
run over; a character that the typeface lacks becomes a white square, since logins are typed by people.
"""

from collections.abc import Iterable, Sequence

from service.auditing.charts import Bar
from service.auditing.sections import Part, Section
from templates.canvas_pdf import draw_pdf, prepare_pdf
from templates.errors import MissingGlyph
from templates.fonts import EM, typeface
from templates.items import Colour, Item, Shape, Text
from trust.formats.pdf.drawing import first_alone

WIDE, HIGH, MARGIN, FOOT = 210.0, 297.0, 18.0, 282.0
ROOM = WIDE - 2 * MARGIN
_PT = 25.4 / 72
INK: Colour = (20, 20, 20)
SOFT: Colour = (90, 90, 90)
GREYS: tuple[Colour, ...] = ((70, 70, 70), (150, 150, 150), (205, 205, 205), (110, 110, 110), (255, 255, 255))
MOST_ROWS = 60
"""Rows of a listing that the report shows; the CSV has the rest."""


def draw_report(title: str, period: str, made: str, parts: Sequence[Part]) -> bytes:
    """The report as a PDF that stands alone, ready to be sealed; raises ValueError without any part."""
    sheet = _Sheet()
    beside = ROOM - 46  # the seal stands to the right
    sheet.line(title, 16, gap=4, room=beside)
    sheet.line(f"审计期间：{period}", 9, colour=SOFT, room=beside)
    said = f"制作：{made}。数字依据本系统的登记；是否与存证日志相符，以 yinzheng audit 的复算为准。"
    sheet.line(said, 9, colour=SOFT, gap=8, room=beside)
    for part in parts:
        sheet.line(part.title, 13, before=5, gap=1.5)
        sheet.line(part.lead, 9, colour=SOFT, gap=2)
        for section in part.sections:
            _section(sheet, section)
        if part.listing is not None and part.listing.rows:
            shown = part.listing.rows[:MOST_ROWS]
            more = f"，此处列出前 {len(shown)} 项" if len(shown) < part.total else ""
            sheet.line(f"{part.listing.title}（共 {part.total} 项{more}）", 10.5, before=3, gap=1)
            _table(sheet, part.listing.headers, shown)
    return sheet.file(title)


def _section(sheet: "_Sheet", section: Section) -> None:
    sheet.line(section.title, 10.5, before=3, gap=1)
    sheet.line(section.note, 8, colour=SOFT, gap=1.5)
    bars = [bar for bar in section.bars if bar.value]
    for bar in bars[:24]:
        sheet.bar(bar, max(one.value for one in bars))
    if not bars:
        _table(sheet, section.headers, section.rows[:MOST_ROWS])


def _table(sheet: "_Sheet", headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    listed = list(rows)
    if not listed:
        sheet.line("这一期间没有。", 8.5, colour=SOFT)
        return
    longest = [max(_width(one[place], 7.5) for one in [headers, *listed]) for place in range(len(headers))]
    scale = ROOM / max(ROOM, sum(longest) + 2 * len(longest))
    widths = [(one + 2) * scale for one in longest]
    sheet.cells(headers, widths, colour=SOFT)
    for row in listed:
        sheet.cells(row, widths)


class _Sheet:
    """Pages that are filled from top to bottom."""

    def __init__(self) -> None:
        self._pages: list[list[Item]] = [[]]
        self._at = MARGIN

    def line(
        self, text: str, points: float, *, colour: Colour = INK, before: float = 0, gap: float = 0.5, room: float = ROOM
    ) -> None:
        """Lines of text, over the whole width or less."""
        for place, one in enumerate(_wrapped(text, points, room)):
            self._advance(points * _PT * 1.35 + (before if place == 0 else 0))
            self._put(one, MARGIN, points, colour)
        self._at += gap

    def bar(self, bar: Bar, most: float) -> None:
        """A bar with its label before and its number behind it."""
        self._advance(5.2)
        left, room = MARGIN + 46, ROOM - 46 - 18
        self._put(_cut(bar.label, 8, 44), MARGIN, 8, INK)
        wide, top = max(0.3, room * bar.value / most), self._at - 3.2
        corners = ((left, top), (left + wide, top), (left + wide, top + 4), (left, top + 4))
        first, *rest = corners
        outline = (("M", first), *(("L", one) for one in rest), ("Z", ()))
        self._pages[-1].append(Shape(outline, INK, 0.2, GREYS[bar.pattern % len(GREYS)]))
        self._put(bar.said, left + wide + 2, 8, INK)

    def cells(self, cells: Sequence[str], widths: Sequence[float], *, colour: Colour = INK) -> None:
        """One row of a table, with a thin line below it."""
        self._advance(4.6)
        left = MARGIN
        for cell, width in zip(cells, widths, strict=True):
            self._put(_cut(cell or "-", 7.5, width - 1.5), left, 7.5, colour)
            left += width
        rule = (("M", (MARGIN, self._at + 1.3)), ("L", (WIDE - MARGIN, self._at + 1.3)))
        self._pages[-1].append(Shape(rule, (190, 190, 190), 0.1))

    def file(self, title: str) -> bytes:
        """All pages, with their numbers."""
        for number, page in enumerate(self._pages, 1):
            said = f"第 {number} 页，共 {len(self._pages)} 页"
            page.append(_text(said, WIDE - MARGIN - _width(said, 8), HIGH - 9, 8, SOFT))
        stock = prepare_pdf([(WIDE, HIGH, [])])
        pages = [(0, page) for page in self._pages]
        return draw_pdf(stock, pages, title=title[:200], seal=None, first=first_alone(len(pages))).file()

    def _advance(self, height: float) -> None:
        self._at += height
        if self._at > FOOT:
            self._pages.append([])
            self._at = MARGIN + height

    def _put(self, text: str, x: float, points: float, colour: Colour) -> None:
        if text:
            self._pages[-1].append(_text(text, x, self._at, points, colour))


def _text(text: str, x: float, baseline: float, points: float, colour: Colour) -> Text:
    size = points * _PT
    drawn = _drawable(text)
    advances = tuple(one * size / EM for one in typeface().advances(drawn, "report"))
    return Text(x, baseline, size, drawn, advances, colour)


def _drawable(text: str) -> str:
    """The text with what cannot be drawn replaced."""
    try:
        typeface().advances(text, "report")
    except MissingGlyph:
        return "".join(one if _has(one) else "□" for one in text)
    return text


def _has(character: str) -> bool:
    try:
        typeface().advances(character, "report")
    except MissingGlyph:
        return False
    return True


def _width(text: str, points: float) -> float:
    """The width of a text in millimetres."""
    return sum(typeface().advances(_drawable(text), "report")) * points * _PT / EM


def _cut(text: str, points: float, room: float) -> str:
    """As much of a text as there is room for."""
    if _width(text, points) <= room:
        return text
    while text and _width(f"{text}…", points) > room:
        text = text[:-1]
    return f"{text}…"


def _wrapped(text: str, points: float, room: float) -> list[str]:
    """The text in lines."""
    lines, line = [], ""
    for character in text:
        if line and _width(line + character, points) > room:
            lines.append(line)
            line = ""
        line += character
    return [*lines, line] if line else lines
