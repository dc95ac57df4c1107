"""What orders of acts ask of storage and of the register of acts.

Everything a port stores is durable when the call returns; events are only ever added.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from issuer.warrants.life import Stage
from issuer.warrants.warrant import Event, Outcome, Warrant
from trust.log.ports import LogStore
from trust.revocation.ports import Acts
from trust.rules.catalogue import Approval
from trust.rules.standing import ActKind
from trust.rules.two_people import ALONE_A_DAY


class Warrants(Protocol):
    """Orders, each as it stands, with every step it took."""

    def open(self, new: Warrant, event: Event) -> Warrant:
        """Store a new order; what stands under the event's key already is given instead, if it is the same.

        Raises:
            IdempotencyMismatch: the key was used for something else.

        """

    def move(self, before: Warrant, after: Warrant, event: Event, outcomes: Sequence[Outcome] = ()) -> Warrant:
        """Move an order from the very sequence that was seen, with what became of its licences; as `open` otherwise.

        Raises:
            WarrantMoved: it stands elsewhere by now.
            IdempotencyMismatch: the key was used for something else.

        """

    def find(self, number: str) -> Warrant | None:
        """One order."""

    def by_key(self, key: str) -> tuple[Warrant, Event] | None:
        """The order as it stands, and the event that was recorded under an idempotency key."""

    def events(self, number: str) -> Sequence[Event]:
        """Its steps, oldest first."""

    def outcomes(self, number: str) -> Sequence[Outcome]:
        """Its licences in the order given, with what became of them."""

    def of_body(self, body_code: str, *, limit: int) -> Sequence[Warrant]:
        """The orders of a body, those that wait first, then the one moved last."""

    def waiting(self, body_code: str) -> int:
        """How many orders of a body wait for a decision."""

    def in_stage(self, stage: Stage, limit: int) -> Sequence[Warrant]:
        """Orders of every body in a stage, the oldest first."""

    def done_on(self, kind: ActKind, beginning: str) -> Sequence[Warrant]:
        """Orders that were carried out, of one kind of act, on subjects that begin like this; the oldest first."""


@dataclass(frozen=True)
class Bench:
    """Everything that the journeys of orders need.

    `body_of` names the body whose released licence, or filed seal, a subject is; `begun` is since when it has been
    there, None where nobody can say; `approval_of` what it asks for; `alone` how many weighty acts a day one person may
    take alone.
    """

    warrants: Warrants
    acts: Acts
    log: LogStore
    body_of: Callable[[str], str | None]
    begun: Callable[[str], datetime | None]
    approval_of: Callable[[str], Approval]
    random: Callable[[int], bytes]
    alone: int = ALONE_A_DAY
