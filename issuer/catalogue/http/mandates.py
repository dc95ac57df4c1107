"""Routes of mandates: those on file, and the requests by which they are granted, delegated and ended."""

from typing import Annotated

from fastapi import APIRouter, Depends, status

from issuer.catalogue.bodies import VerdictBody, WishBody
from issuer.catalogue.granting import Actor
from issuer.catalogue.http.access import GUARDED, REFUSED, Authorize, CatalogueService, Number
from issuer.catalogue.views import MandateView, RequestView, mandate_view, request_view
from trust.http import Key
from trust.rules.idempotency import own_key


def add_mandates(routes: APIRouter, service: CatalogueService, authorize: Authorize) -> None:
    """Looking at mandates, asking and deciding."""
    Viewer = Annotated[Actor, Depends(authorize("look"))]  # noqa: N806  (an alias of a type, written as one)
    Asker = Annotated[Actor, Depends(authorize("ask"))]  # noqa: N806  (as above)

    @routes.get("/mandates", summary="职权登记簿", description="全部职权，含已经终止的。", responses=GUARDED)
    def mandates(viewer: Viewer) -> list[MandateView]:  # noqa: ARG001  (who may look is all that is asked)
        return [mandate_view(one) for one in service.mandates()]

    @routes.get("/mandate-requests", summary="职权申请", description="全部申请，新的在前。", responses=GUARDED)
    def requests(viewer: Viewer) -> list[RequestView]:  # noqa: ARG001  (as above)
        return [request_view(one) for one in service.requests()]

    @routes.post(
        "/mandate-requests",
        summary="申请授予、委托或终止职权",
        description="经办人为本机构申请，系统管理员可为任何机构申请；须由另一人批准。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | REFUSED,
    )
    def ask(body: WishBody, key: Key, actor: Asker) -> RequestView:
        space = own_key(actor.department or f"admin:{actor.officer.login}", key)
        return request_view(service.ask(body.to_wish(), key=space, by=actor))

    @routes.post(
        "/mandate-requests/{number}/decision",
        summary="批准或不予批准",
        description="申请人不能自己办理。批准后已公布到信任列表。",
        responses=GUARDED | REFUSED,
    )
    def decision(number: Number, body: VerdictBody, actor: Asker) -> RequestView:
        return request_view(service.decide(number, approve=body.approve, by=actor, note=body.note))


def add_withdrawing(routes: APIRouter, service: CatalogueService, authorize: Authorize) -> None:
    """Taking back what one has asked for; the request has no body."""
    Asker = Annotated[Actor, Depends(authorize("ask"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/mandate-requests/{number}/withdrawal",
        summary="撤回职权申请",
        description="只有申请人本人可以撤回。",
        responses=GUARDED | REFUSED,
    )
    def withdrawal(number: Number, actor: Asker) -> RequestView:
        return request_view(service.withdraw_request(number, by=actor))
