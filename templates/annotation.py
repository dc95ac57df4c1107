"""The marks of an annotated copy (加注件): a watermark across every page, and a page at the end that says all of it.

The watermark is drawn as hollow letters of a fine pale line, so that everything under and over it stays readable, and
it keeps off the code, so that phones read it. It names recipient, purpose and end; where they are long it shows their
beginning. The page at the end shows everything in plain text, however long: the sentence that verifiers look for
(`trust.rules.annotation`), and what it was made from. Both are page content under the seal, in PDF and OFD alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, sin

from templates.fonts import EM, typeface
from templates.items import Colour, Item, Outline, Photograph, Picture, Segment, Shape, Text, rectangle
from templates.layout import LicencePage
from templates.parts import Layout, Square
from templates.typeset import Place, set_text
from trust.rules.annotated_copy import CopyNote
from trust.rules.annotation import annotation, china_time
from trust.rules.licence import Licence
from trust.rules.text import quoted

PALE: Colour = (214, 160, 160)
INK: Colour = (40, 40, 40)
RED: Colour = (160, 40, 40)
LINE_MM = 0.14
MOST_LINES, MOST_CHARACTERS = 7, 20
CONSENT = "授权由颁发机构登记：持证主体登录作出，或者凭纸质授权书由两人核对。核验本件不能确认授权人本人的意思。"
"""All that is known of a consent by whoever has the copy."""
CHOSEN = "单位和用途由制作者填写"
"""Stands above what somebody chose, so that nobody takes it for the register's own word."""
LARGEST_MM, REACH = 9.0, 0.88
"""The em of the watermark at most, and how much of the page's width and height it may take."""
LEADING = 1.7
CLEAR_MM = 1.0
"""Around the code."""
MARGIN_MM = 25.0
PAPER = (210.0, 297.0)
"""The page at the end, whatever the size of the others: it has to hold long texts."""


@dataclass(frozen=True)
class _Turn:
    """A turn around a point, then a shift."""

    x: float
    y: float
    cosine: float
    sine: float

    def of(self, outline: Outline) -> Outline:
        """The outline, turned point by point."""
        return tuple((command, tuple(self._turned(numbers))) for command, numbers in outline)

    def _turned(self, numbers: tuple[float, ...]) -> list[float]:
        turned: list[float] = []
        for across, down in zip(numbers[0::2], numbers[1::2], strict=True):
            turned += (
                self.x + across * self.cosine - down * self.sine,
                self.y + across * self.sine + down * self.cosine,
            )
        return turned


