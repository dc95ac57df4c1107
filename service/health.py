"""Is it alive, is it ready, how is it doing: three addresses for those who run the service.

`/healthz` says that the process answers, and asks nobody; it names what was last seen of a database that is behind what
was published. `/readyz` says whether it can keep its promises: the database answers and has all that was published, the
self-test of the cryptography passed when the process started, there is a library that signs, the status lists and the
checkpoint are in date. `/metrics` is for Prometheus; in production it asks for an administrator or an auditor, with a
bearer token.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from keys.backend import can_sign
from keys.errors import KeysError
from keys.self_test import self_test
from service.observing import Meters
from service.publisher import CHECKPOINT_EVERY
from service.wiring import Yinzheng
from trust.errors import Conflict
from trust.formats.checkpoint import parse_checkpoint

METRICS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}, "description": "指标"}}
GUARDED: dict[int | str, dict[str, Any]] = {
    401: {"description": "没有登录，或者令牌已失效"},
    403: {"description": "没有这项权限"},
}
CHECKPOINT_LATE = 2 * CHECKPOINT_EVERY


class CheckView(BaseModel):
    """One thing that was looked at."""

    name: str
    ok: bool
    age_s: int | None = None


class ReadinessView(BaseModel):
    """Whether the service can keep its promises, and what that rests on."""

    ready: bool
    checks: list[CheckView]


@dataclass(frozen=True)
class Ages:
    """How old what is published is, and whether it still holds."""

    status_lists: timedelta | None
    lists_hold: bool
    checkpoint: timedelta | None


def router(yinzheng: Yinzheng, meters: Meters, operator: Callable[..., object] | None) -> APIRouter:
    """The routes; `operator` is the dependency that admits to the metrics, None where anybody may."""
    routes = APIRouter(tags=["operating"])
    sound = _passes_self_test()

    @routes.get("/healthz", summary="存活", description="进程在应答；数据库落后于已公布的内容时说明原因。")
    def alive() -> dict[str, str]:
        return {"status": yinzheng.abreast.known or "ok"}

    @routes.get(
        "/readyz",
        summary="就绪",
        description="数据库、密码自检、签名能力、数据库与公布目录是否一致、状态清单与检查点是否正常。",
        response_model=ReadinessView,
        responses={503: {"model": ReadinessView, "description": "尚不能提供完整服务，逐项列出"}},
    )
    def ready() -> JSONResponse:
        checks = list(_checks(yinzheng, sound=sound))
        view = ReadinessView(ready=all(check.ok for check in checks), checks=checks)
        return JSONResponse(view.model_dump(exclude_none=True), 200 if view.ready else 503)

    @routes.get(
        "/metrics",
        summary="运行指标",
        description="Prometheus 文本格式，不含任何个人信息；正式环境需要管理员或审计人员的令牌。",
        response_class=Response,
        dependencies=[Depends(operator)] if operator else [],
        responses=METRICS | (GUARDED if operator else {}),
    )
    def metrics() -> Response:
        now = yinzheng.now()
        ages, left = ages_of(yinzheng, now), [one.ends_at - now for one in yinzheng.renewal.endings()]
        meters.certificates_ended.set(sum(one <= timedelta(0) for one in left))
        for gauge, age in (
            (meters.list_age, ages.status_lists),
            (meters.checkpoint_age, ages.checkpoint),
            (meters.certificates_end, min((one for one in left if one > timedelta(0)), default=None)),
        ):
            gauge.set(age.total_seconds() if age is not None else float("nan"))
        return Response(generate_latest(meters.registry), media_type=CONTENT_TYPE_LATEST)

    return routes


def ages_of(yinzheng: Yinzheng, at: datetime) -> Ages:
    """The ages of the oldest current status list and of the newest checkpoint."""
    archive = yinzheng.archive
    current = [one for shard in archive.publications.lists() if (one := archive.publications.current(shard))]
    note = archive.log.latest()
    return Ages(
        status_lists=max((at - one.at for one in current), default=None),
        lists_hold=bool(current) and all(at < one.next_update for one in current),
        checkpoint=at - parse_checkpoint(note)[0].at if note else None,
    )


def _checks(yinzheng: Yinzheng, *, sound: bool) -> Iterator[CheckView]:
    yield CheckView(name="self-test", ok=sound)
    yield CheckView(name="signing", ok=can_sign())
    answers = _database_answers(yinzheng)
    yield CheckView(name="database", ok=answers)
    if answers:
        yield CheckView(name="public-copy", ok=_abreast(yinzheng))
        ages = ages_of(yinzheng, yinzheng.now())
        yield CheckView(name="status-lists", ok=ages.lists_hold, age_s=_seconds(ages.status_lists))
        in_date = ages.checkpoint is not None and ages.checkpoint <= CHECKPOINT_LATE
        yield CheckView(name="checkpoint", ok=in_date, age_s=_seconds(ages.checkpoint))


def _abreast(yinzheng: Yinzheng) -> bool:
    """Whether the database has everything that was published, and the public folder is whole."""
    try:
        yinzheng.abreast.require()
    except Conflict:
        return False
    return True


def _database_answers(yinzheng: Yinzheng) -> bool:
    try:
        with yinzheng.archive.engine.connect() as connection:
            return bool(connection.scalar(text("SELECT 1")) == 1)
    except SQLAlchemyError:
        return False


def _passes_self_test() -> bool:
    try:
        self_test(signing=can_sign())
    except KeysError:
        return False
    return True


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else max(0, int(age.total_seconds()))
