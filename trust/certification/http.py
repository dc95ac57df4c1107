"""Revocation lists, the trust list and time stamps over HTTP.

    GET  /crl/<authority>.crl   the current revocation list, application/pkix-crl
    GET  /trust-list            the current trust list, a COSE_Sign1, application/vnd.yinzheng.trust-list+json inside
    POST /tsa                   a time stamp (RFC 3161, 3.4): application/timestamp-query in, …-reply out

The lists are small signed files that anybody may fetch and any cache may keep; they answer with an ETag and 304, read
storage and nothing else, and say themselves until when they hold. A request for a time stamp that can be read as HTTP
is always answered with 200: whether a stamp was given stands in the reply.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, HTTPException, Path, Response

from trust.certification.errors import NotPublished
from trust.certification.ports import Editions, Publication
from trust.certification.trust_listing import NAME
from trust.formats.time_stamp_query import MAX_REQUEST, QUERY_TYPE, REPLY_TYPE

CRL_TYPE, ENVELOPE_TYPE = "application/pkix-crl", 'application/cose; cose-type="cose-sign1"'
MAX_AGE_S = 60


def router(revocation_lists: Editions, trust_lists: Editions) -> APIRouter:
    """The routes, over the published editions."""
    routes = APIRouter(tags=["certification"])

    @routes.get(
        "/crl/{name}.crl",
        summary="证书撤销列表",
        description="`root` 或 `issuing` 的现行撤销列表，DER。",
        response_class=Response,
        responses=_described(CRL_TYPE),
    )
    def revocation_list(
        name: Annotated[str, Path(pattern="^[a-z0-9-]{1,32}$")],
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        return _answer(revocation_lists.current(name), CRL_TYPE, if_none_match)

    @routes.get(
        "/trust-list",
        summary="信任列表",
        description="已签名的信任列表：颁发机构的证书、职权与证照类型。",
        response_class=Response,
        responses=_described(ENVELOPE_TYPE),
    )
    def trust_list(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return _answer(trust_lists.current(NAME), ENVELOPE_TYPE, if_none_match)

    return routes


def stamping_router(stamp: Callable[[bytes], bytes]) -> APIRouter:
    """The route of the time-stamp authority; `stamp` answers a request as octets."""
    routes = APIRouter(tags=["certification"])

    @routes.post(
        "/tsa",
        summary="时间戳",
        description="RFC 3161 时间戳请求与应答，摘要用 SM3（也受理 SHA-256），签名用 SM2。",
        response_class=Response,
        responses={200: {"content": {REPLY_TYPE: {}}, "description": "应答；是否签发见应答中的状态"}},
    )
    def time_stamp(
        request: Annotated[bytes, Body(media_type=QUERY_TYPE)],
        content_type: Annotated[str, Header()] = "",
    ) -> Response:
        if content_type.partition(";")[0].strip().lower() != QUERY_TYPE:
            raise HTTPException(415)
        if len(request) > MAX_REQUEST:
            raise HTTPException(413)
        return Response(stamp(request), media_type=REPLY_TYPE, headers={"Cache-Control": "no-store"})

    return routes


def _described(media_type: str) -> dict[int | str, dict[str, Any]]:
    """What the API's description says of an answer of this kind."""
    return {
        200: {"content": {media_type: {}}, "description": "现行的一期"},
        304: {"description": "没有变化"},
    }


def _answer(found: Publication | None, media_type: str, if_none_match: str | None) -> Response:
    if found is None:
        raise NotPublished("list-unknown", "nothing was published under this name")
    tag = f'"{sha256(found.octets).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}", "ETag": tag}
    if if_none_match is not None and tag in {one.strip() for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(found.octets, media_type=media_type, headers=headers)
