"""Rows kept packed: a table of a hundred thousand lines takes a few megabytes of memory while it is judged and stored.

Rows go in one after the other and come out in the same order, as often as one likes, a piece at a time. Inside they are
JSON, deflated by the piece; nothing is written anywhere.
"""

import json
import zlib
from collections.abc import Iterable, Iterator

from issuer.batches.sheet import Row

PIECE, LEVEL = 500, 1
"""Rows in a piece; packing that costs little more than writing the JSON."""


class PackedRows:
    """Rows in the order in which they came; `len` and iteration are all that is asked of them."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._pieces: list[bytes] = []
        self._open: list[Row] = []
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Take one more."""
        self._open.append(row)
        if len(self._open) == PIECE:
            told = [(one.number, one.members) for one in self._open]
            self._pieces.append(zlib.compress(json.dumps(told, separators=(",", ":")).encode(), LEVEL))
            self._open = []

    def __len__(self) -> int:
        return PIECE * len(self._pieces) + len(self._open)

    def __iter__(self) -> Iterator[Row]:
        for piece in self._pieces:
            for number, members in json.loads(zlib.decompress(piece)):
                yield Row(number, members)
        yield from self._open

    def __contains__(self, row: object) -> bool:
        return any(one == row for one in self)
