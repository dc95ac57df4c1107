"""Status lists over HTTP: small signed files that anybody may fetch and any cache may keep.

    GET /status                          {"lists":[…]}: the numbers of all lists, not signed
    GET /status/<list>                   the current list, application/statuslist+cwt, with ETag and 304
    GET /status/<list>?time=<seconds>    the list that was current at that time (seconds since 1970 UTC)
    GET /status/<list>/bitstring         the current list once more, as a Bitstring Status List, application/vc+cose

The path reads what is published and nothing else, so it goes on when signing is down, and for the current lists also
when the database is; a list says itself until when it holds.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response

from trust.formats.bitstring_list import BITSTRING_TYPE
from trust.formats.canonical_json import encode_json
from trust.formats.status_list import STATUS_LIST_TYPE
from trust.revocation.errors import NotPublished
from trust.revocation.ports import PublishedLists, Served

LAST_SECOND = 253_402_300_799
MAX_LIST = 2**31 - 1
INDEX_S = 60
"""For how many seconds a cache should keep the index."""


def router(lists: PublishedLists) -> APIRouter:
    """The routes, over the published lists."""
    routes = APIRouter(prefix="/status", tags=["status"])

    @routes.get(
        "",
        summary="状态清单的索引",
        description="现有状态清单的编号。不带签名，只说明到哪里去取；编号可以不连续。",
        response_class=Response,
        responses={200: {"content": {"application/json": {}}, "description": "编号"}},
    )
    def index() -> Response:
        octets = encode_json({"lists": list(lists.numbers())})
        return Response(octets, media_type="application/json", headers={"Cache-Control": f"public, max-age={INDEX_S}"})

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
        return _answer(found, STATUS_LIST_TYPE, if_none_match)

    @routes.get(
        "/{shard}/bitstring",
        summary="状态清单（W3C 位串形式）",
        description="同一期状态清单的另一种形式（W3C Bitstring Status List，COSE_Sign1）。",
        response_class=Response,
        responses={
            200: {"content": {BITSTRING_TYPE: {}}, "description": "状态清单"},
            304: {"description": "没有变化"},
        },
    )
    def bitstring_list(
        shard: Annotated[int, Path(ge=0, le=MAX_LIST)],
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        found = lists.second_form(shard)
        if found is None:
            raise NotPublished("list-unknown", "no such list, or not in this form yet")
        return _answer(found, BITSTRING_TYPE, if_none_match)

    return routes


def _answer(found: Served, media_type: str, if_none_match: str | None) -> Response:
    tag = f'"{sha256(found.octets).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age={found.ttl_s}", "ETag": tag}
    if if_none_match is not None and tag in {one.strip() for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(found.octets, media_type=media_type, headers=headers)
