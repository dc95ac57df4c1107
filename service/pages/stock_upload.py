"""A form with a manifest and its scans: read in memory, once it is known who sends it, within the bound of a form."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from issuer.converting.manifest import MAX_MANIFEST
from service.guards import Guards, Sender
from service.identity import Person, Role
from verifier.recognising import MAX_FILE

FORM = "multipart/form-data"
MAX_FORM, MAX_SCANS = MAX_FILE + 65_536, 100


@dataclass(frozen=True)
class StockForm:
    """Who sends it, the type's bundle, the manifest, and the scans by file name."""

    person: Person
    bundle: str
    manifest: bytes = field(repr=False)
    scans: Mapping[str, bytes] = field(repr=False)


class _InMemory(MultiPartParser):
    """The parser of forms, with files kept in memory."""

    spool_max_size = MAX_FORM


def stock_form_reader(guards: Guards) -> Callable[..., AsyncIterator[StockForm]]:
    """The dependency that reads the form."""

    async def handed(
        request: Request, sender: Annotated[Sender, Depends(guards.sender(Role.OFFICIAL))]
    ) -> AsyncIterator[StockForm]:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise HTTPException(415)
        limits = {"max_files": MAX_SCANS + 1, "max_fields": 4, "max_part_size": 4096}
        try:
            form = await _InMemory(request.headers, _bounded(request), **limits).parse()
        except MultiPartException as error:
            raise HTTPException(400) from error
        try:
            token, bundle = form.get("form_token"), form.get("bundle")
            sender.check(token if isinstance(token, str) else None)
            manifest = form.get("manifest")
            octets = await manifest.read(MAX_MANIFEST + 1) if isinstance(manifest, UploadFile) else b""
            scans = {
                one.filename or "": await one.read()
                for one in form.getlist("scans")
                if isinstance(one, UploadFile) and one.filename
            }
        finally:
            await form.close()
        yield StockForm(sender.person, bundle if isinstance(bundle, str) else "", octets, scans)

    return handed


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > MAX_FORM:
            raise HTTPException(413)
        yield chunk
