"""Reading a submission: one file, or one code or identifier in JSON, bounded while it arrives and kept in memory.

A file that is too large is not an error but a verdict, so its sender is heard to the end, without keeping what he sends,
as long as that end is not too far. No uploaded octet touches the disk. All uploads together may hold so much memory;
beyond that the service says that it is busy instead of falling over.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from verifier.recognising import MAX_FILE

MAX_BODY = MAX_FILE + 65_536
"""A file of the largest size, and what multipart adds to it."""
MAX_HEARD = 5 * MAX_FILE
"""Who sends more than this is cut off."""
MAX_WORDS = 65_536
MAX_TOGETHER = 8 * MAX_FILE


@dataclass(frozen=True)
class Submission:
    """What is to be verified: octets, or words; neither where the file was too large."""

    file: bytes | None = None
    code: str | None = None
    identifier: str | None = None


class Question(BaseModel):
    """核验请求: 二维码文字 `code`，或者证照标识 `identifier`，二者取一."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"identifier": "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"},
            ],
        },
    )

    code: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    identifier: Annotated[str, Field(min_length=1, max_length=256)] | None = None

    @model_validator(mode="after")
    def _one(self) -> "Question":
        if (self.code is None) is (self.identifier is None):
            raise ValueError("exactly one of code and identifier")
        return self


class _InMemory(MultiPartParser):
    """The parser of forms, with files kept in memory."""

    spool_max_size = MAX_BODY


class _TooLarge(Exception):  # noqa: N818  (a signal from the stream to its reader, never seen outside)
    """More arrived than is kept."""


def reader() -> Callable[[Request], AsyncIterator[Submission]]:
    """The dependency that reads a submission and, until it is answered, counts the memory it holds."""
    held = 0  # only the event loop's thread counts

    async def submission(request: Request) -> AsyncIterator[Submission]:
        nonlocal held
        read = await _read(request, MAX_TOGETHER - held)
        weight = len(read.file or b"")
        held += weight
        try:
            yield read
        finally:
            held -= weight

    return submission


async def _read(request: Request, room: int) -> Submission:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        if _declared(request) > MAX_HEARD:
            return Submission()
        if min(_declared(request), MAX_BODY) > room:
            raise HTTPException(503, headers={"Retry-After": "5"})
        return await _read_file(request)
    if kind == "application/json":
        return await _read_words(request)
    raise HTTPException(415)


def _declared(request: Request) -> int:
    """The length that the request claims to have; the largest that is heard where it claims none."""
    claimed = request.headers.get("content-length", "")
    return int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) < 16 else MAX_BODY


async def _read_file(request: Request) -> Submission:
    parser = _InMemory(request.headers, _bounded(request), max_files=1, max_fields=1, max_part_size=1024)
    try:
        form = await parser.parse()
    except _TooLarge:
        return Submission()
    except MultiPartException as error:
        raise HTTPException(400) from error
    try:
        return Submission(file=await _only_file(form).read())
    finally:
        await form.close()


def _only_file(form: FormData) -> UploadFile:
    """The part called `file`, which must be there, be a file, and be alone."""
    found = form.get("file")
    strange = [name for name, _ in form.multi_items() if name != "file"]
    if isinstance(found, UploadFile) and not strange:
        return found
    problems: list[dict[str, Any]] = [{"type": "extra_forbidden", "loc": ("body", name)} for name in strange]
    if not isinstance(found, UploadFile):
        problems.append({"type": "missing" if found is None else "not_a_file", "loc": ("body", "file")})
    raise RequestValidationError(problems)


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
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in problems]) from error
    except (ValueError, RecursionError) as error:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",)}]) from error
    return Submission(code=question.code, identifier=question.identifier)


async def _bounded(request: Request) -> AsyncIterator[bytes]:
    """The body's chunks as far as they are kept; the rest is heard and dropped, and then the whole is too large."""
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total <= MAX_BODY:
            yield chunk
        elif total > MAX_HEARD:
            break
    if total > MAX_BODY:
        raise _TooLarge
