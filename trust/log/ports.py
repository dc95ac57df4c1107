"""What the log's journeys ask of storage.

Everything stored is final: entries and complete nodes are never changed or removed. A store may be read while it is
written; a reader sees a size only when all entries and nodes below it are durable.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trust.formats.merkle import Node


@dataclass(frozen=True)
class Head:
    """How many entries there are, and the instant of the last; None in an empty log."""

    size: int
    at: datetime | None


@dataclass(frozen=True)
class Addition:
    """Entries to follow the present ones, the commitments in each, and every node that they complete."""

    entries: Sequence[bytes]
    commitments: Sequence[Sequence[bytes]]
    nodes: Sequence[tuple[Node, bytes]]
    at: datetime


class LogWriter(Protocol):
    """The log inside one transaction that excludes every other writer; all or nothing, durable when it ends."""

    def head(self) -> Head: ...

    def find(self, commitments: Sequence[bytes]) -> Mapping[bytes, int]:
        """The index of the entry for each of these commitments that is logged."""

    def entry(self, index: int) -> bytes:
        """The octets of one entry."""

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Stored hashes in the order asked; `LogDamaged` if one is missing."""

    def add(self, addition: Addition) -> None:
        """Store entries, commitments and nodes, and move the head."""


class LogStore(Protocol):
    """The log as stored."""

    def size(self) -> int: ...

    def head(self) -> Head: ...

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Stored hashes in the order asked; `LogDamaged` if one is missing."""

    def entries(self, first: int, end: int) -> list[bytes]:
        """The octets of entries `first` up to, not including, `end`; `LogDamaged` if one is missing."""

    def find(self, commitment: bytes) -> int | None:
        """The index of the entry with this commitment."""

    def writing(self) -> AbstractContextManager[LogWriter]:
        """One transaction for one writer."""


class Checkpoints(Protocol):
    """The checkpoints, planned and then signed; of the largest size the latest is the present one.

    A quiet log signs the same size again and again, each time for a later instant.
    """

    def latest(self) -> bytes | None:
        """The latest note of the largest size, None before the first; what is only planned is not seen."""

    def plan(self, size: int, at: datetime, to_be_signed: bytes) -> None:
        """Record what is about to be signed; doing it again is nothing new.

        `LogDamaged` `plan-changed` if something else was planned for this size and instant.
        """

    def complete(self, size: int, at: datetime, note: bytes) -> None:
        """Store a signed note; the first for a plan stays. `Conflict` `not-planned` if there is no plan."""


class CheckpointedLog(LogStore, Checkpoints, Protocol):
    """A log together with its checkpoints."""
