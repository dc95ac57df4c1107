"""Routes that look: the grounds, the register of seals, a seal with its picture, and its uses."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from trust.rules.seal_grounds import SEAL_GROUNDS
from trust.sealing.http.access import (
    GUARDED,
    Authorize,
    SealId,
    SealViewer,
    department_of,
    filed_for,
    may_see,
    page_for,
)
from trust.sealing.http.service import SealService
from trust.sealing.views import (
    SealGroundView,
    SealPage,
    SealView,
    UseView,
    application_view,
    filed_view,
    ground_view,
    use_view,
)

SHOWN = 100
"""Uses in one answer; `after` asks for those that follow."""


def add_register(routes: APIRouter, seals: SealService, authorize: Authorize) -> None:
    """Looking: grounds, seals, their pictures and uses."""
    Viewer = Annotated[SealViewer, Depends(authorize("look"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.get("/seal-grounds", summary="印章事由目录", description="停用、恢复、注销印章的全部事由。")
    def grounds(out: Response) -> list[SealGroundView]:
        out.headers["Cache-Control"] = "public, max-age=300"
        return [ground_view(ground) for ground in SEAL_GROUNDS.values()]

    @routes.get("/seals", summary="印章登记簿", description="本单位已备案和正在办理的印章。", responses=GUARDED)
    def register(viewer: Viewer) -> list[SealView]:
        body = None if viewer.oversees else department_of(viewer)
        applied = {one.seal_id: one for one in seals.applications(body)}
        filed = [one for one in seals.filed(body) if may_see(one.body_code, viewer)]
        views = [
            filed_view(one, applied.pop(number, None), seals.state(number), seals.lost_act(number))
            for one in filed
            for number in [one.seal.seal_id]
        ]
        return [*views, *map(application_view, applied.values())]

    @routes.get("/seals/{seal_id}", summary="印章信息", description="印章及其全部经过。", responses=GUARDED)
    def seal(seal_id: SealId, viewer: Viewer) -> SealPage:
        return page_for(seals, seal_id, viewer)

    @routes.get(
        "/seals/{seal_id}/picture.png",
        summary="印章图样",
        description="已备案印章的图样。",
        response_class=Response,
        responses=GUARDED | {200: {"content": {"image/png": {}}, "description": "图样"}},
    )
    def picture(seal_id: SealId, viewer: Viewer) -> Response:
        filed = filed_for(seals, seal_id, viewer)
        return Response(filed.seal.picture.octets, media_type="image/png", headers={"Cache-Control": "no-store"})

    @routes.get("/seals/{seal_id}/uses", summary="用印记录", description="每次用印的记录。", responses=GUARDED)
    def uses(
        seal_id: SealId,
        viewer: Viewer,
        after: Annotated[int, Query(ge=0, le=2**53, description="从这一号之后")] = 0,
    ) -> list[UseView]:
        filed_for(seals, seal_id, viewer)
        return [use_view(*one) for one in seals.uses(seal_id, after=after, limit=SHOWN)]
