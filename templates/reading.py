"""Reading the layout of a `template.toml`: its words become the parts of `parts`, its mistakes become faults.

How to write one is told in `templates/README.md`. Nothing is guessed: a word that is not known is a fault, so that a
misspelt one does not silently do nothing.
"""

from collections.abc import Callable, Mapping
from typing import get_args

from templates.errors import PictureRefused
from templates.items import Colour, Raster
from templates.outlines import read_outline
from templates.parts import (
    Column,
    Frame,
    FrameStyle,
    Ground,
    GroundStyle,
    Label,
    Layout,
    Medallion,
    Path,
    PhotoPlace,
    Rule,
    SealPlace,
    Sheet,
    Slot,
    Square,
    Table,
)
from templates.raster import read_raster
from templates.typeset import Place
from templates.words import Words

ALIGNS = ("left", "centre", "right")
INKS = ("ink", "label", "frame", "fine", "pale")
LARGEST_PAGE, MAX_PAGES, MAX_PARTS = 1000.0, 12, 400
Palette = Mapping[str, Colour]
ReadFile = Callable[[str], bytes]
"""The octets of a file of the bundle, by its name; raises OSError where there is none."""


def read_layout(words: Words, read_file: ReadFile) -> Layout:
    """The layout, as far as its words go; what is wrong with them is in `words.faults`."""
    inks = words.inner("palette")
    palette = {name: inks.colour(name) for name in INKS}
    inks.close()
    size = _length(words, "width"), _length(words, "height")
    frame = _frame(words.inner("frame"), palette)
    code = words.inner("code")
    square = Square(code.number("x", low=0), code.number("y", low=0), code.number("side", low=10, high=200))
    code.close()
    seal = words.inner("seal")
    point = seal.number("x", low=0), seal.number("y", low=0)
    across = seal.number("width", 0.0, low=20, high=60) if seal.has("width") else 0.0
    at = SealPlace(*point, seal.count("page", 1, low=1, high=MAX_PAGES) - 1, across)
    seal.close()
    first = _sheet(words, palette, size, frame, read_file)
    more = [_page(page, palette, size, frame, read_file) for page in words.each("page")]
    words.close()
    if at.sheet > len(more):
        seal.fault("number", "page", f"{at.sheet + 1}; {1 + len(more)}")
    elif at.sheet and more[at.sheet - 1].continues:
        seal.fault("seal-on-continuation", "page", at.sheet + 1)
    if len(more) >= MAX_PAGES:
        words.fault("too-many", "page", MAX_PAGES)
    return Layout((first, *more), square, at if at.sheet <= len(more) else SealPlace(*point))


def _page(words: Words, palette: Palette, size: tuple[float, float], frame: Frame, read_file: ReadFile) -> Sheet:
    """A further page; size and frame are the first one's where it does not say."""
    own_size = _length(words, "width", size[0]), _length(words, "height", size[1])
    own_frame = _frame(words.inner("frame"), palette) if words.has("frame") else frame
    sheet = _sheet(words, palette, own_size, own_frame, read_file, words.text("continues", ""))
    words.close()
    return sheet


def _sheet(
    words: Words,
    palette: Palette,
    size: tuple[float, float],
    frame: Frame,
    read_file: ReadFile,
    continues: str = "",
) -> Sheet:
    sheet = Sheet(
        *size,
        frame,
        medallions=tuple(_medallion(part, palette) for part in words.each("medallion")),
        grounds=tuple(_ground(part, palette) for part in words.each("ground")),
        paths=tuple(_path(part, palette) for part in words.each("path")),
        rules=tuple(_rule(part, palette) for part in words.each("rule")),
        labels=tuple(_label(part, palette) for part in words.each("label")),
        slots=tuple(_slot(part, palette) for part in words.each("slot")),
        tables=tuple(_table(part, palette) for part in words.each("table")),
        photos=tuple(_photo(part) for part in words.each("photo")),
        background=_background(words, read_file) if words.has("background") else None,
        continues=continues,
    )
    for word, parts in (("label", sheet.labels), ("slot", sheet.slots), ("rule", sheet.rules), ("path", sheet.paths)):
        if len(parts) > MAX_PARTS:
            words.fault("too-many", word, MAX_PARTS)
    for word, most, drawn in (("medallion", 12, sheet.medallions), ("ground", 6, sheet.grounds)):
        if len(drawn) > most:
            words.fault("too-many", word, most)
    if continues and continues not in {table.field for table in sheet.tables}:
        words.fault("continues-nothing", "continues", continues)
    return sheet


def _length(words: Words, word: str, default: float | None = None) -> float:
    return words.number(word, default, low=0, high=LARGEST_PAGE, above=True)


def _frame(words: Words, palette: Palette) -> Frame:
    frame = Frame(
        words.number("margin", low=0, high=100),
        words.number("band", low=0, high=40),
        palette["frame"],
        palette["fine"],
        words.choice("style", get_args(FrameStyle), "woven"),
    )
    words.close()
    return frame


