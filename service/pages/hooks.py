"""Pages for a department's webhooks: where its systems are told, how far they heard, and everything done about it.

One page lists the addresses with what came of the last try; each has a page of its own with its tries and its buttons.
A secret is shown once, on the answer to the very request that made it; whoever sends that form again is told so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.errors import IssuerError
from issuer.feeding.errors import HookRefused
from issuer.feeding.hooks import MOST_FAILURES, MOST_OF_A_BODY, Delivery, Hook, HookState
from service.delivery_words import reason_of, words_of
from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import department_name
from service.pages.rendering import render, see_other
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng

HOME = "/issuer/hooks"
BADGES = {HookState.ACTIVE: "s01", HookState.PAUSED: "s02", HookState.ENDED: "s05"}
DONE = {
    "tested": "测试消息已送达。",
    "paused": "已暂停；期间发生的事，恢复后补送。",
    "resumed": "已恢复，从中断处继续。",
    "ended": "已停用，不再送达。",
}
"""What is said after a step."""


@dataclass(frozen=True)
class Told:
    """A hook with what came of its last try, and how many events wait for it."""

    hook: Hook
    last: Delivery | None
    waiting: int

    @property
    def words(self) -> str:
        """What came of the last try."""
        if self.last is None:
            return "还没有送过"
        return f"没有送达：{reason_of(self.last)}" if self.last.trouble else "已送达"

    @property
    def trouble(self) -> str:
        """Why nothing arrives, where nothing does."""
        return words_of(self.hook.trouble) if self.hook.failures else ""


def add_hooks(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/hooks`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get(HOME)
    def listed(request: Request, official: Official) -> Response:
        return _list(request, yinzheng, official)

    @routes.post(HOME)
    def made(request: Request, official: Official, form: Posted) -> Response:
        url, key = form.text("url"), f"form:{official.login}:{form.nonce()}"
        try:
            hook, secret = yinzheng.feeds.register(url, body_code=_body(official), by=official.login, key=key)
        except HookRefused as refused:
            return _list(request, yinzheng, official, url=url, refusal=refused)
        return _page(request, yinzheng, official, hook, secret=secret)

    @routes.get(HOME + "/{hook_id}")
    def one(request: Request, official: Official, hook_id: str, done: str = "") -> Response:
        return _page(request, yinzheng, official, _own(yinzheng, official, hook_id), done=DONE.get(done, ""))

    @routes.post(HOME + "/{hook_id}")
    def step(request: Request, official: Official, hook_id: str, form: Posted) -> Response:
        hook = _own(yinzheng, official, hook_id)
        try:
            if form.text("step") == "renew":
                hook, secret = _renewed(yinzheng, hook, form)
                return _page(request, yinzheng, official, hook, secret=secret)
            done, error = _step(yinzheng, hook, form)
        except IssuerError as refused:
            return _page(request, yinzheng, official, _own(yinzheng, official, hook_id), error=problem_of(refused).zh)
        if error:
            return _page(request, yinzheng, official, hook, error=error)
        return see_other(f"{HOME}/{hook_id}?done={done}")


def _step(yinzheng: Yinzheng, hook: Hook, form: Form) -> tuple[str, str]:
    """Take the step that the button names; the word of what was done, or a sentence for what was not.

    Raises:
        Usage: no such step, or an end that nobody has confirmed.
        HookRefused: as the step does.

    """
    feeds = yinzheng.feeds
    match form.text("step"):
        case "test":
            tried = feeds.test(hook)
            return "tested", f"测试消息没有送达：{reason_of(tried)}。" if tried.trouble else ""
        case "pause":
            feeds.pause(hook)
            return "paused", ""
        case "resume":
            feeds.resume(hook)
            return "resumed", ""
        case "end":
            if form.text("confirm") != "1":
                return "", "停用后不能恢复，请勾选确认。"
            feeds.end(hook)
            return "ended", ""
        case _:
            raise Usage("unknown-step", "没有这个步骤，请刷新页面后重试。", "there is no such step; reload.")


def _renewed(yinzheng: Yinzheng, hook: Hook, form: Form) -> tuple[Hook, bytes]:
    """A hook with the secret after the one that the form was shown for; raises HookRefused where it has a later one."""
    if form.text("generation") != str(hook.generation):
        raise HookRefused("hook-moved")
    return yinzheng.feeds.renew(hook)


def _own(yinzheng: Yinzheng, official: Person, hook_id: str) -> Hook:
    return yinzheng.feeds.find(hook_id[:32], _body(official))


def _body(official: Person) -> str:
    return official.department or ""


def _told(yinzheng: Yinzheng, hook: Hook, last: int) -> Told:
    tries: Sequence[Delivery] = yinzheng.feeds.deliveries(hook)
    return Told(hook, next(iter(tries), None), 0 if hook.state is HookState.ENDED else last - hook.delivered)


def _list(
    request: Request, yinzheng: Yinzheng, official: Person, *, url: str = "", refusal: HookRefused | None = None
) -> Response:
    body = _body(official)
    last = yinzheng.feeds.last(body)
    found = sorted(yinzheng.feeds.hooks(body), key=lambda hook: hook.state is HookState.ENDED)
    said = problem_of(refusal) if refusal else None
    return render(
        request,
        "hooks",
        status=said.status if said else 200,
        department=department_name(yinzheng, official),
        rows=[_told(yinzheng, hook, last) for hook in found],
        badges=BADGES,
        last=last,
        most=MOST_OF_A_BODY,
        full=sum(hook.state is not HookState.ENDED for hook in found) >= MOST_OF_A_BODY,
        url=url,
        nonce=fresh_nonce(yinzheng.random),
        errors={"url": said.zh} if said else {},
        labels={"url": "地址"},
    )


def _page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    hook: Hook,
    *,
    secret: bytes | None = None,
    done: str = "",
    error: str = "",
) -> Response:
    return render(
        request,
        "hook",
        status=422 if error else 200,
        department=department_name(yinzheng, official),
        told=_told(yinzheng, hook, yinzheng.feeds.last(_body(official))),
        hook=hook,
        tries=[(one, reason_of(one)) for one in yinzheng.feeds.deliveries(hook)],
        badges=BADGES,
        most=MOST_FAILURES,
        secret=secret.hex() if secret else "",
        done=done,
        errors={"": error} if error else {},
        labels={},
    )
