"""What stands for a seal after restores: its acts on record, and what the public had been told of it before each.

A trust list carries the whole history of every seal, and the last one before a restore was made of acts of which some
may be lost. It was made of those that are left only if it says what they make, all that were recorded by its issue.
Otherwise it counts beside them:

    before the restore           what was told
    from then on                 what was told wherever that is not "in use"; else what the acts on record say
    from the first act since     the acts on record alone; it has to make a standing, and to have taken effect
    a change told for later      stands from its instant on, until an act since takes effect then or after
    an end that was told         for ever, and no later than it was told

So a suspension goes on until an act is recorded again, and what was sealed before it, or under it, is judged as ever.
A seal that was resumed stays so for the time before the restore; after it nobody uses the seal until the resumption is
on record again. What was told is that of the list that a restore took up, for ever; each later list has to follow from
it, and from the acts (`is_taken_back`). A status list that is younger than the trust list may say more; since when,
only the files can tell (`carried_over`). Which acts may come next is decided by acts alone, so that every lost one can
be recorded again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from trust.rules.carried_over import Carried, standing_with
from trust.rules.moves import MOVES
from trust.rules.seal_standing import SealPeriod, history_of
from trust.rules.standing import Act, Standing, Status, history, standing_at
from trust.rules.times import TOLERANCE, aware

Periods = tuple[SealPeriod, ...]


@dataclass(frozen=True)
class Told:
    """What one trust list said of a seal: the list's number, when it was issued, and the history in it."""

    number: int
    issued_at: datetime
    history: Periods = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "issued_at", aware(self.issued_at))


@dataclass(frozen=True)
class Restored:
    """A restore: what the newest trust list said of a seal then, and when it was; never before that list's issue."""

    told: Told
    at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", max(aware(self.at), self.told.issued_at))


def history_after(acts: Sequence[Act], restores: Sequence[Restored]) -> Periods:
    """Every change of a seal by its acts and by what was told before each restore, which are given in their order.

    Raises:
        Malformed: as `standing.history`.

    """
    found = history_of(history(acts))
    for place, one in enumerate(restores):
        if not _follows(one.told.history, acts, restores[:place], one.told.issued_at):
            found = _joined(found, one, acts)
    return found


def is_taken_back(last: Told, acts: Sequence[Act], restores: Sequence[Restored]) -> bool:
    """Whether a list made now would change what the last one said, for any time, without an act recorded since.

    What a restore took up is what the next list follows on, by `history_after`. An act that was being stored while the
    last list was made may be missing from it, though it bears an earlier instant; so `TOLERANCE` is left, which is also
    how far the clock may go back before nothing is recorded any more.
    """
    if restores and last.number <= restores[-1].told.number:
        return False
    return not _follows(last.history, acts, restores, last.issued_at, TOLERANCE)


@dataclass(frozen=True)
class KnownSeal:
    """Everything that is on record of a filed seal: its acts, and what was told of it.

    `restores` has what was told before each restore, `listed` what the newest trust list says; `carried` is what a
    status list said beyond the acts.
    """

    acts: tuple[Act, ...]
    restores: tuple[Restored, ...] = ()
    carried: Carried | None = None
    listed: Told | None = None

    @cached_property
    def history(self) -> Periods:
        """Every change that counts; a trust list says the same."""
        return history_after(self.acts, self.restores)

    @cached_property
    def taken_back(self) -> bool:
        """Whether the newest trust list says what neither the acts explain nor what was told before a restore."""
        return self.listed is not None and is_taken_back(self.listed, self.acts, self.restores)

    def recorded(self, at: datetime) -> Standing:
        """The standing at an instant by acts alone, from which the next act leads on."""
        return standing_at(self.acts, at)

    def counting(self, at: datetime) -> Standing:
        """What stands for the seal at an instant, wherever it is used, shown or judged.

        `carried` where no act on record says so: `since` is then when it was told to have begun, or that of the
        restore where a status list alone said it.
        """
        own, period, listed = self.recorded(at), _period(self.history, aware(at)), self._listed(at)
        if self.taken_back and self.listed is not None:
            period = _stricter(period, _period(self.listed.history, aware(at)))
        status = Status.VALID if period is None else period.status
        if listed is not None and _outweighs(listed.status, status):
            return listed
        return own if status is own.status else Standing(status, period.since if period else None, carried=True)

    def to_come(self, at: datetime) -> SealPeriod | None:
        """The next change for the worse after an instant that was told and that no act on record makes."""
        own, now = history_of(history(self.acts)), aware(at)
        worse = (one for one in self.history if one.since > now and one.status is not Status.VALID)
        return next((one for one in worse if _status(own, one.since) is not one.status), None)

    def since_when_open(self, at: datetime) -> bool:
        """Whether a status list alone says what the seal is at an instant, so that nobody can tell since when."""
        listed = self._listed(at)
        return listed is not None and self.counting(at) == listed

    @property
    def resumption_lost(self) -> bool:
        """Whether it was told to be in use again, also for later, and is suspended by the acts for want of that one."""
        own = history_of(history(self.acts))
        return any(
            _ends_in_use(one.told.history) and any(_resumed(one, self.acts, own, at) for at in _instants(one, own))
            for place, one in enumerate(self.restores)
            if not _follows(one.told.history, self.acts, self.restores[:place], one.told.issued_at)
        )

    def _listed(self, at: datetime) -> Standing | None:
        """What a status list said beyond the acts, while that counts."""
        found = standing_with(self.acts, self.carried, at)
        return found if found.carried else None


