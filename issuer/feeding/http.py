"""Routes of feeding: the events of one's own body, and the webhooks that are told of them.

Who asks comes from `authorize`, which `service` gives. People and systems of a department read; hooks are made, renewed
and ended by people. Those of other departments are answered like ones that do not exist.
"""

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query, status

from issuer.clerk import Authorize, Clerk
from issuer.feeding.events import Event
from issuer.feeding.hooks import Delivery, Hook
from issuer.feeding.views import (
    DeliveryView,
    FeedView,
    HookBody,
    HookView,
    SecretView,
    delivery_view,
    feed_view,
    hook_view,
    secret_view,
)
from trust.http import NOT_SIGNED_IN, Answers, guarded, uncached

MOST = 500
GUARDED = guarded("没有这个回告地址，或者不归您管理：两者回答相同")
REFUSED: Answers = {422: {"description": "地址不合要求，或者已登记太多"}}


class FeedDesk(Protocol):
    """What these routes ask of the installation; the journeys, wired."""

    def after(self, body_code: str, number: int, limit: int) -> Sequence[Event]: ...

    def last(self, body_code: str) -> int: ...

    def hooks(self, body_code: str) -> Sequence[Hook]: ...

    def register(self, url: str, *, body_code: str, by: str) -> tuple[Hook, bytes]: ...

    def find(self, hook_id: str, body_code: str) -> Hook: ...

    def pause(self, hook: Hook) -> Hook: ...

    def test(self, hook: Hook) -> Delivery: ...

    def resume(self, hook: Hook) -> Hook: ...

    def renew(self, hook: Hook) -> tuple[Hook, bytes]: ...

    def end(self, hook: Hook) -> Hook: ...

    def deliveries(self, hook: Hook) -> Sequence[Delivery]: ...


HookId = Annotated[str, Path(max_length=32, pattern="^[0-9a-f]+$", description="回告地址编号")]


def router(desk: FeedDesk, *, authorize: Authorize) -> APIRouter:
    """The routes whose bodies are JSON."""
    routes = APIRouter(prefix="/api/v1", tags=["feeding"], dependencies=[Depends(uncached)])
    Reader = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)
    Person = Annotated[Clerk, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.get(
        "/feed",
        summary="本部门发生的事",
        description="`after` 是上一次回答中的 next，首次为 0。编号递增，不重不漏；内容只有标识和种类，没有个人信息。",
        responses=NOT_SIGNED_IN | {409: {"description": "编号比现有的都大：系统从备份恢复过，须重新读取"}},
    )
    def feed(
        reader: Reader,
        after: Annotated[int, Query(ge=0, le=2**53, description="从这一编号之后")] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> FeedView:
        found = desk.after(reader.department, after, limit)
        return feed_view(reader.department, after, found, desk.last(reader.department))

    @routes.get("/feed/hooks", summary="回告地址", responses=NOT_SIGNED_IN)
    def hooks(reader: Reader) -> list[HookView]:
        return [hook_view(hook) for hook in desk.hooks(reader.department)]

    @routes.post(
        "/feed/hooks",
        summary="登记回告地址",
        description="从现在起发生的事会送到这个地址。密钥只在这次回答中给出。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | REFUSED,
    )
    def register(body: HookBody, person: Person) -> SecretView:
        return secret_view(*desk.register(body.url, body_code=person.department, by=person.officer.login))

    @routes.get("/feed/hooks/{hook_id}/deliveries", summary="送达记录", description="新的在前。", responses=GUARDED)
    def deliveries(hook_id: HookId, reader: Reader) -> list[DeliveryView]:
        found = desk.deliveries(desk.find(hook_id, reader.department))
        return [delivery_view(delivery) for delivery in found]

    return routes


def plain_router(desk: FeedDesk, *, authorize: Authorize) -> APIRouter:
    """The routes that take no body."""
    routes = APIRouter(prefix="/api/v1", tags=["feeding"], dependencies=[Depends(uncached)])
    Person = Annotated[Clerk, Depends(authorize("decide"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/feed/hooks/{hook_id}/secret",
        summary="更换密钥",
        description="旧密钥立即不再使用；新密钥只在这次回答中给出。",
        responses=GUARDED,
    )
    def renew(hook_id: HookId, person: Person) -> SecretView:
        return secret_view(*desk.renew(desk.find(hook_id, person.department)))

    @routes.post(
        "/feed/hooks/{hook_id}/tests",
        summary="送一次测试",
        description="立即送出一份不含事项的消息（`test` 为 true），并答复是否送达；十秒内只送一次。不影响正常送达。",
        responses=GUARDED | {422: {"description": "刚刚送过一次测试"}},
    )
    def test(hook_id: HookId, person: Person) -> DeliveryView:
        return delivery_view(desk.test(desk.find(hook_id, person.department)))

    @routes.post(
        "/feed/hooks/{hook_id}/pause",
        summary="暂停送达",
        description="恢复之前不再送达；期间发生的事恢复后补送。",
        responses=GUARDED,
    )
    def pause(hook_id: HookId, person: Person) -> HookView:
        return hook_view(desk.pause(desk.find(hook_id, person.department)))

    @routes.post(
        "/feed/hooks/{hook_id}/resumption",
        summary="恢复送达",
        description="从中断处继续，不会遗漏。",
        responses=GUARDED,
    )
    def resume(hook_id: HookId, person: Person) -> HookView:
        return hook_view(desk.resume(desk.find(hook_id, person.department)))

    @routes.delete("/feed/hooks/{hook_id}", summary="停用回告地址", description="不能恢复。", responses=GUARDED)
    def end(hook_id: HookId, person: Person) -> HookView:
        return hook_view(desk.end(desk.find(hook_id, person.department)))

    return routes