def watermark(width: float, height: float, note: CopyNote, keep_off: Square | None) -> tuple[Item, ...]:
    """The watermark of a page of `width` × `height`, off the square of the code where one stands on the page.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    lines = mark_lines(note)
    advances = [[advance / EM for advance in typeface().advances(line, "加注件水印")] for line in lines]
    slope = -atan2(height, width)
    turn = _Turn(width / 2, height / 2, cos(slope), sin(slope))
    along, across = max(map(sum, advances)), LEADING * len(lines)
    em = min(
        LARGEST_MM,
        REACH * width / (along * turn.cosine - across * turn.sine),
        REACH * height / (across * turn.cosine - along * turn.sine),
    )
    top = -LEADING * em * (len(lines) - 1) / 2
    segments: list[Segment] = []
    for row, (line, widths) in enumerate(zip(lines, advances, strict=True)):
        x, y = -sum(widths) * em / 2, top + row * LEADING * em + 0.35 * em
        for character, advance in zip(line, widths, strict=True):
            glyph = turn.of(_placed(typeface().outline(character, "加注件水印"), em, x, y))
            segments += () if keep_off and _meets(glyph, keep_off) else glyph
            x += advance * em
    return (Shape(tuple(segments), stroke=PALE, line_width=LINE_MM),) if segments else ()


def mark_lines(note: CopyNote) -> tuple[str, ...]:
    """The lines of the watermark; long texts are broken and, past a few lines, shown by their beginning.

    Recipient and purpose are both there, however long the other is, in quotation marks and under a line that says whose
    words they are.
    """
    recipient, cause = _broken(f"仅供{quoted(note.recipient)}"), _broken(f"用于{quoted(note.cause)}")
    room = MOST_LINES - 3
    first = _cut(recipient, max(room - len(cause), room // 2))
    return (
        "加注件　不是证照原件",
        CHOSEN,
        *first,
        *_cut(cause, room - len(first)),
        f"有效期至{china_time(note.expires_at)}",
    )


def note_items(licence: Licence, note: CopyNote) -> tuple[Text, ...]:
    """The page that says all of it, on `PAPER`.

    Raises:
        MissingGlyph: a character cannot be drawn.
        DoesNotFit: the texts are too long even for a page of their own.

    """
    room = PAPER[0] - 2 * MARGIN_MM
    title = Place(MARGIN_MM, 36.0, room, 22.0, 22.0, RED, align="centre", spacing=0.3)
    sentence = Place(MARGIN_MM, 52.0, room, 12.0, 8.0, INK, depth=44.0, leading=1.6)
    items = [*set_text("加注说明", title, "加注说明"), *set_text(annotation(note), sentence, "加注说明")]
    below = items[-1].baseline + 12.0
    for label, text in _facts(licence, note):
        name = Place(MARGIN_MM, below, 42.0, 10.5, 10.5, RED)
        value = Place(MARGIN_MM + 44.0, below, room - 44.0, 10.5, 7.0, INK, depth=20.0, leading=1.45)
        lines = set_text(text, value, label)
        items += [*set_text(label, name, label), *lines]
        below = lines[-1].baseline + 8.0
    return tuple(items)


def paper() -> tuple[float, float, tuple[Item, ...]]:
    """The sheet of the page at the end: its size, and the frame that is the same on all of them."""
    width, height = PAPER
    edge = MARGIN_MM / 2
    return width, height, (Shape(rectangle(edge, edge, width - 2 * edge, height - 2 * edge), stroke=RED),)


def annotated(layout: Layout, pages: Sequence[LicencePage], licence: Licence) -> tuple[LicencePage, ...]:
    """The pages of a licence, marked where it is an annotated copy; the one at the end stands on the sheet after all.

    Raises:
        MissingGlyph, DoesNotFit: as `watermark` and `note_items`.

    """
    note = licence.copy
    if note is None:
        return tuple(pages)
    marked = []
    for number, page in enumerate(pages):
        sheet = layout.sheets[page.sheet]
        mark = watermark(sheet.width, sheet.height, note, layout.code if number == 0 else None)
        pictures = [item for item in page.items if isinstance(item, Picture | Photograph)]
        others = [item for item in page.items if not isinstance(item, Picture | Photograph)]
        marked.append(LicencePage(page.sheet, (*pictures, *mark, *others)))
    return (*marked, LicencePage(len(layout.sheets), note_items(licence, note)))


def _facts(licence: Licence, note: CopyNote) -> list[tuple[str, str]]:
    word, _, number = note.basis.partition(":")
    basis = {"citation": f"用证码 {number}", "consent": f"颁发机构登记的授权 {number}", "holder": "持证主体本人"}[word]
    facts = [
        ("加注件标识", str(licence.identifier)),
        ("原件标识", str(note.original)),
        ("原件", f"{licence.name}，证照编号 {licence.number}"),
        ("制作者", note.creator),
        ("使用单位（制作者填写）", note.recipient),
        ("用途（制作者填写）", note.cause),
        ("制作时间", china_time(note.made_at)),
        ("有效期至", china_time(note.expires_at)),
        ("制作依据", basis),
    ]
    if word == "citation":
        facts.append(("说明", "为办件引用制作，只列出该引用获准查看的照面项。"))
    if word == "consent":
        facts.append(("说明", CONSENT))
    return facts


def _broken(text: str) -> list[str]:
    """A text in lines of a few characters; the last two share what is left, so that none is a single character."""
    count = -(-len(text) // MOST_CHARACTERS)
    cuts = [round(len(text) * place / count) for place in range(count + 1)]
    return [text[start:end] for start, end in pairwise(cuts)]


def _cut(lines: Sequence[str], most: int) -> Sequence[str]:
    """So many lines at most; the last shows that there are more."""
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][:-1] + "…"]


def _placed(outline: Outline, em: float, x: float, y: float) -> Outline:
    return tuple(
        (command, tuple(value * em + (x, y)[position % 2] for position, value in enumerate(numbers)))
        for command, numbers in outline
    )


def _meets(outline: Outline, square: Square) -> bool:
    """Whether a glyph comes near the square."""
    xs = [value for _, numbers in outline for value in numbers[0::2]]
    ys = [value for _, numbers in outline for value in numbers[1::2]]
    if not xs:
        return False
    return (
        min(xs) < square.x + square.side + CLEAR_MM
        and max(xs) > square.x - CLEAR_MM
        and min(ys) < square.y + square.side + CLEAR_MM
        and max(ys) > square.y - CLEAR_MM
    )
