"""Hooks of a body 登记回告地址: made, given a new secret, paused, taken up again, ended."""

from dataclasses import replace
from datetime import datetime

from issuer.feeding.errors import HookRefused, NoSuchHook
from issuer.feeding.hooks import MOST_OF_A_BODY, Hook, HookState, check_url
from issuer.feeding.ports import Feeding
from trust.rules.times import aware


def register(
    desk: Feeding, url: str, *, body_code: str, by: str, at: datetime, hook_id: str, loopback: bool = False
) -> tuple[Hook, bytes]:
    """A new hook, which is told what happens from now on, and its secret; under a number that is known, that hook.

    Raises:
        HookRefused: the address will not do, or the body has enough.

    """
    checked, at = check_url(url, loopback=loopback), aware(at)
    delivered = desk.feed.last(body_code)
    hook = Hook(hook_id, body_code, checked, made_at=at, made_by=by, next_at=at, delivered=delivered)
    kept = desk.hooks.add(hook, MOST_OF_A_BODY)
    return kept, desk.secret(kept.key_id)


def find(desk: Feeding, hook_id: str, body_code: str) -> Hook:
    """The hook of a body.

    Raises:
        NoSuchHook: there is none, or it is another's: the same answer.

    """
    hook = desk.hooks.find(hook_id)
    if hook is None or hook.body_code != body_code:
        raise NoSuchHook
    return hook


def pause(desk: Feeding, hook: Hook) -> Hook:
    """Tell a hook nothing until it is resumed; the hook as it is, where somebody was faster."""
    if hook.state is not HookState.ACTIVE:
        return hook
    changed = replace(hook, state=HookState.PAUSED)
    return changed if desk.hooks.change(changed, hook) else find(desk, hook.hook_id, hook.body_code)


def resume(desk: Feeding, hook: Hook, *, at: datetime) -> Hook:
    """Tell a paused hook again, from where it was left; the hook as it is, where somebody was faster."""
    if hook.state is not HookState.PAUSED:
        return hook
    changed = replace(hook, state=HookState.ACTIVE, failures=0, trouble="", next_at=aware(at))
    return changed if desk.hooks.change(changed, hook) else find(desk, hook.hook_id, hook.body_code)


def renew(desk: Feeding, hook: Hook) -> tuple[Hook, bytes]:
    """Give a hook a new secret; the old one signs nothing more.

    Raises:
        NoSuchHook: it has ended.
        HookRefused: `hook-moved`; somebody else did something about it meanwhile.

    """
    changed = replace(hook, generation=hook.generation + 1)
    if hook.state is HookState.ENDED or not desk.hooks.change(changed, hook):
        if find(desk, hook.hook_id, hook.body_code).state is HookState.ENDED:
            raise NoSuchHook
        raise HookRefused("hook-moved")
    return changed, desk.secret(changed.key_id)


def end(desk: Feeding, hook: Hook) -> Hook:
    """Tell a hook nothing more, ever, whatever others do about it at the same time."""
    while hook.state is not HookState.ENDED:
        ended = replace(hook, state=HookState.ENDED)
        hook = ended if desk.hooks.change(ended, hook) else find(desk, hook.hook_id, hook.body_code)
    return hook
