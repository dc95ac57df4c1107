"""What the slice asks of storage.

Acts are append-only and kept for ever. Everything a port stores is durable when the call, or the block, has ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trust.rules.carried_over import Carried
from trust.rules.standing import Act, Status
from trust.rules.status_pointer import StatusPointer


@dataclass(frozen=True)
class RecordedAct:
    """An act as stored: the salt of its commitment, the digest of the order that asked for it, its log entry."""

    act: Act
    salt: bytes
    body: bytes
    log_index: int | None


class Recording(Protocol):
    """One subject inside one transaction; nobody else records an act on it meanwhile."""

    def acts(self) -> Sequence[Act]:
        """All acts on the subject, by sequence."""

    def carried_over(self) -> Carried | None:
        """As `Acts.carried_over`, seen from inside the transaction."""

    def by_key(self, key: str) -> RecordedAct | None:
        """As `Acts.by_key`, seen from inside the transaction."""

    def weighty_by(self, login: str, since: datetime) -> int:
        """As `Acts.weighty_by`; nobody else records an act by the same person meanwhile."""

    def add(self, act: Act, *, salt: bytes, key: str, body: bytes, status: Status) -> None:
        """Store the act, and beside the subject its sequence and this status as of the recording."""


class Acts(Protocol):
    """The register of acts."""

    def of(self, subject: str) -> Sequence[Act]:
        """All acts on a subject, by sequence; `SubjectUnknown` if it was never allotted an entry."""

    def carried_over(self, subject: str) -> Carried | None:
        """What was carried over a restore for the entry of a subject, whether or not acts say it by now."""

    def by_key(self, key: str) -> RecordedAct | None:
        """The act recorded under an idempotency key."""

    def weighty_by(self, login: str, since: datetime) -> int:
        """How many acts that count (`trust.rules.two_people`) a person took alone since an instant."""

    def recording(self, subject: str) -> AbstractContextManager[Recording]:
        """A transaction; `SubjectUnknown`, or `Conflict` `act-busy` if the key was used meanwhile."""

    def unlogged(self, limit: int) -> Sequence[RecordedAct]:
        """Acts that have no log entry yet, oldest first."""

    def mark_logged(self, indexes: Mapping[tuple[str, int], int]) -> None:
        """Note the log index for (subject, sequence)."""


@dataclass(frozen=True)
class Activity:
    """How many acts concern a list, and the first instant after the one asked about at which one takes effect."""

    count: int
    next_effective: datetime | None


@dataclass(frozen=True)
class Listed:
    """What a list is made from: how many acts, and what they make of the entries.

    `settled` are the entries whose acts had all taken effect when the last of them was recorded; `moving` those whose
    acts have to be looked at, and all that were carried over, by entry.
    """

    count: int
    settled: Sequence[tuple[int, Status]]
    moving: Sequence[tuple[int, Sequence[Act]]]
    carried: Sequence[Carried] = ()


@dataclass(frozen=True)
class Shown:
    """What the list before says, which is signed: how much of the log it covers, and every entry that is not 0."""

    log_size: int
    values: Mapping[int, int]


class ListedActs(Protocol):
    """The acts by status list."""

    def listed(self, shard: int, log_size: int, at: datetime, shown: Shown | None = None) -> Listed:
        """What a list as of `at` is made from: the acts that are logged below `log_size`, as of one moment.

        An entry is settled only where `shown` says the same; every other one is given with its acts, which were held
        against the log. `RegisterDamaged` where they are not what was logged, or not where they belong.
        """

    def activity(self, shard: int, after: datetime) -> Activity:
        """A cheap look for the publisher."""


class Slots(Protocol):
    """Entries of status lists, each given to one subject for ever."""

    def of(self, subjects: Sequence[str]) -> Mapping[str, StatusPointer]:
        """The entries of those subjects that have one."""

    def lists(self) -> Sequence[int]:
        """The numbers of all lists that entries are taken from, published or not."""

    def take(self, wanted: Mapping[str, int], *, size: int, full: int) -> Mapping[str, StatusPointer]:
        """Give entries of one list to subjects as far as neither has been taken, in one durable transaction.

        The list is the newest one, if it has `size` entries and fewer than `full` of them are given away, else a new
        one. Returns the entries that these subjects have now; those left over are asked for again.
        """


@dataclass(frozen=True)
class PlannedList:
    """A list that is about to be signed: as `Publication`, with the octets that the signature will cover."""

    list: int
    number: int
    at: datetime
    next_update: datetime
    ttl_s: int
    act_count: int
    to_be_signed: bytes


@dataclass(frozen=True)
class Publication:
    """One signed list: the instant its standings were taken at, how many acts it knows, and the octets."""

    list: int
    number: int
    at: datetime
    next_update: datetime
    ttl_s: int
    act_count: int
    octets: bytes


class Publications(Protocol):
    """Signed status lists; every one is kept, planned and then complete, and one of each list is current.

    So every signature that exists has a record that is older. A plan that was never completed tells of a crash.
    """

    def current(self, shard: int) -> Publication | None:
        """The list that is served."""

    def highest(self, shard: int) -> int:
        """The highest number ever planned for the list, complete or not; 0 before the first."""

    def plan(self, planned: PlannedList) -> None:
        """Record what is about to be signed; `Conflict` `number-not-greater` unless above every number planned."""

    def complete(self, shard: int, number: int, octets: bytes) -> None:
        """Store what was signed without serving it; `Conflict` `not-planned` unless planned and not complete."""

    def stored(self, shard: int, number: int) -> bytes:
        """The octets read back from storage; `NotPublished` if it is not complete."""

    def make_current(self, shard: int, number: int) -> None:
        """Serve it from now on; `Conflict` `number-not-greater` unless above the current one; `NotPublished`."""


class SecondForms(Protocol):
    """The second form of publications, planned and then complete."""

    def plan(self, shard: int, number: int, to_be_signed: bytes) -> None:
        """Record what is about to be signed; doing it again before it is complete replaces the plan."""

    def complete(self, shard: int, number: int, octets: bytes) -> None:
        """Store what was signed; `Conflict` `not-planned` unless planned and not complete."""

    def stored(self, shard: int, number: int) -> bytes | None:
        """The octets read back from storage; None if it is not complete."""


class RecordedActs(Protocol):
    """The acts of one subject as they are stored, with salts and places in the log."""

    def recorded_of(self, subject: str) -> Sequence[RecordedAct]:
        """All acts on a subject, by sequence; none for one that is unknown."""


class LaterLists(Protocol):
    """Lists by when they were served."""

    def since(self, shard: int, instant: datetime) -> Iterator[Publication]:
        """Every list of a shard that was served from an instant on, oldest first."""


@dataclass(frozen=True)
class Served:
    """Signed octets that anybody may have, and for how many seconds a cache should keep them."""

    octets: bytes
    ttl_s: int


class PublishedLists(Protocol):
    """What the public path reads."""

    def numbers(self) -> Sequence[int]:
        """The numbers of all lists that are served, rising; a restore leaves some out."""

    def current(self, shard: int) -> Served | None:
        """The list that is served."""

    def at_time(self, shard: int, instant: datetime) -> Served | None:
        """The list that was served at an instant, if it covers it."""

    def second_form(self, shard: int) -> Served | None:
        """The second form of the list that is served; None until it is made."""
