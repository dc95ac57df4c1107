"""Routes of presenting: a holder makes and withdraws codes, somebody at a counter redeems one.

A code is answered once, to the holder who asked for it, and is nowhere to be had again; it travels in bodies only. Who
redeems is named by the session, not by the body, because the holder is told. A code that is unknown, mistyped or not
one-time is answered alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Path, status
from pydantic import BaseModel, Field

from issuer.answers import CONFLICTS, NOT_FOUND
from issuer.bodies import Closed
from issuer.presenting.ports import Code, CodeKind, Presented, Presenter
from issuer.presenting.redeeming import Redemption
from trust.http import NOT_SIGNED_IN, Key, uncached
from trust.rules.idempotency import own_key
from trust.rules.identifier import MAX_LENGTH

Number = Annotated[str, Path(max_length=32, description="亮证码编号，不是亮证码本身")]
Identifier = Annotated[str, Path(max_length=MAX_LENGTH, description="证照标识")]
State = Literal["open", "used", "withdrawn", "expired"]


@dataclass(frozen=True)
class Redeemer:
    """Who redeems: the login that keys belong to, the name and the department that the holder is told."""

    login: str
    name: str
    department: str


class PresentBody(Closed):
    """亮证：`once` 一次性亮证码（联网核销），`signed` 限时亮证码（六十秒，离线可核验）."""

    kind: CodeKind
    minutes: int = Field(default=5, description="一次性亮证码的有效分钟数，1 至 10")
    audience: str = Field(default="", max_length=80, description="只出示给谁，选填，不超过 40 字")


class RedeemBody(Closed):
    """核销一次性亮证码；经办人和部门就是登录人，持证主体看得到."""

    code: str = Field(max_length=320, description="扫到的全部文字，或者亮证码本身")
    place: str = Field(max_length=120, description="在哪里，例如：政务服务中心三号窗口")
    purpose: str = Field(default="", max_length=400, description="办什么事")


class UseView(BaseModel):
    """谁、何时、在哪里、为什么用了."""

    at: datetime
    by: str
    department: str
    place: str
    purpose: str


class CodeView(BaseModel):
    """亮证码的情况；码本身只在生成时给出一次."""

    number: str
    kind: CodeKind
    identifier: str
    made_at: datetime
    expires_at: datetime
    audience: str
    state: State
    withdrawn_at: datetime | None
    use: UseView | None


class PresentedView(CodeView):
    """刚生成的亮证码."""

    text: str = Field(description="二维码的文字；服务端只存摘要，不会再给出")


class RowView(BaseModel):
    """One line of the licence."""

    key: str
    label: str
    text: str


class RedeemedView(BaseModel):
    """核销结果：亮证码、对证照的核验结论，以及持证主体出示的内容."""

    code: CodeView
    indication: str
    policy: str
    rows: list[RowView]


class Answer(Protocol):
    """What redeeming leads to, as far as it is answered."""

    @property
    def code(self) -> Code: ...

    @property
    def indication(self) -> str: ...

    @property
    def policy(self) -> str: ...

    @property
    def shown(self) -> Sequence[tuple[str, str, str]]: ...


class PresentService(Protocol):
    """What these routes ask for; `service.presenting.Presenting` is it."""

    def once(self, identifier: str, holder: Presenter, *, minutes: int, audience: str) -> Presented: ...

    def signed(self, identifier: str, holder: Presenter, *, audience: str) -> Presented: ...

    def code(self, number: str, holder: Presenter) -> Code: ...

    def withdraw(self, number: str, holder: Presenter) -> Code: ...

    def mine(self, identifier: str, holder: Presenter) -> Sequence[Code]: ...

    def redeem(self, asked: Redemption, *, key: str) -> Answer: ...


def router(
    presenting: PresentService,
    *,
    holders: Callable[..., Presenter],
    redeemers: Callable[..., Redeemer],
    now: Callable[[], datetime],
) -> APIRouter:
    """The routes; `holders` and `redeemers` are the dependencies that admit them."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
    _add_showing(routes, presenting, holders, now)
    _add_redeeming(routes, presenting, redeemers, now)
    return routes


def _add_showing(
    routes: APIRouter,
    presenting: PresentService,
    holders: Callable[..., Presenter],
    now: Callable[[], datetime],
) -> None:
    Holder = Annotated[Presenter, Depends(holders)]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/licences/{identifier}/presentations",
        summary="出示证照",
        description="生成一次性亮证码或限时亮证码；仅持证主体。码只给出这一次。",
        status_code=status.HTTP_201_CREATED,
        responses=NOT_SIGNED_IN | NOT_FOUND | CONFLICTS,
    )
    def present(identifier: Identifier, body: PresentBody, holder: Holder) -> PresentedView:
        if body.kind is CodeKind.ONCE:
            made = presenting.once(identifier, holder, minutes=body.minutes, audience=body.audience)
        else:
            made = presenting.signed(identifier, holder, audience=body.audience)
        return PresentedView(**code_view(made.code, now()).model_dump(), text=made.text)

    @routes.get(
        "/licences/{identifier}/presentations",
        summary="出示记录",
        description="仅持证主体：何时生成、谁在何处何时用过、是否撤回。",
        responses=NOT_SIGNED_IN | NOT_FOUND,
    )
    def listing(identifier: Identifier, holder: Holder) -> list[CodeView]:
        return [code_view(code, now()) for code in presenting.mine(identifier, holder)]

    @routes.get("/presentations/{number}", summary="亮证码的情况", responses=NOT_SIGNED_IN | NOT_FOUND)
    def look(number: Number, holder: Holder) -> CodeView:
        return code_view(presenting.code(number, holder), now())

    @routes.post(
        "/presentations/{number}/withdrawal",
        summary="撤回亮证码",
        description="撤回尚未使用的亮证码；已使用的保持原样。",
        responses=NOT_SIGNED_IN | NOT_FOUND,
    )
    def withdraw(number: Number, holder: Holder) -> CodeView:
        return code_view(presenting.withdraw(number, holder), now())


def _add_redeeming(
    routes: APIRouter,
    presenting: PresentService,
    redeemers: Callable[..., Redeemer],
    now: Callable[[], datetime],
) -> None:
    Official = Annotated[Redeemer, Depends(redeemers)]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/redemptions",
        summary="核销一次性亮证码",
        description="每个码只能核销一次；已使用的回答何时、何处。核销后立即核验证照。",
        status_code=status.HTTP_201_CREATED,
        responses=NOT_SIGNED_IN | NOT_FOUND | CONFLICTS,
    )
    def redeem(body: RedeemBody, key: Key, official: Official) -> RedeemedView:
        asked = Redemption(body.code, official.name, official.department, body.place, body.purpose)
        done = presenting.redeem(asked, key=own_key(official.login, key))
        rows = [RowView(key=name, label=label, text=text) for name, label, text in done.shown]
        return RedeemedView(code=code_view(done.code, now()), indication=done.indication, policy=done.policy, rows=rows)


def code_view(code: Code, at: datetime) -> CodeView:
    """A code as it is answered."""
    use = None if code.use is None else UseView(**vars(code.use))
    return CodeView(
        number=code.number,
        kind=code.kind,
        identifier=code.identifier,
        made_at=code.made_at,
        expires_at=code.expires_at,
        audience=code.audience,
        state=state_of(code, at),
        withdrawn_at=code.withdrawn_at,
        use=use,
    )


def state_of(code: Code, at: datetime) -> State:
    """How a code stands at an instant."""
    if code.use is not None:
        return "used"
    if code.withdrawn_at is not None:
        return "withdrawn"
    return "open" if at < code.expires_at else "expired"
