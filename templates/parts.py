"""The parts a layout is made of, as `template.toml` names them; lengths in millimetres, sizes in points.

A layout has one or more sheets. A sheet is drawn once, or, when it `continues` a table, as often as rows of that
table are left: so a licence has as many pages as its rows need. What the parts become is decided in `layout`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from templates.items import Colour, Outline, Raster
from templates.typeset import Align, Place

FrameStyle = Literal["woven", "meander", "double", "beads", "plain", "none"]
GroundStyle = Literal["waves", "mesh", "rays"]
HOLDERS = "holders"
"""The name of the table that lists a licence's holders; all other tables are fields of kind table."""

NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Label:
    """A text that is always the same; `spread` fills the width of its place, `weight` > 0 draws it bolder (mm)."""

    text: str
    place: Place
    spread: bool = False
    weight: float = 0.0


@dataclass(frozen=True)
class Slot:
    """A text made from the licence: `text` with names in braces.

    With `middle` the place's baseline is that of a single line, and more lines spread above and below it.
    """

    text: str
    place: Place
    middle: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values it needs."""
        return tuple(NAMED.findall(self.text))


@dataclass(frozen=True)
class Medallion:
    """A woven rosette behind the text."""

    x: float
    y: float
    inner: float
    outer: float
    petals: int
    rings: int
    colour: Colour


@dataclass(frozen=True)
class Ground:
    """Fine lines over a box behind the text: waves, a mesh of two families of waves, or rays from its middle."""

    x: float
    y: float
    width: float
    height: float
    pitch: float
    swing: float
    style: GroundStyle
    colour: Colour


@dataclass(frozen=True)
class Path:
    """A drawing of the bundle's own, in millimetres: stroked where `line_width` > 0, filled where it has a colour."""

    outline: Outline
    stroke: Colour | None
    line_width: float
    fill: Colour | None


@dataclass(frozen=True)
class Rule:
    """A fine straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    colour: Colour


@dataclass(frozen=True)
class Frame:
    """The border: distance from the paper's edge, breadth of its band, two colours."""

    margin: float
    band: float
    dark: Colour
    fine: Colour
    style: FrameStyle = "woven"


@dataclass(frozen=True)
class Square:
    """Where the code stands: upper left corner and side."""

    x: float
    y: float
    side: float


@dataclass(frozen=True)
class PhotoPlace:
    """Where a field of kind photo is shown."""

    field: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Column:
    """One column: `cell` counts the row's cells from 1, 0 is the row's own number; `lines` at most, 0 as the table."""

    label: str
    width: float
    cell: int
    align: Align = "left"
    lines: int = 0


@dataclass(frozen=True)
class Table:
    """Rows of a field of kind table, or of the holders with the rows of the field `beside` next to them.

    From (x, y) down at most `depth`; rows are at least `row` high, the head is `head` high. `filled` rules empty rows
    down to the end, `closing` stands in the row below the last where there is room for it.
    """

    field: str
    x: float
    y: float
    depth: float
    row: float
    size: float
    smallest: float
    columns: tuple[Column, ...]
    ink: Colour
    label: Colour
    line: Colour
    head: float = 0.0
    leading: float = 1.3
    lines: int = 3
    beside: str = ""
    filled: bool = False
    closing: str = ""

    @property
    def width(self) -> float:
        """Of all columns."""
        return sum(column.width for column in self.columns)


@dataclass(frozen=True)
class Sheet:
    """A page's description; `continues` names the table whose remaining rows it takes, empty for a page drawn once."""

    width: float
    height: float
    frame: Frame
    medallions: tuple[Medallion, ...] = ()
    grounds: tuple[Ground, ...] = ()
    paths: tuple[Path, ...] = ()
    rules: tuple[Rule, ...] = ()
    labels: tuple[Label, ...] = ()
    slots: tuple[Slot, ...] = ()
    tables: tuple[Table, ...] = ()
    photos: tuple[PhotoPlace, ...] = ()
    background: Raster | None = None
    continues: str = ""


@dataclass(frozen=True)
class SealPlace:
    """The point the seal is centred on, on which sheet (counted from 0), and how wide; 0 is its own size."""

    x: float
    y: float
    sheet: int = 0
    width: float = 0.0


@dataclass(frozen=True)
class Layout:
    """All sheets; the code stands on the first page, the seal on a page of the sheet that `stamp` names."""

    sheets: tuple[Sheet, ...]
    code: Square
    stamp: SealPlace

    @property
    def width(self) -> float:
        """Of the first page."""
        return self.sheets[0].width

    @property
    def height(self) -> float:
        """Of the first page."""
        return self.sheets[0].height

    @property
    def frame(self) -> Frame:
        """Of the first page."""
        return self.sheets[0].frame

    @property
    def seal(self) -> tuple[float, float]:
        """The point the seal is centred on."""
        return self.stamp.x, self.stamp.y

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Of all sheets."""
        return tuple(slot for sheet in self.sheets for slot in sheet.slots)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Of all sheets."""
        return tuple(table for sheet in self.sheets for table in sheet.tables)

    @property
    def photos(self) -> tuple[PhotoPlace, ...]:
        """Of all sheets."""
        return tuple(photo for sheet in self.sheets for photo in sheet.photos)

    def where(self, slot: Slot, labels: Mapping[str, str]) -> str:
        """What people call the slot: the label of the first value in it."""
        return labels.get(slot.names[0], slot.names[0]) if slot.names else slot.text
