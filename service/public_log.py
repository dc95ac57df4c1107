"""The log as the public has it: the database, and the public folder where that says more or the database fails.

What is served never gets shorter than what was shown: the checkpoint is the larger of the two, and nodes and entries
that the database lacks, or cannot give, are read from the tiles in the folder. Proofs prove themselves, so nothing here
has to be believed. Which entry has a commitment is looked up in the database; what it does not have, or while it is
down, the entries themselves are looked through, as far as can be done for a stranger who asks. `ShownLog` is the folder
alone, for whoever has a mirror and nothing else.
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


class ShownLog:
    """`trust.log.ports.PublishedLog` over the public folder, or a mirror of it, alone."""

    def __init__(self, folder: PublicFolder) -> None:
        self._folder = folder

    def latest(self) -> bytes | None:
        """The checkpoint; None where there is none that can be read, of which publishing complains."""
        return self._note(CHECKPOINT)

    def size(self) -> int:
        """How many entries are published."""
        note = self.latest()
        return _said(note).size if note else 0

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Hashes of complete nodes in the order asked; raises LogDamaged."""
        return TileReader(self._folder, self.size()).nodes(wanted)

    def entries(self, first: int, end: int) -> list[bytes]:
        """The octets of entries; raises LogDamaged."""
        return TileReader(self._folder, self.size()).entries(first, end)

    def find(self, commitment: bytes) -> int | None:
        """The index of the entry with this commitment; all entries are looked through."""
        return self.find_among(commitment, 0, self.size())

    def find_among(self, commitment: bytes, first: int, most: int) -> int | None:
        """The same in the entries from `first` on, `most` of them and those of one tile more, newest first."""
        size, wanted = self.size(), commitment.hex().encode()
        tiles, first = TileReader(self._folder, size), max(first, size - most)
        for number in range((size - 1) // WIDTH, first // WIDTH - 1, -1):
            for place, entry in enumerate(tiles.tile(number), number * WIDTH):
                if wanted in entry and commitment in decode_entry(entry).statement.commitments:
                    return place
        return None

    def cosignatures(self, size: int, at: datetime) -> list[bytes]:
        """The witnesses' lines under a note."""
        note = self._note(COSIGNED)
        if note is None or (_said(note).size, _said(note).at) != (size, at):
            return []
        return note.split(b"\n\n", 1)[1].splitlines(keepends=True)[1:]

    def cosigned(self, first: int) -> bytes | None:
        """The newest cosigned note, if it is of at least `first` entries."""
        note = self._note(COSIGNED)
        return note if note is not None and _said(note).size >= first else None

    def cosigned_by(self, witness: str) -> bytes | None:
        """The same, if a witness of this name is under it."""
        note = self._note(COSIGNED)
        lines = parse_checkpoint(note)[1].signatures if note is not None else ()
        return note if witness in {line.name for line in lines} else None

    def _note(self, name: str) -> bytes | None:
        with suppress(TrustError, OSError):
            note = self._folder.read(name)
            return note if note is not None and _said(note) else None
        return None


class PublicLog:
    """`trust.log.ports.PublishedLog` over the stored log and the public folder, None where there is none."""

    def __init__(self, log: PublishedLog, folder: PublicFolder | None) -> None:
        self._log, self._shown = log, None if folder is None else ShownLog(folder)

    def latest(self) -> bytes | None:
        """The larger of the checkpoints in database and folder, the later where they are of one size."""
        shown = self._shown.latest() if self._shown else None
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
        return self._either(lambda: self._log.nodes(wanted), lambda shown: shown.nodes(wanted))

    def entries(self, first: int, end: int) -> list[bytes]:
        """The octets of entries; raises LogDamaged."""
        return self._either(lambda: self._log.entries(first, end), lambda shown: shown.entries(first, end))

    def find(self, commitment: bytes) -> int | None:
        """The index of the entry with this commitment; also of one that the database lacks."""
        most = LOOKED_THROUGH * WIDTH
        try:
            found, stored = self._log.find(commitment), self._log.size()
        except SQLAlchemyError:
            if self._shown is None or not 0 < self._shown.size() <= most:
                raise
            return self._shown.find_among(commitment, 0, most)
        if found is not None or self._shown is None or self._shown.size() <= stored:
            return found
        return self._shown.find_among(commitment, stored, most)

    def cosignatures(self, size: int, at: datetime) -> list[bytes]:
        """The witnesses' lines under a note."""
        return self._either(lambda: self._log.cosignatures(size, at), lambda shown: shown.cosignatures(size, at))

    def cosigned(self, first: int) -> bytes | None:
        """Of the newest cosigned notes of at least `first` entries the one with most witnesses, lines included."""
        return self._either(lambda: self._log.cosigned(first), lambda shown: shown.cosigned(first))

    def cosigned_by(self, witness: str) -> bytes | None:
        """The newest note that a witness of this name has cosigned; a witness asks it for what it has forgotten.

        Raises:
            SQLAlchemyError: the database is down; that there is none cannot be said then.

        """
        stored, shown = self._log.cosigned_by(witness), self._shown.cosigned_by(witness) if self._shown else None
        return max((note for note in (stored, shown) if note is not None), key=_order, default=None)

    def _either(self, stored: Callable[[], Answer], shown: Callable[[ShownLog], Answer]) -> Answer:
        """What the database gives; where it fails, or lacks something, what the folder gives."""
        try:
            return stored()
        except (SQLAlchemyError, LogDamaged):
            if self._shown is None or self._shown.latest() is None:
                raise
            return shown(self._shown)


def _said(note: bytes) -> Checkpoint:
    return parse_checkpoint(note)[0]


def _order(note: bytes) -> tuple[int, datetime]:
    said = _said(note)
    return said.size, said.at
