"""Rows of a batch as a table: those that were not issued, to be handed in again 未签发清单, or all as they came.

Its columns are those of the template of the type, with the row's number and the reason beside it, which reading passes
over. As many holders have columns as the row with the most of them needs. No cell is taken for a formula. Rows are gone
through twice, once for the columns and once for the lines, and never all in memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from issuer.batches.columns import PROBLEM, SERIAL, Column, all_columns, holder_place
from issuer.batches.examining import file_name_in
from issuer.batches.neutral import csv_octets, write_csv
from issuer.batches.sheet import Ending, Row
from issuer.batches.xlsx_lines import FILLED
from issuer.batches.xlsx_writing import NewSheet, write_xlsx, xlsx_octets
from trust.rules.catalogue import LicenceType

OCTETS = 1 << 20
"""Of a piece of a file."""
Told = Iterable[tuple[Row, str]]
"""Rows, each with what is wrong with it; an empty text says that nothing is."""


def rows_csv(kind: LicenceType, rows: Told) -> bytes:
    """A CSV file of rows; `rows` can be gone through again."""
    columns = _columns(kind, rows)
    return csv_octets(_lines(columns, rows))


def rows_xlsx(kind: LicenceType, rows: Told) -> bytes:
    """The same as a workbook, whose cells are text: long numbers stay as they are when it is opened and saved."""
    columns = _columns(kind, rows)
    return xlsx_octets([NewSheet(FILLED, _lines(columns, rows), (18.0,) * (len(columns) - 1) + (80.0,))])


def pieces_of(kind: LicenceType, rows: Told, ending: Ending) -> Iterator[bytes]:
    """All rows, each in the line that its number says, as a file in pieces; however many they are, memory is not asked.

    Read again it gives the same rows under the same numbers, so that its digest is that of its batch.
    """
    columns = _columns(kind, rows)
    lines = _in_place(columns, rows)
    file = TemporaryFile()  # noqa: SIM115  (closed when it has been poured)
    if ending == "xlsx":
        write_xlsx(file, [NewSheet(FILLED, lines, (18.0,) * len(columns))])
    else:
        write_csv(file, lines)
    yield from poured(file)


def poured(file: BinaryIO) -> Iterator[bytes]:
    """A file in pieces, from its beginning; it is closed afterwards."""
    with file:
        file.seek(0)
        while octets := file.read(OCTETS):
            yield octets


def shown(kind: LicenceType, rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Headers and cells of some rows, without the columns that are empty in all of them; for people to look at."""
    told = [(row, "") for row in rows]
    columns = [one for one in _columns(kind, told) if one.form != "aside"]
    lines = [[file_name_in(cell) for cell in _line(columns, row, "")] for row in rows]
    filled = [place for place in range(len(columns)) if any(line[place] for line in lines)]
    return [columns[place].header for place in filled], [[line[place] for place in filled] for line in lines]


def _in_place(columns: Sequence[Column], rows: Told) -> Iterator[Sequence[str]]:
    """The heading, and every row in its own line; empty lines between them as they were."""
    line, own = 1, [one for one in columns if one.header != PROBLEM]
    yield [one.header for one in own]
    for row, _ in rows:
        while (line := line + 1) < row.number:
            yield []
        yield _line(own, row, "")


def _columns(kind: LicenceType, rows: Told) -> Sequence[Column]:
    most = max((len(_listed(row.members)) for row, _ in rows), default=1)
    return [one for one in all_columns(kind) if (holder_place(one.place) or ("", 1))[1] <= max(most, 1)]


def _lines(columns: Sequence[Column], rows: Told) -> Iterator[Sequence[str]]:
    yield [one.header for one in columns]
    for row, problem in rows:
        yield _line(columns, row, problem)


def _line(columns: Sequence[Column], row: Row, problem: str) -> list[str]:
    values, aside = dict(_places(row.members)), {SERIAL: str(row.number), PROBLEM: problem}
    return [aside.get(one.header, "") if one.form == "aside" else _cell(one, values) for one in columns]


def _cell(column: Column, values: Mapping[str, str]) -> str:
    """What stands in a cell: of a code type its name, which no program takes for a number."""
    value = values.get(column.place, "")
    return dict(column.choices).get(value, value) if column.form == "code-type" else value


def _places(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The values of a row by the place of their column."""
    for name in ("number", "issued_on", "valid_from", "valid_until", "area_code"):
        yield name, str(members.get(name) or "")
    for key, value in (members.get("fields") or {}).items():
        yield f"fields.{key}", str(value)
    for count, holder in enumerate(_listed(members), start=1):
        mark = f".{count}" if count > 1 else ""
        for part, value in holder.items():
            yield f"holder.{part}{mark}", str(value)


def _listed(members: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(members.get("holders") or ([members["holder"]] if "holder" in members else []))
