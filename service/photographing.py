"""`/api/v1/types/{type_code}/photographs/{field}`: a photograph is handed in before the licence that names it.

The answer is the name that the field of the application then holds. Handing the same picture in again gives the same
name. The body is the picture itself, a JPEG or PNG; it is decoded in a process of its own (`photographs`).
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from issuer.errors import UnknownType
from service.identity import Person
from service.photographs import Photographs
from templates.errors import TemplateError
from templates.library import bundle_for

TAKEN = frozenset({"image/jpeg", "image/png"})
PICTURE = {"type": "string", "format": "binary"}
BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {kind: {"schema": PICTURE} for kind in TAKEN}}}


class PhotographView(BaseModel):
    """The name of a photograph that was kept."""

    photograph: str = Field(description="照片的名称，填在申请的照片项里", examples=["sm3:" + "0" * 64])


def photographs_router(photographs: Photographs, officials: Callable[..., Person]) -> APIRouter:
    """The route; `officials` is the dependency that lets those in who may issue."""
    routes = APIRouter(prefix="/api/v1", tags=["签发"])

    @routes.post(
        "/types/{type_code}/photographs/{field}",
        status_code=201,
        dependencies=[Depends(officials)],
        summary="交一张照片",
        description="照片须先交，再在申请里写上得到的名称。按照面上的位置裁剪；同一张照片得到同一个名称。",
        openapi_extra=BODY,
        responses={
            404: {"description": "没有这个证照类型"},
            415: {"description": "不是 JPEG 或 PNG"},
            422: {"description": "这一类型没有这个照片项，或者照片不合要求"},
        },
    )
    async def hand_in(request: Request, type_code: str, field: str) -> PhotographView:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in TAKEN:
            raise HTTPException(415)
        try:
            bundle = bundle_for(type_code)
        except TemplateError as error:
            raise UnknownType(type_code) from error
        name = await run_in_threadpool(photographs.take, await request.body(), bundle, field)
        return PhotographView(photograph=name)

    return routes
