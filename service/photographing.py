"""`/api/v1/types/{type_code}/photographs/{field}`: a photograph is handed in before the licence that names it.

The answer is the name that the field of the application then holds. Handing the same picture in again gives the same
name. The body is the picture itself, a JPEG or PNG; it is decoded in a process of its own (`photographs`).
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from issuer.errors import NoMandate
from service.identity import Person
from service.photographs import Photographs
from templates.library import Bundle
from trust.http import file_body

TAKEN = frozenset({"image/jpeg", "image/png"})


class PhotographView(BaseModel):
    """The name of a photograph that was kept."""

    photograph: str = Field(description="照片的名称，填在申请的照片项里", examples=["sm3:" + "0" * 64])


class Types(Protocol):
    """What the route asks of the catalogue; `service.cataloguing.Cataloguing` answers."""

    def in_force(self, type_code: str) -> Bundle:
        """The template in force for a type; raises UnknownType."""
        ...

    def own_bundles(self, body_code: str | None) -> Sequence[Bundle]:
        """The templates of the types that a body may issue now."""
        ...


def photographs_router(photographs: Photographs, types: Types, officials: Callable[..., Person]) -> APIRouter:
    """The route; `officials` is the dependency that lets those in who may issue.

    A department hands in photographs for the types that it may issue, in the version that is in force.
    """
    routes = APIRouter(prefix="/api/v1", tags=["签发"])

    @routes.post(
        "/types/{type_code}/photographs/{field}",
        status_code=201,
        summary="交一张照片",
        description="照片须先交，再在申请里写上得到的名称。按照面上的位置裁剪；同一张照片得到同一个名称。",
        openapi_extra=file_body(TAKEN),
        responses={
            403: {"description": "本部门没有颁发这类证照的职权"},
            404: {"description": "没有这个证照类型"},
            415: {"description": "不是 JPEG 或 PNG"},
            422: {"description": "这一类型没有这个照片项，或者照片不合要求"},
        },
    )
    async def hand_in(
        request: Request, type_code: str, field: str, official: Annotated[Person, Depends(officials)]
    ) -> PhotographView:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in TAKEN:
            raise HTTPException(415)
        bundle = await run_in_threadpool(_own, types, type_code, official)
        name = await run_in_threadpool(photographs.take, await request.body(), bundle, field)
        return PhotographView(photograph=name)

    return routes


def _own(types: Types, type_code: str, official: Person) -> Bundle:
    """The template in force of a type that the official's department may issue.

    Raises:
        UnknownType: no such type is in force.
        NoMandate: it is for others to issue.

    """
    bundle = types.in_force(type_code)
    if all(one.type.code != type_code for one in types.own_bundles(official.department)):
        raise NoMandate(official.department or "", type_code)
    return bundle
