"""Pages of a department's seals: the list, and one seal with its life, its requests and its uses.

An official sees the seals of the own department and of no other. Who asks for something never approves it: the page
tells so where it is asked and offers the decision to a second person only, and the register refuses it in any case.
Applying is in `seal_apply`, suspending, resuming and cancelling in `seal_acts`, using a seal in `seal_use`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import department_name
from service.pages.rendering import render, see_other
from service.pages.seal_use import officer_of, own_seal
from service.pages.seal_words import BADGES, LABELS, LOST_ACTS, told, whole_number
from service.problem import Usage
from service.wiring import Yinzheng
from trust.errors import TrustError
from trust.rules.seal_grounds import SEAL_GROUNDS
from trust.rules.seal_standing import SealKind
from trust.sealing.errors import SealUnknown
from trust.sealing.life import LIFE, LostAct, State, Step
from trust.sealing.ports import Application, FiledSeal
from trust.sealing.using import Progress
from trust.sealing.using import Request as SealRequest
from trust.sealing.views import StepView, step_views, use_view

SHOWN = 50
DONE = {
    "applied": "已申请，待另一人批准。",
    "decided": "已办理。",
    "filed": "已制作并备案，信任列表已公布，可以用印。",
    "acted": "已登记，信任列表和状态清单已公布。",
    "asked": "已申请增加份数，待另一人批准。",
}


@dataclass(frozen=True)
class Row:
    """A seal of the list, filed or applied for."""

    seal_id: str
    name: str
    kind: SealKind
    state: State
    valid_until: datetime | None
    filed: bool
    usable: bool
    lost_act: LostAct | None = None


def add_seal_register(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer/seals`, the page of a seal, and the decisions taken there."""
    _add_list(routes, yinzheng, guards)
    _add_seal(routes, yinzheng, guards)


def _add_list(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)

    @routes.get("/issuer/seals")
    def seals(request: Request, official: Official) -> Response:
        return render(
            request,
            "seals",
            department=department_name(yinzheng, official),
            rows=_rows(yinzheng, official),
            waiting=_waiting(yinzheng, official),
            badges=BADGES,
        )


