"""The log over HTTP: checkpoint, tiles and proofs, all public and all below the size that is signed for.

    GET /log/checkpoint                              the signed note
    GET /log/tile/<level>/<number>[.p/<width>]       hashes
    GET /log/tile/entries/<number>[.p/<width>]       entries
    GET /log/proof/inclusion?commitment=<hex>        a log proof (trust.formats.log_proof)
    GET /log/proof/consistency?old=<n>&new=<n>       {"old", "new", "path": [base64…]}

A tile under its path never changes, so caches may keep it for ever; the checkpoint may be a few seconds old.
"""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from trust.errors import Malformed
from trust.formats.canonical_json import base64_of, encode_json
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.log_proof import encode_log_proof
from trust.log.errors import NotLogged
from trust.log.ports import CheckpointedLog
from trust.log.proving import consistency, prove
from trust.log.tiles import parse_tile_path, read_entries, read_hashes

FOR_EVER = "public, max-age=31536000, immutable"
A_MOMENT = "public, max-age=5"
OCTETS, JSON = "application/octet-stream", "application/json"
MAX_LEVEL = 7


def router(log: CheckpointedLog) -> APIRouter:
    """The routes, over a log with its checkpoints."""
    routes = APIRouter(prefix="/log", tags=["log"])

    @routes.get("/checkpoint", summary="检查点", response_class=Response, responses=_described("text/plain"))
    def checkpoint(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        note, _ = _published(log)
        tag = f'"{sha256(note).hexdigest()[:32]}"'
        headers = {"Cache-Control": A_MOMENT, "ETag": tag}
        if if_none_match == tag:
            return Response(status_code=304, headers=headers)
        return Response(note, media_type="text/plain; charset=utf-8", headers=headers)

    @routes.get("/tile/entries/{path:path}", summary="日志条目", response_class=Response, responses=_described(OCTETS))
    def entries(path: str) -> Response:
        return _tile(read_entries(log, _published(log)[1], parse_tile_path(path)))

    @routes.get("/tile/{level}/{path:path}", summary="日志散列", response_class=Response, responses=_described(OCTETS))
    def hashes(level: int, path: str) -> Response:
        if not 0 <= level <= MAX_LEVEL:
            raise Malformed("tile-path", "no such level")
        return _tile(read_hashes(log, _published(log)[1], level, parse_tile_path(path)))

    _add_proofs(routes, log)
    return routes


def _add_proofs(routes: APIRouter, log: CheckpointedLog) -> None:
    """Proofs for those who do not want to read tiles."""

    @routes.get("/proof/inclusion", summary="存证证明", response_class=Response, responses=_described(JSON))
    def inclusion(commitment: Annotated[str, Query(pattern="^[0-9a-f]{64}$")]) -> Response:
        return _json(encode_log_proof(prove(log, bytes.fromhex(commitment))))

    @routes.get("/proof/consistency", summary="一致性证明", response_class=Response, responses=_described(JSON))
    def consistent(old: Annotated[int, Query(ge=1)], new: Annotated[int, Query(ge=1)]) -> Response:
        if new > _published(log)[1]:
            raise NotLogged("no-checkpoint", "the log has not signed for that size yet")
        path = [base64_of(value) for value in consistency(log, old, new)]
        return _json(encode_json({"old": old, "new": new, "path": path}))


def _described(media_type: str) -> dict[int | str, dict[str, Any]]:
    """What the API's description says of an answer of this kind."""
    return {200: {"content": {media_type: {}}, "description": "公开内容，无须登录"}}


def _published(log: CheckpointedLog) -> tuple[bytes, int]:
    """The latest note and the size it signs for."""
    note = log.latest()
    if note is None:
        raise NotLogged("no-checkpoint", "the log has not signed anything yet")
    return note, parse_checkpoint(note)[0].size


def _tile(octets: bytes) -> Response:
    return Response(octets, media_type=OCTETS, headers={"Cache-Control": FOR_EVER})


def _json(octets: bytes) -> Response:
    return Response(octets, media_type=JSON, headers={"Cache-Control": A_MOMENT})
