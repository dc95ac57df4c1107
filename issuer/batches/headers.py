"""What the columns of a file are, told from its first line that is not empty, and what is wrong with that line.

Every header must be known or mapped, none twice, none of the required ones missing; otherwise no row is read, since
each would be wrong in the same way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from issuer.batches.cells import Line
from issuer.batches.columns import SERIAL, Column, all_columns, by_name, folded, holder_place
from trust.rules.catalogue import LicenceType

_ASIDE = frozenset({"说明", "示例"})
_SHOWN_OTHERWISE = {"formatted": "number-format", "formula": "formula"}
"""Kinds of cells in which perhaps another header is seen than the one that is read."""


@dataclass(frozen=True)
class HeaderProblem:
    """A header of the file, or the one it lacks; a stable reason and its facts."""

    header: str
    reason: str
    facts: tuple[object, ...] = ()


@dataclass(frozen=True)
class Headers:
    """The columns of a file by their place, the places left out, and what is wrong with any of them."""

    columns: Mapping[int, Column]
    left_out: frozenset[int]
    problems: tuple[HeaderProblem, ...]

    def is_aside(self, line: Line) -> bool:
        """Whether a line explains the sheet: its column 序号 says so."""
        serial = [place for place, column in self.columns.items() if column.header == SERIAL]
        return any(
            place in line.cells and line.cells[place].kind == "text" and line.cells[place].text.strip() in _ASIDE
            for place in serial
        )


def match(line: Line, kind: LicenceType, mapping: Mapping[str, str]) -> Headers:
    """Tell what each column is; `mapping` gives headers of the file another name, or an empty one to leave them out."""
    known = by_name(kind)
    wished = {folded(header): target for header, target in mapping.items()}
    columns: dict[int, Column] = {}
    left_out: set[int] = set()
    problems: list[HeaderProblem] = []
    for place, cell in sorted(line.cells.items()):
        name = folded(cell.text)
        target = wished.get(name, name)
        if cell.kind in _SHOWN_OTHERWISE:
            problems.append(HeaderProblem(cell.text.strip()[:64], _SHOWN_OTHERWISE[cell.kind]))
        if not name or not target.strip():
            left_out |= {place} if name else set()
            continue
        column = known.get(folded(target))
        if fault := _fault(line, place, column, columns, _other(target, mapped=name in wished)):
            problems.append(HeaderProblem(cell.text.strip()[:64], fault[0], fault[1:]))
        if column is not None:
            columns.setdefault(place, column)
    if not columns and _unseparated(line):
        return Headers({}, frozenset(), (HeaderProblem("", "separator"),))
    problems += [HeaderProblem(column.header, "missing-column") for column in _missing(kind, columns)]
    return Headers(columns, frozenset(left_out), tuple(problems))


def _fault(
    line: Line, place: int, column: Column | None, before: Mapping[int, Column], otherwise: tuple[object, ...]
) -> tuple[str, *tuple[object, ...]] | None:
    if column is None:
        return str(otherwise[0]), *otherwise[1:]
    if column.form == "aside":
        return None
    if place in line.hidden_columns:
        return ("hidden-column",)
    twice = [earlier for earlier, one in before.items() if one.place == column.place]
    return ("double-column", twice[0] + 1) if twice else None


def _other(target: str, *, mapped: bool) -> tuple[object, ...]:
    """Why a name means no column."""
    return ("mapping-unknown", target[:64]) if mapped else ("unknown-column",)


def _missing(kind: LicenceType, columns: Mapping[int, Column]) -> Iterator[Column]:
    """Required columns that are not there; a holder that has one column has all that the first one must have."""
    places = {column.place for column in columns.values()}
    holders = {found[1] for place in places if (found := holder_place(place))}
    several = len(kind.holder_code_types) > 1
    for column in all_columns(kind):
        found = holder_place(column.place)
        due = column.required or (found and found[1] in holders and (several or found[0] != "code_type"))
        if due and column.place not in places:
            yield column


def _unseparated(line: Line) -> bool:
    return len(line.cells) == 1 and any(sign in cell.text for cell in line.cells.values() for sign in ";\t；")
