"""The life of a seal: applied for, approved by a second person, made, filed, in use, suspended, resumed, cancelled.

Up to its filing the state of a seal is that of its application; from then on it follows from the acts on the seal, and
three of the steps are such acts. An application whose seal was filed after the backup that was restored is ended by the
register (`EXPIRE`): the seal is out. Neither applicant nor the holder of a personal seal decides on it. A seal that was
lost, compromised or whose signing certificate was renewed is not mended: another is applied for that replaces it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from trust.rules.labelled import Labelled
from trust.rules.life import Life, Row, Who
from trust.rules.standing import ActKind, Status
from trust.sealing.errors import SameOfficer, SealMoveRefused


class State(Labelled):
    """Where a seal stands in its life."""

    APPLIED = "applied", "待审批"
    APPROVED = "approved", "已批准，待制作"
    REJECTED = "rejected", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"
    MADE = "made", "已制作，待备案"
    IN_USE = "in-use", "在用"
    SUSPENDED = "suspended", "停用"
    CANCELLED = "cancelled", "已注销"

    @property
    def over(self) -> bool:
        """Whether nothing follows."""
        return LIFE.is_final(self)


class LostAct(Labelled):
    """Which act on a seal a restore lost, with what the public was told by it; it waits to be recorded again."""

    SUSPENSION = "suspension", "恢复前已公布停用，待重新登记"
    END = "end", "恢复前已公布注销，待重新登记"
    RESUMPTION = "resumption", "恢复前已公布恢复使用，待重新登记"


class Step(Labelled):
    """What may be done with a seal or its application."""

    APPROVE = "approve", "批准"
    REJECT = "reject", "不予批准"
    WITHDRAW = "withdraw", "撤回"
    EXPIRE = "expire", "恢复备份时终止"
    MAKE = "make", "制作"
    FILE = "file", "备案"
    SUSPEND = "suspend", "停用"
    RESUME = "resume", "恢复"
    CANCEL = "cancel", "注销"


LIFE = Life(
    rows=(
        Row(Step.APPROVE, {State.APPLIED}, State.APPROVED, Who.ANOTHER),
        Row(Step.REJECT, {State.APPLIED}, State.REJECTED, Who.ANOTHER),
        Row(Step.WITHDRAW, {State.APPLIED, State.APPROVED}, State.WITHDRAWN),
        Row(Step.EXPIRE, {State.APPLIED, State.APPROVED, State.MADE}, State.WITHDRAWN, Who.REGISTER),
        Row(Step.MAKE, {State.APPROVED}, State.MADE),
        Row(Step.FILE, {State.MADE}, State.IN_USE),
        Row(Step.SUSPEND, {State.IN_USE}, State.SUSPENDED),
        Row(Step.RESUME, {State.SUSPENDED}, State.IN_USE),
        Row(Step.CANCEL, {State.IN_USE, State.SUSPENDED}, State.CANCELLED),
    ),
    moved=SealMoveRefused,
    persons={Who.ANOTHER: SameOfficer},
    first=State.APPLIED,
)
ACTS: Mapping[Step, ActKind] = MappingProxyType(
    {Step.SUSPEND: ActKind.SUSPEND, Step.RESUME: ActKind.REINSTATE, Step.CANCEL: ActKind.CANCEL}
)
"""The steps that are acts on a filed seal."""


def state_of(status: Status) -> State:
    """The state of a filed seal whose acts give this standing."""
    if status is Status.VALID:
        return State.IN_USE
    return State.CANCELLED if status.final else State.SUSPENDED
