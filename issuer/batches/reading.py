"""Reading a sheet: lines of a CSV or XLSX file become the members of applications, or problems in words.

Nothing is guessed. After the headers (`headers`) each row stands for itself: one with a problem is not among the rows,
the others are. Whether the values are right for the type is for `issuer.checking`; here it is seen that what must be
given is there, and that no program has damaged it (`values`). A file is gone through once, line by line; its rows are
kept packed, so that a long table takes little memory. Photographs come with it in a ZIP (`picturing`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from issuer.batches.cells import Cell, Line
from issuer.batches.columns import Column, holder_place
from issuer.batches.examining import Take
from issuer.batches.headers import Headers, match
from issuer.batches.opening import opened
from issuer.batches.packed import PackedRows
from issuer.batches.picturing import Pictures
from issuer.batches.sheet import Row, RowProblem, Sheet, SheetError
from issuer.batches.sheet_words import sentence_of
from issuer.batches.values import CellError, LongNumbers, is_long, value_of
from keys.sm3 import Sm3
from trust.rules.catalogue import LicenceType

MAX_ROWS, MAX_PROBLEMS = 100_000, 100_000
"""Of one file; where either is passed, reading ends and says so."""
MAX_HEADER = 64
"""Characters that are kept of a header of the file."""
_PIECE = 1 << 20


def read_sheet(
    file: BinaryIO,
    *,
    name: str,
    kind: LicenceType,
    mapping: Mapping[str, str] | None = None,
    max_rows: int = MAX_ROWS,
    take: Take | None = None,
) -> Sheet:
    """Read a file that can be gone through again; whether it is CSV or XLSX is seen from its content.

    `mapping` says for headers of the file which column they are, by any name of `columns`; an empty text leaves a
    column out. Nothing is raised for what is wrong with a file: it stands in `problems`, by row. `take` makes
    photographs of the pictures that come with the table, unless there are many; without it cells stay as they are.
    """
    reading = _Reading(kind, mapping or {}, max_rows, pictures=Pictures(take) if take is not None else None)
    warnings: tuple[RowProblem, ...] = ()
    try:
        with opened(file, name) as one:
            if reading.pictures is not None:
                reading.pictures.archive = one.archive
            for line in one.lines:
                reading.take(line)
            reading.finish()
            warnings = tuple(reading.pictures.warnings()) if reading.pictures is not None else ()
    except SheetError as error:
        reading.tell(error.row, "", error.reason, *error.facts)
    problems = tuple(sorted(reading.problems, key=lambda problem: problem.row))
    made = reading.pictures.handed if reading.pictures is not None else {}
    wait = reading.pictures is not None and reading.pictures.wait
    return Sheet(
        reading.rows, problems, _digest(file), warnings, made, headers=tuple(reading.named), pictures_wait=wait
    )


def _digest(file: BinaryIO) -> str:
    digest = Sm3()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return f"sm3:{digest.digest().hex()}"


@dataclass
class _Reading:
    """One file on its way."""

    kind: LicenceType
    mapping: Mapping[str, str]
    max_rows: int
    rows: PackedRows = field(default_factory=PackedRows)
    problems: list[RowProblem] = field(default_factory=list)
    headers: Headers | None = None
    named: list[tuple[str, str]] = field(default_factory=list)
    seen: int = 0
    numbers: LongNumbers = field(default_factory=LongNumbers)
    pictures: Pictures | None = None

    def tell(self, row: int, column: str, reason: str, *facts: object) -> None:
        """Note a problem."""
        self.problems.append(RowProblem(row, column, reason, sentence_of(reason, *facts)))

    def take(self, line: Line) -> None:
        """Read one line.

        Raises:
            SheetError: `too-many-rows` or `too-many-problems`.

        """
        if self.headers is None:
            self.headers = self._headers(line)
        elif not self.headers.problems and not self.headers.is_aside(line):
            self.seen += 1
            if self.seen > self.max_rows:
                raise SheetError("too-many-rows", line.number, self.max_rows)
            self._take_row(line, self.headers)
            if len(self.problems) >= MAX_PROBLEMS:
                raise SheetError("too-many-problems", line.number, MAX_PROBLEMS)

    def finish(self) -> None:
        """See what only the whole of a file shows.

        Raises:
            SheetError: `empty-file` or `no-rows`.

        """
        if self.headers is None:
            raise SheetError("empty-file")
        if not self.headers.problems and not self.seen:
            raise SheetError("no-rows")
        if self.numbers.all_lost:
            header = next(column.header for column in self.headers.columns.values() if column.place == "number")
            for row in self.rows:
                if is_long(_number(row)):
                    self.tell(row.number, header, "digits-lost")
            self.rows = PackedRows(row for row in self.rows if not is_long(_number(row)))

    def _headers(self, line: Line) -> Headers:
        headers = match(line, self.kind, self.mapping)
        for place, cell in sorted(line.cells.items()):
            column = headers.columns.get(place)
            self.named.append((cell.text.strip()[:MAX_HEADER], column.header if column else ""))
        for problem in headers.problems:
            self.tell(line.number, problem.header, problem.reason, *problem.facts)
        return headers

    def _take_row(self, line: Line, headers: Headers) -> None:
        before = len(self.problems)
        if line.hidden:
            self.tell(line.number, "", "hidden-row")
        for place in sorted(line.cells.keys() - headers.columns.keys() - headers.left_out):
            self.tell(line.number, "", "no-header", place + 1)
        values, refused = self._values(line, headers)
        for column in self._due(headers, values):
            if not values.get(column.place) and column.place not in refused:
                self.tell(line.number, column.header, "missing")
        if len(self.problems) == before:
            row = Row(line.number, self._members(values))
            self.numbers.see(_number(row))
            self.rows.add(row)

    def _values(self, line: Line, headers: Headers) -> tuple[dict[str, str], set[str]]:
        """The values by their places, and the places whose cells were refused."""
        values: dict[str, str] = {}
        refused: set[str] = set()
        for place, column in headers.columns.items():
            cell = line.cells.get(place)
            if cell is None or column.form == "aside":
                continue
            try:
                value = self._value(line, column, cell)
            except CellError as error:
                refused.add(column.place)
                self.tell(line.number, column.header, error.reason, *error.facts)
                continue
            if value:
                values[column.place] = value
        return values, refused

    def _value(self, line: Line, column: Column, cell: Cell) -> str:
        """What a cell means; raises CellError."""
        value = value_of(column, cell)
        if value and column.form == "photo" and column.rule is not None and self.pictures is not None:
            return self.pictures.photograph(line.number, column.rule, value)
        return value

    def _due(self, headers: Headers, values: Mapping[str, str]) -> Iterator[Column]:
        """Columns that must be filled in a row: a holder of whom something is said needs all that is asked."""
        several = len(self.kind.holder_code_types) > 1
        holders = {found[1] for place in values if (found := holder_place(place))}
        for column in headers.columns.values():
            found = holder_place(column.place)
            if column.required or (found and found[1] in holders and (several or found[0] != "code_type")):
                yield column

    def _members(self, values: Mapping[str, str]) -> dict[str, object]:
        """The members of an application, without those left empty."""
        members: dict[str, object] = {key: value for key, value in values.items() if "." not in key}
        holders = sorted({found[1] for place in values if (found := holder_place(place))})
        members["holders"] = [self._holder(values, "" if number == 1 else f".{number}") for number in holders]
        members["fields"] = {key[7:]: value for key, value in values.items() if key.startswith("fields.")}
        return members

    def _holder(self, values: Mapping[str, str], dot: str) -> dict[str, str]:
        code_type = values.get(f"holder.code_type{dot}") or self.kind.holder_code_types[0]
        return {
            "name": values[f"holder.name{dot}"],
            "code": values[f"holder.code{dot}"],
            "code_type": code_type,
        }


def _number(row: Row) -> str:
    return str(row.members.get("number", ""))
