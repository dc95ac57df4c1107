"""Opening a file that is handed in: the lines of a table, and the pictures beside it where the two came in one ZIP.

Whether it is CSV, XLSX or a ZIP with one of them is seen from its content; what other programs write is told by name.
"""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from issuer.batches.cells import Line, Lines
from issuer.batches.comma_separated import csv_lines
from issuer.batches.sheet import SheetError
from issuer.batches.xlsx_lines import xlsx_lines
from issuer.batches.zipped import Zipped, zipped

OTHERS = frozenset({"xls", "xlsm", "xltm", "xltx", "xlsb", "ods", "et", "numbers"})
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_HEAD = 4096


@dataclass(frozen=True)
class Opened:
    """The lines that are not empty, which end with a SheetError where they cannot be read further; and the pictures."""

    lines: Lines
    archive: Zipped | None = None


@contextmanager
def opened(file: BinaryIO, name: str) -> Iterator[Opened]:
    """Open a file that can be gone through again.

    Raises:
        SheetError: it cannot be read.

    """
    first = _beginning(file, name)
    archive = zipped(file) if first.startswith(_ZIP) else None
    if archive is None:
        with closing(_lines(file, first)) as lines:
            yield Opened(lines)
        return
    with archive.table() as table, closing(_lines(table, _beginning(table, archive.table_name))) as lines:
        yield Opened(lines, archive)


def lines_of(file: BinaryIO, name: str) -> Lines:
    """The lines of a file that are not empty, of a ZIP those of its table.

    Raises:
        SheetError: it cannot be read, or not further.

    """
    with opened(file, name) as one:
        yield from one.lines


def starts_as_zip(file: BinaryIO) -> bool:
    """Whether a file begins as a ZIP does, which an XLSX is too."""
    file.seek(0)
    return file.read(len(_ZIP)) == _ZIP


def _lines(file: BinaryIO, first: bytes) -> Generator[Line, None, None]:
    yield from xlsx_lines(file) if first.startswith(_ZIP) else csv_lines(file)


def _beginning(file: BinaryIO, name: str) -> bytes:
    """The first octets of a file that may be one of those that are read; raises SheetError."""
    ending = name.strip().casefold().rpartition(".")[2]
    file.seek(0)
    first = file.read(_HEAD)
    if first.startswith(_OLD):
        raise SheetError("old-format")
    if ending in OTHERS:
        raise SheetError("other-format", 0, f".{ending}")
    if len(first) < _HEAD and not first.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SheetError("empty-file")
    return first
