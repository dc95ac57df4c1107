"""Reading the form with which a document to be sealed is handed in: bounded, in memory, and only what it must hold.

The file is never written to disk: it may be anything. Whoever reads the form has been asked who they are before.

    file              the document, OFD or PDF
    purpose           what the seal is used for
    page, x, y        a point: page from 1, millimetres from the upper left; page 0 means every page
    words, occurrence centred on words; from 1, or from the end with -1
    riding            left, right, top or bottom: across the edges of all pages
    lock              1: nothing may be added after this seal
    manner            seal (default); ses; text and package, which take no place
"""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import get_args

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from trust.formats.placing import AtPoint, AtWords, Edge, OnPages, Placing, Riding
from trust.rules.errors import naming
from trust.rules.text import check_text
from trust.sealing.errors import SealWishRefused
from trust.sealing.sealing import MAX_DOCUMENT, Manner, Wanted
from trust.sealing.using import MAX_PURPOSE

FORM = "multipart/form-data"
MAX_FORM = MAX_DOCUMENT + 65_536
MAX_WORDS = 60
FIELDS = frozenset({"purpose", "page", "x", "y", "words", "occurrence", "riding", "lock", "manner"})
NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,4})?", re.ASCII)
WHOLE = re.compile(r"-?\d{1,4}", re.ASCII)


@dataclass(frozen=True)
class Handed:
    """A document that was handed in, and how it is to be sealed."""

    data: bytes
    wanted: Wanted


class _InMemory(MultiPartParser):
    """The parser of forms, with files kept in memory."""

    spool_max_size = MAX_FORM


async def read_upload(request: Request) -> Handed:
    """Read the form of a request.

    Raises:
        HTTPException: 400, 413, 415: no such form, or too large.
        SealWishRefused: `seal-file`, `seal-field`, `seal-place`.
        FieldRefused: a text.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    parser = _InMemory(request.headers, _bounded(request), max_files=1, max_fields=len(FIELDS), max_part_size=4096)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400) from error
    try:
        return Handed(await _file(form).read(), wanted_from(_texts(form)))
    finally:
        await form.close()


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > MAX_FORM:
            raise HTTPException(413)
        yield chunk


def _file(form: FormData) -> UploadFile:
    found = form.get("file")
    if not isinstance(found, UploadFile):
        raise SealWishRefused("seal-file", "a file named `file` was expected")
    return found


def _texts(form: FormData) -> dict[str, str]:
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if odd := texts.keys() - FIELDS:
        raise SealWishRefused("seal-field", min(odd)[:40])
    return texts


def wanted_from(texts: dict[str, str]) -> Wanted:
    """How a document is to be sealed, from the fields of a form.

    Raises:
        SealWishRefused: `seal-place`, none or more than one way to say where, or a place for what is not shown;
            `seal-field`.
        FieldRefused: a text.

    """
    try:
        manner = Manner(texts.get("manner") or Manner.SEAL)
    except ValueError as error:
        raise SealWishRefused("seal-field", "manner") from error
    with naming("purpose", "用途"):
        purpose = check_text(texts.get("purpose", ""), MAX_PURPOSE)
    if texts.get("lock", "0") not in {"0", "1"}:
        raise SealWishRefused("seal-field", "lock")
    placing = placing_from(texts) if manner.shown or _ways(texts) else None
    return Wanted(placing, purpose, lock=texts.get("lock") == "1", manner=manner)


def _ways(texts: dict[str, str]) -> list[str]:
    return [name for name in ("page", "words", "riding") if texts.get(name)]


def placing_from(texts: dict[str, str]) -> Placing:
    """Where a seal goes: exactly one of a point, words and edges."""
    ways = _ways(texts)
    if len(ways) != 1:
        raise SealWishRefused("seal-place", "say where: page with x and y, or words, or riding")
    if ways == ["words"]:
        with naming("words", "文字"):
            words = check_text(texts["words"], MAX_WORDS)
        return AtWords(words, _whole(texts, "occurrence", "1"))
    if ways == ["riding"]:
        return Riding(_edge(texts["riding"]), _number(texts, "y") if texts.get("y") else None)
    page, x, y = _whole(texts, "page", ""), _number(texts, "x"), _number(texts, "y")
    if page < 0:
        raise SealWishRefused("seal-place", "page")
    return AtPoint(page - 1, x, y) if page else OnPages(x, y)


def _edge(text: str) -> Edge:
    for edge in get_args(Edge):
        if text == edge:
            return edge  # type: ignore[no-any-return]  # get_args is not typed; it gives the literals themselves
    raise SealWishRefused("seal-place", "riding")


def _whole(texts: dict[str, str], name: str, default: str) -> int:
    text = texts.get(name) or default
    if not WHOLE.fullmatch(text):
        raise SealWishRefused("seal-place", name)
    return int(text)


def _number(texts: dict[str, str], name: str) -> float:
    if not NUMBER.fullmatch(texts.get(name, "")):
        raise SealWishRefused("seal-place", name)
    return float(texts[name])
