"""One act on many licences: when a key, a seal or a mandate turns out bad, everything that rests on it falls.

Each licence gets its own act, recorded and logged like any other, under a key made of the cascade's key and the
licence. So a cascade that was interrupted is simply ordered again: what was done is found, what was not is done. A
licence on which the act cannot be taken (it stands where nothing can move it, or the act would reach too far back) is
passed over and named.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import Conflict
from trust.log.ports import LogStore
from trust.revocation.acting import Order, act
from trust.revocation.ports import Acts
from trust.rules.errors import MoveRefused
from trust.rules.standing import Act

LASTING = frozenset({"not-retroactive", "already-reversed"})
"""Refusals that asking again will not change; others, such as a lost race, are raised."""


@dataclass(frozen=True)
class Cascade:
    """The acts, and the reason for each subject that was passed over."""

    acts: tuple[Act, ...]
    passed_over: Mapping[str, str]


def act_on_all(
    register: Acts,
    log: LogStore,
    subjects: Iterable[str],
    order: Order,
    *,
    key: str,
    at: datetime,
    random: Callable[[int], bytes],
) -> Cascade:
    """Take the act of `order` on each of these subjects (its own subject is not used), one after the other.

    Raises:
        as `act`, except for what is passed over.

    """
    acts, passed_over = [], {}
    for subject in dict.fromkeys(subjects):
        own = replace(order, subject=subject)
        try:
            done = act(register, log, own, key=key_for(key, subject), at=at, random=random)
        except Conflict as refusal:
            if not isinstance(refusal, MoveRefused) and refusal.reason not in LASTING:
                raise
            passed_over[subject] = refusal.reason
        else:
            acts.append(done)
    return Cascade(tuple(acts), passed_over)


def key_for(key: str, subject: str) -> str:
    """The idempotency key of the act on one subject of a cascade under this key."""
    return f"{key}/{sm3(subject.encode()).hex()[:32]}"
