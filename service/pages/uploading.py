"""Documents that an official hands in to have them sealed: read in memory, kept for minutes, written nowhere.

Placing a seal takes two steps, first the document, then the place on its pages. Between them the document is held here,
under a random name that only whoever handed it in can use, until it is sealed, its time is over, or others need the
room. A service that is started again has forgotten it, and the document is handed in once more.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.problem import Usage
from trust.sealing.sealing import MAX_DOCUMENT
from trust.sealing.uploads import FORM, MAX_FORM
from verifier.pictures.sheets import Drawn

LASTING = timedelta(minutes=15)
MOST_OCTETS, MOST_OF_ONE = 5 * MAX_DOCUMENT, 3
MAX_FIELDS, MAX_TEXT = 8, 4_096


@dataclass(frozen=True)
class Upload:
    """A document and the texts that came with it."""

    data: bytes = field(repr=False)
    name: str
    texts: dict[str, str]


@dataclass(frozen=True)
class Held:
    """A document that waits for its place: whose, for which seal, and its pages as pictures."""

    login: str
    seal_id: str
    data: bytes = field(repr=False)
    name: str
    drawn: Drawn = field(repr=False)
    at: datetime

    @property
    def octets(self) -> int:
        """What it takes of the room."""
        return len(self.data) + sum(len(sheet.picture) for sheet in self.drawn.sheets)


class Waiting:
    """The documents of this process that wait; safe between threads."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random, self._lock = random, Lock()
        self._held: dict[str, Held] = {}

    def keep(self, held: Held) -> str:
        """Hold a document; the name to ask for it by. The oldest ones go where there is no room."""
        ticket = self._random(16).hex()
        with self._lock:
            self._forget(held.at)
            own = [name for name, one in self._held.items() if one.login == held.login]
            for name in own[: max(0, len(own) + 1 - MOST_OF_ONE)]:
                del self._held[name]
            while self._held and sum(one.octets for one in self._held.values()) + held.octets > MOST_OCTETS:
                del self._held[next(iter(self._held))]
            self._held[ticket] = held
        return ticket

    def find(self, ticket: str, login: str, seal_id: str, at: datetime) -> Held:
        """A document that waits.

        Raises:
            Usage: `upload-gone`, there is none of this name for this person and seal.

        """
        with self._lock:
            self._forget(at)
            found = self._held.get(ticket)
        if found is None or (found.login, found.seal_id) != (login, seal_id):
            raise Usage(
                "upload-gone", "文件已不在等待盖章之列（超过十五分钟或服务重启），请重新选择文件。", "hand it in again."
            )
        return found

    def drop(self, ticket: str) -> None:
        """Forget a document."""
        with self._lock:
            self._held.pop(ticket, None)

    def _forget(self, at: datetime) -> None:
        self._held = {name: one for name, one in self._held.items() if at - one.at < LASTING}


class _InMemory(MultiPartParser):
    """The parser of forms, with files kept in memory."""

    spool_max_size = MAX_FORM


async def read_document(request: Request, *, fields: int = MAX_FIELDS) -> Upload:
    """Read a form with a document and so many fields; whoever sends it must be known before.

    Raises:
        HTTPException: 400, 413, 415: no such form, or too large.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    limits = {"max_files": 1, "max_fields": fields, "max_part_size": MAX_TEXT}
    try:
        form = await _InMemory(request.headers, _bounded(request.stream()), **limits).parse()
    except MultiPartException as error:
        raise HTTPException(400) from error
    try:
        found = form.get("file")
        data = await found.read() if isinstance(found, UploadFile) else b""
        name = (found.filename or "") if isinstance(found, UploadFile) else ""
        texts = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        return Upload(data, name[:120], texts)
    finally:
        await form.close()


@dataclass(frozen=True)
class Handed:
    """A form with files: its texts, the files by the names of their fields, and those of the field for several."""

    texts: dict[str, str]
    files: dict[str, Upload]
    several: tuple[Upload, ...] = ()


async def read_files(request: Request, names: Sequence[str], *, several: str = "", most: int = 0) -> Handed:
    """Read a form with small files, by the names of their fields; those left empty are left out.

    The field `several` may hold `most` files.

    Raises:
        HTTPException: 400, 413, 415: no such form, or too large.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    limits = {"max_files": len(names) + most, "max_fields": MAX_FIELDS, "max_part_size": MAX_TEXT}
    try:
        form = await _InMemory(request.headers, _bounded(request.stream()), **limits).parse()
    except MultiPartException as error:
        raise HTTPException(400) from error
    try:
        texts = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        found = [(name, await _upload(form.get(name))) for name in names]
        others = [await _upload(one) for one in form.getlist(several)[:most]]
        return Handed(texts, {name: one for name, one in found if one.data}, tuple(one for one in others if one.data))
    finally:
        await form.close()


async def _upload(found: object) -> Upload:
    """A file of a form; without octets where there is none."""
    if not isinstance(found, UploadFile):
        return Upload(b"", "", {})
    return Upload(await found.read(), (found.filename or "")[:120], {})


async def _bounded(stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in stream:
        total += len(chunk)
        if total > MAX_FORM:
            raise HTTPException(413)
        yield chunk
