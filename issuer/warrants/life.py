"""The life of an order of acts 处理审批单: its stages, and the one table of steps between them.

The acts are recorded between `approved` and `done`. Every step taken is an event with who, when and why, and nothing is
ever taken out.
"""

from issuer.warrants.errors import NotTheMaker, OwnWarrant, WarrantMoved
from trust.rules.labelled import Labelled
from trust.rules.life import Life, Row, Who


class Stage(Labelled):
    """Where an order stands."""

    WAITING = "waiting", "待审批"
    APPROVED = "approved", "已批准，登记中"
    DONE = "done", "已登记"
    REFUSED = "refused", "不予批准"
    WITHDRAWN = "withdrawn", "已撤回"


class Step(Labelled):
    """What is done to an order; each row of `LIFE` explains one."""

    PLACE = "place", "提请处理"
    APPROVE = "approve", "批准"
    REFUSE = "refuse", "不予批准"
    WITHDRAW = "withdraw", "撤回"
    CARRY_OUT = "carry-out", "登记"


LIFE = Life(
    rows=(
        Row(Step.PLACE, {None}, Stage.WAITING),
        Row(Step.APPROVE, {Stage.WAITING}, Stage.APPROVED, Who.ANOTHER),
        Row(Step.REFUSE, {Stage.WAITING}, Stage.REFUSED, Who.ANOTHER, needs_reason=True),
        Row(Step.WITHDRAW, {Stage.WAITING}, Stage.WITHDRAWN, Who.AUTHOR),
        Row(Step.CARRY_OUT, {Stage.APPROVED}, Stage.DONE, Who.REGISTER),
    ),
    moved=WarrantMoved,
    persons={Who.ANOTHER: OwnWarrant, Who.AUTHOR: NotTheMaker},
)
