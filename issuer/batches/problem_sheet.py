"""A sheet of the rows that were refused, with the reason behind each: corrected, it is handed in as it is.

Its headers are those of the template, so no mapping is needed any more; the column 问题 is passed over when it is read.
Cells are written as they were given, only safe from being taken for formulas (`neutral`); one that a program has
damaged is marked, and is refused again as long as the mark stands there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from issuer.batches.cells import Line, Lines
from issuer.batches.columns import PROBLEM, SERIAL, Column, all_columns, holder_place
from issuer.batches.headers import match
from issuer.batches.neutral import csv_octets
from issuer.batches.reading import lines_of
from issuer.batches.sheet import Row, RowProblem, SheetError
from issuer.batches.values import DAMAGED, MARK
from issuer.batches.xlsx_lines import FILLED
from issuer.batches.xlsx_writing import NewSheet, xlsx_octets
from trust.rules.catalogue import LicenceType


def problem_csv(
    octets: bytes,
    *,
    name: str,
    kind: LicenceType,
    problems: Iterable[RowProblem],
    mapping: Mapping[str, str] | None = None,
) -> bytes:
    """The rows of a file that have problems; what is wrong with the whole of it stands in lines marked 说明.

    `name` and `mapping` as for `read_sheet`; `problems` may be those of reading and of what came after it together.
    """
    return csv_octets(_table(octets, name, kind, list(problems), mapping or {}))


def problem_xlsx(
    octets: bytes,
    *,
    name: str,
    kind: LicenceType,
    problems: Iterable[RowProblem],
    mapping: Mapping[str, str] | None = None,
) -> bytes:
    """The same as a workbook, whose cells are text: long numbers stay as they are when it is opened and saved."""
    rows = tuple(_table(octets, name, kind, list(problems), mapping or {}))
    return xlsx_octets([NewSheet(FILLED, rows, (18.0,) * (len(rows[0]) - 1) + (80.0,))])


def _table(
    octets: bytes, name: str, kind: LicenceType, problems: Sequence[RowProblem], mapping: Mapping[str, str]
) -> list[list[str]]:
    told: dict[int, list[RowProblem]] = {}
    for problem in problems:
        told.setdefault(problem.row, []).append(problem)
    columns: dict[int, Column] = {}
    rows: list[list[str]] = []
    for count, line in enumerate(_readable(octets, name)):
        if not count:
            found = match(line, kind, mapping).columns
            columns = {place: column for place, column in found.items() if column.form != "aside"}
        elif line.number in told:
            cells = [_written(line, place, column, told[line.number]) for place, column in columns.items()]
            rows.append([str(line.number), *cells, reason_of(told.pop(line.number))])
    rest = [["说明", *[""] * len(columns), reason_of(told[row])] for row in sorted(told)]
    return [[SERIAL, *(column.header for column in columns.values()), PROBLEM], *rest, *rows]


def _readable(octets: bytes, name: str) -> Lines:
    """The lines as far as they can be read; why no further is among the problems."""
    with suppress(SheetError):
        yield from lines_of(octets, name)


def _written(line: Line, place: int, column: Column, problems: Sequence[RowProblem]) -> str:
    cell = line.cells.get(place)
    damaged = any(one.reason in DAMAGED and one.column == column.header for one in problems)
    text = cell.text if cell else ""
    return f"{MARK}{text}" if damaged else text


def rows_csv(kind: LicenceType, rows: Iterable[tuple[Row, str]]) -> bytes:
    """The same from rows that were read before, each with what is wrong with it; an empty text says nothing is."""
    return csv_octets(rows_table(kind, rows))


def rows_table(kind: LicenceType, rows: Iterable[tuple[Row, str]]) -> Iterator[Sequence[str]]:
    """Its lines: as many holders have columns as the row with the most of them needs."""
    given = [(row, places_of(row.members), problem) for row, problem in rows]
    most = max((found[1] for _, cells, _ in given for place in cells if (found := holder_place(place))), default=1)
    columns = [one for one in all_columns(kind)[1:-1] if (holder_place(one.place) or ("", 1))[1] <= most]
    yield [SERIAL, *(column.header for column in columns), PROBLEM]
    for row, cells, problem in given:
        yield [str(row.number), *(_named(column, cells.get(column.place, "")) for column in columns), problem]


def places_of(members: Mapping[str, object]) -> dict[str, str]:
    """The members of an application by the places of their columns."""
    cells = {key: value for key, value in members.items() if isinstance(value, str)}
    holders = members.get("holders") or [members.get("holder")]
    for number, holder in enumerate(holders if isinstance(holders, list) else [], 1):
        dot = "" if number == 1 else f".{number}"
        if isinstance(holder, Mapping):
            cells |= {f"holder.{part}{dot}": str(holder.get(part, "")) for part in ("name", "code", "code_type")}
    fields = members.get("fields")
    if isinstance(fields, Mapping):
        cells |= {f"fields.{key}": str(value) for key, value in fields.items()}
    return cells


def _named(column: Column, value: str) -> str:
    """What stands in a cell: of a kind of code its name, from whose front no program takes zeros."""
    return dict(column.choices).get(value, value) if column.form == "code-type" else value


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
