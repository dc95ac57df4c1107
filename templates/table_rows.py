"""Setting the rows of a table: how high each becomes, how many go onto a page, and the lines around them.

A row is as high as its highest cell; a cell's text wraps to the lines the table allows and is then set smaller by the
same rule as any other text (`typeset`). Cells of one row follow each other in the order of the licence's own text, so
that what a reader takes out of the page can be held against it row by row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from templates.errors import DoesNotFit
from templates.items import Item, Segment, Shape, Text, line, rectangle
from templates.parts import Column, Table
from templates.typeset import POINT, Place, set_text

Row = tuple[str, ...]
_PAD = 1.2
"""Millimetres between a cell's text and the lines around it."""
_LINE = 0.18
_CAP = 0.74
"""Height of Chinese characters above the baseline, in ems; the rest lies below it."""


@dataclass(frozen=True)
class LaidRows:
    """What a page shows of a table, and the row the next page begins with."""

    items: tuple[Item, ...]
    following: int


def head_items(table: Table) -> tuple[Text, ...]:
    """The names of the columns, the same on every page.

    Raises:
        DoesNotFit, MissingGlyph: a name cannot be set.

    """
    items: list[Text] = []
    left = table.x
    for column in table.columns:
        if table.head and column.label:
            middle = replace(column, align="centre", lines=0)
            texts = _cell(table, middle, left, column.label, column.label, label=True)
            items += _placed(texts, table.y, table.head)
        left += column.width
    return tuple(items)


def lay_rows(table: Table, rows: Sequence[Row], start: int, where: str) -> LaidRows:
    """Set as many rows as the page takes, from row `start` on.

    Raises:
        DoesNotFit: a cell, or a single row, is too large; `where` names the table.
        MissingGlyph: a character cannot be drawn.

    """
    top, bottom = table.y + table.head, table.y + table.depth
    edges, items, place = [top], [], start
    while place < len(rows):
        cells = list(_cells(table, rows[place], place + 1, where))
        height = max([table.row, *(_height(table, texts) for texts in cells)])
        if edges[-1] + height > bottom + 1e-6:
            break
        items += [text for texts in cells for text in _placed(texts, edges[-1], height)]
        edges.append(edges[-1] + height)
        place += 1
    if place == start and place < len(rows):
        raise DoesNotFit(where, sum(map(len, rows[place])))
    ruled = len(edges)
    done = place == len(rows)
    if done and table.closing and rows and edges[-1] + table.row <= bottom + 1e-6:
        items += _placed(_closing(table), edges[-1], table.row)
        edges.append(edges[-1] + table.row)
    elif done and table.filled:
        while edges[-1] + 2 * table.row <= bottom + 1e-6:
            edges.append(edges[-1] + table.row)
        edges += [bottom] if edges[-1] < bottom else []
        ruled = len(edges)
    grid = (_grid(table, edges, edges[ruled - 1]),) if len(edges) > 1 else ()
    return LaidRows((*grid, *items), place)


def _cells(table: Table, row: Row, number: int, where: str) -> Sequence[tuple[Text, ...]]:
    cells, left = [], table.x
    for column in table.columns:
        text = str(number) if column.cell == 0 else row[column.cell - 1] if column.cell <= len(row) else ""
        cells.append(_cell(table, column, left, text, f"{where} {column.label}".strip()) if text else ())
        left += column.width
    return cells


def _cell(table: Table, column: Column, left: float, text: str, where: str, *, label: bool = False) -> tuple[Text, ...]:
    """The lines of a cell with the first baseline at 0."""
    place = Place(
        x=left + _PAD,
        baseline=0.0,
        width=column.width - 2 * _PAD,
        size=table.size,
        smallest=table.smallest,
        colour=table.label if label else table.ink,
        depth=((column.lines or table.lines) - 1) * table.leading * table.size * POINT,
        leading=table.leading,
        align=column.align,
    )
    return set_text(text, place, where)


def _closing(table: Table) -> tuple[Text, ...]:
    whole = Column("", table.width, 1, "centre")
    return _cell(table, whole, table.x, table.closing, table.closing, label=True)


def _height(table: Table, texts: Sequence[Text]) -> float:
    if not texts:
        return 0.0
    return texts[-1].baseline - texts[0].baseline + texts[0].size * table.leading + _PAD


def _placed(texts: Sequence[Text], top: float, height: float) -> list[Text]:
    """The lines of a cell in the middle of its row."""
    if not texts:
        return []
    spread = texts[-1].baseline - texts[0].baseline
    first = top + (height - spread) / 2 + (_CAP - 0.38) * texts[0].size
    return [replace(text, baseline=round(first + text.baseline, 3)) for text in texts]


def _grid(table: Table, edges: Sequence[float], ruled: float) -> Shape:
    """All lines of a table as one path; columns are ruled down to `ruled`."""
    bottom = edges[-1]
    segments: list[Segment] = list(rectangle(table.x, table.y, table.width, bottom - table.y))
    for edge in edges[0 if table.head else 1 : -1]:
        segments += line(table.x, edge, table.x + table.width, edge)
    left = table.x
    for column in table.columns[:-1]:
        left += column.width
        segments += line(left, table.y, left, ruled)
    return Shape(tuple(segments), stroke=table.line, line_width=_LINE)
