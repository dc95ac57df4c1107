"""CSV that no spreadsheet program takes for formulas, and the way back.

A cell that begins with a sign of a formula, white space before it or not, gets an apostrophe in front. The rule also
covers cells that begin with apostrophes and such a sign, so that taking one away again is exact.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

_SIGNS = "=+@-\uff1d\uff0b\uff20\uff0d"
"""Those of ASCII and their full-width forms, which some programs take for the same."""
_SIGN = re.compile(rf"'*\s*[\t\r\n{re.escape(_SIGNS)}]")


def neutral(text: str) -> str:
    """The text as it may stand in a cell that a person opens."""
    return f"'{text}" if _SIGN.match(text) else text


def plain(text: str) -> str:
    """What `neutral` was given."""
    return text[1:] if text.startswith("'") and _SIGN.match(text) else text


def csv_octets(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file as Excel opens it: UTF-8 with a mark, CR LF, every cell neutral."""
    made = io.BytesIO()
    write_csv(made, rows)
    return made.getvalue()


def write_csv(file: BinaryIO, rows: Iterable[Sequence[str]]) -> None:
    """Write such a file, line by line; it stays open."""
    text = io.TextIOWrapper(file, "utf-8-sig", "replace", newline="", write_through=True)
    csv.writer(text, lineterminator="\r\n").writerows([neutral(cell) for cell in row] for row in rows)
    text.detach()
