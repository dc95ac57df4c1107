"""What the API of orders answers: an order with its licences, what became of them, and every step it took."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from issuer.applying.views import OfficerView
from issuer.warrants.life import Stage, Step
from issuer.warrants.warrant import Event, Outcome, Warrant
from trust.rules.standing import ActKind
from trust.rules.two_people import Cause


class CauseView(BaseModel):
    """Why it takes two people."""

    cause: Cause
    label: str


class OutcomeView(BaseModel):
    """One licence of an order, with what became of it."""

    identifier: str
    act: int | None = Field(description="登记为第几次处理；没有登记为 null")
    refusal: str | None = Field(description="没有登记的原因代码")


class StepView(BaseModel):
    """A step: who, when, why."""

    sequence: int
    step: Step
    label: str
    stage: Stage
    at: datetime
    by: OfficerView
    reason: str


class WarrantSummary(BaseModel):
    """处理审批单 in a list."""

    number: str
    stage: Stage
    stage_label: str
    kind: ActKind
    kind_label: str
    count: int
    causes: list[CauseView]
    opened_by: OfficerView
    opened_at: datetime
    moved_at: datetime


class WarrantView(WarrantSummary):
    """处理审批单 in full."""

    ground: str
    reason: str
    decision: str
    effective_at: datetime | None
    decided_at: datetime | None
    reverses: int | None
    receiver: str
    digest: str = Field(description="全部内容的摘要；批准时原样写回")
    licences: list[OutcomeView]
    steps: list[StepView]


def summary_view(warrant: Warrant) -> WarrantSummary:
    """An order in a list."""
    return WarrantSummary(**_summary(warrant))


def warrant_view(warrant: Warrant, outcomes: Sequence[Outcome], events: Sequence[Event]) -> WarrantView:
    """An order in full."""
    wanted = warrant.wanted
    return WarrantView(
        **_summary(warrant),
        ground=wanted.ground,
        reason=wanted.reason,
        decision=wanted.decision,
        effective_at=wanted.effective_at,
        decided_at=wanted.decided_at,
        reverses=wanted.reverses,
        receiver=wanted.receiver,
        digest=wanted.digest,
        licences=[OutcomeView(identifier=one.subject, act=one.act_sequence, refusal=one.refusal) for one in outcomes],
        steps=[
            StepView(
                sequence=one.sequence,
                step=one.step,
                label=one.step.label,
                stage=one.stage,
                at=one.at,
                by=OfficerView(login=one.by.login, name=one.by.name),
                reason=one.reason,
            )
            for one in events
        ],
    )


def _summary(warrant: Warrant) -> dict[str, Any]:
    return {
        "number": warrant.number,
        "stage": warrant.stage,
        "stage_label": warrant.stage.label,
        "kind": warrant.wanted.kind,
        "kind_label": warrant.wanted.kind.label,
        "count": len(warrant.wanted.subjects),
        "causes": [CauseView(cause=cause, label=cause.label) for cause in warrant.causes],
        "opened_by": OfficerView(login=warrant.maker.login, name=warrant.maker.name),
        "opened_at": warrant.opened_at,
        "moved_at": warrant.moved_at,
    }
