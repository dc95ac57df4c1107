"""The life of an order of acts 处理审批单: its stages, and the one table of steps between them.

    waiting ──approve──> approved ──carry out──> done          the acts are recorded between these two
       ├──refuse──> refused          by somebody else
       └──withdraw──> withdrawn      by whoever ordered it

Every step taken is an event with who, when and why, and nothing is ever taken out.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from issuer.warrants.errors import WarrantMoved

Part = Literal["maker", "other", "register"]
"""Who takes a step: whoever ordered, somebody else of the body, or the register by itself."""


class Stage(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return _STAGES[self]


_STAGES = {
    Stage.WAITING: "待审批",
    Stage.APPROVED: "已批准，登记中",
    Stage.DONE: "已登记",
    Stage.REFUSED: "不予批准",
    Stage.WITHDRAWN: "已撤回",
}


class Step(StrEnum):
    """What is done to an order; each row of `STEPS` explains one."""

    PLACE = "place"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    CARRY_OUT = "carry-out"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return STEPS[self].label


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    step: Step
    label: str
    allowed_from: Stage | None
    result: Stage
    part: Part
    needs_reason: bool = False


STEPS = MappingProxyType(
    {
        row.step: row
        for row in (
            Row(Step.PLACE, "提请处理", None, Stage.WAITING, "maker"),
            Row(Step.APPROVE, "批准", Stage.WAITING, Stage.APPROVED, "other"),
            Row(Step.REFUSE, "不予批准", Stage.WAITING, Stage.REFUSED, "other", needs_reason=True),
            Row(Step.WITHDRAW, "撤回", Stage.WAITING, Stage.WITHDRAWN, "maker"),
            Row(Step.CARRY_OUT, "登记", Stage.APPROVED, Stage.DONE, "register"),
        )
    }
)


def after(stage: Stage | None, step: Step) -> Stage:
    """The stage that a step leads to.

    Raises:
        WarrantMoved: the table has no such step from here.

    """
    row = STEPS[step]
    if stage is not row.allowed_from:
        raise WarrantMoved(stage or "nothing", step)
    return row.result
