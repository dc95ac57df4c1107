"""What applying needs from the world: the dockets, the office that issues, and what is known of other licences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from issuer.applying.docket import Docket, Event
from issuer.applying.life import Stage
from issuer.inheriting import Originals, no_originals
from issuer.ports import Artefacts, Entry, Office, Void
from trust.revocation.ports import RecordedAct, Recording
from trust.rules.carried_over import Carried
from trust.rules.standing import Act


@dataclass(frozen=True)
class Consequence:
    """An act on a licence that is recorded in the very transaction of a step; `gives_up` is what is never released.

    `record` may find that there is nothing to record, or raise to stop the step.
    """

    subject: str
    record: Callable[[Recording], RecordedAct | None]
    gives_up: tuple[Entry, Void] | None = None


class Dockets(Protocol):
    """Applications with their events; every method is one durable transaction."""

    def open(self, docket: Docket, event: Event) -> Docket:
        """Store a new one, or give the one opened under the event's key; IdempotencyMismatch for another body."""
        ...

    def move(self, before: Docket, after: Docket, event: Event, consequence: Consequence | None = None) -> Docket:
        """Store a step, if the application still stands as `before`; for an event under a known key, what stands now.

        An act that follows from it is recorded, and an issue it gives up is given up, in the same transaction.

        Raises:
            DocketMoved: somebody took another step meanwhile.
            IdempotencyMismatch: the key was used for something else.

        """
        ...

    def release(
        self,
        before: Docket,
        after: Docket,
        event: Event,
        wanted: Sequence[tuple[Entry, Artefacts]],
        consequence: Consequence | None,
    ) -> Sequence[Entry]:
        """Release a licence as `Register.release_many`, with the step of its application and the consequence, if any.

        What another request stored first under the same key stays, and nothing is stored a second time.
        """
        ...

    def find(self, number: str) -> Docket | None:
        """The application of a number."""
        ...

    def by_key(self, key: str) -> tuple[Docket, Event] | None:
        """The application that a step was taken on under an idempotency key, and that step."""
        ...

    def events(self, number: str) -> Sequence[Event]:
        """All steps of an application, oldest first."""
        ...

    def of_body(self, body_code: str, stages: Sequence[Stage], *, limit: int, after: str = "") -> Sequence[Docket]:
        """The applications of a body in these stages, the one moved last first; `after` names the last one seen."""
        ...

    def counts(self, body_code: str) -> Mapping[Stage, int]:
        """How many applications of a body stand where."""
        ...

    def in_stage(self, stage: Stage, limit: int, *, after: Docket | None = None) -> Sequence[Docket]:
        """Applications of all bodies in a stage, the one moved first first; `after` is the last one seen."""
        ...


@dataclass(frozen=True)
class Applying:
    """Everything that applying needs, as one value.

    `held` gives the released licences of a holder (code type, code, type codes), `acts` those on a licence; it raises
    SubjectUnknown of one that has none to have acts on. `carried` is `Acts.carried_over`. `originals` gives files of
    licences of other libraries.
    """

    dockets: Dockets
    office: Office
    held: Callable[[str, str, Sequence[str]], Sequence[Entry]]
    acts: Callable[[str], Sequence[Act]]
    carried: Callable[[str], Carried | None]
    random: Callable[[int], bytes]
    originals: Originals = no_originals
