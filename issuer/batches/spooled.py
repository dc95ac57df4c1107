"""Photographs of a table that was read and is not submitted yet, by their names, beside the memory.

They lie one behind the other in a file that has no name, in the folder for such files that the system names; it is gone
when nobody needs it any more, and with the process, however that ends. What is kept in memory of each is where it lies.
"""

import weakref
from collections.abc import Iterator, Mapping
from functools import cached_property
from tempfile import TemporaryFile
from typing import BinaryIO


class Spooled(Mapping[str, bytes]):
    """Octets by their names; the same name twice has the same octets."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0

    @cached_property
    def _file(self) -> BinaryIO:
        """The file, made when it is first needed."""
        made = TemporaryFile()  # noqa: SIM115  (closed with this object)
        weakref.finalize(self, made.close)
        return made

    def add(self, name: str, octets: bytes) -> None:
        """Keep one more; raises OSError where there is no room."""
        if name not in self._places:
            self._file.seek(self._end)
            self._file.write(octets)
            self._places[name] = self._end, len(octets)
            self._end += len(octets)

    def __getitem__(self, name: str) -> bytes:
        start, length = self._places[name]
        self._file.seek(start)
        return self._file.read(length)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
