"""What the log's journeys ask of storage.

Everything stored is final: entries and complete nodes are never changed or removed. A store may be read while it is
written; a reader sees a size only when all entries and nodes below it are durable.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trust.formats.cosignature import Cosignature
from trust.formats.merkle import Node
from trust.formats.verifier_key import VerifierKey


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

    def instant(self, at: datetime) -> datetime:
        """As `LogStore.instant`, with every other writer excluded."""

    def find(self, commitments: Sequence[bytes]) -> Mapping[bytes, int]:
        """The index of the entry for each of these commitments that is logged."""

    def entry(self, index: int) -> bytes:
        """The octets of one entry."""

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Stored hashes in the order asked; `LogDamaged` if one is missing."""

    def add(self, addition: Addition) -> None:
        """Store entries, commitments and nodes, and move the head."""


class ReadLog(Protocol):
    """A log to prove from: the stored one, or what is published of it."""

    def size(self) -> int: ...

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Hashes of complete nodes in the order asked; `LogDamaged` if one is missing."""

    def entries(self, first: int, end: int) -> list[bytes]:
        """The octets of entries `first` up to, not including, `end`; `LogDamaged` if one is missing."""

    def find(self, commitment: bytes) -> int | None:
        """The index of the entry with this commitment."""


class LogStore(ReadLog, Protocol):
    """The log as stored."""

    def head(self) -> Head: ...

    def instant(self, at: datetime) -> datetime:
        """The instant of what began at `at` and is logged now: that of the log's clock where it is later.

        Work that took long, or waited for other writers, began before what they logged; it is no clock set back.
        """

    def subtree(self, top: Node) -> list[bytes]:
        """Stored hashes of a complete node and of all below it, in the order of a walk from left to right.

        Between two neighbours of one level stands the node above both: leaf, parent, leaf, … `LogDamaged` if one is
        missing.
        """

    def places(self, commitments: Sequence[bytes]) -> Mapping[bytes, int]:
        """The same for many; those that are not logged are left out."""

    def writing(self) -> AbstractContextManager[LogWriter]:
        """One transaction for one writer."""


class Notes(Protocol):
    """What was signed, with the lines of witnesses."""

    def latest(self) -> bytes | None:
        """The latest note of the largest size, None before the first; what is only planned is not seen."""

    def cosignatures(self, size: int, at: datetime) -> list[bytes]:
        """The witnesses' signature lines under that note, each with its newline; few enough for one note."""

    def cosigned(self, first: int) -> bytes | None:
        """Of the newest cosigned notes of at least `first` entries the one with most witnesses, lines included."""

    def cosigned_by(self, witness: str) -> bytes | None:
        """The newest note that a witness of this name has cosigned, lines included."""


class PublishedLog(ReadLog, Notes, Protocol):
    """A log as the public has it."""


class Checkpoints(Notes, Protocol):
    """The checkpoints, planned and then signed; of the largest size the latest is the present one.

    A quiet log signs the same size again and again, each time for a later instant.
    """

    def planned(self) -> tuple[int, datetime] | None:
        """The largest size and the latest instant that were ever planned; None before the first plan."""

    def plan(self, size: int, at: datetime, to_be_signed: bytes) -> None:
        """Record what is about to be signed; doing it again is nothing new.

        One planner at a time, and no appending meanwhile. `Conflict` `checkpoint-overtaken` if a larger size or a later
        instant is planned; `LogDamaged` `plan-changed` if something else stands there for this size and instant, read
        back.
        """

    def complete(self, size: int, at: datetime, note: bytes) -> None:
        """Store a signed note; the first for a plan stays. `Conflict` `not-planned` if there is no plan."""

    def signed(self, size: int, at: datetime) -> bytes | None:
        """The note signed for this size and instant, without cosignatures."""


class CheckpointedLog(LogStore, Checkpoints, Protocol):
    """A log together with its checkpoints."""


class Witnesses(Protocol):
    """Whose cosignatures the log takes and serves; which of them count is for every verifier to say."""

    def admitted(self) -> list[VerifierKey]:
        """Every witness there is now, in the order of admission."""

    def admit(self, witness: VerifierKey, at: datetime) -> None:
        """Take a witness up, durably; one that is there already stays.

        `Conflict`: `witness-name`, another key has this name; `witnesses-full`, a note has no room for more.
        """

    def dismiss(self, name: str, at: datetime) -> bool:
        """Take no more from this witness; what it cosigned stays. False if there is none of this name."""

    def keep(self, size: int, at: datetime, cosignature: Cosignature) -> None:
        """Store a cosignature of a note that was signed; the first of a witness under a note stays."""
