"""What every router shares: the key of idempotency, what routes say of their refusals, files as answers and as bodies.

Routers are the only modules below `service` that speak HTTP. An answer about somebody is kept by no cache: a router
whose answers are all of that kind says so once, with `uncached` among its dependencies; `attachment` says it itself.
"""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Header, Response

Answers = dict[int | str, dict[str, Any]]
"""Refusals of a route by status, as its description tells them."""

NOT_SIGNED_IN: Answers = {
    401: {"description": "没有登录，或者令牌已失效"},
    403: {"description": "没有这项权限"},
}
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern="^[!-~]+$",
        description="幂等键：1 至 128 个可见 ASCII 字符；同一键、同一内容得到同一结果，重试不会重复办理",
    ),
]
NO_STORE = {"Cache-Control": "no-store"}


def guarded(unknown: str, forbidden: str = "没有这项权限") -> Answers:
    """The answers of a route about something that is somebody's: `unknown` also where it is another's."""
    return NOT_SIGNED_IN | {403: {"description": forbidden}, 404: {"description": unknown}}


def conflicting(conflict: str) -> Answers:
    """The answers of a route that changes something: it does not fit what is there, or breaks the rules."""
    return {409: {"description": conflict}, 422: {"description": "请求不合规范，逐项列出"}}


def file_body(media_types: Iterable[str]) -> dict[str, Any]:
    """What the description says of a route whose body is a file as it is, of one of these types."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(media_types)}
    return {"requestBody": {"required": True, "content": content}}


def uncached(response: Response) -> None:
    """The answer is about somebody, or holds a secret: no cache may keep it."""
    response.headers.update(NO_STORE)


def attachment(octets: bytes, media_type: str, name: str) -> Response:
    """A file to keep, under an ASCII name."""
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(octets, media_type=media_type, headers=headers)
