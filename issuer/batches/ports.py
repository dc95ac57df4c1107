"""What batches need from the world: their register, and the office that issues."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from issuer.batches.examining import TakeFor
from issuer.batches.life import Batch, Event, Failure, Row, RowState
from issuer.ports import Artefacts, Entry, Office
from trust.rules.catalogue import LicenceType


class BatchBook(Protocol):
    """Batches with their rows and steps; every method is one durable transaction."""

    def open(
        self,
        batch: Batch,
        rows: Iterable[tuple[int, Mapping[str, object]]],
        event: Event,
        key: str,
        pieces: str = "[]",
        failures: Mapping[int, Failure] = MappingProxyType({}),
    ) -> Batch:
        """Store a new one with its rows, all of them or nothing, or give the one opened under this key.

        The leaf of each row is kept beside it, `pieces` (`issuer.batches.content`) beside the batch. Rows of which that
        is known already have their `failures`.

        Raises:
            IdempotencyMismatch: the key was used for another content.

        """
        ...

    def move(self, before: Batch, after: Batch, event: Event) -> Batch:
        """Store a step, if the batch still stands as `before`; raises BatchMoved where somebody was faster.

        With a cancellation every waiting row is dropped that no worker has ever held; of a trial all rows are deleted.
        """
        ...

    def trouble(self, number: str, reason: str) -> None:
        """Note of a batch of which a chunk came through what rows still wait for, or nothing; faults are forgotten."""
        ...

    def fault(self, number: str, reason: str) -> int:
        """Note that a chunk failed through no fault of its rows; how many have in succession, since the last step."""
        ...

    def find(self, number: str) -> Batch | None:
        """The batch of a number."""
        ...

    def by_key(self, key: str) -> Batch | None:
        """The batch opened under a key."""
        ...

    def events(self, number: str) -> Sequence[Event]:
        """Its steps, oldest first."""
        ...

    def of_body(self, body_code: str, *, limit: int, after: str = "") -> Sequence[Batch]:
        """The batches of a body, the newest first; `after` names the last one seen."""
        ...

    def pieces(self, number: str) -> str:
        """See `issuer.batches.content.Leaves`."""
        ...

    def leaves(self, number: str, first: int, below: int | None) -> Mapping[int, str]:
        """See `issuer.batches.content.Leaves`."""
        ...

    def counts(self, number: str) -> Mapping[RowState, int]:
        """How many rows stand how."""
        ...

    def rows(self, number: str, states: Sequence[RowState], *, limit: int, after: int = 0) -> Sequence[Row]:
        """Rows in these states, by number, behind the number `after`."""
        ...

    def search(self, number: str, words: str, *, limit: int, after: int = 0) -> Sequence[Row]:
        """Rows one of whose values has these words in it, by number, behind the number `after`."""
        ...

    def last_row(self, number: str) -> int:
        """The number of its last row; 0 where it has none."""
        ...

    def look(self, number: str, login: str, part: str, digest: str, at: datetime) -> None:
        """Note that somebody has opened a part of the content of this digest; once is enough."""
        ...

    def looked(self, number: str, login: str, digest: str) -> AbstractSet[str]:
        """The parts that they have opened."""
        ...

    def lease(self, worker: str, *, at: datetime, until: datetime, size: int) -> tuple[Batch, Sequence[Row]] | None:
        """Take waiting rows of one batch that nobody holds at `at`, until `until`.

        Bodies take turns: it is that of the one whose rows were taken longest ago, and there the oldest batch comes
        first. So a small batch waits for one chunk of each other body, however large theirs are.
        The waiting rows of a cancelled batch are those that a worker once held: they may have begun.
        """
        ...

    def keep(
        self, number: str, worker: str, rows: Collection[int], *, until: datetime
    ) -> tuple[Batch, AbstractSet[int]]:
        """The batch as it stands now, and which of the rows wait and are still this worker's: until then, from now on.

        With an instant that has come it gives them back.
        """
        ...

    def drop(self, number: str, rows: Sequence[int]) -> None:
        """Store of waiting rows of a cancelled batch that they had not begun, and never will."""
        ...

    def fail(self, number: str, failures: Sequence[tuple[int, Failure]]) -> None:
        """Store why rows were not issued; one that was issued meanwhile stays so."""
        ...

    def sound(self, number: str, rows: Sequence[int]) -> None:
        """Store of waiting rows of a trial that nothing is wrong with them."""
        ...

    def issued(self, number: str, rows: Sequence[tuple[int, str]]) -> None:
        """Store the identifiers of rows that were issued; a row that has one keeps it."""
        ...

    def release(self, number: str, wanted: Sequence[tuple[Entry, Artefacts]]) -> Sequence[Entry]:
        """Release licences as `Register.release_many`, and store with them that their rows are done."""
        ...

    def open_ones(self) -> Sequence[Batch]:
        """Batches of all bodies that are neither done nor cancelled, by number."""
        ...

    def finished(self) -> Sequence[Batch]:
        """Running batches, and trials on their way, without a waiting row."""
        ...

    def lapsed(self, before: datetime) -> Sequence[Batch]:
        """Trials that have not moved since."""
        ...


class Aside(Protocol):
    """Pictures of trials, as they were handed in; nothing else is kept there, and nothing for good."""

    def put_many(self, number: str, files: Mapping[str, bytes]) -> None:
        """Store pictures of a trial durably, by their digests."""
        ...

    def finder(self, number: str) -> Callable[[str], bytes | None]:
        """What gives the pictures of a trial by digest, re-hashed; None for one that is not there, or is damaged."""
        ...

    def sweep(self, goes_on: Callable[[str], bool | None], *, at: datetime) -> None:
        """Delete the pictures of every trial that does not go on; those of one that nobody knows (None) after a day."""
        ...


@dataclass(frozen=True)
class Batches:
    """Everything that batches need, as one value; `explain` puts a refusal into words, of a type where one is given.

    `take_for` makes photographs of pictures that wait, `aside` keeps those of trials. `were_taken` tells of the steps
    of a batch whether they were all taken through the installation.
    """

    book: BatchBook
    office: Office
    explain: Callable[[Exception, LicenceType | None], Failure]
    take_for: TakeFor
    aside: Aside
    were_taken: Callable[[Sequence[Event]], bool]