def _medallion(words: Words, palette: Palette) -> Medallion:
    part = Medallion(
        words.number("x"),
        words.number("y"),
        words.number("inner", low=0, high=500),
        words.number("outer", low=0, high=500, above=True),
        words.count("petals", low=2, high=60),
        words.count("rings", low=1, high=24),
        _ink(words, palette, "pale"),
    )
    words.close()
    return part


def _ground(words: Words, palette: Palette) -> Ground:
    part = Ground(
        words.number("x"),
        words.number("y"),
        words.number("width", low=0, above=True),
        words.number("height", low=0, above=True),
        words.number("pitch", low=1.5, high=50),
        words.number("swing", low=0, high=50),
        words.choice("style", get_args(GroundStyle)),
        _ink(words, palette, "pale"),
    )
    words.close()
    return part


def _path(words: Words, palette: Palette) -> Path:
    outline = read_outline(words)
    width = words.number("line_width", 0.0, low=0, high=20)
    stroke = palette[words.choice("stroke", INKS, "frame")] if width else None
    fill = palette[words.choice("fill", INKS)] if words.has("fill") else None
    words.close()
    return Path(outline, stroke, width, fill)


def _rule(words: Words, palette: Palette) -> Rule:
    part = Rule(
        words.number("x1"),
        words.number("y1"),
        words.number("x2"),
        words.number("y2"),
        words.number("width", low=0, high=10, above=True),
        _ink(words, palette, "fine"),
    )
    words.close()
    return part


def _label(words: Words, palette: Palette) -> Label:
    text, spread = words.text("text", longest=400), words.flag("spread")
    weight = words.number("weight", 0.0, low=0, high=3)
    return Label(text, _place(words, palette, "label"), spread=spread, weight=weight)


def _slot(words: Words, palette: Palette) -> Slot:
    text, middle = words.text("text", longest=400), words.flag("middle")
    return Slot(text, _place(words, palette, "ink"), middle=middle)


def _place(words: Words, palette: Palette, colour: str) -> Place:
    size = words.number("size", low=2, high=200)
    smallest = words.number("smallest", size, low=2, high=200)
    if smallest > size:
        words.fault("number", "smallest", f"{smallest:g} > {size:g}")
    place = Place(
        x=words.number("x"),
        baseline=words.number("baseline"),
        width=words.number("width", low=0, above=True),
        size=size,
        smallest=min(smallest, size),
        colour=_ink(words, palette, colour),
        depth=words.number("depth", 0.0, low=0),
        leading=words.number("leading", 1.5, low=1, high=5),
        align=words.choice("align", ALIGNS, "left"),
        spacing=words.number("spacing", 0.0, low=-0.2, high=10),
    )
    words.close()
    return place


def _table(words: Words, palette: Palette) -> Table:
    size = words.number("size", low=2, high=60)
    part = Table(
        field=words.text("field"),
        x=words.number("x", low=0),
        y=words.number("y", low=0),
        depth=words.number("depth", low=0, above=True),
        row=words.number("row", low=3, high=100),
        size=size,
        smallest=words.number("smallest", size, low=2, high=size),
        columns=_columns(words),
        ink=palette["ink"],
        label=palette["label"],
        line=palette["frame"],
        head=words.number("head", 0.0, low=0, high=60),
        leading=words.number("leading", 1.3, low=1, high=4),
        lines=words.count("lines", 3, low=1, high=40),
        beside=words.text("beside", ""),
        filled=words.flag("filled"),
        closing=words.text("closing", ""),
    )
    words.close()
    return part


def _columns(words: Words) -> tuple[Column, ...]:
    columns: list[Column] = []
    for part in words.each("column"):
        following = 1 + max((column.cell for column in columns), default=0)
        cell = part.count("cell", following, low=0, high=30)
        columns.append(
            Column(
                part.text("label", "", longest=40),
                part.number("width", low=0, above=True),
                cell,
                part.choice("align", ALIGNS, "left"),
                part.count("lines", 0, low=0, high=40),
            )
        )
        part.close()
    if not columns:
        words.fault("missing-word", "column")
    return tuple(columns)


def _photo(words: Words) -> PhotoPlace:
    sides = (words.number("width", low=5, high=300), words.number("height", low=5, high=300))
    part = PhotoPlace(words.text("field"), words.number("x", low=0), words.number("y", low=0), *sides)
    words.close()
    return part


def _background(words: Words, read_file: ReadFile) -> Raster | None:
    name = words.text("background", longest=64)
    try:
        return read_raster(read_file(name))
    except OSError as error:
        words.fault("background-missing", "background", f"{name}: {error.strerror or type(error).__name__}")
    except PictureRefused as refusal:
        words.fault(refusal.reason, "background", f"{name}: {refusal.text}")
    return None


def _ink(words: Words, palette: Palette, default: str) -> Colour:
    return palette[words.choice("colour", INKS, default)]
