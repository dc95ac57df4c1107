"""What recording consents needs: their register, the licences, and chance for numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from issuer.consenting.consent import CopyConsent, Stage
from issuer.ports import Entry


class CopyConsents(Protocol):
    """The register of consents to copies. Every method is one durable transaction; rows are never deleted."""

    def add(self, consent: CopyConsent) -> CopyConsent:
        """Store a consent, or give the one that is stored under the same key.

        Raises IdempotencyMismatch, the key was used for another; ConsentNotTaken, the body has one of this number.
        """
        ...

    def find(self, body_code: str, reference: str) -> CopyConsent | None:
        """The consent of a number."""
        ...

    def by_key(self, key: str) -> CopyConsent | None:
        """The consent recorded under an idempotency key."""
        ...

    def of_original(self, identifier: str) -> Sequence[CopyConsent]:
        """The consents for a licence, newest first."""
        ...

    def of_body(self, body_code: str, stage: Stage | None, *, limit: int, after: str = "") -> Sequence[CopyConsent]:
        """The consents of a body, in a stage or all, by number from behind `after` on, at most so many."""
        ...

    def decide(self, decided: CopyConsent) -> CopyConsent:
        """Store the decision on a consent that waits; raises ConsentMoved where it waits no more.

        One that gives no reason leaves the reason that somebody has just put down for a withdrawal.
        """
        ...

    def explain(self, body_code: str, reference: str, reason: str | None) -> None:
        """Store why a consent is about to be withdrawn, None where nobody says; what is withdrawn or refused stays."""
        ...


@dataclass(frozen=True)
class ConsentDesk:
    """Everything that recording needs."""

    consents: CopyConsents
    original: Callable[[str], Entry | None]
    random: Callable[[int], bytes]
