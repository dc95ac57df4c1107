"""Originals 原证照: the files of licences of other libraries, handed in before an application that follows one.

`/api/v1/originals` takes a file and answers with the name that the application then holds (`original`). What the file
is worth is judged each time somebody asks, as every file that is handed in: whole where its octets, its seal signature
and its content hold, passed where everything a verifier asks holds here too. Nothing is believed for having been kept.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from issuer.errors import ApplicationRefused
from issuer.handed_in import read_octets
from issuer.inheriting import Original
from issuer.ports import Blobs
from service.blobs import BlobMissing
from service.identity import Person
from trust.http import file_body
from trust.rules.verdict import Finding, Indication
from verifier.examined import Examined
from verifier.recognising import MAX_FILE

TAKEN = frozenset({"application/pdf", "application/ofd", "application/octet-stream"})
OF_OCTETS = frozenset({1, 2, 4})
"""Steps of the verifier that need nothing but the file."""
OF_CONTENT = frozenset({"metadata", "identifier", "custom-data", "face", "conversion"})
"""Findings of step 7 that need nothing but the file."""


class Originals:
    """The originals of an installation; `verify` is what judges every file that is handed in."""

    def __init__(self, blobs: Blobs, verify: Callable[[bytes], Examined]) -> None:
        self._blobs, self._verify = blobs, verify

    def keep(self, octets: bytes) -> str:
        """Keep a file; the answer is its name.

        Raises:
            ApplicationRefused: it is no licence, or not whole; nothing is kept.

        """
        found = self._judged(octets) if len(octets) <= MAX_FILE else None
        if found is None or not found.whole:
            raise ApplicationRefused([("original", "original-unverified")])
        return self._blobs.put(octets)

    def find(self, digest: str) -> Original | None:
        """The file of a name, judged now; see `issuer.inheriting.Originals`."""
        try:
            return self._judged(self._blobs.get(digest))
        except BlobMissing:
            return None

    def _judged(self, octets: bytes) -> Original | None:
        examined = self._verify(octets)
        if examined.licence is None:
            return None
        asked = [one for one in examined.verdict.findings if _of_the_file_alone(one)]
        whole = all(one.indication is Indication.PASSED for one in asked)
        return Original(examined.licence, whole, examined.verdict.indication is Indication.PASSED)


class OriginalView(BaseModel):
    """The name of an original that was kept."""

    original: str = Field(description="原证照文件的名称，填在申请的 original 里", examples=["sm3:" + "0" * 64])


def originals_router(originals: Originals, officials: Callable[..., Person]) -> APIRouter:
    """The route; `officials` is the dependency that lets those in who may issue."""
    routes = APIRouter(prefix="/api/v1", tags=["签发"])

    @routes.post(
        "/originals",
        status_code=201,
        summary="交一份外库原证照",
        description="其他系统的证照转入，先交原证照的 OFD 或 PDF 文件，再在申请里写上得到的名称。",
        openapi_extra=file_body(TAKEN),
        responses={
            413: {"description": "文件过大"},
            415: {"description": "不是 OFD 或 PDF"},
            422: {"description": "不是完好的证照文件"},
        },
    )
    async def hand_in(request: Request, _official: Annotated[Person, Depends(officials)]) -> OriginalView:
        octets = await read_octets(request, TAKEN, MAX_FILE)
        return OriginalView(original=await run_in_threadpool(originals.keep, octets))

    return routes


def _of_the_file_alone(finding: Finding) -> bool:
    return finding.step in OF_OCTETS or (finding.step == 7 and finding.name in OF_CONTENT)
