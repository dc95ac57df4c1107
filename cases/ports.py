"""What citing needs from outside, each with its promise.

The licence register, the verifier and the database are behind these ports; `service` plugs them in. Tests plug in
memory. A journey takes one of the bundles at the end, so that it names every thing it depends on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cases.citation import Citation, CitationPlan, Officer
from cases.consent import Mode
from cases.requirement import Matter
from keys.signer import Signer as Pen
from keys.sm2 import PublicKey
from trust.rules.licence import Licence
from trust.rules.standing import Standing
from trust.rules.verdict import Verdict

__all__ = [
    "Checked",
    "Checks",
    "CitationIndex",
    "CitationStore",
    "CitingPorts",
    "ConsentRegister",
    "Elsewhere",
    "Holdings",
    "Pen",
    "Standings",
]


@dataclass(frozen=True)
class Checked:
    """A licence as it was just verified.

    `file_digest` is the SM3 of the very octets that were verified. `standing_sequence` was read *before* the evidence
    for the verdict was gathered, so that an act recorded in between makes the sequence too old and never too new.
    """

    verdict: Verdict
    licence: Licence
    file_digest: bytes
    standing_sequence: int
    status_list_number: int | None


class Holdings(Protocol):
    """Which licences somebody holds."""

    def held(self, code_type: str, code: str, type_codes: Sequence[str]) -> Sequence[str]:
        """Identifiers of released licences of these types, newest first, whatever their standing; may be empty."""


class Checks(Protocol):
    """Verification of one licence from the register, online, under the policy the wiring chose for citing."""

    def check(self, identifier: str, at: datetime) -> Checked | None:
        """Verify the licence as of `at`; None when it is unknown or not open to this service, which look the same."""


class Standings(Protocol):
    """The standing of a licence now."""

    def standing(self, identifier: str, at: datetime) -> Standing:
        """The standing at `at` from all acts recorded so far."""


class CitationStore(Protocol):
    """Where citations are recorded. Everything is durable when a method returns; nothing is ever changed or deleted."""

    def answered(self, department_code: str, key: str, body_digest: bytes) -> Citation | None:
        """The citation already recorded under this department's idempotency key, or None.

        Raises:
            IdempotencyMismatch: the key was used for another request.

        """

    def plan(self, plan: CitationPlan, payload: bytes, terms: bytes | None) -> None:
        """Write down what is about to be signed, and bind the consent's reference to its terms at first use.

        `terms` is None for a statutory duty, whose reference is a legal basis and serves any number of citations.

        Raises:
            NumberTaken: the number exists.
            ConsentRefused: `consent-changed`, the reference was first used with other terms; `consent-withdrawn`.

        """

    def record(self, citation: Citation, body_digest: bytes, key: str, expected_sequence: int) -> Citation:
        """Record a planned citation in one transaction, or return the one that the key has already led to.

        The licence's standing row and the consent's row are locked in that transaction: whichever of revocation (or
        withdrawal) and citation commits first, the other sees it. Whoever gets the citation back has it from storage.

        Raises:
            IdempotencyMismatch: the key was used for another request.
            StandingMoved: the standing is not the one of `expected_sequence`, or the licence has no standing row.
            ConsentRefused: `consent-withdrawn`.

        """


class CitationIndex(Protocol):
    """Where recorded citations are found."""

    def find(self, number: str) -> Citation | None: ...

    def of_licence(self, identifier: str) -> Sequence[Citation]:
        """Every citation of this licence, oldest first."""

    def of_case(self, case_number: str) -> Sequence[Citation]:
        """Every citation in this case, of whatever department, oldest first."""

    def unrecorded(self, planned_before: datetime) -> Sequence[str]:
        """Numbers planned before that instant and never recorded; a receipt signed for one was not given out."""


class ConsentRegister(Protocol):
    """What became of consents, by department, mode and reference."""

    def withdraw(self, department_code: str, mode: Mode, reference: str, at: datetime) -> datetime:
        """Withdraw a consent for good, used before or not; the instant of the first withdrawal is kept and returned."""

    def withdrawn(self, department_code: str, mode: Mode, reference: str) -> datetime | None:
        """Since when the consent is withdrawn, or None."""


Elsewhere = Callable[[Officer, Mode, str, str], datetime | None]
"""Withdraws, for an officer and with a reason, a consent that is kept under rules of its own; None where it is none."""


def none_elsewhere(_officer: Officer, _mode: Mode, _reference: str, _reason: str) -> None:
    """Every consent is kept here."""


@dataclass(frozen=True)
class CitingPorts:
    """What `cite` depends on.

    `index_key` (at least 16 octets) keys digests of codes and is kept outside the database. `former_keys` are the
    public keys of earlier pens, so that a request repeated after a change of key still gets its first receipt.
    """

    matters: tuple[Matter, ...]
    holdings: Holdings
    checks: Checks
    store: CitationStore
    pen: Pen
    index_key: bytes
    former_keys: tuple[PublicKey, ...] = ()
