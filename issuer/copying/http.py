"""Routes of annotated copies: made by holder or issuing body, for a citation, listed, fetched, ended.

Who asks comes from `authorize`, which `service` gives; who made a copy and for whom never stands in a body beside what
the asker may say. A copy that is unknown, not released or another's is answered alike. An end in the past is refused as
a bad parameter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Response, status
from pydantic import Field

from issuer.answers import CONFLICTS, MEDIA_TYPES, NOT_FOUND, FileName, file_of
from issuer.bodies import Closed
from issuer.completing import Issued
from issuer.copying.ports import Asker, CopyEntry, Terms
from issuer.copying.views import CopyView, address_of, copy_view
from trust.formats.instants import Instant
from trust.http import NOT_SIGNED_IN, Answers, Key, attachment, uncached
from trust.rules.idempotency import own_key
from trust.rules.identifier import MAX_LENGTH
from trust.rules.standing import Standing

CopyRight = Literal["copy", "cite", "see", "withdraw"]
"""What a route needs: `copy` a holder or an official, `cite` whoever cites, `see` any of these,
`withdraw` a holder, an official or a system of a department."""
Number = Annotated[str, Path(max_length=32, description="用证码")]
Identifier = Annotated[str, Path(max_length=MAX_LENGTH, description="证照标识")]


class ConsentBody(Closed):
    """颁发机构代为制作时所凭的授权."""

    mode: Literal["holder", "agent"] = "holder"
    reference: str = Field(max_length=64, description="授权书或委托书编号；撤回后加注件随之注销")


class CopyBody(Closed):
    """加注件：给谁、做什么用、到何时；持证主体自己制作时不写 consent，颁发机构制作时必须写."""

    purpose: str = Field(max_length=400, description="用途，不超过 200 字，印在加注件上")
    recipient: str = Field(max_length=200, description="使用单位，不超过 100 字")
    expires_at: Instant | None = Field(default=None, description="有效期至，须带时区；不写为三十天，最长一年")
    consent: ConsentBody | None = None


class CitationCopyBody(Closed):
    """办件引用的加注件：用途和使用单位就是引用所写的."""

    expires_at: Instant | None = Field(default=None, description="有效期至，须带时区；不得晚于授权期限")


class CopyService(Protocol):
    """What these routes ask for; `service.copying.Copying` is it."""

    def for_holder(self, identifier: str, terms: Terms, *, by: Asker, key: str) -> Issued: ...

    def for_body(self, identifier: str, terms: Terms, *, mode: str, reference: str, by: Asker, key: str) -> Issued: ...

    def for_citation(self, number: str, expires_at: datetime | None, *, by: Asker, key: str) -> Issued: ...

    def find(self, identifier: str, asker: Asker) -> CopyEntry: ...

    def files(self, copy: CopyEntry, asker: Asker) -> Issued: ...

    def of_licence(self, identifier: str, asker: Asker) -> Sequence[CopyEntry]: ...

    def standing(self, copy: CopyEntry) -> Standing: ...

    def end(self, copy: CopyEntry, asker: Asker) -> CopyEntry: ...


@dataclass(frozen=True)
class CopyPorts:
    """What these routes depend on."""

    service: CopyService
    host_url: str


def router(ports: CopyPorts, *, authorize: Callable[[CopyRight], Callable[..., Asker]]) -> APIRouter:
    """The routes; `authorize` gives the dependency that admits whoever has a right."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
    _add_making(routes, ports, authorize("copy"), authorize("cite"))
    _add_reading(routes, ports, authorize("copy"), authorize("see"))
    return routes


