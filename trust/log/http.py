"""The log over HTTP: checkpoint, tiles and proofs, all public and all below the size that is signed for.

    GET /log/checkpoint                              the signed note
    GET /log/tile/<level>/<number>[.p/<width>]       hashes
    GET /log/tile/entries/<number>[.p/<width>]       entries
    GET /log/proof/inclusion?commitment=<hex>        a log proof (trust.formats.log_proof)
    GET /log/proof/consistency?old=<n>&new=<n>       {"old", "new", "path": [base64…]}

A tile under its path never changes, so caches may keep it for ever; the checkpoint may be a few seconds old.
"""

from hashlib import sha256
from typing import Annotated

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
MAX_LEVEL = 7


def router(log: CheckpointedLog) -> APIRouter:
    """The routes, over a log with its checkpoints."""
    routes = APIRouter(prefix="/log", tags=["log"])

    @routes.get("/checkpoint")
    def checkpoint(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        note, _ = _published(log)
        tag = f'"{sha256(note).hexdigest()[:32]}"'
        headers = {"Cache-Control": A_MOMENT, "ETag": tag}
        if if_none_match == tag:
            return Response(status_code=304, headers=headers)
        return Response(note, media_type="text/plain; charset=utf-8", headers=headers)

    @routes.get("/tile/entries/{path:path}")
    def entries(path: str) -> Response:
        return _tile(read_entries(log, _published(log)[1], parse_tile_path(path)))

    @routes.get("/tile/{level}/{path:path}")
    def hashes(level: int, path: str) -> Response:
        if not 0 <= level <= MAX_LEVEL:
            raise Malformed("tile-path", "no such level")
        return _tile(read_hashes(log, _published(log)[1], level, parse_tile_path(path)))

    _add_proofs(routes, log)
    return routes


def _add_proofs(routes: APIRouter, log: CheckpointedLog) -> None:
    """Proofs for those who do not want to read tiles."""

    @routes.get("/proof/inclusion")
    def inclusion(commitment: Annotated[str, Query(pattern="^[0-9a-f]{64}$")]) -> Response:
        return _json(encode_log_proof(prove(log, bytes.fromhex(commitment))))

    @routes.get("/proof/consistency")
    def consistent(old: Annotated[int, Query(ge=1)], new: Annotated[int, Query(ge=1)]) -> Response:
        if new > _published(log)[1]:
            raise NotLogged("no-checkpoint", "the log has not signed for that size yet")
        path = [base64_of(value) for value in consistency(log, old, new)]
        return _json(encode_json({"old": old, "new": new, "path": path}))


def _published(log: CheckpointedLog) -> tuple[bytes, int]:
    """The latest note and the size it signs for."""
    note = log.latest()
    if note is None:
        raise NotLogged("no-checkpoint", "the log has not signed anything yet")
    return note, parse_checkpoint(note)[0].size


def _tile(octets: bytes) -> Response:
    return Response(octets, media_type="application/octet-stream", headers={"Cache-Control": FOR_EVER})


def _json(octets: bytes) -> Response:
    return Response(octets, media_type="application/json", headers={"Cache-Control": A_MOMENT})
