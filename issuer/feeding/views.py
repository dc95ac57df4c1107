"""What the feed and its webhooks look like in JSON, and what is read to make one."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from issuer.feeding.delivering import FORMAT
from issuer.feeding.events import Event, EventKind
from issuer.feeding.hooks import MAX_URL, Delivery, Hook, HookState


class EventView(BaseModel):
    """一件事：编号连续，内容不变."""

    number: int
    kind: EventKind
    subject: str
    detail: str
    at: datetime


class FeedView(BaseModel):
    """从某一编号之后发生的事；`next` 是下一次的 after，`more` 说明是否还有."""

    format: str = FORMAT
    body: str
    events: list[EventView]
    next: int
    more: bool


class HookBody(BaseModel):
    """登记回告地址."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"url": "https://oa.example/yinzheng"}]})

    url: str = Field(max_length=MAX_URL, description="https 地址，须在公网，不接受跳转")


class HookView(BaseModel):
    """回告地址的现状."""

    hook: str
    url: str
    state: HookState
    state_label: str
    key_id: str
    delivered: int
    failures: int
    trouble: str
    made_at: datetime
    made_by: str


class SecretView(HookView):
    """新登记或换过密钥的回告地址；密钥（十六进制）只在这里给出一次."""

    secret: str


class DeliveryView(BaseModel):
    """一次送达；测试不含事项，`first` 和 `last` 为 0."""

    sequence: int
    at: datetime
    test: bool
    first: int
    last: int
    arrived: bool
    trouble: str
    status: int | None


def feed_view(body_code: str, after: int, events: Sequence[Event], last: int) -> FeedView:
    """Some events of a body as they are answered."""
    reached = events[-1].number if events else after
    shown = [EventView(**vars(event)) for event in events]
    return FeedView(body=body_code, events=shown, next=reached, more=reached < last)


def hook_view(hook: Hook) -> HookView:
    """A hook as it is answered."""
    return HookView(
        hook=hook.hook_id,
        url=hook.url,
        state=hook.state,
        state_label=hook.state.label,
        key_id=hook.key_id,
        delivered=hook.delivered,
        failures=hook.failures,
        trouble=hook.trouble,
        made_at=hook.made_at,
        made_by=hook.made_by,
    )


def secret_view(hook: Hook, secret: bytes) -> SecretView:
    """A hook with its secret."""
    return SecretView(**hook_view(hook).model_dump(), secret=secret.hex())


def delivery_view(delivery: Delivery) -> DeliveryView:
    """A try as it is answered."""
    return DeliveryView(
        sequence=delivery.sequence,
        at=delivery.at,
        test=delivery.is_test,
        first=delivery.first,
        last=delivery.last,
        arrived=not delivery.trouble,
        trouble=delivery.trouble,
        status=delivery.status,
    )