def _add_making(routes: APIRouter, ports: CopyPorts, copier: Callable[..., Asker], citer: Callable[..., Asker]) -> None:
    Copier = Annotated[Asker, Depends(copier)]  # noqa: N806  (an alias of a type, written as one)
    Citer = Annotated[Asker, Depends(citer)]  # noqa: N806  (as above)

    @routes.post(
        "/licences/{identifier}/copies",
        summary="制作加注件",
        description="为一个单位、一种用途、一段时间制作；持证主体可以自办，颁发机构凭授权办。原件停用，加注件随之失效。",
        status_code=status.HTTP_201_CREATED,
        responses=NOT_SIGNED_IN | NOT_FOUND | CONFLICTS,
    )
    def make(identifier: Identifier, body: CopyBody, key: Key, asker: Copier, out: Response) -> CopyView:
        terms, mine = Terms(body.purpose, body.recipient, body.expires_at), _own_key(asker, key)
        if asker.holder is not None:
            made = ports.service.for_holder(identifier, terms, by=asker, key=mine)
        elif body.consent is not None:
            mode, reference = body.consent.mode, body.consent.reference
            made = ports.service.for_body(identifier, terms, mode=mode, reference=reference, by=asker, key=mine)
        else:
            made = ports.service.for_body(identifier, terms, mode="", reference="", by=asker, key=mine)
        return _answer(ports, made, asker, out)

    @routes.post(
        "/citations/{number}/copy",
        summary="为引用制作加注件",
        description="只列出该引用获准查看的照面项；授权撤回，加注件随之注销。",
        status_code=status.HTTP_201_CREATED,
        responses=NOT_SIGNED_IN | NOT_FOUND | CONFLICTS,
    )
    def make_for_citation(number: Number, body: CitationCopyBody, key: Key, asker: Citer, out: Response) -> CopyView:
        made = ports.service.for_citation(number, body.expires_at, by=asker, key=_own_key(asker, key))
        return _answer(ports, made, asker, out)


def _add_reading(routes: APIRouter, ports: CopyPorts, copier: Callable[..., Asker], seer: Callable[..., Asker]) -> None:
    Copier = Annotated[Asker, Depends(copier)]  # noqa: N806  (an alias of a type, written as one)
    Seer = Annotated[Asker, Depends(seer)]  # noqa: N806  (as above)
    files: Answers = {200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "文件本身"}}

    @routes.get("/licences/{identifier}/copies", summary="证照的加注件", responses=NOT_SIGNED_IN | NOT_FOUND)
    def listing(identifier: Identifier, asker: Copier) -> Sequence[CopyView]:
        return [_view(ports, copy) for copy in ports.service.of_licence(identifier, asker)]

    @routes.get("/copies/{identifier}", summary="加注件", responses=NOT_SIGNED_IN | NOT_FOUND)
    def copy(identifier: Identifier, asker: Seer) -> CopyView:
        return _view(ports, ports.service.find(identifier, asker))

    @routes.get(
        "/copies/{identifier}/files/{name}",
        summary="加注件文件",
        description="持证主体、颁发机构，以及加注件所给的部门；到期或注销后部门不能再取。",
        response_class=Response,
        responses=NOT_SIGNED_IN | NOT_FOUND | files,
    )
    def file(identifier: Identifier, name: FileName, asker: Seer) -> Response:
        made = ports.service.files(ports.service.find(identifier, asker), asker)
        saved = name if "." in name else f"copy.{name}"
        return attachment(file_of(made, name, ports.host_url), MEDIA_TYPES[name], saved)

    @routes.post(
        "/copies/{identifier}/withdrawal",
        summary="收回加注件",
        description="注销这份加注件；重复收回不改变什么。",
        responses=NOT_SIGNED_IN | NOT_FOUND,
    )
    def end(identifier: Identifier, asker: Seer) -> CopyView:
        return _view(ports, ports.service.end(ports.service.find(identifier, asker), asker))


def _answer(ports: CopyPorts, made: Issued, asker: Asker, out: Response) -> CopyView:
    identifier = str(made.entry.licence.identifier)
    out.headers["Location"] = address_of(identifier)
    return _view(ports, ports.service.find(identifier, asker))


def _view(ports: CopyPorts, copy: CopyEntry) -> CopyView:
    return copy_view(copy, ports.service.standing(copy))


def _own_key(asker: Asker, key: str) -> str:
    """Keys belong to a department, or to a holder's login."""
    return own_key(asker.department or asker.login, key)
