"""Which acts two people have to stand behind: one orders, another of the same body approves.

One table. An act that concerns many at once can do more harm than one person should be able to do, and so can many acts
one after the other; an act that reaches back makes false what others relied on; and an end for good should not be
easier than the issue: of a type whose licences two people issue, and of a seal, which two people file. Whatever none of
the rows meets, one official does alone. Consequences that the register draws by itself (the end of a predecessor, of a
copy) are no orders and need nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from trust.rules.catalogue import Approval
from trust.rules.grounds import GROUNDS
from trust.rules.standing import LIST_VALUE, MOVES, ActKind
from trust.rules.times import TOLERANCE, aware

ALONE = 1
"""How many licences one person may act on with one order."""
ALONE_A_DAY = 20
"""How many weighty acts one person may take alone within `WINDOW`, unless the installation says otherwise."""
WINDOW = timedelta(hours=24)
WEIGHTY = frozenset(kind for kind, move in MOVES.items() if move.result and LIST_VALUE[move.result])
"""Acts after which a licence is no longer in force."""
FOLLOWED = frozenset(code for code, ground in GROUNDS.items() if ground.successor)
"""Grounds on which another licence takes the place of this one: nothing is lost, so nobody counts them."""


class Cause(StrEnum):
    """Why a second person is needed; each row of `CAUSES` explains one."""

    BULK = "bulk"
    MANY = "many"
    RETROACTIVE = "retroactive"
    FINAL = "final"

    @property
    def label(self) -> str:
        """What people are told."""
        return {
            Cause.BULK: f"一次涉及的证照超过 {ALONE} 本",
            Cause.MANY: "同一人 24 小时内单独办理的暂扣、限制、转出和终结超过规定本数",
            Cause.RETROACTIVE: "生效时间早于登记时间，溯及既往",
            Cause.FINAL: "终结效力，而这类证照须由两人签发，或者终结的是印章",
        }[self]


@dataclass(frozen=True)
class Alone:
    """Who takes an act alone, and how many weighty ones that may be within the window, with this one."""

    login: str
    limit: int = ALONE_A_DAY


@dataclass(frozen=True)
class Asked:
    """What is ordered, as far as the table looks at it; `at` is now, `approval` that of the licences' type.

    Of an order on licences of several types, the strictest approval counts. `lately` are the weighty acts that the same
    person took alone within the window before, `limit` how many they may be with this one.
    """

    kind: ActKind
    subjects: int
    at: datetime
    effective_at: datetime | None
    approval: Approval
    ground: str = ""
    lately: int = 0
    limit: int = ALONE_A_DAY

    @property
    def reaches_back(self) -> bool:
        """Whether it takes effect before it is on record, by more than clocks and forms differ."""
        return self.effective_at is not None and aware(self.effective_at) < aware(self.at) - TOLERANCE


CAUSES: MappingProxyType[Cause, Callable[[Asked], bool]] = MappingProxyType(
    {
        Cause.BULK: lambda asked: asked.subjects > ALONE,
        Cause.MANY: lambda asked: is_weighty(asked.kind, asked.ground) and asked.lately >= asked.limit,
        Cause.RETROACTIVE: lambda asked: asked.reaches_back,
        Cause.FINAL: lambda asked: MOVES[asked.kind].ends and asked.approval == "two",
    }
)


def is_weighty(kind: ActKind, ground: str) -> bool:
    """Whether an act counts among those of which one person may take only so many alone."""
    return kind in WEIGHTY and ground not in FOLLOWED


def causes_for_two(asked: Asked) -> tuple[Cause, ...]:
    """Every reason why a second person has to approve, in the order of the table; empty if one may do it alone.

    Raises:
        ValueError: an instant without a time zone.

    """
    return tuple(cause for cause, holds in CAUSES.items() if holds(asked))
