"""Where an audit reads from: the public side of a log and its lists, and the registers of an installation.

Nothing that a port gives is believed: octets are hashed and signatures checked. Whatever gives many things gives them
one after the other, so that an audit of a million entries holds none of them but the one at hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trust.formats.leaf import Statement


@dataclass(frozen=True)
class Edition:
    """One published list: `place` says where it was found; `number` is what the place claims, if it does."""

    place: str
    octets: bytes
    number: int | None = None


class PublicLog(Protocol):
    """A log as anybody can read it."""

    def checkpoint(self) -> bytes:
        """The latest signed note, with cosignatures where there are any."""
        ...

    def entries(self, number: int, width: int) -> bytes:
        """The entry tile of this number, `width` entries, each after its length in two octets."""
        ...

    def hashes(self, level: int, number: int, width: int) -> bytes | None:
        """The hash tile, None where this source has none."""
        ...


class PublicLists(Protocol):
    """Published lists as anybody can read them, oldest first; `complete` where every edition ever made is there."""

    complete: bool

    def status_lists(self) -> Mapping[int, Iterator[Edition]]:
        """By the number of the list, every edition that can be had."""
        ...

    def trust_lists(self) -> Iterator[Edition]: ...

    def revocation_lists(self) -> Mapping[str, Iterator[Edition]]:
        """By the name of the authority."""
        ...

    def catalogue(self) -> Iterator[Edition]: ...

    def faults(self) -> Iterator["Fault"]:
        """What could not be had, and what stands where it should not, as far as this source itself can tell."""
        ...


@dataclass(frozen=True)
class Fault:
    """Something about where lists are found: of which check, what kind, where, in words; `grave`, or only not known."""

    check: str
    name: str
    place: str
    detail: str
    grave: bool


@dataclass(frozen=True)
class Row:
    """A row that the log commits to: its register, its key, and the statement that its octets give; at which entry.

    `fault` says why no statement follows from it. `at` is when the row says that it became final.
    """

    register: str
    key: str
    statement: Statement | None
    log_index: int | None
    at: datetime | None = None
    fault: str = ""


@dataclass(frozen=True)
class Mismatch:
    """Two registers that do not agree: a name, the key of the row, and words; `grave`, or only to be told."""

    check: str
    name: str
    key: str
    detail: str
    grave: bool = True


@dataclass(frozen=True)
class Looked:
    """So many things of a check were compared."""

    check: str
    count: int


@dataclass(frozen=True)
class Unjudged:
    """Of a check something could not be looked at: a name, and words."""

    check: str
    name: str
    detail: str


class Registers(Protocol):
    """The registers of an installation, read by its auditor."""

    def rows(self) -> Iterator[Row]:
        """Every row of the registers that the log commits to and that is no published list."""
        ...

    def later(self, index: int) -> bytes | None:
        """An entry of the log as it is stored, also behind the latest checkpoint; None where there is none."""
        ...

    def lost(self) -> Iterator[range]:
        """Entries of the log whose rows a settled restore says were lost."""
        ...

    def mismatches(self) -> Iterator[Mismatch | Looked | Unjudged]:
        """What the registers say of each other that does not agree, how much was compared, and what could not be."""
        ...

    def plans(self, before: datetime) -> Iterator[tuple[str, str, datetime]]:
        """Register, key and time of everything planned before an instant and never completed."""
        ...

    def files(self) -> Iterator[tuple[str, bytes | None]]:
        """Every file that a register names (`sm3:…`), with its octets, None where it cannot be read."""
        ...

    def notes(self) -> Iterator[bytes]:
        """Checkpoints that were signed and stored, smallest first; of very many, some from all over."""
        ...


@dataclass(frozen=True)
class TrailRow:
    """A record of the trail as stored: number, octets, head, and whether the columns beside it say the same.

    `vouched` says whether it bears the tag of the installation; None where nobody here can tell.
    """

    number: int
    record: bytes
    head: bytes
    agrees: bool
    vouched: bool | None


@dataclass(frozen=True)
class TrailHead:
    """A head of the trail that the log is said to commit to."""

    number: int
    salt: bytes
    log_index: int | None


class Trail(Protocol):
    """The operation trail, and the rows that it vouches for."""

    def tip(self) -> tuple[int, bytes]:
        """Number and head of the last record, as stored."""
        ...

    def records(self) -> Iterator[TrailRow]:
        """Every record by number."""
        ...

    def heads(self) -> Sequence[TrailHead]: ...

    def rows(self, table: str, keys: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        """Those rows of a register that are there, by key, with the columns that the trail vouches for."""
        ...

    def whole(self) -> Mapping[str, bool]:
        """The registers of which every row is vouched for; True where that is so from the moment it is written."""
        ...

    def followed(self) -> AbstractSet[str]:
        """Those of them that are marked at every write, once a record says that this begins: the last mark counts."""
        ...

    def final(self, table: str) -> Iterator[tuple[str, datetime | None]]:
        """Key of every row of such a register that is final, and when it became so, where it says that."""
        ...

    def use_numbers(self, first: int, last: int) -> Sequence[int]:
        """The numbers of the uses of seals in a range, both ends included."""
        ...
