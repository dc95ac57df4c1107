"""Feeding, wired: the events of an installation, its webhooks, and the courier who carries messages out.

The secret of a hook is derived from the installation's index secret, which is no part of the database; whoever has the
database alone can sign for nobody.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property

from issuer.feeding.asking import read_on
from issuer.feeding.delivering import send_test
from issuer.feeding.events import Event
from issuer.feeding.hooks import Delivery, Hook
from issuer.feeding.ports import Courier, Feeding
from issuer.feeding.registering import end, find, pause, register, renew, resume
from issuer.feeding.telling import Telling, deliver_once
from keys.sm3 import hmac_sm3, sm3
from service.archive import Archive

SHOWN = 50


class Feeds:
    """What API, command line and worker ask about events and webhooks."""

    def __init__(
        self,
        archive: Archive,
        index_key: Callable[[], bytes],
        courier: Courier,
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        *,
        loopback: bool = False,
    ) -> None:
        self._archive, self._index_key, self._courier = archive, index_key, courier
        self._now, self._random, self._loopback = now, random, loopback

    @cached_property
    def desk(self) -> Feeding:
        """Everything that telling needs."""
        return Feeding(self._archive.feed, self._archive.feed, self._courier, self._secret)

    def after(self, body_code: str, number: int, limit: int) -> Sequence[Event]:
        """The events of a body behind a number; raises CursorAhead."""
        return read_on(self._archive.feed, body_code, number, limit)

    def last(self, body_code: str) -> int:
        """The number of the newest event of a body."""
        return self._archive.feed.last(body_code)

    def hooks(self, body_code: str) -> Sequence[Hook]:
        """The hooks of a body."""
        return self._archive.feed.of_body(body_code)

    def register(self, url: str, *, body_code: str, by: str, key: str = "") -> tuple[Hook, bytes]:
        """A new hook and its secret, the same again under the same key; raises HookRefused."""
        number = sm3(f"{body_code}\n{key}".encode()).hex()[:32] if key else self._random(16).hex()
        return register(
            self.desk, url, body_code=body_code, by=by, at=self._now(), hook_id=number, loopback=self._loopback
        )

    def find(self, hook_id: str, body_code: str) -> Hook:
        """The hook of a body; raises NoSuchHook."""
        return find(self.desk, hook_id, body_code)

    def pause(self, hook: Hook) -> Hook:
        """Tell a hook nothing for a while."""
        return pause(self.desk, hook)

    def resume(self, hook: Hook) -> Hook:
        """Tell a paused hook again."""
        return resume(self.desk, hook, at=self._now())

    def renew(self, hook: Hook) -> tuple[Hook, bytes]:
        """Give a hook a new secret; raises NoSuchHook of one that has ended."""
        return renew(self.desk, hook)

    def end(self, hook: Hook) -> Hook:
        """Tell a hook nothing more."""
        return end(self.desk, hook)

    def deliveries(self, hook: Hook) -> Sequence[Delivery]:
        """The newest tries of a hook."""
        return self._archive.feed.deliveries(hook.hook_id, SHOWN)

    def test(self, hook: Hook) -> Delivery:
        """Send a message without events; raises as `send_test`."""
        return send_test(self.desk, hook, at=self._now())

    def telling(self) -> Telling:
        """Messages under way, for a worker that goes on beside them."""
        return Telling(self.desk, self._now)

    def deliver_once(self) -> Sequence[Delivery]:
        """Tell every hook that is due its next events."""
        return deliver_once(self.desk, now=self._now)

    def _secret(self, key_id: str) -> bytes:
        return hmac_sm3(self._index_key(), f"yinzheng webhook {key_id}".encode())
