"""Routes of applications: hand in, change, list, look, and every step on one.

Who asks comes from `authorize`, which `service` gives; an application belongs to the asker's department, and those of
others are answered like ones that do not exist. Keys of idempotency are the department's own. Whoever approves gets the
application back with its licence issued.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response, status

from issuer.applying.bodies import DocketBody, StepBody
from issuer.applying.docket import Docket, Event, Proposal
from issuer.applying.life import Stage
from issuer.applying.linting import Caution
from issuer.applying.views import DocketSummary, DocketView, docket_view, summary_view
from issuer.clerk import Authorize, Clerk
from issuer.errors import PeopleOnly
from issuer.issuing import Issued
from trust.http import Key, conflicting, guarded, uncached
from trust.sealing.ports import Officer

MOST = 100
FOR_SYSTEMS = frozenset({"submit", "withdraw"})
"""Steps that a department's own system may take; all others are decisions."""
GUARDED = guarded("没有这份申请，或者不归您查看：两者回答相同", "没有这项权限，或者经手人不能自己审批")
CONFLICTS = conflicting("与现状冲突：状态已变、内容已变、编号已用过，或者幂等键另有所用")


class ApplicationDesk(Protocol):
    """What these routes ask of the installation; the journeys, wired."""

    def find(self, number: str, body_code: str) -> Docket: ...

    def events(self, docket: Docket) -> Sequence[Event]: ...

    def warnings(self, docket: Docket) -> Sequence[Caution]: ...

    def of_body(
        self, body_code: str, stages: Sequence[Stage] = ..., *, limit: int = ..., after: str = ""
    ) -> Sequence[Docket]: ...

    def propose(
        self,
        members: Mapping[str, Any],
        *,
        type_code: str,
        issuer_code: str,
        succession: tuple[str, str] | None = None,
        basis: str = "",
    ) -> Proposal: ...

    def open(self, proposal: Proposal, *, by: Officer, key: str) -> Docket: ...

    def hand_in(self, proposal: Proposal, *, by: Officer, key: str) -> Docket: ...

    def save(self, docket: Docket, proposal: Proposal, *, by: Officer, key: str) -> Docket: ...

    def submit(self, docket: Docket, *, by: Officer, key: str) -> Docket: ...

    def withdraw(self, docket: Docket, *, by: Officer, key: str, reason: str = "") -> Docket: ...

    def send_back(self, docket: Docket, *, reason: str, by: Officer, key: str) -> Docket: ...

    def refuse(self, docket: Docket, *, reason: str, by: Officer, key: str) -> Docket: ...

    def abandon(self, docket: Docket, *, reason: str, by: Officer, key: str) -> Docket: ...

    def approve(self, docket: Docket, *, digest: str, by: Officer, key: str) -> tuple[Docket, Issued]: ...

    def issue(self, docket: Docket, *, by: Officer) -> tuple[Docket, Issued]: ...


Number = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$", description="申请编号")]


def router(desk: ApplicationDesk, *, authorize: Authorize) -> APIRouter:
    """The routes; `authorize` gives the dependency that admits whoever has a right."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
    _add_reading(routes, desk, authorize)
    _add_writing(routes, desk, authorize)
    return routes


def _add_reading(routes: APIRouter, desk: ApplicationDesk, authorize: Authorize) -> None:
    Official = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/applications",
        summary="申请列表",
        description="本部门的申请，最近办理的在前；`after` 为上一页最后一份的编号。",
        responses=GUARDED,
    )
    def listed(
        clerk: Official,
        stage: Annotated[list[Stage] | None, Query(max_length=len(Stage))] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
        after: Annotated[str, Query(max_length=64, pattern="^[0-9a-f]*$")] = "",
    ) -> list[DocketSummary]:
        found = desk.of_body(clerk.department, stage or tuple(Stage), limit=limit, after=after)
        return [summary_view(docket) for docket in found]

    @routes.get(
        "/applications/{number}",
        summary="一份申请",
        description="内容、状态、须注意的事项和全部办理过程。",
        responses=GUARDED,
    )
    def one(number: Number, clerk: Official) -> DocketView:
        return _answer(desk, desk.find(number, clerk.department))


def _add_writing(routes: APIRouter, desk: ApplicationDesk, authorize: Authorize) -> None:
    Official = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/applications",
        summary="提交申请",
        description="首次申领，或接续原证照办理延续、变更、补发、更正、转入。检查全部通过才收下；`draft` 只存草稿。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def hand_in(body: DocketBody, key: Key, clerk: Official, out: Response) -> DocketView:
        proposal, own = _proposal(desk, body, clerk), clerk.own_key(key)
        handing = desk.open if body.draft else desk.hand_in
        docket = handing(proposal, by=clerk.officer, key=own)
        out.headers["Location"] = f"/api/v1/applications/{docket.number}"
        return _answer(desk, docket)

    @routes.put(
        "/applications/{number}",
        summary="修改申请",
        description="草稿和退回补正的可以修改；证照类型和所接续的证照不能改。",
        responses=GUARDED | CONFLICTS,
    )
    def save(number: Number, body: DocketBody, key: Key, clerk: Official) -> DocketView:
        docket, own = desk.find(number, clerk.department), clerk.own_key(key)
        docket = desk.save(docket, _proposal(desk, body, clerk), by=clerk.officer, key=own)
        if not body.draft:
            docket = desk.submit(docket, by=clerk.officer, key=f"{own}:submit")
        return _answer(desk, docket)

    @routes.post(
        "/applications/{number}/steps",
        summary="办理申请",
        description="提交、撤回、批准、退回、不予批准。批准即签发：收到 200 时证照已签章、自查、存证、发出。",
        responses=GUARDED | CONFLICTS,
    )
    def step(number: Number, body: StepBody, key: Key, clerk: Official) -> DocketView:
        if not clerk.is_person and body.step not in FOR_SYSTEMS:
            raise PeopleOnly
        docket = desk.find(number, clerk.department)
        return _answer(desk, _take(desk, docket, body, clerk.officer, clerk.own_key(key)))


def _proposal(desk: ApplicationDesk, body: DocketBody, clerk: Clerk) -> Proposal:
    return desk.propose(
        body.members(),
        type_code=body.type,
        issuer_code=clerk.department,
        succession=body.follows,
        basis=body.basis,
    )


def _take(desk: ApplicationDesk, docket: Docket, body: StepBody, by: Officer, key: str) -> Docket:
    match body.step:
        case "submit":
            return desk.submit(docket, by=by, key=key)
        case "withdraw":
            return desk.withdraw(docket, reason=body.reason, by=by, key=key)
        case "approve":
            return desk.approve(docket, digest=body.digest, by=by, key=key)[0]
        case "return":
            return desk.send_back(docket, reason=body.reason, by=by, key=key)
        case "refuse":
            return desk.refuse(docket, reason=body.reason, by=by, key=key)
        case "abandon":
            return desk.abandon(docket, reason=body.reason, by=by, key=key)
        case "issue":
            return desk.issue(docket, by=by)[0]


def _answer(desk: ApplicationDesk, docket: Docket) -> DocketView:
    return docket_view(docket, desk.events(docket), desk.warnings(docket))
