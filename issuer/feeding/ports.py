"""What feeding needs from the world: the events, the hooks, and somebody who carries a message out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from issuer.feeding.events import Event
from issuer.feeding.hooks import Delivery, Hook


class Feed(Protocol):
    """The events of all bodies."""

    def after(self, body_code: str, number: int, limit: int) -> Sequence[Event]:
        """The events of a body behind a number, in their order, without a gap."""
        ...

    def last(self, body_code: str) -> int:
        """The number of the newest event; 0 where there is none."""
        ...

    def leap(self, body_codes: Sequence[str], beyond: int, *, mark: str, subject: str, at: datetime) -> None:
        """After a restore: let the numbers of all bodies go on beyond one, and tell them; once for each mark.

        The event says in its detail behind which number events may have been lost (`after=6`).
        """
        ...


class Hooks(Protocol):
    """The webhooks and what was tried; every method is one durable transaction."""

    def add(self, hook: Hook, most: int) -> Hook:
        """Store a new one, or give the one of this number; HookRefused `too-many` where the body has its most.

        Those that ended do not count. One of this number with another address is refused as `hook-moved`.
        """
        ...

    def find(self, hook_id: str) -> Hook | None:
        """The hook of a number."""
        ...

    def of_body(self, body_code: str) -> Sequence[Hook]:
        """The hooks of a body, also those that ended, oldest first."""
        ...

    def due(self, at: datetime, limit: int, *, deaf: bool) -> Sequence[Hook]:
        """Active hooks that wait no longer and have something to be told, the longest waiting first.

        Of two kinds: the deaf, who did not hear the last time, and the others.
        """
        ...

    def claim(self, hook: Hook, until: datetime) -> bool:
        """Take a hook for one try, until an instant; False where another worker was faster."""
        ...

    def change(self, hook: Hook, seen: Hook) -> bool:
        """Store what differs from the hook that was seen, if its state and its secret are still those.

        How far it was told is not changed.
        """
        ...

    def told(self, hook: Hook, delivery: Delivery, until: datetime) -> None:
        """Store what came of a try, and the hook as it is after it.

        How far it was told only grows. Whoever has lost the hook since, because the time it was taken for is over,
        says nothing about its waiting. Tries of the hook that are older than `KEPT` go.
        """
        ...

    def tested(self, delivery: Delivery) -> None:
        """Store what came of a test; nothing of the hook changes."""
        ...

    def deliveries(self, hook_id: str, limit: int) -> Sequence[Delivery]:
        """The newest tries."""
        ...


class Courier(Protocol):
    """Carries a message out; never follows a redirect, never goes where it must not."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send, and give the status that was answered.

        Raises:
            DeliveryFailed: there was no answer, or the address leads where nothing is sent.

        """
        ...


@dataclass(frozen=True)
class Feeding:
    """Everything that telling needs; `secret` derives a hook's secret from its key id."""

    feed: Feed
    hooks: Hooks
    courier: Courier
    secret: Callable[[str], bytes]
