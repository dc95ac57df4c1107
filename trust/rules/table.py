"""Tables in a licence's fields: rows and cells in one text, as officials can type it and readers can compare it.

    杉木｜120｜35.6；马尾松｜45｜12.0

Rows are divided by `；` and cells by `｜` (both full width), so neither stands inside a cell. A table is a field like
any other: one text in the signed licence, bounded by the field's length, checked character by character.
"""

from collections.abc import Iterable, Sequence

from trust.errors import Malformed
from trust.rules.text import check_text

ROWS, CELLS = "；", "｜"
MAX_ROWS = 400


def rows_of(value: str) -> tuple[tuple[str, ...], ...]:
    """The cells of each row; a text without dividers is one row of one cell."""
    return tuple(tuple(row.split(CELLS)) for row in value.split(ROWS))


def check_table(value: str, columns: int) -> None:
    """See that every row has as many cells, that each may stand in a licence, and that no row is empty.

    Raises:
        Malformed: `table-cells` (too many or too few), `table-rows` (none or too many), or a reason of `check_text`.

    """
    rows = rows_of(value)
    if len(rows) > MAX_ROWS or any(not any(row) for row in rows):
        raise Malformed("table-rows", f"{len(rows)} rows")
    if wrong := [place for place, row in enumerate(rows, start=1) if len(row) != columns]:
        raise Malformed("table-cells", f"row {wrong[0]}: {columns} cells expected")
    for cell in (cell for row in rows for cell in row if cell):
        check_text(cell, len(value))


def joined(rows: Iterable[Sequence[str]]) -> str:
    """The text of these rows."""
    return ROWS.join(CELLS.join(row) for row in rows)
