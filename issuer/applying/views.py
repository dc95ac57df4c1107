"""What the API of applications answers: an application with its content, what may be done, and every step it took."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from issuer.applying.docket import Docket, Event
from issuer.applying.life import LIFE, Stage, Step
from issuer.applying.linting import Caution
from issuer.applying.operations import Operation
from trust.sealing.ports import Officer


class OfficerView(BaseModel):
    """经办人."""

    login: str
    name: str


class EventView(BaseModel):
    """A step: who, when, why."""

    sequence: int
    step: Step
    label: str
    stage: Stage
    at: datetime
    by: OfficerView
    reason: str


class WarningView(BaseModel):
    """Something to weigh; `subject` is the licence concerned."""

    field: str
    reason: str
    subject: str


class DocketSummary(BaseModel):
    """An application in a list."""

    number: str
    stage: Stage
    stage_label: str
    type: str
    kind: str | None
    predecessor: str | None
    identifier: str | None
    opened_by: OfficerView
    opened_at: datetime
    moved_at: datetime


class DocketView(DocketSummary):
    """An application in full."""

    digest: str = Field(description="内容摘要；批准时原样带回")
    application: dict[str, Any]
    basis: str
    approved_by: OfficerView | None
    approved_until: datetime | None
    steps: list[Step] = Field(description="从目前状态可以办理的步骤")
    warnings: list[WarningView]
    events: list[EventView]


class OperationView(BaseModel):
    """An operation on a licence; `code` is the two digits of the housing ministry's interface."""

    code: str
    label: str
    at: datetime
    recorded_at: datetime
    reason: str
    linked: str


def summary_view(docket: Docket) -> DocketSummary:
    """An application as it is listed."""
    return DocketSummary(**_summary(docket))


def docket_view(docket: Docket, events: Sequence[Event], warnings: Sequence[Caution]) -> DocketView:
    """An application as it is answered."""
    approval = docket.approval
    return DocketView(
        **_summary(docket),
        digest=docket.proposal.digest,
        application=dict(docket.proposal.members),
        basis=docket.proposal.basis,
        approved_by=_officer(approval.by) if approval else None,
        approved_until=approval.expires_at if approval else None,
        steps=[row.step for row in LIFE.from_stage(docket.stage)],
        warnings=[WarningView(field=one.place, reason=one.reason, subject=one.subject) for one in warnings],
        events=[_event(event) for event in events],
    )


def operation_view(operation: Operation) -> OperationView:
    """An operation as it is answered, without who took it: the holder sees it too."""
    return OperationView(
        code=operation.code,
        label=operation.label,
        at=operation.at,
        recorded_at=operation.recorded_at,
        reason=operation.reason,
        linked=operation.linked,
    )


def _summary(docket: Docket) -> dict[str, Any]:
    succession = docket.proposal.succession
    return {
        "number": docket.number,
        "stage": docket.stage,
        "stage_label": docket.stage.label,
        "type": docket.proposal.type_code,
        "kind": succession.kind.value if succession else None,
        "predecessor": succession.predecessor if succession else None,
        "identifier": docket.identifier,
        "opened_by": _officer(docket.maker),
        "opened_at": docket.opened_at,
        "moved_at": docket.moved_at,
    }


def _event(event: Event) -> EventView:
    return EventView(
        sequence=event.sequence,
        step=event.step,
        label=event.step.label,
        stage=event.stage,
        at=event.at,
        by=_officer(event.by),
        reason=event.reason,
    )


def _officer(officer: Officer) -> OfficerView:
    return OfficerView(login=officer.login, name=officer.name)
