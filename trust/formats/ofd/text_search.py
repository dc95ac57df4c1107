"""Finding words on the pages of an OFD, so that a seal can be put on them.

Text stands in `TextObject`s of the page and of its templates; a line may be one object or one object per character, in
any order. So every character gets a box (`glyphs`), and words are looked for twice: along each object, which finds
vertical and turned text, and along the lines that boxes at one height make. Space is left out and compatibility forms
are folded (NFKC), because producers differ in how they space and widen; a column's gap ends a line.

A character's box is one em high and at most one em wide: fonts are not read, and a seal does not need more. Text in
annotations and in composite graphic units is not searched. Reasons of `Malformed`: those of `sealable` and `xml`,
`text-form`, `text-size`.
"""

import unicodedata
from collections.abc import Iterator, Sequence

from trust.errors import Conflict, Malformed
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.foreign_xml import read_structure
from trust.formats.ofd.glyphs import Glyph, glyphs_of, named
from trust.formats.ofd.locating import Locator
from trust.formats.ofd.sealable import Page, Sealable, open_for_sealing
from trust.formats.ofd.xml import Element, read_xml
from trust.formats.sealed_document import SealBox

MAX_WORDS = 100
MAX_GLYPHS = 1_000_000
GAP_EM = 2.5
"""A wider gap ends a line: 盖 章 set apart is one word, two columns are not."""
SAME_PLACE = 0.3


def find_text(data: bytes, words: str) -> list[SealBox]:
    """All places of some words, in reading order: by page, from top to bottom, from left to right.

    Raises:
        Malformed, Conflict: the reasons of `sealable` and above.

    """
    return find_on(open_for_sealing(data), words)


def find_on(sealable: Sealable, words: str) -> list[SealBox]:
    """All places of some words in an opened document."""
    wanted = "".join(folded(words))
    if not 1 <= len(wanted) <= MAX_WORDS:
        raise Conflict("no-such-words", f"1 to {MAX_WORDS} characters are looked for")
    templates = templates_of(sealable)
    found: list[SealBox] = []
    for index, page in enumerate(sealable.pages):
        boxes = matches(objects_of(sealable, page, templates), wanted)
        found += [SealBox(index, *box) for box in sorted(boxes, key=lambda box: (box[1], box[0]))]
    return found


def templates_of(sealable: Sealable) -> dict[str, str]:
    """The entry of each template page that is there, by its id."""
    content, locator = read_structure(sealable.entries[sealable.document], "Document")[0], Locator(sealable.entries)
    found = {}
    for item in content.one("CommonData").all("TemplatePage"):
        entry = locator.the_one(item.attribute("BaseLoc"), sealable.document, Notes())
        if entry is not None:
            found[item.attribute("ID")] = entry
    return found


def objects_of(sealable: Sealable, page: Page, templates: dict[str, str]) -> list[list[Glyph]]:
    """The characters of each text object of a page and of the templates under it."""
    content = read_xml(sealable.entries[page.location])
    used = [
        templates[name]
        for name in (item.attribute("TemplateID") for item in named(content, "Template"))
        if name in templates
    ]
    drawn = [content, *(read_xml(sealable.entries[name]) for name in used)]
    found = [glyphs_of(item) for part in drawn for item in text_objects(part)]
    if sum(map(len, found)) > MAX_GLYPHS:
        raise Malformed("text-size", f"more than {MAX_GLYPHS} characters on a page")
    return found


def text_objects(content: Element) -> Iterator[Element]:
    """The visible text objects of a page's layers, blocks within blocks included."""
    pending = [layer for part in named(content, "Content") for layer in named(part, "Layer")]
    while pending:
        block = pending.pop()
        yield from (item for item in named(block, "TextObject") if item.attributes.get("Visible") != "false")
        pending += named(block, "PageBlock")


def matches(objects: Sequence[Sequence[Glyph]], wanted: str) -> list[tuple[float, float, float, float]]:
    """Boxes of the words, as x, y, width and height; one place counts once, however it was found."""
    found: list[tuple[float, float, float, float]] = []
    for sequence in [*lines([glyph for item in objects for glyph in item]), *objects]:
        for run in occurrences(sequence, wanted):
            box = box_of(run)
            if not any(overlap(box, other) for other in found):
                found.append(box)
    return found


def occurrences(sequence: Sequence[Glyph], wanted: str) -> Iterator[Sequence[Glyph]]:
    """The runs of characters that spell the words."""
    parts = [(part, index) for index, glyph in enumerate(sequence) for part in folded(glyph.character)]
    spelled = "".join(part for part, _ in parts)
    start = spelled.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        yield sequence[parts[start][1] : parts[end - 1][1] + 1]
        start = spelled.find(wanted, end)


def folded(text: str) -> list[str]:
    """The characters of a text in compatibility form, without space."""
    return [part for part in unicodedata.normalize("NFKC", text) if not part.isspace()]


def lines(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Characters at one height, from left to right, parted at wide gaps and without those drawn twice."""
    for row in rows(glyphs):
        line: list[Glyph] = []
        for glyph in sorted(row, key=lambda glyph: glyph.left):
            if line and drawn_twice(line, glyph):
                continue
            if line and glyph.left - line[-1].right > GAP_EM * glyph.size:
                yield line
                line = []
            line.append(glyph)
        yield line


def rows(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Characters whose middles follow each other within half of their size."""
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.middle):
        if row and glyph.middle - row[0].middle > min(glyph.size, row[0].size) / 2:
            yield row
            row = []
        row.append(glyph)
    if row:
        yield row


def drawn_twice(line: Sequence[Glyph], glyph: Glyph) -> bool:
    """Whether the same character stands there already: bold is often drawn by setting a text twice."""
    return any(
        other.character == glyph.character and abs(other.left - glyph.left) < SAME_PLACE * glyph.size
        for other in line[-3:]
    )


def box_of(run: Sequence[Glyph]) -> tuple[float, float, float, float]:
    """The box around some characters."""
    left, top = min(glyph.left for glyph in run), min(glyph.top for glyph in run)
    right, bottom = max(glyph.right for glyph in run), max(glyph.bottom for glyph in run)
    return round(left, 4), round(top, 4), round(right - left, 4), round(bottom - top, 4)


def overlap(box: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Whether two boxes share more than half of the smaller one."""
    across = min(box[0] + box[2], other[0] + other[2]) - max(box[0], other[0])
    down = min(box[1] + box[3], other[1] + other[3]) - max(box[1], other[1])
    smaller = min(box[2] * box[3], other[2] * other[3])
    return across > 0 and down > 0 and across * down > smaller / 2
