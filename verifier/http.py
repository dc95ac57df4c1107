"""Routes of verifying: one for everybody's files, codes and identifiers, one for the evidence to do it offline.

A verdict is always an answer with status 200, whatever it says; errors are for requests that are no submission. A
file is read while it arrives and kept in memory, never on disk. One that is too large gets a verdict, so its sender
is heard to the end, or to five times the limit, without keeping what he sends. All uploads together may hold so much
memory, and so many files are examined at a time; beyond that the service says that it is busy instead of falling over.
Words come in the body, because addresses end up in logs.
"""

import json
from asyncio import sleep
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from trust.formats.bundle import Bundle, encode_bundle
from trust.rules.disclosure import Circle, Row
from trust.rules.verdict import ONLINE, judge
from verifier.recognising import MAX_FILE
from verifier.submissions import MAX_AUDIENCE, Question, Submission, VerificationView, circle_of, view_of
from verifier.verifying import TOO_LARGE, Examined

MAX_BODY = MAX_FILE + 65_536
"""A file of the largest size, and what a form adds to it."""
MAX_HEARD, MAX_LET_BY = 5 * MAX_FILE, 1024 * 1024 * 1024
"""What is heard of a form that does not say how long it is, and of one that does."""
MAX_WORDS = 65_536
MAX_TOGETHER = 4 * MAX_FILE
AT_ONCE, PATIENCE_S, ASK_EVERY_S = 4, 10.0, 0.05
TURNS = BoundedSemaphore(AT_ONCE)
"""So many files are examined at a time in this process, and so long a wait for one's turn."""
BUNDLE_AGE_S = 60
FORM, JSON = "multipart/form-data", "application/json"

SUBMISSION_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "OFD、PDF，或含有证照二维码的 PNG、JPEG 图片，不超过 20 MB",
                        },
                        "audience": {
                            "type": "string",
                            "maxLength": MAX_AUDIENCE,
                            "description": "核验人的单位或用途，选填",
                        },
                    },
                },
            },
            JSON: {"schema": Question.model_json_schema()},
        },
    },
}


@dataclass(frozen=True)
class Counter:
    """What these routes depend on; `shown` gives the lines of a licence that a circle may read."""

    verify_file: Callable[[bytes, str | None], Examined]
    verify_words: Callable[[str, str | None], Examined]
    shown: Callable[[Examined, Circle], Sequence[Row]]
    bundle: Callable[[], Bundle]
    now: Callable[[], datetime]


