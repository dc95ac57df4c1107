"""Lost keys over HTTP: reporting, the preview that changes nothing, confirming as another person.

    GET  /api/v1/key-losses                   reports, newest first; officials see those of their body
    POST /api/v1/key-losses/preview           how far a loss would reach
    GET  /api/v1/seals/{seal_id}/blast        how far the end of a seal without a loss would reach
    POST /api/v1/key-losses                   report one
    GET  /api/v1/key-losses/{number}          one, with the work on it
    POST /api/v1/key-losses/{number}/steps    confirm, refuse, withdraw, carry on

Whoever confirms gets the report back with the work done: the key is blocked and everything public says so.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.compromises.reporting import Reports
from service.compromises.views import blast_view, loss_view
from service.identity import Person, Role
from service.lost_keys.errors import NoSuchCompromise
from service.lost_keys.order import Loss
from service.problem import Usage
from trust.http import conflicting, guarded, uncached
from trust.rules.idempotency import own_key
from trust.sealing.errors import SealUnknown
from trust.sealing.ports import Officer

SEEING = (Role.OFFICIAL, Role.ADMIN, Role.AUDITOR)
ACTING = (Role.OFFICIAL, Role.ADMIN)
MOST = 100
GUARDED = guarded("没有这份登记、这个单位或这枚印章，或者不归您办理：回答相同")
CONFLICTS = conflicting("已经办结，或者刚刚另有人办理过")
Number = Annotated[str, Path(max_length=64, pattern="^(KC|SE)[0-9a-f]+$", description="密钥泄露或者印章注销的登记编号")]
SealNumber = Annotated[str, Path(max_length=64, pattern="^[0-9A-Za-z]+$", description="印章编号")]
Since = Annotated[AwareDatetime | None, Query(description="自何时起注销；不给即为现在")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=96,
        pattern="^[!-~]+$",
        description="幂等键：1 至 96 个可见 ASCII 字符；同一键、同一内容得到同一结果",
    ),
]


class LossBody(BaseModel):
    """哪一把密钥自何时起泄露."""

    model_config = ConfigDict(extra="forbid")

    body: str | None = Field(default=None, max_length=64, description="单位账号或代码；与 seal 二者给一个")
    seal: str | None = Field(default=None, max_length=64, description="印章编号：盖这枚印章所用的密钥")
    since: AwareDatetime | None = Field(description="自何时起；不知道时为 null，这把密钥的全部签章都不再有效")
    reason: str = Field(min_length=1, max_length=400, description="怎样发现的")


class StepBody(BaseModel):
    """办理一份登记."""

    model_config = ConfigDict(extra="forbid")

    step: Literal["confirm", "refuse", "withdraw", "carry-on"]
    digest: str = Field(default="", max_length=80, description="所确认内容的摘要，见登记的 digest；确认时必填")
    note: str = Field(default="", max_length=400, description="意见；不予确认时必填")


def compromises_router(reports: Reports, seeing: Callable[..., Person], acting: Callable[..., Person]) -> APIRouter:
    """The routes; `seeing` and `acting` are the dependencies that give whoever may look, and whoever may act."""
    routes = APIRouter(prefix="/api/v1", tags=["seals"], dependencies=[Depends(uncached)])
    _add_seeing(routes, reports, seeing)
    _add_acting(routes, reports, acting)
    return routes


def scope_of(person: Person) -> str | None:
    """The body whose reports somebody sees; None for all.

    Raises:
        NoSuchCompromise: an official of no body.

    """
    if person.role is not Role.OFFICIAL:
        return None
    if person.department is None:
        raise NoSuchCompromise
    return person.department


def _add_seeing(routes: APIRouter, reports: Reports, seeing: Callable[..., Person]) -> None:
    Seeing = Annotated[Person, Depends(seeing)]  # noqa: N806  (an alias of a type, written as one)

    @routes.get("/key-losses", summary="密钥泄露登记列表", responses=GUARDED)
    def listed(person: Seeing) -> list[dict[str, Any]]:
        return [loss_view(reports, one) for one in reports.tools.archive.compromises.recent(scope_of(person), MOST)]

    @routes.get("/key-losses/{number}", summary="一份密钥泄露登记", responses=GUARDED)
    def one(number: Number, person: Seeing) -> dict[str, Any]:
        return loss_view(reports, reports.find(number, scope_of(person)))

    @routes.get(
        "/seals/{seal_id}/blast",
        summary="预览注销印章的波及范围",
        description="这枚印章盖过什么，按种类、类型、部门和月份计数；不改变任何东西。注销由两人办理，批准前先看。",
        responses=GUARDED,
    )
    def of_seal(seal_id: SealNumber, person: Seeing, since: Since = None) -> dict[str, Any]:
        filed = reports.seals.find(seal_id)
        if filed is None or scope_of(person) not in {None, filed.body_code}:
            raise SealUnknown
        return blast_view(reports.blast(reports.end_of_seal(seal_id, since)))


def _add_acting(routes: APIRouter, reports: Reports, acting: Callable[..., Person]) -> None:
    Acting = Annotated[Person, Depends(acting)]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/key-losses/preview",
        summary="预览波及范围",
        description="这把密钥签过什么，按种类、类型和月份计数；不改变任何东西。",
        responses=GUARDED | CONFLICTS,
    )
    def preview(body: LossBody, person: Acting) -> dict[str, Any]:
        return blast_view(reports.blast(_loss(reports, body, person)))

    @routes.post(
        "/key-losses",
        summary="登记密钥泄露",
        description="须由另一人确认；确认前什么都不改变。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def report(body: LossBody, key: Key, person: Acting, out: Response) -> dict[str, Any]:
        loss = _loss(reports, body, person)
        made = reports.report(loss, by=_officer(person), key=own_key(person.login, key))
        out.headers["Location"] = f"/api/v1/key-losses/{made.number}"
        return loss_view(reports, made)

    @routes.post(
        "/key-losses/{number}/steps",
        summary="确认、不予确认、撤回、接着处置",
        description="确认即处置：收到 200 时，密钥已封禁，证书撤销列表、状态清单和信任列表已公布。",
        responses=GUARDED | CONFLICTS,
    )
    def step(number: Number, body: StepBody, person: Acting) -> dict[str, Any]:
        found, by = reports.find(number, scope_of(person)), _officer(person)
        match body.step:
            case "confirm":
                done = reports.confirm(found, digest=body.digest, by=by, note=body.note)
            case "refuse":
                done = reports.refuse(found, by=by, note=body.note)
            case "withdraw":
                done = reports.withdraw(found, by=by, note=body.note)
            case "carry-on":
                done = reports.carry_on(found)
        return loss_view(reports, done)


def _loss(reports: Reports, body: LossBody, person: Person) -> Loss:
    """What is reported, of a body for which the person may speak.

    Raises:
        NoSuchCompromise: another's; the same answer as for a seal or body that is not there.
        Usage: neither body nor seal, or both.

    """
    if (body.body is None) is (body.seal is None):
        raise Usage("key-of", "请给出 body 或 seal，二者只给一个。", "give one of body and seal.")
    since: datetime | None = body.since
    own = scope_of(person)
    if body.seal is not None:
        filed = reports.seals.find(body.seal)
        code = filed.body_code if filed else None
    else:
        code = next((one.body.code for one in reports.city.bodies if body.body in {one.login, one.body.code}), None)
    if code is None or own not in {None, code}:
        raise NoSuchCompromise
    if body.seal is not None:
        return reports.loss_of_seal(body.seal, since, body.reason)
    return reports.loss_of_body(code, since, body.reason)


def _officer(person: Person) -> Officer:
    return Officer(person.login, person.name)
