"""The life of an application 申请件: its stages, and the one table of steps between them.

An author is whoever opened, changed or submitted it. Every step taken is an event with who, when and why, and nothing
is ever taken out.
"""

from issuer.applying.errors import DocketMoved, NotAnAuthor, SamePerson
from trust.rules.labelled import Labelled
from trust.rules.life import Life, Row, Who


class Stage(Labelled):
    """Where an application stands."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审批"
    RETURNED = "returned", "已退回补正"
    APPROVED = "approved", "已批准"
    ISSUING = "issuing", "签发中"
    RELEASED = "released", "已发证"
    REFUSED = "refused", "不予批准"
    WITHDRAWN = "withdrawn", "已撤回"


class Step(Labelled):
    """What is done to an application; each row of `LIFE` explains one."""

    OPEN = "open", "起草"
    SAVE = "save", "修改"
    SUBMIT = "submit", "提交"
    WITHDRAW = "withdraw", "撤回申请"
    RETURN = "return", "退回补正"
    REFUSE = "refuse", "不予批准"
    APPROVE = "approve", "批准"
    WAIVE = "waive", "按规定由一人办理"
    EXPIRE = "expire", "批准过期"
    BEGIN = "begin", "开始签发"
    BREAK_OFF = "break-off", "未能签发"
    RELEASE = "release", "发证"
    ABANDON = "abandon", "作废"
    VOID = "void", "未发出即失效"


_OPEN = frozenset({Stage.DRAFT, Stage.RETURNED})
_DECIDED = frozenset({Stage.SUBMITTED, Stage.APPROVED})
LIFE = Life(
    rows=(
        Row(Step.OPEN, {None}, Stage.DRAFT),
        Row(Step.SAVE, _OPEN, None),
        Row(Step.SUBMIT, _OPEN, Stage.SUBMITTED),
        Row(Step.WITHDRAW, _OPEN | _DECIDED, Stage.WITHDRAWN, Who.AUTHOR),
        Row(Step.RETURN, _DECIDED, Stage.RETURNED, Who.ANOTHER, needs_reason=True),
        Row(Step.REFUSE, {Stage.SUBMITTED}, Stage.REFUSED, Who.ANOTHER, needs_reason=True),
        Row(Step.APPROVE, {Stage.SUBMITTED}, Stage.APPROVED, Who.ANOTHER),
        Row(Step.WAIVE, {Stage.SUBMITTED}, Stage.APPROVED),
        Row(Step.EXPIRE, {Stage.APPROVED, Stage.ISSUING}, Stage.SUBMITTED, Who.REGISTER),
        Row(Step.BEGIN, {Stage.APPROVED}, Stage.ISSUING),
        Row(Step.BREAK_OFF, {Stage.ISSUING}, Stage.RETURNED, Who.REGISTER, needs_reason=True),
        Row(Step.RELEASE, {Stage.ISSUING}, Stage.RELEASED, Who.REGISTER),
        Row(Step.ABANDON, {Stage.ISSUING}, Stage.REFUSED, Who.ANOTHER, needs_reason=True),
        Row(Step.VOID, {Stage.ISSUING}, Stage.REFUSED, Who.REGISTER, needs_reason=True),
    ),
    moved=DocketMoved,
    persons={Who.ANOTHER: SamePerson, Who.AUTHOR: NotAnAuthor},
)
APPROVING = frozenset({Step.APPROVE, Step.WAIVE})
"""Whoever takes one of these stands behind what is applied for."""
AUTHORING = frozenset({Step.OPEN, Step.SAVE, Step.SUBMIT})
"""Whoever takes one of these has had a hand in what is applied for."""
