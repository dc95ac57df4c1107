"""Acts on seals, as sealing asks for them: recorded in the register of acts, and public before the call returns.

A seal has two standings. What its acts on record say decides which act comes next; what counts where it is to be used
is besides what a restore carried over from the published lists. Keys of acts on seals have a space of their own.
"""

from collections.abc import Callable
from datetime import datetime

from service.archive import Archive
from service.publisher import Publisher
from service.seal_standings import counting_of_seal, standing_of_seal
from trust.revocation.acting import Order, act
from trust.rules.seal_standing import subject_of
from trust.rules.standing import Standing
from trust.sealing.life import ACTS, Step


class SealActs:
    """`trust.sealing.ports.Standings` on the register of acts, publishing what it records."""

    def __init__(
        self,
        archive: Archive,
        publisher: Callable[[], Publisher],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
    ) -> None:
        self._archive, self._publisher, self._now, self._random = archive, publisher, now, random

    def standing(self, seal_id: str, at: datetime) -> Standing:
        """See `Standings`."""
        return standing_of_seal(self._archive, seal_id, at)

    def counting(self, seal_id: str, at: datetime) -> Standing:
        """See `Standings`."""
        return counting_of_seal(self._archive, seal_id, at)

    def recorded(self, key: str) -> bool:
        """See `Standings`."""
        return self._archive.acts.by_key(_own(key)) is not None

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
        """See `Standings`."""
        kind = ACTS.get(step)
        if kind is None:
            raise ValueError(f"{step} is no act")
        order = Order(kind, subject_of(seal_id), ground, reason, by, effective_at=effective_at)
        act(self._archive.acts, self._archive.log, order, key=_own(key), at=at, random=self._random)
        self._publisher().after_seal_act(self._now())


def _own(key: str) -> str:
    """Keys of acts on seals have a space of their own."""
    return f"{subject_of('')}{key}"
