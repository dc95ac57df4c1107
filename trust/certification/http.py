"""Revocation lists, the trust list and time stamps over HTTP.

    GET  /crl/<authority>.crl   the current revocation list, application/pkix-crl
    GET  /trust-list            the current trust list, a COSE_Sign1, application/vnd.yinzheng.trust-list+json inside
    GET  /ocsp/<base64>         the status of certificates (RFC 6960, appendix A), also by POST to /ocsp
    POST /tsa                   a time stamp (RFC 3161, 3.4): application/timestamp-query in, …-reply out

The lists are small signed files that anybody may fetch and any cache may keep; they answer with an ETag and 304, read
what is published and nothing else, and say themselves until when they hold. A request for a time stamp that can be
read as HTTP is always answered with 200: whether a stamp was given stands in the reply.
"""

from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, HTTPException, Path, Response

from trust.certification.errors import NotPublished
from trust.certification.ports import Published
from trust.certification.responding import Reply
from trust.certification.trust_listing import NAME
from trust.formats.ocsp import MAX_REQUEST as MAX_OCSP_REQUEST
from trust.formats.ocsp import REQUEST_TYPE, RESPONSE_TYPE
from trust.formats.time_stamp_query import MAX_REQUEST, QUERY_TYPE, REPLY_TYPE

CRL_TYPE, ENVELOPE_TYPE = "application/pkix-crl", 'application/cose; cose-type="cose-sign1"'
MAX_AGE_S = 60


def router(revocation_lists: Published, trust_lists: Published) -> APIRouter:
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


def responding_router(respond: Callable[[bytes], Reply]) -> APIRouter:
    """The routes of the OCSP responder; `respond` answers a request as octets."""
    routes = APIRouter(tags=["certification"])
    described: dict[int | str, dict[str, Any]] = {
        200: {"content": {RESPONSE_TYPE: {}}, "description": "应答；是否成功见应答中的状态"}
    }

    @routes.get(
        "/ocsp/{request:path}",
        summary="证书状态（GET）",
        description="RFC 6960 附录 A：地址中是 base64 的请求；应答由 SM2 签名，可以缓存。",
        response_class=Response,
        responses=described,
    )
    def by_address(request: Annotated[str, Path(max_length=MAX_OCSP_REQUEST * 2)]) -> Response:
        try:
            octets = b64decode(request, validate=True)
        except ValueError:
            octets = b""  # answered as a request that cannot be read
        return _replied(respond(octets))

    @routes.post(
        "/ocsp",
        summary="证书状态（POST）",
        description="RFC 6960 附录 A：正文是 DER 的请求；支持 1 至 128 字节的随机数（RFC 9654）。",
        response_class=Response,
        responses=described,
    )
    def by_body(
        request: Annotated[bytes, Body(media_type=REQUEST_TYPE)],
        content_type: Annotated[str, Header()] = "",
    ) -> Response:
        if content_type.partition(";")[0].strip().lower() != REQUEST_TYPE:
            raise HTTPException(415)
        if len(request) > MAX_OCSP_REQUEST:
            raise HTTPException(413)
        return _replied(respond(request))

    return routes


def _replied(reply: Reply) -> Response:
    kept = f"public, max-age={MAX_AGE_S}, no-transform, must-revalidate"
    headers = {"Cache-Control": kept if reply.cacheable else "no-store"}
    if reply.cacheable:
        headers["ETag"] = f'"{sha256(reply.octets).hexdigest()[:32]}"'
    return Response(reply.octets, media_type=RESPONSE_TYPE, headers=headers)


def _described(media_type: str) -> dict[int | str, dict[str, Any]]:
    """What the API's description says of an answer of this kind."""
    return {
        200: {"content": {media_type: {}}, "description": "现行的一期"},
        304: {"description": "没有变化"},
    }


def _answer(found: bytes | None, media_type: str, if_none_match: str | None) -> Response:
    if found is None:
        raise NotPublished("list-unknown", "nothing was published under this name")
    tag = f'"{sha256(found).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}", "ETag": tag}
    if if_none_match is not None and tag in {one.strip() for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(found, media_type=media_type, headers=headers)
