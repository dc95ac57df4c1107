"""The life of an application 申请件: its stages, and the one table of steps between them.

A step says from where it leads, to where, and who may take it: anybody of the body, only an author (whoever opened,
changed or submitted the application), only somebody else, or the register by itself. Every step taken is an event with
who, when and why, and nothing is ever taken out. `released`, `refused` and `withdrawn` are final.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from issuer.applying.errors import DocketMoved


class Stage(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    ISSUING = "issuing"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return _STAGES[self]

    @property
    def final(self) -> bool:
        """Whether no step leads on from here."""
        return self in {Stage.RELEASED, Stage.REFUSED, Stage.WITHDRAWN}


_STAGES = {
    Stage.DRAFT: "草稿",
    Stage.SUBMITTED: "待审批",
    Stage.RETURNED: "已退回补正",
    Stage.APPROVED: "已批准",
    Stage.ISSUING: "签发中",
    Stage.RELEASED: "已发证",
    Stage.REFUSED: "不予批准",
    Stage.WITHDRAWN: "已撤回",
}


class Step(StrEnum):
    """What is done to an application; each row of `STEPS` explains one."""

    OPEN = "open"
    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    REFUSE = "refuse"
    APPROVE = "approve"
    WAIVE = "waive"
    EXPIRE = "expire"
    BEGIN = "begin"
    BREAK_OFF = "break-off"
    RELEASE = "release"
    ABANDON = "abandon"
    VOID = "void"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return STEPS[self].label


class Part(StrEnum):
    """Who may take a step."""

    ANY = "any"
    AUTHOR = "author"
    OTHER = "other"
    REGISTER = "register"


@dataclass(frozen=True)
class Row:
    """One row of the table; a `result` of None leaves the stage as it is, what is not there yet stands at None."""

    step: Step
    label: str
    allowed_from: frozenset[Stage | None]
    result: Stage | None
    part: Part
    needs_reason: bool = False


_OPEN = frozenset({Stage.DRAFT, Stage.RETURNED})
STEPS = MappingProxyType(
    {
        row.step: row
        for row in (
            Row(Step.OPEN, "起草", frozenset({None}), Stage.DRAFT, Part.ANY),
            Row(Step.SAVE, "修改", frozenset(_OPEN), None, Part.ANY),
            Row(Step.SUBMIT, "提交", frozenset(_OPEN), Stage.SUBMITTED, Part.ANY),
            Row(
                Step.WITHDRAW,
                "撤回申请",
                frozenset({*_OPEN, Stage.SUBMITTED, Stage.APPROVED}),
                Stage.WITHDRAWN,
                Part.AUTHOR,
            ),
            Row(
                Step.RETURN,
                "退回补正",
                frozenset({Stage.SUBMITTED, Stage.APPROVED}),
                Stage.RETURNED,
                Part.OTHER,
                needs_reason=True,
            ),
            Row(Step.REFUSE, "不予批准", frozenset({Stage.SUBMITTED}), Stage.REFUSED, Part.OTHER, needs_reason=True),
            Row(Step.APPROVE, "批准", frozenset({Stage.SUBMITTED}), Stage.APPROVED, Part.OTHER),
            Row(Step.WAIVE, "按规定由一人办理", frozenset({Stage.SUBMITTED}), Stage.APPROVED, Part.ANY),
            Row(
                Step.EXPIRE,
                "批准过期",
                frozenset({Stage.APPROVED, Stage.ISSUING}),
                Stage.SUBMITTED,
                Part.REGISTER,
            ),
            Row(Step.BEGIN, "开始签发", frozenset({Stage.APPROVED}), Stage.ISSUING, Part.ANY),
            Row(
                Step.BREAK_OFF,
                "未能签发",
                frozenset({Stage.ISSUING}),
                Stage.RETURNED,
                Part.REGISTER,
                needs_reason=True,
            ),
            Row(Step.RELEASE, "发证", frozenset({Stage.ISSUING}), Stage.RELEASED, Part.REGISTER),
            Row(Step.ABANDON, "作废", frozenset({Stage.ISSUING}), Stage.REFUSED, Part.OTHER, needs_reason=True),
            Row(Step.VOID, "未发出即失效", frozenset({Stage.ISSUING}), Stage.REFUSED, Part.REGISTER, needs_reason=True),
        )
    },
)
AUTHORING = frozenset({Step.OPEN, Step.SAVE, Step.SUBMIT})
"""Whoever takes one of these has had a hand in what is applied for."""


def after(stage: Stage | None, step: Step) -> Stage:
    """The stage that a step leads to.

    Raises:
        DocketMoved: the table has no such step from here.

    """
    row = STEPS[step]
    if stage not in row.allowed_from:
        raise DocketMoved(stage or "nothing", step)
    result = row.result or stage
    if result is None:
        raise DocketMoved("nothing", step)
    return result


def steps_from(stage: Stage) -> tuple[Row, ...]:
    """The steps that people may take from a stage, in the order of the table."""
    return tuple(row for row in STEPS.values() if stage in row.allowed_from and row.part is not Part.REGISTER)
