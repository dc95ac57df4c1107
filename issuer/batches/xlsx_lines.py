"""Lines of an XLSX file, read as a stream: of the sheet named 批量填写, or of the only visible one that is filled.

Hidden sheets are not looked at. Hidden lines and columns are told as such, since nobody saw what stands in them. A
formula is told as one, whatever value the program has stored for it. Sheets of hints (填写说明) are passed over.
"""

import re
from collections import deque
from typing import BinaryIO

from issuer.batches.cells import MAX_CELL, MAX_COLUMNS, Cell, CellKind, Line, Lines
from issuer.batches.sheet import SheetError
from issuer.batches.xlsx_package import Package
from issuer.batches.xlsx_workbook import SheetPart, Workbook, read_workbook, unescaped

FILLED, HINTS = "批量填写", "填写说明"
MAX_ROW, WIDEST = 1_048_576, 16_384  # the format's own bounds
_PLACE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_KINDS: dict[str, CellKind] = {"s": "text", "inlineStr": "text", "str": "text", "b": "truth", "e": "error"}


def xlsx_lines(file: BinaryIO) -> Lines:
    """The lines of a file that are not empty.

    Raises:
        SheetError: a reason of `xlsx_package`, `no-sheet`, `several-sheets`, `xlsx-form`, or with the row:
            `too-many-columns`, `cell-too-long`.

    """
    package = Package(file)
    book = read_workbook(package)
    yield from _lines(package, book, _chosen(package, book))


def _chosen(package: Package, book: Workbook) -> SheetPart:
    for sheet in book.sheets:
        if sheet.name == FILLED:
            return sheet
    filled = [sheet for sheet in book.sheets if sheet.name != HINTS and _is_filled(package, book, sheet)]
    if len(filled) > 1:
        raise SheetError("several-sheets", 0, "、".join(sheet.name[:31] for sheet in filled[:5]))
    if not filled:
        raise SheetError("empty-file" if book.sheets else "no-sheet")
    return filled[0]


def _is_filled(package: Package, book: Workbook, sheet: SheetPart) -> bool:
    return next(_lines(package, book, sheet), None) is not None


def _lines(package: Package, book: Workbook, sheet: SheetPart) -> Lines:
    reader = _Reader(book)
    for _ in package.steps(sheet.part, reader):
        while reader.ready:
            yield reader.ready.popleft()


class _Reader:
    """Follows the elements of a sheet; whole lines are `ready`."""

    def __init__(self, book: Workbook) -> None:
        self.ready: deque[Line] = deque()
        self._book = book
        self._row, self._column = 0, -1
        self._cells: dict[int, Cell] = {}
        self._hidden, self._hidden_columns = False, frozenset[int]()
        self._kind, self._style, self._formula = "n", 0, False
        self._text: list[str] = []
        self._length, self._aside, self._contents, self._taking = 0, 0, 0, False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in {"v", "t"}:
            self._begin_text(name)
        elif name == "is":
            self._count_content()
        elif name == "row":
            self._begin_row(attributes)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._aside += 1
        elif name == "col" and attributes.get("hidden") in {"1", "true"}:
            first, last = (min(_number(attributes.get(end), WIDEST), MAX_COLUMNS) for end in ("min", "max"))
            self._hidden_columns |= frozenset(range(first - 1, last))

    def characters(self, text: str) -> None:
        if self._taking:
            self._length += len(text)
            if self._length > MAX_CELL + 6:
                raise SheetError("cell-too-long", self._row, MAX_CELL)
            self._text.append(text)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._taking = False
        elif name == "c":
            self._end_cell()
        elif name == "rPh":
            self._aside -= 1
        elif name == "row" and self._cells:
            self.ready.append(Line(self._row, self._cells, self._hidden, self._hidden_columns))
            self._cells = {}

    def _begin_text(self, name: str) -> None:
        """Of a text in the cell itself the words stand in `is`, of any other cell the value in `v`; never both."""
        if (name == "v") is (self._kind == "inlineStr"):
            raise SheetError("xlsx-form")
        self._taking = not self._aside
        if name == "v":
            self._count_content()

    def _count_content(self) -> None:
        self._contents += 1
        if self._contents > 1:
            raise SheetError("xlsx-form")

    def _begin_row(self, attributes: dict[str, str]) -> None:
        row = _number(attributes["r"], MAX_ROW) if "r" in attributes else self._row + 1
        if not self._row < row <= MAX_ROW:
            raise SheetError("xlsx-form")
        self._row, self._column, self._cells = row, -1, {}
        self._hidden = attributes.get("hidden") in {"1", "true"}

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        column = self._column + 1
        if (place := attributes.get("r")) is not None:
            found = _PLACE.fullmatch(place)
            if found is None or int(found[2]) != self._row:
                raise SheetError("xlsx-form")
            column = column_number(found[1])
        if not self._column < column < WIDEST or not self._row:
            raise SheetError("xlsx-form")
        self._column, self._kind = column, attributes.get("t", "n")
        self._style = _number(attributes.get("s", "0"), 1_000_000)
        self._text, self._length, self._formula, self._contents = [], 0, False, 0

    def _end_cell(self) -> None:
        text = "".join(self._text)
        if not text and not self._formula:
            return
        if self._column >= MAX_COLUMNS:
            raise SheetError("too-many-columns", self._row, MAX_COLUMNS)
        if cell := self._cell(text):
            self._cells[self._column] = cell

    def _cell(self, text: str) -> Cell | None:
        if self._formula:
            return Cell(text, "formula")
        if self._kind == "n":
            return self._of_number(text)
        if self._kind == "d":
            return Cell(text, "date")
        if self._kind not in _KINDS:
            raise SheetError("xlsx-form")
        if self._kind == "s":
            place = _number(text, len(self._book.shared) - 1)
            text = self._book.shared[place]
            if len(text) > MAX_CELL:
                raise SheetError("cell-too-long", self._row, MAX_CELL)
        else:
            text = unescaped(text)
        kind = "formatted" if self._style in self._book.altering else _KINDS[self._kind]
        return Cell(text, kind) if text else None

    def _of_number(self, text: str) -> Cell:
        if self._style not in self._book.dates:
            as_it_is = self._style not in self._book.formatted or (self._style in self._book.whole and text.isdecimal())
            return Cell(text, "number" if as_it_is else "formatted")
        day = self._book.day(text)
        return Cell(day.isoformat() if day else text, "date")


def column_number(letters: str) -> int:
    """Where a column of these letters is, counted from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _number(text: str | None, most: int) -> int:
    if text is None or not re.fullmatch("[0-9]{1,7}", text) or int(text) > most:
        raise SheetError("xlsx-form")
    return int(text)
