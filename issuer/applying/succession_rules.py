"""The one table of how licences follow another, and whether a licence may be followed as it stands.

A licence is followed while it is in force, or, for a transfer, while it is being transferred out: a new paper for what
is suspended or restricted would lift what was decided against the old one. What has ended is over, but for one case:
where the decision that ended it was set aside (原决定被撤销), the right lives on, and since an end is final the old
paper cannot say so. A licence on the judgment or decision then carries it on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from trust.errors import Conflict
from trust.rules.carried_over import REASON, Carried, standing_with
from trust.rules.standing import Act, ActKind, Standing, Status, overturning
from trust.rules.succession import SuccessionKind
from trust.rules.times import aware

Holders = Literal["same", "codes", "any"]
"""Whether the holders stay as they are, may change their names only, or may change."""


@dataclass(frozen=True)
class Rule:
    """What a kind keeps of its predecessor, and the act that ends it; `needs_basis` where it rests on a document.

    `follows` is the standing that the predecessor has to be in. A kind that `revives` may also follow a licence that
    has ended, if the decision that ended it was set aside; then there is nothing left to end.
    """

    holders: Holders
    number: bool
    content: bool
    ground: str
    act: ActKind = ActKind.LAPSE
    needs_basis: bool = False
    follows: Status = Status.VALID
    revives: bool = False


RULES: Mapping[SuccessionKind, Rule] = MappingProxyType(
    {
        SuccessionKind.RENEW: Rule("codes", number=True, content=False, ground="superseded"),
        SuccessionKind.AMEND: Rule("codes", number=True, content=False, ground="superseded"),
        SuccessionKind.REISSUE: Rule("same", number=True, content=True, ground="superseded"),
        SuccessionKind.CORRECT: Rule("any", number=False, content=False, ground="issued-in-error", needs_basis=True),
        SuccessionKind.COURT_ORDER: Rule(
            "any", number=True, content=False, ground="superseded", needs_basis=True, revives=True
        ),
        SuccessionKind.TRANSFER_IN: Rule(
            "codes",
            number=False,
            content=False,
            ground="transfer-completed",
            act=ActKind.CANCEL,
            follows=Status.TRANSFERRING,
        ),
    },
)


@dataclass(frozen=True)
class Fate:
    """What became of a licence that is to be followed; `set_aside` where it has ended and the end was set aside."""

    standing: Standing
    set_aside: bool = False


def fate_of(acts: Iterable[Act], at: datetime, carried: Carried | None = None) -> Fate:
    """What became of a licence by an instant, from all its acts and from what a restore carried over."""
    known = tuple(acts)
    standing = standing_with(known, carried, at)
    by = overturning(known, standing)
    return Fate(standing, by is not None and by.effective_at <= aware(at))


def followable(kind: SuccessionKind, fate: Fate) -> bool:
    """Whether a licence may be followed this way as it stands."""
    rule = RULES[kind]
    if fate.standing.carried:
        return False  # what it is by law nobody can tell before the act is recorded again
    return fate.standing.status is rule.follows or (rule.revives and fate.set_aside)


def require_followable(kind: SuccessionKind, fate: Fate) -> None:
    """Make sure of the predecessor's standing once more, inside the transaction that ends it.

    Raises:
        Conflict: `carried-over`, a restore lost the act that made the standing: it is recorded again first;
            `predecessor-suspended`, `predecessor-restricted` or `predecessor-transferring`, which may pass;
            `predecessor-standing`, which will not.

    """
    status = fate.standing.status
    if fate.standing.carried:
        raise Conflict(REASON, status.value)
    if not followable(kind, fate):
        raise Conflict(_PASSING.get(status, "predecessor-standing"), status.value)


_PASSING = {
    Status.SUSPENDED: "predecessor-suspended",
    Status.OTHER: "predecessor-restricted",
    Status.TRANSFERRING: "predecessor-transferring",
}
"""Standings that an issue waits for the end of, and what is said of them."""
