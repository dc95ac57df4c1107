"""Delivering 送达: tell hooks what is new, at least once and in order, and wait longer each time they do not hear.

A hook is taken for a try before anything is sent, so that two workers do not tell it at the same time; a worker that
dies loses its claim after a while, and a claim begins when it is made, however long the hooks before it took. What was
sent and not acknowledged is sent again. After so many failures in a row, or where the address says that it is gone for
good, the hook pauses until somebody looks at it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from issuer.feeding.errors import DeliveryFailed
from issuer.feeding.events import Event
from issuer.feeding.hooks import MOST_FAILURES, Delivery, Hook, HookState, wait_after
from issuer.feeding.ports import Feeding
from issuer.feeding.signing import signed_headers
from trust.formats.canonical_json import encode_json, text_of

FORMAT = "yinzheng-feed/1"
AT_ONCE, HOOKS_AT_ONCE = 100, 20
LEASE = timedelta(minutes=2)
"""Longer than any try takes."""


def deliver_once(desk: Feeding, *, now: Callable[[], datetime], limit: int = HOOKS_AT_ONCE) -> Sequence[Delivery]:
    """Tell every hook that is due its next events, one message each; what came of it, for each that was tried.

    `now` is asked for each hook anew: telling those before it takes its time.
    """
    done: list[Delivery] = []
    for hook in desk.hooks.due(now(), limit):
        at = now()
        if desk.hooks.claim(hook, at + LEASE):
            done.append(_tell(desk, hook, at))
    return done


def body_of(hook: Hook, events: Sequence[Event]) -> bytes:
    """The message: whose events, from where on, and the events."""
    return encode_json(
        {
            "format": FORMAT,
            "body": hook.body_code,
            "after": hook.delivered,
            "events": [event_as_json(event) for event in events],
        }
    )


def event_as_json(event: Event) -> dict[str, object]:
    """An event as it is told, the same in the feed and in a message."""
    return {
        "number": event.number,
        "kind": event.kind.value,
        "subject": event.subject,
        "detail": event.detail,
        "at": text_of(event.at),
    }


def _tell(desk: Feeding, hook: Hook, at: datetime) -> Delivery:
    events = desk.feed.after(hook.body_code, hook.delivered, AT_ONCE)
    body = body_of(hook, events)
    headers = signed_headers(body, url=hook.url, key_id=hook.key_id, secret=desk.secret(hook.key_id), at=at)
    tried = Delivery(hook.hook_id, 0, at, events[0].number, events[-1].number)
    try:
        status = _sent(desk, hook.url, headers, body)
    except DeliveryFailed as failed:
        tried = replace(tried, trouble=failed.reason, status=failed.status)
        desk.hooks.told(_failed(hook, failed, at), tried, at + LEASE)
    else:
        tried = replace(tried, status=status)
        after = replace(hook, delivered=tried.last, failures=0, trouble="", next_at=at)
        desk.hooks.told(after, tried, at + LEASE)
    return tried


def _sent(desk: Feeding, url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send, and give the status; raises DeliveryFailed where it does not say that the message was taken."""
    status = desk.courier.post(url, headers, body)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise DeliveryFailed("status", status)
    return status


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
