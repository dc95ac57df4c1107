"""Delivering 送达: one message to one hook, at least once and in order; the deaf are told later each time.

A hook is taken for a try before anything is sent, so that two workers do not tell it at the same time; a worker that
dies loses its claim after a while. What was sent and not acknowledged is sent again. After so many failures in a row,
or where the address says that it is gone for good, the hook pauses until somebody looks at it. How many are told at a
time is for `telling`.

A test is a message without events that somebody asks for; it changes nothing about the hook.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from issuer.feeding.errors import DeliveryFailed, HookRefused, NoSuchHook
from issuer.feeding.events import Event
from issuer.feeding.hooks import MOST_FAILURES, Delivery, Hook, HookState, wait_after
from issuer.feeding.ports import Courier, Feeding
from issuer.feeding.signing import signed_headers
from trust.formats.canonical_json import encode_json, text_of

FORMAT = "yinzheng-feed/1"
AT_ONCE = 100
LEASE = timedelta(minutes=2)
"""Longer than any try takes."""
BETWEEN_TESTS = timedelta(seconds=10)


@dataclass(frozen=True)
class Message:
    """What is sent to a hook as it was seen, and the try of which it is told whether it arrived."""

    hook: Hook
    tried: Delivery
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def message_for(desk: Feeding, hook: Hook, at: datetime) -> Message:
    """The next events of a hook, signed."""
    events = desk.feed.after(hook.body_code, hook.delivered, AT_ONCE)
    tried = Delivery(hook.hook_id, 0, at, events[0].number, events[-1].number)
    return _signed(desk, hook, tried, body_of(hook, events))


def carry(courier: Courier, message: Message) -> int:
    """Send, and give the status; raises DeliveryFailed where it does not say that the message was taken."""
    status = courier.post(message.hook.url, message.headers, message.body)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise DeliveryFailed("status", status)
    return status


def settled(desk: Feeding, message: Message, result: Callable[[], int]) -> Delivery:
    """Store what came of a message, as `carry` answers it, and the hook as it is after it."""
    hook, at = message.hook, message.tried.at
    tried, failed = _came_of(message, result)
    if failed is None:
        after = replace(hook, delivered=tried.last, failures=0, trouble="", next_at=at)
    else:
        after = _failed(hook, failed, at)
    desk.hooks.told(after, tried, at + LEASE)
    return tried


def send_test(desk: Feeding, hook: Hook, *, at: datetime) -> Delivery:
    """Send a message without events, and tell what came of it; how far the hook was told stays what it is.

    Raises:
        NoSuchHook: it has ended.
        HookRefused: `test-too-soon`, one was sent just now.

    """
    if hook.state is HookState.ENDED:
        raise NoSuchHook
    if any(one.is_test and at - one.at < BETWEEN_TESTS for one in desk.hooks.deliveries(hook.hook_id, 1)):
        raise HookRefused("test-too-soon")
    message = _signed(desk, hook, Delivery(hook.hook_id, 0, at, 0, 0), body_of(hook, (), test=True))
    tried, _ = _came_of(message, lambda: carry(desk.courier, message))
    desk.hooks.tested(tried)
    return tried


def body_of(hook: Hook, events: Sequence[Event], *, test: bool = False) -> bytes:
    """The message: whose events, from where on, and the events; a test says that it is one."""
    told = {
        "format": FORMAT,
        "body": hook.body_code,
        "after": hook.delivered,
        "events": [event_as_json(event) for event in events],
    }
    return encode_json(told | {"test": True} if test else told)


def event_as_json(event: Event) -> dict[str, object]:
    """An event as it is told, the same in the feed and in a message."""
    return {
        "number": event.number,
        "kind": event.kind.value,
        "subject": event.subject,
        "detail": event.detail,
        "at": text_of(event.at),
    }


def _signed(desk: Feeding, hook: Hook, tried: Delivery, body: bytes) -> Message:
    secret = desk.secret(hook.key_id)
    headers = signed_headers(body, url=hook.url, key_id=hook.key_id, secret=secret, at=tried.at)
    return Message(hook, tried, headers, body)


def _came_of(message: Message, result: Callable[[], int]) -> tuple[Delivery, DeliveryFailed | None]:
    try:
        return replace(message.tried, status=result()), None
    except DeliveryFailed as failed:
        return replace(message.tried, trouble=failed.reason, status=failed.status), failed


def _failed(hook: Hook, failed: DeliveryFailed, at: datetime) -> Hook:
    failures = hook.failures + 1
    deaf = failures >= MOST_FAILURES or failed.status == HTTPStatus.GONE
    return replace(
        hook,
        failures=failures,
        trouble=failed.reason if failed.status is None else f"{failed.reason} {failed.status}",
        state=HookState.PAUSED if deaf else hook.state,
        next_at=at + wait_after(failures),
    )
