"""A sheet of the rows that were refused, with the reason behind each: corrected, it is handed in as it is.

Its headers are those of the template, so no mapping is needed any more; the column 问题 is passed over when it is read.
Cells are written as they were given, only safe from being taken for formulas (`neutral`); one that a program has
damaged is marked, and is refused again as long as the mark stands there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from itertools import chain
from typing import BinaryIO

from issuer.batches.cells import Line, Lines
from issuer.batches.columns import PROBLEM, SERIAL, Column
from issuer.batches.headers import match
from issuer.batches.neutral import write_csv
from issuer.batches.opening import lines_of
from issuer.batches.sheet import Ending, RowProblem, SheetError
from issuer.batches.values import DAMAGED, MARK
from issuer.batches.xlsx_lines import FILLED
from issuer.batches.xlsx_writing import NewSheet, write_xlsx
from trust.rules.catalogue import LicenceType


def problem_csv(
    file: BinaryIO,
    *,
    name: str,
    kind: LicenceType,
    problems: Iterable[RowProblem],
    mapping: Mapping[str, str] | None = None,
) -> bytes:
    """The rows of a file that have problems; what is wrong with the whole of it stands in lines marked 说明.

    `name` and `mapping` as for `read_sheet`; `problems` may be those of reading and of what came after it together.
    """
    made = BytesIO()
    write_problems(made, file, ending="csv", name=name, kind=kind, problems=problems, mapping=mapping)
    return made.getvalue()


def problem_xlsx(
    file: BinaryIO,
    *,
    name: str,
    kind: LicenceType,
    problems: Iterable[RowProblem],
    mapping: Mapping[str, str] | None = None,
) -> bytes:
    """The same as a workbook, whose cells are text: long numbers stay as they are when it is opened and saved."""
    made = BytesIO()
    write_problems(made, file, ending="xlsx", name=name, kind=kind, problems=problems, mapping=mapping)
    return made.getvalue()


def write_problems(
    out: BinaryIO,
    file: BinaryIO,
    *,
    ending: Ending,
    name: str,
    kind: LicenceType,
    problems: Iterable[RowProblem],
    mapping: Mapping[str, str] | None = None,
) -> None:
    """Write the same as a file of either kind, line by line; both stay open."""
    lines = _lines(file, name, kind, problems, mapping or {})
    if ending == "csv":
        write_csv(out, lines)
        return
    titles = next(lines)
    widths = (18.0,) * (len(titles) - 1) + (80.0,)
    write_xlsx(out, [NewSheet(FILLED, chain([titles], lines), widths)])


def _lines(
    file: BinaryIO, name: str, kind: LicenceType, problems: Iterable[RowProblem], mapping: Mapping[str, str]
) -> Iterator[list[str]]:
    """The heading, what is wrong with the whole file or its heading, the rows, and what was read no more."""
    told: dict[int, list[RowProblem]] = {}
    for problem in problems:
        told.setdefault(problem.row, []).append(problem)
    lines = _readable(file, name)
    first = next(lines, None)
    found = match(first, kind, mapping).columns if first else {}
    columns = {place: column for place, column in found.items() if column.form != "aside"}
    yield [SERIAL, *(column.header for column in columns.values()), PROBLEM]
    yield from _aside([row for row in sorted(told) if row <= (first.number if first else 0)], told, len(columns))
    for line in lines:
        if (wrong := told.pop(line.number, None)) is not None:
            cells = [_written(line, place, column, wrong) for place, column in columns.items()]
            yield [str(line.number), *cells, reason_of(wrong)]
    yield from _aside(sorted(told), told, len(columns))


def _aside(rows: Sequence[int], told: dict[int, list[RowProblem]], columns: int) -> Iterator[list[str]]:
    """Lines that say what is wrong and are not read again."""
    for row in rows:
        yield ["说明", *[""] * columns, reason_of(told.pop(row))]


def _readable(file: BinaryIO, name: str) -> Lines:
    """The lines as far as they can be read; why no further is among the problems."""
    with suppress(SheetError):
        yield from lines_of(file, name)


def _written(line: Line, place: int, column: Column, problems: Sequence[RowProblem]) -> str:
    cell = line.cells.get(place)
    damaged = any(one.reason in DAMAGED and one.column == column.header for one in problems)
    text = cell.text if cell else ""
    return f"{MARK}{text}" if damaged else text


def reason_of(problems: Iterable[RowProblem]) -> str:
    """What is wrong with a row, in one text."""
    return " ".join(
        f"第 {one.row} 行：{one.column}：{one.sentence}"
        if one.column
        else f"第 {one.row} 行：{one.sentence}"
        if one.row
        else one.sentence
        for one in problems
    )
