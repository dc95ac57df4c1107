"""Reading a file that is the whole body of a request: of an expected kind, never more than its limit.

It is kept in memory, or, where it may be large, in a file without a name. Who sends it has been asked before; what is
in it is judged by whoever called.
"""

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import BinaryIO

from starlette.exceptions import HTTPException
from starlette.requests import Request


async def read_octets(request: Request, media_types: Collection[str], limit: int) -> bytes:
    """The octets of a body, at most `limit` of them.

    Raises:
        HTTPException: 415, another media type; 413, too large, heard as soon as it is.

    """
    if _media_type(request) not in media_types:
        raise HTTPException(415)
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > limit:
            raise HTTPException(413)
    return bytes(octets)


async def read_aside(request: Request, limits: Mapping[str, int]) -> BinaryIO:
    """The body in a file without a name, which is gone when it is closed; `limits` are octets by media type.

    Raises:
        HTTPException: 415, another media type; 413, too large, heard as soon as it is.

    """
    limit, size = limits.get(_media_type(request)), 0
    if limit is None:
        raise HTTPException(415)
    with ExitStack() as closing:
        file = closing.enter_context(TemporaryFile())
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise HTTPException(413)
            file.write(chunk)
        closing.pop_all()
    return file


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
