"""The log over HTTP: checkpoint, tiles and proofs, all public and all below the size that is signed for.

    GET /log/checkpoint                              the latest signed note, with what witnesses cosigned of it
    GET /log/checkpoint/cosigned[?witness=<name>]    the note with most witnesses among the newest that have any; or
                                                     the newest that this witness has cosigned
    POST /log/cosignatures                           a note, cosigned by a witness, as text/plain; tells whose are kept
    GET /log/tile/<level>/<number>[.p/<width>]       hashes
    GET /log/tile/entries/<number>[.p/<width>]       entries
    GET /log/proof/inclusion?commitment=<hex>        a log proof (trust.formats.log_proof)
    GET /log/proof/consistency?old=<n>&new=<n>       {"old", "new", "path": [base64…]}

A tile under its path never changes, so caches may keep it for ever; the checkpoint may be a few seconds old. All is
public but handing in cosignatures, which only their key opens: a line that does not hold under it is not kept.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, HTTPException, Query, Response

from trust.errors import Malformed
from trust.formats.canonical_json import base64_of, encode_json
from trust.formats.checkpoint import MAX_NOTE, parse_checkpoint
from trust.formats.log_proof import encode_log_proof
from trust.log.errors import NotLogged
from trust.log.ports import PublishedLog
from trust.log.proving import consistency, prove
from trust.log.tiles import parse_tile_path, read_entries, read_hashes

FOR_EVER = "public, max-age=31536000, immutable"
A_MOMENT = "public, max-age=5"
OCTETS, JSON, TEXT = "application/octet-stream", "application/json", "text/plain"
MAX_LEVEL = 7


def router(log: PublishedLog, take: Callable[[bytes], list[str]]) -> APIRouter:
    """The routes, over a log with its checkpoints; `take` keeps cosignatures and gives the names of whose they are."""
    routes = APIRouter(prefix="/log", tags=["log"])

    @routes.get("/checkpoint", summary="检查点", response_class=Response, responses=_described(TEXT))
    def checkpoint(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        note, _ = _published(log)
        said = parse_checkpoint(note)[0]
        return _note(note + b"".join(log.cosignatures(said.size, said.at)), if_none_match)

    @routes.get("/tile/entries/{path:path}", summary="日志条目", response_class=Response, responses=_described(OCTETS))
    def entries(path: str) -> Response:
        return _tile(read_entries(log, _published(log)[1], parse_tile_path(path)))

    @routes.get("/tile/{level}/{path:path}", summary="日志散列", response_class=Response, responses=_described(OCTETS))
    def hashes(level: int, path: str) -> Response:
        if not 0 <= level <= MAX_LEVEL:
            raise Malformed("tile-path", "no such level")
        return _tile(read_hashes(log, _published(log)[1], level, parse_tile_path(path)))

    _add_proofs(routes, log)
    _add_witnessing(routes, log, take)
    return routes


def _add_witnessing(routes: APIRouter, log: PublishedLog, take: Callable[[bytes], list[str]]) -> None:
    """What witnesses ask and hand in."""

    @routes.get(
        "/checkpoint/cosigned",
        summary="经见证的检查点",
        response_class=Response,
        responses=_described(TEXT) | {404: {"description": "还没有见证方会签过"}},
    )
    def cosigned(
        witness: Annotated[str | None, Query(max_length=200)] = None,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        note = log.cosigned(0) if witness is None or "\0" in witness else log.cosigned_by(witness)
        if note is None:
            raise NotLogged("no-checkpoint", "no witness has cosigned anything yet")
        return _note(note, if_none_match)

    @routes.post(
        "/cosignatures",
        summary="提交会签",
        description="见证方会签过的检查点原文；只收已登记的见证方、且签名成立的会签。",
        responses={404: {"description": "本日志没有签过这个检查点"}, 422: {"description": "会签不成立"}},
    )
    def cosignatures(
        note: Annotated[bytes, Body(media_type=TEXT)], content_type: Annotated[str, Header()] = ""
    ) -> dict[str, list[str]]:
        if content_type.partition(";")[0].strip().lower() != TEXT:
            raise HTTPException(415)
        if len(note) > MAX_NOTE:
            raise HTTPException(413)
        return {"kept": take(note)}


def _add_proofs(routes: APIRouter, log: PublishedLog) -> None:
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


def _published(log: PublishedLog) -> tuple[bytes, int]:
    """The latest note and the size it signs for."""
    note = log.latest()
    if note is None:
        raise NotLogged("no-checkpoint", "the log has not signed anything yet")
    return note, parse_checkpoint(note)[0].size


def _note(note: bytes, if_none_match: str | None) -> Response:
    tag = f'"{sha256(note).hexdigest()[:32]}"'
    headers = {"Cache-Control": A_MOMENT, "ETag": tag}
    if if_none_match is not None and tag in {one.strip() for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(note, media_type=f"{TEXT}; charset=utf-8", headers=headers)


def _tile(octets: bytes) -> Response:
    return Response(octets, media_type=OCTETS, headers={"Cache-Control": FOR_EVER})


def _json(octets: bytes) -> Response:
    return Response(octets, media_type=JSON, headers={"Cache-Control": A_MOMENT})