def _add_seal(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    path = "/issuer/seals/{seal_id}"

    @routes.get(path)
    def seal(
        request: Request,
        official: Official,
        seal_id: str,
        done: str = "",
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    ) -> Response:
        return _seal_page(request, yinzheng, official, seal_id, done=done, after=after)

    @routes.get(path + "/picture.png")
    def picture(official: Official, seal_id: str) -> Response:
        filed = own_seal(yinzheng, official, seal_id)
        headers = {"Cache-Control": "private, max-age=300"}
        return Response(filed.seal.picture.octets, media_type="image/png", headers=headers)

    @routes.post(path + "/decision")
    def decide(request: Request, official: Official, seal_id: str, form: Posted) -> Response:
        _own(yinzheng, official, seal_id)
        step, note, by = form.text("step"), form.text("note"), officer_of(official)
        try:
            if step == "withdraw":
                yinzheng.seals.withdraw(seal_id, note=note, by=by)
            elif step == "file":
                yinzheng.seals.file(seal_id, by=by)
            else:
                yinzheng.seals.decide(seal_id, approve=step == "approve", note=note, by=by)
        except TrustError as error:
            errors, problem = told(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return _seal_page(request, yinzheng, official, seal_id, errors=errors, status=problem.status)
        return see_other(f"/issuer/seals/{seal_id}?done={'filed' if step == 'file' else 'decided'}")

    @routes.post(path + "/requests")
    def allow(request: Request, official: Official, seal_id: str, form: Posted) -> Response:
        own_seal(yinzheng, official, seal_id)
        key, count = f"form:{official.login}:{form.nonce()}", form.text("count")
        try:
            asked = yinzheng.seals.allow(
                seal_id,
                whole_number(count, "count") or 0,
                purpose=form.text("purpose"),
                key=key,
                by=officer_of(official),
            )
        except (TrustError, Usage) as error:
            errors, problem = told(error)
            return _seal_page(request, yinzheng, official, seal_id, errors=errors, status=problem.status)
        return see_other(f"/issuer/seals/{seal_id}/requests/{asked.number}")


def _rows(yinzheng: Yinzheng, official: Person) -> list[Row]:
    """Filed seals, those in use first, then applications that did not become one."""
    register, body = yinzheng.seals, official.department
    rows = [
        Row(
            filed.seal.seal_id,
            filed.seal.name,
            filed.kind,
            state,
            filed.seal.valid_until,
            filed=True,
            usable=state is State.IN_USE and filed.holder in {None, official.login},
            lost_act=register.lost_act(filed.seal.seal_id),
        )
        for filed in register.filed(body)
        for state in [register.state(filed.seal.seal_id)]
    ]
    known = {row.seal_id for row in rows}
    rows += [
        Row(one.seal_id, one.wish.name, one.wish.kind, one.state, None, filed=False, usable=False)
        for one in register.applications(body)
        if one.seal_id not in known
    ]
    return sorted(rows, key=lambda row: (not row.usable, row.state.over))


def _waiting(yinzheng: Yinzheng, official: Person) -> list[tuple[FiledSeal, SealRequest]]:
    """Requests to seal that wait for a second person."""
    return [
        (filed, asked)
        for filed in yinzheng.seals.filed(official.department)
        for asked in yinzheng.seals.requests(filed.seal.seal_id, SHOWN)
        if asked.progress is Progress.WAITING
    ]


def _own(yinzheng: Yinzheng, official: Person, seal_id: str) -> tuple[FiledSeal | None, Application | None]:
    """A seal of the department, filed or applied for; SealUnknown for everything else."""
    filed, application = yinzheng.seals.find(seal_id), yinzheng.seals.application(seal_id)
    body = filed.body_code if filed else application.wish.body_code if application else None
    if body is None or body != official.department:
        raise SealUnknown
    return filed, application


def _seal_page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    seal_id: str,
    *,
    done: str = "",
    after: int = 0,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    filed, application = _own(yinzheng, official, seal_id)
    state, officer = yinzheng.seals.state(seal_id), officer_of(official)
    lost_act = yinzheng.seals.lost_act(seal_id)
    second = application is not None and officer.is_other_than(application.applied_by)
    return render(
        request,
        "seal",
        status=status,
        seal_id=seal_id,
        filed=filed,
        application=application,
        state=state,
        badge=BADGES.get(state, ""),
        kind=filed.kind if filed else application.wish.kind if application else None,
        name=filed.seal.name if filed else application.wish.name if application else "",
        may=_possible(yinzheng, seal_id, lost_act),
        lost_act=lost_act,
        told_since=yinzheng.seals.told_since(seal_id),
        to_do=LOST_ACTS.get(lost_act, "") if lost_act else "",
        second=second,
        usable=filed is not None and state is State.IN_USE and filed.holder in {None, official.login},
        history=_history(yinzheng, seal_id),
        requests=yinzheng.seals.requests(seal_id, SHOWN) if filed else (),
        uses=[use_view(*one) for one in yinzheng.seals.uses(seal_id, after=after, limit=SHOWN)] if filed else (),
        after=after,
        done=DONE.get(done, ""),
        errors=errors or {},
        labels=LABELS,
        nonce=fresh_nonce(yinzheng.random),
        most=SHOWN,
    )


def _possible(yinzheng: Yinzheng, seal_id: str, lost_act: LostAct | None) -> list[Step]:
    """The steps that may be taken next; of a seal that was told to have ended, only its end is recorded again."""
    steps = [row.step for row in LIFE.from_stage(yinzheng.seals.recorded_state(seal_id))]
    return [step for step in steps if lost_act is not LostAct.END or step is Step.CANCEL]


def _history(yinzheng: Yinzheng, seal_id: str) -> list[StepView]:
    labels = {code: ground.label for code, ground in SEAL_GROUNDS.items()}
    return step_views(yinzheng.seals.steps(seal_id), yinzheng.seals.acts_on(seal_id), labels)