def router(counter: Counter) -> APIRouter:
    """The routes; all of them are public."""
    routes = APIRouter(prefix="/api/v1", tags=["verifying"])
    Handed = Annotated[Submission, Depends(submission_reader())]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/verifications",
        summary="核验证照",
        description="核验文件、二维码或证照标识，无须登录。结论总在 200 回答里；查无此证与不公开的回答相同。",
        response_model=VerificationView,
        openapi_extra=SUBMISSION_SCHEMA,
        responses={
            400: {"description": "表单残缺，读不出来"},
            413: {"description": "JSON 请求太长"},
            415: {"description": "既不是表单也不是 JSON"},
            422: {"description": "没有文件、二维码或标识，或者无法识别"},
            503: {"description": "同时核验的文件太多，请稍后再试"},
        },
    )
    def verify(submission: Handed) -> Response:
        examined = _examine(counter, submission)
        circle = circle_of(submission, examined)
        view = view_of(examined, counter.shown(examined, circle), circle)
        return JSONResponse(view, headers={"Cache-Control": "no-store"})

    @routes.get(
        "/evidence-bundle",
        summary="离线核验包",
        description="信任列表、状态清单、证书、撤销列表和日志检查点；根证书须由可信途径另行取得。",
        response_class=Response,
        responses={
            200: {"content": {JSON: {}}, "description": "离线核验包，格式 yinzheng-bundle/1"},
            304: {"description": "没有变化"},
            503: {"description": "尚未公布任何核验依据"},
        },
    )
    def evidence_bundle(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        bundle = counter.bundle()
        tag = _tag(bundle)
        headers = {"Cache-Control": f"public, max-age={BUNDLE_AGE_S}", "ETag": tag}
        if if_none_match is not None and tag in {one.strip() for one in if_none_match.split(",")}:
            return Response(status_code=304, headers=headers)
        return Response(encode_bundle(bundle), media_type=JSON, headers=headers)

    return routes


def _examine(counter: Counter, submission: Submission) -> Examined:
    if submission.words is not None:
        return counter.verify_words(submission.words, submission.audience)
    if submission.file == b"":
        raise RequestValidationError([{"type": "empty_file", "loc": ("body", "file")}])
    if submission.file is not None:
        return counter.verify_file(submission.file, submission.audience)
    return Examined(judge([TOO_LARGE], ONLINE, at=counter.now(), subject=None))


def _tag(bundle: Bundle) -> str:
    """A weak tag: two bundles of the same parts differ in when they were put together, and in nothing that counts."""
    digest = sha256()
    for part in (bundle.trust_list, *bundle.certificates, *bundle.crls, *bundle.status_lists, bundle.checkpoint):
        digest.update(sha256(part).digest())
    return f'W/"{digest.hexdigest()[:32]}"'


class _InMemory(MultiPartParser):
    """The parser of forms, with files kept in memory."""

    spool_max_size = MAX_BODY


class _TooLarge(Exception):  # noqa: N818  (a signal from the stream to its reader, never seen outside)
    """More arrived than is kept."""


class _Share:
    """What one upload holds of the memory for all."""

    def __init__(self, memory: "_Memory") -> None:
        self._memory, self._octets = memory, 0

    def take(self, octets: int) -> None:
        if self._memory.held + octets > MAX_TOGETHER:
            raise HTTPException(503, headers={"Retry-After": "5"})
        self._memory.held += octets
        self._octets += octets

    def give_back(self) -> None:
        self._memory.held -= self._octets


@dataclass
class _Memory:
    """Octets that all uploads hold together; only the event loop's thread counts, so nothing is locked."""

    held: int = 0


def submission_reader() -> Callable[[Request], AsyncIterator[Submission]]:
    """The dependency that reads a submission and holds its share of memory until it has been answered."""
    memory = _Memory()

    async def submission(request: Request) -> AsyncIterator[Submission]:
        share = _Share(memory)
        try:
            submission = await _read(request, share)
            async with _turn(submission):
                yield submission
        finally:
            share.give_back()

    return submission


@asynccontextmanager
async def _turn(submission: Submission) -> AsyncIterator[None]:
    """Let so many files be examined at a time; whoever waits holds no thread, so that all other requests go on.

    Raises:
        HTTPException: 503, no turn came.

    """
    if submission.file is None:
        yield
        return
    for _ in range(max(1, round(PATIENCE_S / ASK_EVERY_S))):
        if TURNS.acquire(blocking=False):
            break
        await sleep(ASK_EVERY_S)
    else:
        raise HTTPException(503, headers={"Retry-After": "5"})
    try:
        yield
    finally:
        TURNS.release()


async def _read(request: Request, share: _Share) -> Submission:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        return await _read_file(request, share)
    if kind == JSON:
        return await _read_words(request)
    raise HTTPException(415)


async def _read_file(request: Request, share: _Share) -> Submission:
    parser = _InMemory(request.headers, _kept(request, share), max_files=1, max_fields=1, max_part_size=1024)
    try:
        form = await parser.parse()
    except _TooLarge:
        return Submission()
    except MultiPartException as error:
        raise HTTPException(400) from error
    try:
        return Submission(file=await _only_file(form).read(), audience=_audience(form))
    finally:
        await form.close()


def _only_file(form: FormData) -> UploadFile:
    """The part called `file`, which must be there, be a file, and be alone."""
    found = form.get("file")
    problems = [{"type": "extra_forbidden", "loc": ("body", name)} for name in form if name not in {"file", "audience"}]
    if isinstance(found, UploadFile) and not problems:
        return found
    if not isinstance(found, UploadFile):
        problems.append({"type": "missing" if found is None else "not_a_file", "loc": ("body", "file")})
    raise RequestValidationError(problems)


def _audience(form: FormData) -> str | None:
    """The part called `audience`, where there is a text in it."""
    found = form.get("audience")
    if found is None or found == "":
        return None
    if not isinstance(found, str) or len(found) > MAX_AUDIENCE:
        raise RequestValidationError([{"type": "string_too_long", "loc": ("body", "audience")}])
    return found


async def _read_words(request: Request) -> Submission:
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > MAX_WORDS:
            raise HTTPException(413)
    try:
        question = Question.model_validate(json.loads(octets))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([one | {"loc": ("body", *one["loc"])} for one in problems]) from error
    except (ValueError, RecursionError) as error:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",)}]) from error
    return Submission(words=question.words, audience=question.audience)


async def _kept(request: Request, share: _Share) -> AsyncGenerator[bytes, None]:
    """The body as far as it is kept; the rest is heard and dropped, and then the whole is too large."""
    declared, total = declared_length(request.headers), 0
    if declared > MAX_LET_BY:
        raise _TooLarge
    async for chunk in request.stream():
        total += len(chunk)
        if total <= MAX_BODY:
            share.take(len(chunk))
            yield chunk
        elif total > max(declared, MAX_HEARD):
            break
    if total > MAX_BODY:
        raise _TooLarge


def declared_length(headers: Headers) -> int:
    """The length that a request claims to have; 0 where it claims none."""
    claimed = headers.get("content-length", "")
    return int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) < 16 else 0
