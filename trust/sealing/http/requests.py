"""Routes of requests to seal, and of the second person's word on them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, status

from trust.http import Key
from trust.rules.idempotency import own_key
from trust.sealing.bodies import AllowanceBody, DecisionBody
from trust.sealing.errors import SealUnknown
from trust.sealing.http.access import CONFLICTS, GUARDED, Authorize, SealId, SealViewer, filed_for
from trust.sealing.http.service import SealService
from trust.sealing.views import RequestView, request_view

RequestNumber = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$", description="用印请求编号")]
SHOWN = 100
"""Requests in one answer, the newest."""


def add_requests(routes: APIRouter, seals: SealService, authorize: Authorize) -> None:
    """Requests to seal, and the second person's word on them."""
    Viewer = Annotated[SealViewer, Depends(authorize("look"))]  # noqa: N806  (an alias of a type, written as one)
    User = Annotated[SealViewer, Depends(authorize("use"))]  # noqa: N806  (as above)
    Second = Annotated[SealViewer, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.get("/seals/{seal_id}/requests", summary="用印请求", description="新的在前。", responses=GUARDED)
    def requests(seal_id: SealId, viewer: Viewer) -> list[RequestView]:
        filed_for(seals, seal_id, viewer)
        return [request_view(one) for one in seals.requests(seal_id, SHOWN)]

    @routes.post(
        "/seals/{seal_id}/requests",
        summary="申请增加当日用印份数",
        description="当日单人限额不够时（如批量签发）申请；须由另一人批准。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def allow(seal_id: SealId, body: AllowanceBody, key: Key, viewer: User) -> RequestView:
        filed = filed_for(seals, seal_id, viewer)
        own = own_key(filed.body_code, key)
        return request_view(seals.allow(seal_id, body.count, purpose=body.purpose, key=own, by=viewer.officer))

    @routes.post(
        "/seals/{seal_id}/requests/{number}/decision",
        summary="审批用印请求",
        description="批准或者不予批准；申请人不能自己办理。",
        responses=GUARDED | CONFLICTS,
    )
    def decision(seal_id: SealId, number: RequestNumber, body: DecisionBody, viewer: Second) -> RequestView:
        filed_for(seals, seal_id, viewer)
        request = seals.request(number)
        if request is None or request.seal_id != seal_id:
            raise SealUnknown
        seals.decide_request(number, approve=body.approve, by=viewer.officer)
        return request_view(seals.request(number) or request)
