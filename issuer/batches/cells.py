"""Cells and lines as they come out of a file, before anybody knows what they mean.

A spreadsheet says of each cell what it is, and that is kept: a number was perhaps rounded by the program that wrote it,
which is for `values` to judge by the column it stands in. Everything in a CSV file is text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

MAX_COLUMNS = 256
MAX_CELL = 32_767  # characters; Excel's own bound

CellKind = Literal["text", "number", "formatted", "date", "truth", "formula", "error"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty; the text of a number is as the file has it, that of a whole day `2026-11-21`.

    A cell is `formatted` where the program shows a number rounded or as a share, or a text hidden, replaced or with
    more beside it.
    """

    text: str
    kind: CellKind = "text"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, and its cells by their column, counted from 0."""

    number: int
    cells: Mapping[int, Cell]
    hidden: bool = False
    hidden_columns: frozenset[int] = field(default_factory=frozenset)


Lines: TypeAlias = Iterator[Line]
