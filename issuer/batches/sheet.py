"""What a spreadsheet of a batch says: rows that can be judged like applications, and what is wrong with the others.

Rows are counted as spreadsheets count them: the first line is 1, empty lines are counted too. A row with a problem is
not among `Sheet.rows`; a problem of the whole file stands at row 0, one of the headers at theirs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from issuer.errors import IssuerError

Ending = Literal["csv", "xlsx"]
"""The two kinds of files that tables come in and go out as."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file; `members` as `issuer.application.read_application` takes them."""

    number: int
    members: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in a row: the column's header, a stable reason, and what to do about it, in Chinese."""

    row: int
    column: str
    reason: str
    sentence: str


@dataclass(frozen=True)
class Sheet:
    """All rows and problems of a file, and its digest, `sm3:` and hexadecimal digits.

    Rows may be many and are perhaps kept packed: they are counted and gone through, as often as one likes. Warnings
    keep nothing from being issued. `photographs` came with the table, by the names that the rows give them; where
    `pictures_wait` they are pictures as they were handed in, which nobody has decoded (`issuer.batches.examining`), and
    are there as long as the file is open. `headers` are those of the file in their order, each with the header of the
    column it was taken for, or an empty text.
    """

    rows: Collection[Row]
    problems: tuple[RowProblem, ...]
    digest: str
    warnings: tuple[RowProblem, ...] = ()
    photographs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    pictures_wait: bool = False


class SheetError(IssuerError):
    """A file that cannot be read, or not beyond a row; it stays inside this package, where it becomes a problem."""

    def __init__(self, reason: str, row: int = 0, *facts: object) -> None:
        super().__init__(reason)
        self.reason, self.row, self.facts = reason, row, facts
