"""What `sealing` asks of storage and of the world: applications, the register of seals, requests, uses, acts.

Everything a port stores is durable when the call returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from trust.formats.ses import Seal
from trust.rules.people import same_person
from trust.rules.seal_standing import SealKind
from trust.rules.standing import Standing
from trust.sealing.life import State, Step


@dataclass(frozen=True)
class Officer:
    """Somebody who acts: login and name. Who counts as one person is decided in `trust.rules.people`."""

    login: str
    name: str

    def is_other_than(self, other: "Officer") -> bool:
        """Whether the two are two people, as far as login and name tell."""
        return not same_person(self, other)


@dataclass(frozen=True)
class Limits:
    """How much a seal may be used: signatures a day in all, and how many of them without a second person's approval."""

    per_day: int | None = None
    threshold: int | None = None


@dataclass(frozen=True)
class FiledSeal:
    """A seal in the register (备案): its body (统一社会信用代码), when and by whom it was filed, its kind and limits.

    `holder` is the login of the person whose seal it is; None for seals of the body itself.
    """

    seal: Seal
    body_code: str
    filed_at: datetime
    filed_by: str
    kind: SealKind = SealKind.LICENCE
    holder: str | None = None
    limits: Limits = Limits()


@dataclass(frozen=True)
class FiledFacts:
    """What the trust list says of a filed seal; `digest` is SM3 of its octets."""

    seal_id: str
    kind: SealKind
    body_code: str
    digest: bytes
    filed_at: datetime


@dataclass(frozen=True)
class SealUse:
    """One use of a seal (用章记录).

    `subject` names what was sealed: a licence identifier, or the number of the request to seal. `digest` is SM3 of the
    octets that were to be signed, so the record can be matched with the very signature.
    """

    seal_id: str
    subject: str
    digest: bytes
    at: datetime
    by: str


class SealRegister(Protocol):
    """Seals and their uses. What has been filed or recorded is durable when the call returns, and never changes."""

    def file(self, filed: FiledSeal) -> None:
        """File a seal; the same octets again change nothing.

        Raises:
            SealExists: another seal is filed under this number.

        """

    def find(self, seal_id: str) -> FiledSeal | None:
        """The seal under a number, or None."""

    def of_body(self, body_code: str) -> Sequence[FiledSeal]:
        """The seals of a body, by number."""

    def listed(self) -> Sequence[FiledFacts]:
        """Facts of every filed seal, by number, without its octets."""

    def record_uses(self, uses: Sequence[SealUse]) -> None:
        """Record uses, all or none; what was recorded for the same seal, digest and subject stays as it is.

        The same octets signed for another subject are another use, and count against the limits.

        Raises:
            Conflict: `seal-unknown`, one of the seals is not filed; nothing was recorded.
            SealQuotaReached, SealNeedsApproval: a limit of a seal; nothing was recorded.

        """

    def uses(self, seal_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, SealUse]]:
        """Uses of a seal in the order recorded, each with its number, those above `after` first."""


@dataclass(frozen=True)
class Uploaded:
    """A picture that was brought along (PNG) and the size it is shown at, in millimetres."""

    png: bytes = field(repr=False)
    width_mm: int
    height_mm: int


class Cause(StrEnum):
    """Why a seal is made again."""

    RENEWED = "renewed"
    LOST = "lost"
    COMPROMISED = "compromised"
    CHANGED = "changed"

    @property
    def ground(self) -> str:
        """The ground on which the old seal is cancelled when the new one is filed."""
        return {
            Cause.RENEWED: "seal-certificate-renewed",
            Cause.LOST: "seal-lost",
            Cause.COMPROMISED: "seal-compromised",
            Cause.CHANGED: "seal-remade",
        }[self]


@dataclass(frozen=True)
class Wish:
    """What seal is applied for.

    `name` stands in the seal; `holder` is whose personal seal it is; `picture` None means that it is drawn here.
    `replaces` is the seal that ends when this one is filed, and `cause` why.
    """

    body_code: str
    kind: SealKind
    name: str
    reason: str
    years: int = 3
    holder: Officer | None = None
    picture: Uploaded | None = None
    replaces: str | None = None
    cause: Cause | None = None
    limits: Limits = Limits()


@dataclass(frozen=True)
class Application:
    """An application under the number that its seal has or will have; `octets` are the seal's once it is made."""

    seal_id: str
    wish: Wish
    state: State
    applied_by: Officer
    applied_at: datetime
    octets: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Taken:
    """One step that was taken."""

    step: Step
    by: Officer
    at: datetime
    note: str = ""


class Applications(Protocol):
    """Applications for seals, append-only but for their state."""

    def begin(self, application: Application, *, key: str, body: bytes) -> Application:
        """Store a new one, or give the one stored under this key with the same body.

        Raises:
            Conflict: `idempotency-mismatch`; `seal-number-taken`, ask again with another number.

        """

    def by_key(self, key: str) -> Application | None:
        """The application begun under an idempotency key."""

    def find(self, seal_id: str) -> Application | None:
        """The application of a number."""

    def of_body(self, body_code: str) -> Sequence[Application]:
        """All applications of a body, newest first."""

    def move(self, seal_id: str, before: State, after: State, taken: Taken, octets: bytes | None = None) -> None:
        """Take a step in one transaction, keeping the seal's octets where there are some now.

        Raises:
            SealMoveRefused: it is not in the state `before` any more.

        """

    def steps(self, seal_id: str) -> Sequence[Taken]:
        """Every step taken, in order."""


class Standings(Protocol):
    """The acts on seals; another slice keeps them."""

    def standing(self, seal_id: str, at: datetime) -> Standing:
        """The standing of a filed seal by its acts on record, from which the next act leads on."""

    def counting(self, seal_id: str, at: datetime) -> Standing:
        """What counts wherever it is used or shown: its acts, and what was told before a restore."""

    def recorded(self, key: str) -> bool:
        """Whether an act was recorded under this key."""

    def act(
        self,
        seal_id: str,
        step: Step,
        *,
        ground: str,
        reason: str,
        by: str,
        key: str,
        at: datetime,
        effective_at: datetime | None,
    ) -> None:
        """Record an act as of `at` and publish it; same key and order, same act."""
