"""What a status list said before a restore and no act on record says: it counts until the act is recorded again.

A restored register knows fewer acts than the public has seen. The value of an entry was published and signed, so it
outweighs their absence; which act it was, and since when it held, only its files can tell. Value 1 stands for ever, as
it does in every list. 2 and 3 stand until an act that makes a standing has been recorded since and has taken effect: a
periodic check, or an act fixed for next month, lifts nothing today.

Such a standing names no act, and the kind of end nearest to what the list said: 失效 for 1. Whatever would rest on the
subject meanwhile is refused with the reason `carried-over`; recording the act again is always open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trust.rules.moves import MOVES
from trust.rules.standing import Act, Standing, Status, standing_at
from trust.rules.times import aware

ENDED = 1
REASON = "carried-over"
"""Why something that would rest on such a standing is refused."""
_SAID = {ENDED: Status.LAPSED, 2: Status.SUSPENDED, 3: Status.OTHER}


@dataclass(frozen=True)
class Carried:
    """What an entry said in a list that was published before a restore, where no act on record says so.

    `value` is that of the list, `since` when it was carried over.
    """

    entry: int
    value: int
    since: datetime

    def counts(self, acts: Iterable[Act], at: datetime) -> bool:
        """Whether it outweighs these acts of its subject at an instant."""
        instant, known = aware(at), tuple(acts)
        if standing_at(known, instant).status.final:
            return False
        return self.value == ENDED or not any(self._renews(act, instant) for act in known)

    def _renews(self, act: Act, at: datetime) -> bool:
        return act.recorded_at > self.since and act.effective_at <= at and MOVES[act.kind].result is not None


def standing_with(acts: Iterable[Act], carried: Carried | None, at: datetime) -> Standing:
    """The standing at an instant by all acts given and by what was carried over; raises as `standing_at`."""
    known = tuple(acts)
    if carried is None or aware(at) < carried.since or not carried.counts(known, at):
        return standing_at(known, at)
    return Standing(_SAID[carried.value], carried.since, carried=True)
