"""Routes of a seal's life: applying for it, deciding, making and filing, and the acts on it.

Steps that need a second person are refused to whoever asked for the seal.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from trust.http import Key
from trust.rules.idempotency import own_key
from trust.sealing.bodies import DecisionBody, SealActBody, WishBody
from trust.sealing.http.access import (
    CONFLICTS,
    GUARDED,
    Authorize,
    SealId,
    SealViewer,
    department_of,
    page_for,
)
from trust.sealing.http.service import SealService
from trust.sealing.life import Step
from trust.sealing.views import SealPage, SealView, application_view


def add_life(routes: APIRouter, seals: SealService, authorize: Authorize) -> None:
    """Applying, deciding, acting."""
    User = Annotated[SealViewer, Depends(authorize("use"))]  # noqa: N806  (an alias of a type, written as one)
    Second = Annotated[SealViewer, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.post(
        "/seals",
        summary="申请制章",
        description="以本单位名义申请一枚印章；须由另一人批准。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def apply(body: WishBody, key: Key, viewer: User, out: Response) -> SealView:
        code = department_of(viewer)
        holder = seals.holder(body.holder, code) if body.holder else None
        wish = body.to_wish(code, seals.default_name(body.kind, code, holder), holder)
        made = seals.apply(wish, key=own_key(code, key), by=viewer.officer)
        out.headers["Location"] = f"/api/v1/seals/{made.seal_id}"
        return application_view(made)

    @routes.post(
        "/seals/{seal_id}/decision",
        summary="审批制章申请",
        description="批准或者不予批准；申请人不能自己办理。",
        responses=GUARDED | CONFLICTS,
    )
    def decision(seal_id: SealId, body: DecisionBody, viewer: Second) -> SealPage:
        page_for(seals, seal_id, viewer)
        seals.decide(seal_id, approve=body.approve, note=body.note, by=viewer.officer)
        return page_for(seals, seal_id, viewer)

    @routes.post(
        "/seals/{seal_id}/acts",
        summary="办理停用、恢复、注销、撤回",
        description="收到 201 时，处理已登记、存证，信任列表和状态清单已公布。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def act(seal_id: SealId, body: SealActBody, key: Key, viewer: Second) -> SealPage:
        page = page_for(seals, seal_id, viewer)
        if body.step == "withdraw":
            seals.withdraw(seal_id, note=body.reason, by=viewer.officer)
        else:
            seals.act(
                seal_id,
                Step(body.step),
                ground=body.ground,
                reason=body.reason,
                by=viewer.officer,
                key=own_key(page.seal.body_code, key),
                effective_at=body.effective_at,
            )
        return page_for(seals, seal_id, viewer)


def add_filing(routes: APIRouter, seals: SealService, authorize: Authorize) -> None:
    """Making and filing what was approved; the request has no body."""
    Second = Annotated[SealViewer, Depends(authorize("decide"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/seals/{seal_id}/filing",
        summary="制作并备案",
        description="制作已批准的印章并备案，公布后即可使用；它替换的印章同时注销。",
        responses=GUARDED | CONFLICTS,
    )
    def filing(seal_id: SealId, viewer: Second) -> SealPage:
        page_for(seals, seal_id, viewer)
        seals.file(seal_id, by=viewer.officer)
        return page_for(seals, seal_id, viewer)
