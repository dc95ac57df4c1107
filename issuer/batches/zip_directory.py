"""How many files a ZIP has, counted before anything keeps something of each.

A directory of sixty megabytes may have more than a million entries, for each of which a library makes an object. Here
its records are walked through first, one after the other: there are as many as the end record says, within bounds, and
together they are as long as it says. The end record is looked for where the library looks for it, that of ZIP64 (files
beyond four gigabytes or 65 535 entries) too. Source: PKWARE's APPNOTE 6.3, 4.3.12 to 4.3.16.
"""

import io
import struct
from typing import BinaryIO

from issuer.batches.sheet import SheetError

MAX_ENTRIES, MAX_DIRECTORY = 200_001, 64 * 1024 * 1024
"""A table, and two pictures for each of as many rows as it may have; their names with all that stands beside them."""
_END, _LOCATOR, _END_64 = struct.Struct("<4s4H2IH"), struct.Struct("<4sIQI"), struct.Struct("<4sQ2H2I4Q")
_RECORD, _LENGTHS = 46, struct.Struct("<3H")
_COMMENT = 65_535


def check_directory(file: BinaryIO) -> None:
    """See that a ZIP has no more files than bounds allow, and as many as it says.

    Raises:
        SheetError: `not-a-sheet`, there is no directory to be read; `zip-bounds`, it is too long.

    """
    start, size, count = _described(file)
    if count > MAX_ENTRIES or size > MAX_DIRECTORY:
        raise SheetError("zip-bounds")
    file.seek(start)
    octets, place, seen = file.read(size), 0, 0
    while place < size:
        seen += 1
        if seen > count or octets[place : place + 4] != b"PK\1\2" or place + _RECORD > size:
            raise SheetError("not-a-sheet")
        place += _RECORD + sum(_LENGTHS.unpack_from(octets, place + 28))
    if (seen, place) != (count, size):
        raise SheetError("not-a-sheet")


def _described(file: BinaryIO) -> tuple[int, int, int]:
    """Where the directory begins, how long it is, and how many records it has, as the end record says."""
    whole = file.seek(0, io.SEEK_END)
    reach = min(whole, _END.size + _COMMENT)
    file.seek(whole - reach)
    tail = file.read(reach)
    found = len(tail) - _END.size if tail[-_END.size :][:4] == b"PK\5\6" else tail.rfind(b"PK\5\6")
    if found < 0 or len(tail) - found < _END.size:
        raise SheetError("not-a-sheet")
    end = whole - reach + found
    count, size = _END.unpack_from(tail, found)[4:6]
    if (wide := _wide(file, end)) is not None:
        count, size = wide
        end -= _LOCATOR.size + _END_64.size
    if size > end:
        raise SheetError("not-a-sheet")
    return end - size, size, count


def _wide(file: BinaryIO, end: int) -> tuple[int, int] | None:
    """What the end record of ZIP64 says, right before the plain one, where there is one."""
    start = end - _LOCATOR.size - _END_64.size
    if start < 0:
        return None
    file.seek(start)
    octets = file.read(_END_64.size + _LOCATOR.size)
    if octets[_END_64.size :][:4] != b"PK\6\7":
        return None
    if octets[:4] != b"PK\6\6":
        raise SheetError("not-a-sheet")
    return _END_64.unpack_from(octets)[7], _END_64.unpack_from(octets)[8]
