"""Telling many hooks at once 并行送达: so many messages are under way at a time, and nobody waits for the slow one.

Only the sending itself is done by threads; what is due, what is taken and what came of it goes through the caller's own
thread. Of each hook one message is under way at most, so its events stay in their order. Turns are fair: whoever waits
longest is next. Hooks that failed the last time have at most half of the turns, and one turn is always theirs, so deaf
ones neither keep the others waiting nor are forgotten. A hook is taken when its turn has come, however long others had.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Self

from issuer.feeding.delivering import LEASE, Message, carry, message_for, settled
from issuer.feeding.hooks import Delivery, Hook
from issuer.feeding.ports import Feeding

TURNS, OF_THE_DEAF, KEPT_FOR_THE_DEAF = 8, 4, 1
"""Messages under way at a time; how many of them may be to the deaf, and how many are kept for them."""


class Telling:
    """Messages under way; to be left as a context, which waits for them."""

    def __init__(self, desk: Feeding, now: Callable[[], datetime], *, turns: int = TURNS) -> None:
        self._desk, self._now, self._turns = desk, now, turns
        self._pool = ThreadPoolExecutor(turns, "telling")
        self._out: dict[Future[int], Message] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.finish()
        finally:
            self._pool.shutdown()

    def step(self) -> Sequence[Delivery]:
        """Store what has come of messages, and begin others, without waiting; what came of them.

        Raises:
            Exception: of a database, or what no courier should raise; the next step goes on with the others.

        """
        done = self.settle()
        self.begin()
        return done

    def finish(self) -> Sequence[Delivery]:
        """Wait for what is under way, and begin nothing; what came of it. Raises as `step`."""
        done: list[Delivery] = []
        while self._out:
            done += self.settle(waiting=True)
        return done

    @property
    def busy(self) -> bool:
        """Whether a message is under way."""
        return bool(self._out)

    def begin(self, beside: Collection[str] = ()) -> Collection[str]:
        """Begin what is due and has a turn, but for the hooks `beside`; the numbers of those begun."""
        begun = []
        for deaf in (False, True):
            for hook in self._due(deaf=deaf, beside=beside):
                if not self._has_turn(deaf=deaf):
                    break
                at = self._now()
                if self._desk.hooks.claim(hook, at + LEASE):
                    message = message_for(self._desk, hook, at)
                    self._out[self._pool.submit(carry, self._desk.courier, message)] = message
                    begun.append(hook.hook_id)
        return begun

    def settle(self, *, waiting: bool = False) -> Sequence[Delivery]:
        """Store what came of messages that are through; with `waiting` at least of one."""
        if waiting and self._out:
            wait(self._out, return_when=FIRST_COMPLETED)
        through = [future for future in self._out if future.done()]
        return [settled(self._desk, self._out.pop(future), future.result) for future in through]

    def _due(self, *, deaf: bool, beside: Collection[str]) -> Sequence[Hook]:
        found = self._desk.hooks.due(self._now(), self._turns + len(beside), deaf=deaf)
        return [hook for hook in found if hook.hook_id not in beside]

    def _has_turn(self, *, deaf: bool) -> bool:
        out = sum(bool(message.hook.failures) for message in self._out.values())
        if deaf:
            return len(self._out) < self._turns and out < max(1, min(OF_THE_DEAF, self._turns // 2))
        kept = max(0, KEPT_FOR_THE_DEAF - out) if self._turns > 1 else 0
        return len(self._out) < self._turns - kept


def deliver_once(desk: Feeding, *, now: Callable[[], datetime], turns: int = TURNS) -> Sequence[Delivery]:
    """Tell every hook that is due its next events, one message each; what came of it, for each that was tried.

    `now` is asked for each hook anew: telling those before it takes its time.
    """
    done: list[Delivery] = []
    seen: set[str] = set()
    with Telling(desk, now, turns=turns) as telling:
        seen.update(telling.begin(seen))
        while telling.busy:
            done += telling.settle(waiting=True)
            seen.update(telling.begin(seen))
    return done
