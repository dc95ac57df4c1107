"""A form with a table, or a ZIP with a table and photographs: kept on disk without a name while it is looked at.

It may be as long as any table is: what is read of it is for whoever reads it.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.pages.uploading import MAX_TEXT
from service.shell import MAX_ARCHIVE_FORM
from trust.sealing.uploads import FORM


@dataclass(frozen=True)
class TableUpload:
    """A table and the texts that came with it."""

    file: BinaryIO = field(repr=False)
    name: str
    texts: dict[str, str]


@asynccontextmanager
async def read_table(request: Request, *, fields: int) -> AsyncIterator[TableUpload]:
    """Read the form with at most so many fields; whoever sends it must be known before. Its file is closed afterwards.

    Raises:
        HTTPException: 400, 413, 415: no such form, none with a file, or too large.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    limits = {"max_files": 1, "max_fields": fields, "max_part_size": MAX_TEXT}
    try:
        form = await MultiPartParser(request.headers, _bounded(request), **limits).parse()
    except MultiPartException as error:
        raise HTTPException(400) from error
    try:
        found = form.get("file")
        if not isinstance(found, UploadFile):
            raise HTTPException(400)
        texts = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        yield TableUpload(found.file, (found.filename or "")[:120], texts)
    finally:
        await form.close()


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > MAX_ARCHIVE_FORM:
            raise HTTPException(413)
        yield chunk
