"""The log as the public has it: the database, and the public folder where that says more or the database fails.

What is served never gets shorter than what was shown: the checkpoint is the larger of the two, and nodes and entries
that the database lacks, or cannot give, are read from the tiles in the folder. Proofs prove themselves, so nothing here
has to be believed. Which entry has a commitment is looked up in the database; what it does not have, or while it is
down, the entries themselves are looked through, as far as can be done for a stranger who asks.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from service.log_tiles import CHECKPOINT, COSIGNED, TileReader
from service.public_folder import PublicFolder
from trust.errors import TrustError
from trust.formats.checkpoint import Checkpoint, parse_checkpoint
from trust.formats.leaf import decode_entry
from trust.formats.merkle import Node
from trust.log.errors import LogDamaged
from trust.log.ports import PublishedLog
from trust.log.tiles import WIDTH

Answer = TypeVar("Answer")
LOOKED_THROUGH = 4_096
"""Tiles of entries that are looked through for one commitment, a million entries; more are not for a stranger."""


class PublicLog:
    """`trust.log.ports.PublishedLog` over the stored log and the public folder, None where there is none."""

    def __init__(self, log: PublishedLog, folder: PublicFolder | None) -> None:
        self._log, self._folder = log, folder

    def latest(self) -> bytes | None:
        """The larger of the checkpoints in database and folder, the later where they are of one size."""
        shown = self._shown(CHECKPOINT)
        if shown is None:
            return self._log.latest()
        with suppress(SQLAlchemyError):
            stored = self._log.latest()
            return shown if stored is None else max(shown, stored, key=_order)
        return shown

    def size(self) -> int:
        """How many entries are published."""
        note = self.latest()
        return _said(note).size if note else 0

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Hashes of complete nodes in the order asked; raises LogDamaged."""
        return self._either(lambda: self._log.nodes(wanted), lambda tiles: tiles.nodes(wanted))

    def entries(self, first: int, end: int) -> list[bytes]:
        """The octets of entries; raises LogDamaged."""
        return self._either(lambda: self._log.entries(first, end), lambda tiles: tiles.entries(first, end))

    def find(self, commitment: bytes) -> int | None:
        """The index of the entry with this commitment; also of one that the database lacks."""
        try:
            found, stored = self._log.find(commitment), self._log.size()
        except SQLAlchemyError:
            shown = self._size_shown()
            if not 0 < shown <= LOOKED_THROUGH * WIDTH:
                raise
            found, stored = None, 0
        return self._looked_through(commitment, stored) if found is None else found

    def cosignatures(self, size: int, at: datetime) -> list[bytes]:
        """The witnesses' lines under a note."""
        try:
            return self._log.cosignatures(size, at)
        except SQLAlchemyError:
            note = self._shown(COSIGNED)
            if note is None:
                return []
            said, lines = _said(note), note.split(b"\n\n", 1)[1].splitlines(keepends=True)
            return lines[1:] if (said.size, said.at) == (size, at) else []

    def cosigned(self, first: int) -> bytes | None:
        """Of the newest cosigned notes of at least `first` entries the one with most witnesses, lines included."""
        try:
            return self._log.cosigned(first)
        except SQLAlchemyError:
            note = self._shown(COSIGNED)
            return note if note is not None and _said(note).size >= first else None

    def _either(self, stored: Callable[[], Answer], shown: Callable[[TileReader], Answer]) -> Answer:
        """What the database gives; where it fails, or lacks something, what the tiles give."""
        try:
            return stored()
        except (SQLAlchemyError, LogDamaged):
            size = self._size_shown()
            if self._folder is None or not size:
                raise
            return shown(TileReader(self._folder, size))

    def _looked_through(self, commitment: bytes, first: int) -> int | None:
        """The entry with this commitment from `first` on, in the newest of the tiles."""
        size, wanted = self._size_shown(), commitment.hex().encode()
        if self._folder is None or size <= first:
            return None
        tiles, last = TileReader(self._folder, size), (size - 1) // WIDTH
        for number in range(last, max(first // WIDTH, last - LOOKED_THROUGH + 1) - 1, -1):
            for place, entry in enumerate(tiles.tile(number), number * WIDTH):
                if wanted in entry and commitment in decode_entry(entry).statement.commitments:
                    return place
        return None

    def _size_shown(self) -> int:
        note = self._shown(CHECKPOINT)
        return _said(note).size if note else 0

    def _shown(self, name: str) -> bytes | None:
        """A note in the folder; nothing where it cannot be read, which publishing complains of."""
        with suppress(TrustError, OSError):
            note = None if self._folder is None else self._folder.read(name)
            return note if note is not None and _said(note) else None
        return None


def _said(note: bytes) -> Checkpoint:
    return parse_checkpoint(note)[0]


def _order(note: bytes) -> tuple[int, datetime]:
    said = _said(note)
    return said.size, said.at
