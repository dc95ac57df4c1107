"""Ending copies 撤回加注件: a holder takes one back, or the consent behind it is withdrawn.

A copy that has ended is cancelled like a licence: by an act that is stored, logged and shown by the next status list.
What befalls the original needs no act on its copies, because whoever verifies one judges the original too. Ending again
what has ended changes nothing, so an interrupted withdrawal is simply carried out again.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from issuer.copying.ports import Copies, CopyEntry
from keys.sm3 import sm3
from trust.log.ports import LogStore
from trust.revocation.acting import Order, act
from trust.revocation.ports import Acts
from trust.rules.errors import MoveRefused
from trust.rules.grounds import Authority
from trust.rules.standing import ActKind

GROUND = "copy-basis-ended"


def end_copies(
    copies: Copies,
    acts: Acts,
    log: LogStore,
    ended: Iterable[CopyEntry],
    *,
    by: str,
    at: datetime,
    random: Callable[[int], bytes],
) -> int:
    """Cancel these copies, and say how many were not cancelled before."""
    count = 0
    for copy in ended:
        subject = str(copy.entry.licence.identifier)
        key = f"copy-end:{sm3(subject.encode()).hex()}"
        if copy.ended_at is None:
            _end_one(acts, log, subject, key, by=by, at=at, random=random)
            copies.end(subject, at)
            count += 1
    return count


def _end_one(
    acts: Acts, log: LogStore, subject: str, key: str, *, by: str, at: datetime, random: Callable[[int], bytes]
) -> None:
    """One act; where another was faster, or the copy has come to its end otherwise, there is nothing left to do."""
    if acts.by_key(key) is not None:
        return  # an earlier attempt got so far; what it did not log is logged by the publisher
    order = Order(ActKind.CANCEL, subject, GROUND, "", by, authority=Authority.REGISTER)
    try:
        act(acts, log, order, key=key, at=at, random=random)
    except MoveRefused:
        return
