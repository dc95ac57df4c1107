"""What a filed seal is worth at an instant: in use, suspended or ended, from the history that the trust list carries.

Seals stand and fall by the same acts as licences do (`standing`), under a subject of their own. Verifiers do not see
acts: they see, for each seal on file, since when it was what. `standing_of` answers for one instant; `ever_in_use` and
`always_in_use` answer for everything up to one, which is all that can be asked where nobody proves when a signature
was made. How fresh the list is, and whether an instant is proven, is for the verifier to weigh.

The kinds are those of the national rules of 2025 on electronic seals (unit, contract, finance, invoice, personal; the
text was not read), and one more for licences. Their numbers in the seal itself are our own: 1 for a seal of a body,
2 for a person's, because the official code list was not at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trust.errors import Malformed
from trust.rules.labelled import Labelled
from trust.rules.standing import Period, Status
from trust.rules.status_pointer import StatusPointer
from trust.rules.times import aware

SUBJECT_PREFIX = "seal:"
"""Acts on seals have subjects that begin like this; no licence identifier does."""

DIGEST_OCTETS = 32


class SealKind(Labelled):
    """What a seal is for."""

    UNIT = "unit", "公章"
    CONTRACT = "contract", "合同专用章"
    FINANCE = "finance", "财务专用章"
    INVOICE = "invoice", "发票专用章"
    PERSONAL = "personal", "个人名章"
    LICENCE = "licence", "电子证照专用章"

    @property
    def code(self) -> int:
        """The number in the seal: 1 for a seal of a body, 2 for a person's."""
        return 2 if self is SealKind.PERSONAL else 1


FOR_LICENCES = frozenset({SealKind.LICENCE, SealKind.UNIT})
"""Kinds of seals that a licence may bear."""


def subject_of(seal_id: str) -> str:
    """The subject of acts on a seal."""
    return f"{SUBJECT_PREFIX}{seal_id}"


def seal_in(subject: str) -> str | None:
    """The number of the seal that a subject of acts is; None where it is something else."""
    return subject.removeprefix(SUBJECT_PREFIX) if subject.startswith(SUBJECT_PREFIX) else None


@dataclass(frozen=True)
class SealPeriod:
    """From `since` on the seal was, or will be, `status`."""

    status: Status
    since: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "since", aware(self.since))


@dataclass(frozen=True)
class ListedSeal:
    """A seal on file: number, kind, the body it belongs to, SM3 of its octets, its entry in the status lists.

    It was in use from `filed_at` until the first entry of `history`, which tells every change after that, oldest first.

    Raises:
        Malformed: `seal-digest`; `seal-history`, changes out of order, to the same status, or after an end.

    """

    seal_id: str
    kind: SealKind
    body_code: str
    digest: bytes = field(repr=False)
    filed_at: datetime
    pointer: StatusPointer
    history: tuple[SealPeriod, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "filed_at", aware(self.filed_at))
        if len(self.digest) != DIGEST_OCTETS:
            raise Malformed("seal-digest", self.seal_id)
        before = Status.VALID
        for place, period in enumerate(self.history):
            late = place and period.since <= self.history[place - 1].since
            if late or before.final or period.status is before:
                raise Malformed("seal-history", self.seal_id)
            before = period.status


def history_of(periods: Sequence[Period]) -> tuple[SealPeriod, ...]:
    """The changes to be listed, from the periods of `standing.history`."""
    changes: list[SealPeriod] = []
    last = Status.VALID
    for period in periods:
        standing = period.standing
        if standing.since is not None and standing.status is not last:
            changes.append(SealPeriod(standing.status, standing.since))
            last = standing.status
    return tuple(changes)


def standing_of(listed: ListedSeal, at: datetime) -> Status | None:
    """What the seal was at an instant; None before it was filed.

    Raises:
        ValueError: `at` has no time zone.

    """
    instant = aware(at)
    if instant < listed.filed_at:
        return None
    return next((period.status for period in reversed(listed.history) if period.since <= instant), Status.VALID)


def always_in_use(listed: ListedSeal, until: datetime) -> bool:
    """Whether the seal was in use at every instant from its filing up to `until`."""
    return standing_of(listed, until) is Status.VALID and all(
        period.status is Status.VALID for period in listed.history if period.since <= aware(until)
    )


def ever_in_use(listed: ListedSeal, until: datetime) -> bool:
    """Whether there was an instant, from its filing up to `until`, at which the seal was in use."""
    candidates = [listed.filed_at, *(period.since for period in listed.history)]
    return any(standing_of(listed, at) is Status.VALID for at in candidates if at <= aware(until))
