"""What is answered about seals: a seal with its life, requests to seal, uses, and grounds.

A view names who acted and when, and never a seal's octets or a document's; those have routes of their own.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from trust.rules.grounds import Ground
from trust.rules.seal_standing import SealKind
from trust.rules.standing import Act
from trust.sealing.life import ACTS, LostAct, State
from trust.sealing.ports import Application, FiledSeal, SealUse, Taken
from trust.sealing.using import Request


class SealView(BaseModel):
    """A seal, filed or applied for."""

    seal: str
    body_code: str
    kind: SealKind
    kind_label: str
    name: str
    state: State
    state_label: str
    lost_act: LostAct | None = None
    holder: str | None = None
    filed_at: datetime | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    per_day: int | None = None
    threshold: int | None = None
    reason: str | None = None
    replaces: str | None = None
    applied_by: str | None = None
    applied_at: datetime | None = None


class StepView(BaseModel):
    """One step of a seal's life."""

    step: str
    label: str
    by: str
    at: datetime
    note: str = ""


class SealPage(BaseModel):
    """A seal with everything that happened to it, oldest first."""

    seal: SealView
    steps: list[StepView]


class RequestView(BaseModel):
    """A request to seal."""

    number: str
    seal: str
    purpose: str
    count: int
    progress: str
    progress_label: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    documents: list["DocumentView"]


class DocumentView(BaseModel):
    """One document of a request: its SM3, where the seal goes, and what became of it."""

    digest: str
    place: str
    result: str
    result_label: str
    detail: str


class UseView(BaseModel):
    """One use: who, what, for what purpose, where, and what came of it; of licences the register tells the rest."""

    number: int
    at: datetime
    by: str
    subject: str
    signed: str
    purpose: str | None = None
    document: str | None = None
    place: str | None = None
    result: str | None = None
    approved_by: str | None = None


class SealGroundView(BaseModel):
    """One ground for an act on a seal."""

    code: str
    label: str
    acts: list[str]
    needs_reason: bool
    retroactive: bool


def filed_view(
    filed: FiledSeal, application: Application | None, state: State, lost_act: LostAct | None = None
) -> SealView:
    """A seal on file, with what its application says, where it had one, and what a restore lost of it."""
    made = filed.seal
    view = SealView(
        seal=made.seal_id,
        body_code=filed.body_code,
        kind=filed.kind,
        kind_label=filed.kind.label,
        name=made.name,
        state=state,
        state_label=state.label if lost_act is None else f"{state.label}（{lost_act.label}）",
        lost_act=lost_act,
        holder=filed.holder,
        filed_at=filed.filed_at,
        valid_from=made.valid_from,
        valid_until=made.valid_until,
        width_mm=made.picture.width_mm,
        height_mm=made.picture.height_mm,
        per_day=filed.limits.per_day,
        threshold=filed.limits.threshold,
    )
    return view if application is None else view.model_copy(update=_applied(application))


def application_view(application: Application) -> SealView:
    """A seal that is not on file."""
    wish = application.wish
    view = SealView(
        seal=application.seal_id,
        body_code=wish.body_code,
        kind=wish.kind,
        kind_label=wish.kind.label,
        name=wish.name,
        state=application.state,
        state_label=application.state.label,
        holder=wish.holder.login if wish.holder else None,
        per_day=wish.limits.per_day,
        threshold=wish.limits.threshold,
    )
    return view.model_copy(update=_applied(application))


def _applied(application: Application) -> dict[str, object]:
    return {
        "reason": application.wish.reason,
        "replaces": application.wish.replaces,
        "applied_by": application.applied_by.name,
        "applied_at": application.applied_at,
    }


def step_views(steps: Sequence[Taken], acts: Sequence[Act], labels: dict[str, str]) -> list[StepView]:
    """The steps of an application and the acts on the seal, in the order of time."""
    taken = [StepView(step=one.step, label=one.step.label, by=one.by.name, at=one.at, note=one.note) for one in steps]
    for act in acts:
        step = next(found for found, kind in ACTS.items() if kind is act.kind)
        note = "；".join(filter(None, (labels.get(act.ground, act.ground), act.reason)))
        taken.append(StepView(step=step, label=step.label, by=act.by, at=act.effective_at, note=note))
    return sorted(taken, key=lambda one: one.at)


def request_view(request: Request) -> RequestView:
    """A request as people see it."""
    return RequestView(
        number=request.number,
        seal=request.seal_id,
        purpose=request.purpose,
        count=request.count,
        progress=request.progress,
        progress_label=request.progress.label,
        asked_by=request.by.name,
        asked_at=request.at,
        decided_by=request.decided_by.name if request.decided_by else None,
        decided_at=request.decided_at,
        documents=[
            DocumentView(
                digest=item.document.hex(),
                place=item.place,
                result=item.result,
                result_label=item.result.label,
                detail=item.detail,
            )
            for item in request.items
        ],
    )


def use_view(number: int, use: SealUse, request: Request | None) -> UseView:
    """A use, with what its request says."""
    known = UseView(number=number, at=use.at, by=use.by, subject=use.subject, signed=use.digest.hex())
    if request is not None:
        known.purpose = request.purpose
        known.approved_by = request.decided_by.name if request.decided_by else None
        item = next((one for one in request.items if one.signed == use.digest), None)
        if item is not None:
            known.document, known.place, known.result = item.document.hex(), item.place, item.result.label
    return known


def ground_view(ground: Ground) -> SealGroundView:
    """A ground, with the steps that it is for."""
    return SealGroundView(
        code=ground.code,
        label=ground.label,
        acts=[step.value for step, kind in ACTS.items() if kind in ground.kinds],
        needs_reason=ground.needs_reason,
        retroactive=ground.retroactive,
    )
