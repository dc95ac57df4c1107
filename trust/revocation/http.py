"""Status lists over HTTP: small signed files that anybody may fetch and any cache may keep.

    GET /status/<list>                   the current list, application/statuslist+cwt, with ETag and 304
    GET /status/<list>?time=<seconds>    the list that was current at that time (seconds since 1970 UTC)

The path reads storage and nothing else, so it goes on when signing is down; a list says itself until when it holds.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response

from trust.formats.status_list import STATUS_LIST_TYPE
from trust.revocation.errors import NotPublished
from trust.revocation.ports import PublishedLists

LAST_SECOND = 253_402_300_799
MAX_LIST = 2**31 - 1


def router(lists: PublishedLists) -> APIRouter:
    """The routes, over the published lists."""
    routes = APIRouter(prefix="/status", tags=["status"])

    @routes.get(
        "/{shard}",
        summary="状态清单",
        description="已签名的状态清单（IETF Token Status List）；`time` 取那一时刻公布的一期。",
        response_class=Response,
        responses={
            200: {"content": {STATUS_LIST_TYPE: {}}, "description": "状态清单"},
            304: {"description": "没有变化"},
        },
    )
    def status_list(
        shard: Annotated[int, Path(ge=0, le=MAX_LIST)],
        time: Annotated[int | None, Query(ge=0, le=LAST_SECOND)] = None,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        found = lists.current(shard) if time is None else lists.at_time(shard, datetime.fromtimestamp(time, UTC))
        if found is None:
            raise NotPublished("list-unknown", "no such list, or none for that time")
        tag = f'"{sha256(found.octets).hexdigest()[:32]}"'
        headers = {"Cache-Control": f"public, max-age={found.ttl_s}", "ETag": tag}
        if if_none_match is not None and tag in {one.strip() for one in if_none_match.split(",")}:
            return Response(status_code=304, headers=headers)
        return Response(found.octets, media_type=STATUS_LIST_TYPE, headers=headers)

    return routes
