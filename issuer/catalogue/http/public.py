"""Published entries as the signed documents they are, for everybody.

    GET /catalogue/<type>             the newest signed entry of a type
    GET /catalogue/<type>/<version>   what was signed last of a version: published, or retired

Small files that any cache may keep for a minute; whoever reads one checks its signature.
"""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from issuer.catalogue.http.access import CatalogueService, TypeCode, VersionNumber

ENVELOPE_TYPE = 'application/cose; cose-type="cose-sign1"'
MAX_AGE_S = 60
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {"content": {ENVELOPE_TYPE: {}}, "description": "已签名的目录条目"},
    304: {"description": "没有变化"},
    404: {"description": "没有公布过"},
}


def public_router(service: CatalogueService) -> APIRouter:
    """The routes of signed entries."""
    routes = APIRouter(tags=["catalogue"])

    @routes.get(
        "/catalogue/{type_code}",
        summary="已签名的目录条目",
        description="一类证照最近签名的条目。",
        response_class=Response,
        responses=DESCRIBED,
    )
    def newest(type_code: TypeCode, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return _answer(service.newest_document(type_code), if_none_match)

    @routes.get(
        "/catalogue/{type_code}/{version}",
        summary="已签名的目录条目的一个版本",
        description="一个版本最近签名的条目；停用的写明停用。",
        response_class=Response,
        responses=DESCRIBED,
    )
    def one(
        type_code: TypeCode, version: VersionNumber, if_none_match: Annotated[str | None, Header()] = None
    ) -> Response:
        return _answer(service.document(type_code, version), if_none_match)

    return routes


def _answer(octets: bytes, if_none_match: str | None) -> Response:
    tag = f'"{sha256(octets).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}", "ETag": tag}
    if if_none_match is not None and tag in {one.strip() for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(octets, media_type=ENVELOPE_TYPE, headers=headers)