def _follows(
    told: Periods,
    acts: Sequence[Act],
    restores: Sequence[Restored],
    issued_at: datetime,
    slack: timedelta = timedelta(0),
) -> bool:
    """Whether a history was made of these acts, of which only those recorded since its issue may be missing."""
    ordered = sorted(acts, key=lambda one: one.sequence)
    for count in range(len(ordered), -1, -1):
        if told == history_after(ordered[:count], restores):
            return True
        if count and ordered[count - 1].recorded_at <= issued_at - slack:
            return False
    return False


def _joined(own: Periods, restored: Restored, acts: Sequence[Act]) -> Periods:
    """What counts where what was told before a restore does not follow from the acts that are left."""
    told, made = restored.told.history, _made_since(restored, acts)

    def status(at: datetime) -> Status:
        period = _period(told, at)
        said = Status.VALID if period is None else period.status
        if said.final:
            return said
        later = period.since if period is not None and period.since > restored.at else None
        if any(one <= at and (later is None or later <= one) for one in made):
            return _status(own, at)
        return said if at < restored.at or said is not Status.VALID else _status(own, at)

    changes = {one.since for one in (*told, *own)} | {restored.at, *made}
    return _folded([SealPeriod(status(at), at) for at in sorted(changes)])


def _made_since(restored: Restored, acts: Sequence[Act]) -> list[datetime]:
    """When the acts took effect that make a standing and were recorded since the list that was taken up."""
    since = restored.told.issued_at
    return [one.effective_at for one in acts if one.recorded_at > since and MOVES[one.kind].result is not None]


def _resumed(restored: Restored, acts: Sequence[Act], own: Periods, at: datetime) -> bool:
    """Whether it was told to be in use at an instant at which the acts suspend it, and none was recorded since."""
    suspended = _status(own, at) is Status.SUSPENDED and _status(restored.told.history, at) is Status.VALID
    return suspended and all(one < at for one in _made_since(restored, acts))


def _instants(restored: Restored, own: Periods) -> set[datetime]:
    return {one.since for one in (*restored.told.history, *own)}


def _ends_in_use(told: Periods) -> bool:
    return not told or told[-1].status is Status.VALID


def _stricter(counted: SealPeriod | None, said: SealPeriod | None) -> SealPeriod | None:
    """What the newest list says, where that leaves less than what is counted."""
    if said is None:
        return counted
    return said if _outweighs(said.status, Status.VALID if counted is None else counted.status) else counted


def _outweighs(said: Status, counted: Status) -> bool:
    return said is not Status.VALID and (counted is Status.VALID or (said.final and not counted.final))


def _period(periods: Sequence[SealPeriod], at: datetime) -> SealPeriod | None:
    return next((one for one in reversed(periods) if one.since <= at), None)


def _status(periods: Sequence[SealPeriod], at: datetime) -> Status:
    found = _period(periods, at)
    return Status.VALID if found is None else found.status


def _folded(periods: Sequence[SealPeriod]) -> Periods:
    """Without changes to what was there already, or after an end."""
    kept: list[SealPeriod] = []
    for one in periods:
        before = kept[-1].status if kept else Status.VALID
        if one.status is not before and not before.final:
            kept.append(one)
    return tuple(kept)
