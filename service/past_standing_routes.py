"""Was it valid on that day, over HTTP: the answer, and the file of evidence.

    GET /api/v1/licences/{identifier}/past-standing?on=…       the answer, for whoever may see a licence's standing
    GET /api/v1/licences/{identifier}/standing-evidence?on=…   the file, for whoever may also see why it stands so

A file of evidence holds the acts with their reasons, because a commitment is opened with the whole act or not at all;
so the counter, which is told standings and no reasons, gets the answer alone.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from issuer.answers import NOT_FOUND
from issuer.errors import NoSuchLicence
from service.identity import Person, Role
from service.past_standings import last_instant_of
from service.problem import Usage
from service.wiring import Yinzheng
from trust.errors import Malformed
from trust.formats.standing_evidence import encode_standing_evidence
from trust.http import NOT_SIGNED_IN, attachment, uncached
from trust.rules.identifier import MAX_LENGTH, parse_lenient
from trust.rules.past_standing import Answer, PastStanding

JSON = "application/json"
Identifier = Annotated[str, Path(max_length=MAX_LENGTH, description="证照标识")]
On = Annotated[
    str, Query(max_length=40, description="哪一天（按当日结束时）或哪一时刻，如 2026-11-21、2026-11-21T12:00:00+08:00")
]


class PastStandingView(BaseModel):
    """那一天是否有效：按今天所知和按当时所知."""

    identifier: str
    on: datetime
    as_of: datetime
    answer: Answer
    label: str
    known_today: str = Field(description="按今天所知的处理，当时的状态代码")
    known_then: str = Field(description="按当时已登记的处理，当时的状态代码")
    since: datetime | None = Field(description="现在的状态自何时起；没有处理过为 null")
    status_now: str
    carried_over: bool = Field(description="现在的状态恢复前已公布、原来的处理还没有重新登记")
    retroactive: bool = Field(description="是否有此后登记的处理溯及当时")


def past_standing_router(yinzheng: Yinzheng, signed_in: Callable[..., Person]) -> APIRouter:
    """The routes; `signed_in` is the dependency that gives whoever is signed in."""
    routes = APIRouter(prefix="/api/v1", tags=["verifying"], dependencies=[Depends(uncached)])
    Asker = Annotated[Person, Depends(signed_in)]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/licences/{identifier}/past-standing",
        summary="某日是否有效",
        description="按今天所知和按当时所知各答一次；供颁发部门、持证主体、审计人员和窗口核验人员查询。",
        responses=NOT_SIGNED_IN | NOT_FOUND,
    )
    def answer(identifier: Identifier, on: On, person: Asker) -> PastStandingView:
        require_sight(yinzheng, person, identifier, why=False)
        return _view(identifier, yinzheng.past_standings.answer(identifier, asked_about(on, yinzheng.now())))

    @routes.get(
        "/licences/{identifier}/standing-evidence",
        summary="某日状态的举证文件",
        description="含全部处理及其日志证明、当时的状态清单，任何人可离线核对；供颁发部门、持证主体和审计人员取用。",
        response_class=Response,
        responses=NOT_SIGNED_IN
        | NOT_FOUND
        | {200: {"content": {JSON: {}}, "description": "举证文件，格式 yinzheng-standing/1"}},
    )
    def evidence(identifier: Identifier, on: On, person: Asker) -> Response:
        require_sight(yinzheng, person, identifier, why=True)
        made, _ = yinzheng.past_standings.evidence(identifier, asked_about(on, yinzheng.now()))
        return attachment(encode_standing_evidence(made), JSON, "standing.json")

    return routes


def asked_about(words: str, now: datetime) -> datetime:
    """The instant that is meant by a day, or by a time with its zone.

    Raises:
        Usage: neither.

    """
    if (day := last_instant_of(words, now)) is not None:
        return day
    try:
        found = datetime.fromisoformat(words.replace(" ", "+"))  # an unescaped plus arrives as a space
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1949 <= found.year < 9000:
        raise Usage(
            "not-a-time",
            "请写日期，如 2026-11-21，或者带时区的时间，如 2026-11-21T12:00:00+08:00。",
            "a day, or a time with its zone, was expected.",
        )
    return found


def require_sight(yinzheng: Yinzheng, person: Person, identifier: str, *, why: bool) -> None:
    """Make sure that somebody may see a licence's standing, or with `why` its acts and reasons.

    Raises:
        NoSuchLicence: there is none, or it is not theirs to see: the same answer.

    """
    try:
        parse_lenient(identifier)
    except Malformed as error:
        raise NoSuchLicence from error
    entry = yinzheng.archive.register.find(identifier)
    if entry is None or entry.artefacts is None:
        raise NoSuchLicence
    licence = entry.licence
    match person.role:
        case Role.AUDITOR:
            allowed = True
        case Role.REVIEWER:
            allowed = not why
        case Role.OFFICIAL | Role.SYSTEM:
            allowed = person.department == licence.issuing_body.code
        case Role.HOLDER:
            allowed = (person.holder_code_type, person.holder_code) in {
                (one.code_type, one.code) for one in licence.holders
            }
        case _:
            allowed = False
    if not allowed:
        raise NoSuchLicence


def _view(identifier: str, found: PastStanding) -> PastStandingView:
    return PastStandingView(
        identifier=identifier,
        on=found.on,
        as_of=found.asked_at,
        answer=found.answer,
        label=found.answer.label,
        known_today=found.today.status.value,
        known_then=found.then.status.value,
        since=found.since.since,
        status_now=found.since.status.value,
        carried_over=found.since.carried,
        retroactive=found.retroactive,
    )
