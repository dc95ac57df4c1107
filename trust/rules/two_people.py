"""Which acts two people have to stand behind: one orders, another of the same body approves.

One table. An act that concerns many at once can do more harm than one person should be able to do; an act that reaches
back makes false what others relied on; and an end for good, of a type whose licences two people issue, should not be
easier than the issue. Whatever none of the rows meets, one official does alone. Consequences that the register draws
by itself (the end of a predecessor, of a copy) are no orders and need nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from trust.rules.catalogue import Approval
from trust.rules.standing import MOVES, ActKind
from trust.rules.times import TOLERANCE, aware

ALONE = 1
"""How many licences one person may act on with one order."""


class Cause(StrEnum):
    """Why a second person is needed; each row of `CAUSES` explains one."""

    BULK = "bulk"
    RETROACTIVE = "retroactive"
    FINAL = "final"

    @property
    def label(self) -> str:
        """What people are told."""
        return {
            Cause.BULK: f"一次涉及的证照超过 {ALONE} 本",
            Cause.RETROACTIVE: "生效时间早于登记时间，溯及既往",
            Cause.FINAL: "终结效力，而这类证照须由两人签发",
        }[self]


@dataclass(frozen=True)
class Asked:
    """What is ordered, as far as the table looks at it; `at` is now, `approval` that of the licences' type.

    Of an order on licences of several types, the strictest approval counts.
    """

    kind: ActKind
    subjects: int
    at: datetime
    effective_at: datetime | None
    approval: Approval

    @property
    def reaches_back(self) -> bool:
        """Whether it takes effect before it is on record, by more than clocks and forms differ."""
        return self.effective_at is not None and aware(self.effective_at) < aware(self.at) - TOLERANCE


CAUSES: MappingProxyType[Cause, Callable[[Asked], bool]] = MappingProxyType(
    {
        Cause.BULK: lambda asked: asked.subjects > ALONE,
        Cause.RETROACTIVE: lambda asked: asked.reaches_back,
        Cause.FINAL: lambda asked: MOVES[asked.kind].ends and asked.approval == "two",
    }
)


def causes_for_two(asked: Asked) -> tuple[Cause, ...]:
    """Every reason why a second person has to approve, in the order of the table; empty if one may do it alone.

    Raises:
        ValueError: an instant without a time zone.

    """
    return tuple(cause for cause, holds in CAUSES.items() if holds(asked))
