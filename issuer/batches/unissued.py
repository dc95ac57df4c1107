"""Rows that were not issued, as a table that can be put right and handed in again 未签发清单.

Its columns are those of the template of the type, with the row's number and the reason beside it, which reading passes
over. As many holders have columns as the row with the most of them needs. No cell is taken for a formula.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from issuer.batches.columns import PROBLEM, SERIAL, Column, all_columns
from issuer.batches.neutral import csv_octets
from issuer.batches.sheet import Row
from trust.rules.catalogue import LicenceType


def rows_csv(kind: LicenceType, rows: Sequence[tuple[Row, str]]) -> bytes:
    """A CSV file of rows, each with what is wrong with it; an empty text says that nothing is."""
    most = max((len(_listed(row.members)) for row, _ in rows), default=1)
    columns = [one for one in all_columns(kind) if _holder_of(one.place) <= max(most, 1)]
    lines = [[one.header for one in columns]]
    for row, problem in rows:
        values, aside = dict(_places(row.members)), {SERIAL: str(row.number), PROBLEM: problem}
        lines.append([aside.get(one.header, "") if one.form == "aside" else _cell(one, values) for one in columns])
    return csv_octets(lines)


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


def _holder_of(place: str) -> int:
    """Which holder a column is of; 1 where it is of none."""
    last = place.rpartition(".")[2]
    return int(last) if place.startswith("holder.") and last.isdecimal() else 1
