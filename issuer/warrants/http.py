"""Routes of orders: acts that two people stand behind, on one licence or on many.

Who asks comes from `authorize`, which `service` gives; an order belongs to the asker's department, and those of others
are answered like ones that do not exist. Whoever approves gets the order back with its acts recorded.
"""

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response, status

from issuer.clerk import Authorize, Clerk
from issuer.warrants.bodies import DecisionBody, OrderBody
from issuer.warrants.views import WarrantSummary, WarrantView, summary_view, warrant_view
from issuer.warrants.warrant import Event, Outcome, Wanted, Warrant
from trust.http import Key, conflicting, guarded, uncached
from trust.sealing.ports import Officer

MOST = 100
GUARDED = guarded("没有这份处理审批单，或者不归您查看：两者回答相同", "没有这项权限，或者提请人不能自己审批")
CONFLICTS = conflicting("与现状冲突：已经办结、证照状态不允许，或者幂等键另有所用")


class WarrantDesk(Protocol):
    """What these routes ask of the installation; the journeys, wired."""

    def find(self, number: str, body_code: str) -> Warrant: ...

    def events(self, warrant: Warrant) -> Sequence[Event]: ...

    def outcomes(self, warrant: Warrant) -> Sequence[Outcome]: ...

    def of_body(self, body_code: str, *, limit: int = ...) -> Sequence[Warrant]: ...

    def place(self, wanted: Wanted, *, by: Officer, key: str, reason: str = "") -> Warrant: ...

    def approve(self, warrant: Warrant, *, digest: str, by: Officer, key: str, reason: str = "") -> Warrant: ...

    def refuse(self, warrant: Warrant, *, reason: str, by: Officer, key: str) -> Warrant: ...

    def withdraw(self, warrant: Warrant, *, by: Officer, key: str, reason: str = "") -> Warrant: ...


Number = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$", description="处理审批单编号")]


def router(desk: WarrantDesk, *, authorize: Authorize) -> APIRouter:
    """The routes; `authorize` gives the dependency that admits whoever has a right."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
    _add_reading(routes, desk, authorize)
    _add_placing(routes, desk, authorize)
    _add_deciding(routes, desk, authorize)
    return routes


def _add_reading(routes: APIRouter, desk: WarrantDesk, authorize: Authorize) -> None:
    Own = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/act-orders",
        summary="处理审批单列表",
        description="本部门提请的处理，待审批的在前。",
        responses=GUARDED,
    )
    def listed(clerk: Own, limit: Annotated[int, Query(ge=1, le=MOST)] = 50) -> list[WarrantSummary]:
        return [summary_view(one) for one in desk.of_body(clerk.department, limit=limit)]

    @routes.get(
        "/act-orders/{number}",
        summary="一份处理审批单",
        description="内容、状态、每本证照的办理结果和全部过程。",
        responses=GUARDED,
    )
    def one(number: Number, clerk: Own) -> WarrantView:
        return _answer(desk, desk.find(number, clerk.department))


def _add_placing(routes: APIRouter, desk: WarrantDesk, authorize: Authorize) -> None:
    Own = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/act-orders",
        summary="提请处理",
        description="须由两人办理的处理：一次多本、溯及既往、由两人签发的类型终结效力。由本部门另一人批准后登记。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def place(body: OrderBody, key: Key, clerk: Own, out: Response) -> WarrantView:
        own = clerk.own_key(key)
        warrant = desk.place(body.wanted(clerk.department), by=clerk.officer, key=own, reason=body.note)
        out.headers["Location"] = f"/api/v1/act-orders/{warrant.number}"
        return _answer(desk, warrant)


def _add_deciding(routes: APIRouter, desk: WarrantDesk, authorize: Authorize) -> None:
    Official = Annotated[Clerk, Depends(authorize("decide"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/act-orders/{number}/steps",
        summary="审批处理",
        description="批准、不予批准、撤回。批准即登记：收到 200 时，处理已登记、存证，新的状态清单已公布。",
        responses=GUARDED | CONFLICTS,
    )
    def step(number: Number, body: DecisionBody, key: Key, clerk: Official) -> WarrantView:
        warrant = desk.find(number, clerk.department)
        own, by = clerk.own_key(key), clerk.officer
        match body.step:
            case "approve":
                done = desk.approve(warrant, digest=body.digest, by=by, key=own, reason=body.reason)
            case "refuse":
                done = desk.refuse(warrant, reason=body.reason, by=by, key=own)
            case "withdraw":
                done = desk.withdraw(warrant, reason=body.reason, by=by, key=own)
        return _answer(desk, done)


def _answer(desk: WarrantDesk, warrant: Warrant) -> WarrantView:
    return warrant_view(warrant, desk.outcomes(warrant), desk.events(warrant))
