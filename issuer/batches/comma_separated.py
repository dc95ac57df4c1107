"""Lines of a CSV file: RFC 4180 with commas, in UTF-8 (with or without a mark) or GB 18030.

The encoding is the first of the two in which the whole file makes sense; text of several lines stands in quotes. The
file is read piece by piece, and lines, cells and columns are bounded before they are kept. A mark that was put before a
formula's sign when a file of ours was written (`neutral`) is taken away here.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from issuer.batches.cells import MAX_CELL, MAX_COLUMNS, Cell, Line, Lines
from issuer.batches.neutral import plain
from issuer.batches.sheet import SheetError

MAX_CSV = 256 * 1024 * 1024
MAX_LINE = 1_000_000
_CHUNK = 1 << 20
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def csv_lines(file: BinaryIO) -> Lines:
    """The lines of a file that are not empty; it stays open, and stands anywhere afterwards.

    Raises:
        SheetError: `too-large`, `encoding`, or with the row: `line-too-long`, `quotes`, `too-many-columns`,
            `cell-too-long`.

    """
    if file.seek(0, io.SEEK_END) > MAX_CSV:
        raise SheetError("too-large", 0, MAX_CSV >> 20)
    codec = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, codec, newline="")
    reader = csv.reader(_physical(text), strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            if cells := _cells(record, number):
                yield Line(number, cells)
    except csv.Error as error:
        raise SheetError("quotes", number + 1) from error
    finally:
        text.detach()


def encoding_of(file: BinaryIO) -> str:
    """The codec of the whole file.

    Raises:
        SheetError: `encoding`, it is neither.

    """
    file.seek(0)
    if not file.read(len(_WIDE[0])).startswith(_WIDE):
        for codec in ("utf-8-sig", "gb18030"):
            if _decodes(file, codec):
                return codec
    raise SheetError("encoding")


def _decodes(file: BinaryIO, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    file.seek(0)
    try:
        while piece := file.read(_CHUNK):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _physical(text: io.TextIOWrapper) -> Iterator[str]:
    for number, line in enumerate(iter(partial(text.readline, MAX_LINE + 1), ""), 1):
        if len(line) > MAX_LINE:
            raise SheetError("line-too-long", number)
        yield line


def _cells(record: list[str], number: int) -> dict[int, Cell]:
    cells = {place: Cell(plain(text)) for place, text in enumerate(record) if text}
    if cells and max(cells) >= MAX_COLUMNS:
        raise SheetError("too-many-columns", number, MAX_COLUMNS)
    if any(len(cell.text) > MAX_CELL for cell in cells.values()):
        raise SheetError("cell-too-long", number, MAX_CELL)
    return cells
