"""What stands for a seal after a restore: its acts on record, and what the public had been told of it before.

A trust list carries the whole history of every seal, and the last one before a restore was made of acts of which some
are lost. Where it cannot have been made of those that are left, it counts beside them:

    before the restore           what was told
    from then on                 what was told wherever that is not "in use"; else what the acts on record say
    from the first act since     the acts on record alone; it has to make a standing, and to have taken effect
    an end that was told         for ever, and no later than it was told

So a suspension goes on until an act is recorded again, and what was sealed before it, or under it, is judged as ever.
A seal that was resumed stays so for the time before the restore; after it nobody uses the seal until the resumption is
on record again. A status list that is younger than the trust list may say more; since when, only the files can tell
(`carried_over`). Which acts may come next is decided by acts alone, so that every lost one can be recorded again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trust.rules.carried_over import Carried, standing_with
from trust.rules.moves import MOVES
from trust.rules.seal_standing import SealPeriod, history_of
from trust.rules.standing import Act, Standing, Status, history, standing_at
from trust.rules.times import aware

Periods = tuple[SealPeriod, ...]


def history_after(acts: Sequence[Act], told: Sequence[SealPeriod], restored_at: datetime | None) -> Periods:
    """Every change of a seal by its acts and by what was told before the last restore; None where there was none.

    `told` is the history in the newest trust list, made before the restore or, by this very rule, after it.

    Raises:
        Malformed: as `standing.history`.

    """
    own, published = history_of(history(acts)), tuple(told)
    if restored_at is None or _is_explained(published, acts, aware(restored_at)):
        return own
    restored = aware(restored_at)
    made = [one.effective_at for one in acts if one.recorded_at > restored and MOVES[one.kind].result is not None]
    renewed = min(made, default=None)

    def status(at: datetime) -> Status:
        said = _status(published, at)
        if said.final:
            return said
        if renewed is not None and at >= renewed:
            return _status(own, at)
        return said if at < restored or said is not Status.VALID else _status(own, at)

    changes = {one.since for one in (*published, *own)} | {restored} | ({renewed} if renewed is not None else set())
    return _folded([SealPeriod(status(at), at) for at in sorted(changes)])


@dataclass(frozen=True)
class KnownSeal:
    """Everything that is on record of a filed seal: its acts, and what was told of it before the last restore.

    `told` is its history in the newest trust list, `carried` what a status list said beyond the acts.
    """

    acts: tuple[Act, ...]
    told: Periods = ()
    restored_at: datetime | None = None
    carried: Carried | None = None

    @property
    def history(self) -> Periods:
        """Every change that counts; a trust list says the same."""
        return history_after(self.acts, self.told, self.restored_at)

    def recorded(self, at: datetime) -> Standing:
        """The standing at an instant by acts alone, from which the next act leads on."""
        return standing_at(self.acts, at)

    def counting(self, at: datetime) -> Standing:
        """What stands for the seal at an instant, wherever it is used, shown or judged.

        `carried` where no act on record says so: `since` is then when it was told to have begun, or that of the
        restore where a status list alone said it.
        """
        own, period, listed = self.recorded(at), _period(self.history, aware(at)), self._listed(at)
        status = Status.VALID if period is None else period.status
        if listed is not None and (status is Status.VALID or (listed.status.final and not status.final)):
            return listed
        return own if status is own.status else Standing(status, period.since if period else None, carried=True)

    def since_when_open(self, at: datetime) -> bool:
        """Whether a status list alone says what the seal is at an instant, so that nobody can tell since when."""
        listed = self._listed(at)
        return listed is not None and self.counting(at) == listed

    @property
    def resumption_lost(self) -> bool:
        """Whether it was told to be in use again, and is suspended since the restore for want of that act."""
        last = self.history[-1:]
        return any(one.since == self.restored_at and one.status is Status.SUSPENDED for one in last)

    def _listed(self, at: datetime) -> Standing | None:
        """What a status list said beyond the acts, while that counts."""
        found = standing_with(self.acts, self.carried, at)
        return found if found.carried else None


def _is_explained(told: Periods, acts: Sequence[Act], restored: datetime) -> bool:
    """Whether what was told follows from acts that are left, or from the first of them."""
    before = sorted((one for one in acts if one.recorded_at <= restored), key=lambda one: one.sequence)
    return any(told == history_of(history(before[:count])) for count in range(len(before), -1, -1))


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
