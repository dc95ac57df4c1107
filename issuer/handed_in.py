"""Reading a file that is the whole body of a request: of an expected kind, never more than its limit in memory.

Who sends it has been asked before; what is in it is judged by whoever called.
"""

from collections.abc import Collection

from starlette.exceptions import HTTPException
from starlette.requests import Request


async def read_octets(request: Request, media_types: Collection[str], limit: int) -> bytes:
    """The octets of a body, at most `limit` of them.

    Raises:
        HTTPException: 415, another media type; 413, too large, heard as soon as it is.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in media_types:
        raise HTTPException(415)
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > limit:
            raise HTTPException(413)
    return bytes(octets)
