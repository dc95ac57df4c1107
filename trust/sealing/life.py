"""The life of a seal: applied for, approved by a second person, made, filed, in use, suspended, resumed, cancelled.

`MOVES` is the one table of states and steps. Up to its filing the state of a seal is that of its application; from
then on it follows from the acts on the seal, and three of the steps are such acts. A seal that was lost, compromised or
whose signing certificate was renewed is not mended: another one is applied for that replaces it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from trust.rules.standing import ActKind, Status
from trust.sealing.errors import SealMoveRefused


class State(StrEnum):
    """Where a seal stands in its life."""

    APPLIED = "applied"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MADE = "made"
    IN_USE = "in-use"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return _LABELS[self]

    @property
    def over(self) -> bool:
        """Whether nothing follows."""
        return not any(self in move.allowed_from for move in MOVES.values())


_LABELS = {
    State.APPLIED: "待审批",
    State.APPROVED: "已批准，待制作",
    State.REJECTED: "未批准",
    State.WITHDRAWN: "已撤回",
    State.MADE: "已制作，待备案",
    State.IN_USE: "在用",
    State.SUSPENDED: "停用",
    State.CANCELLED: "已注销",
}


class Step(StrEnum):
    """What may be done with a seal or its application."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    MAKE = "make"
    FILE = "file"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return MOVES[self].label


@dataclass(frozen=True)
class Move:
    """One row: a step, from where it leads, to where; `second` if never the applicant; `act` for what is an act."""

    label: str
    allowed_from: frozenset[State]
    result: State
    second: bool = False
    act: ActKind | None = None


MOVES: Mapping[Step, Move] = MappingProxyType(
    {
        Step.APPROVE: Move("批准", frozenset({State.APPLIED}), State.APPROVED, second=True),
        Step.REJECT: Move("不予批准", frozenset({State.APPLIED}), State.REJECTED, second=True),
        Step.WITHDRAW: Move("撤回", frozenset({State.APPLIED, State.APPROVED}), State.WITHDRAWN),
        Step.MAKE: Move("制作", frozenset({State.APPROVED}), State.MADE),
        Step.FILE: Move("备案", frozenset({State.MADE}), State.IN_USE),
        Step.SUSPEND: Move("停用", frozenset({State.IN_USE}), State.SUSPENDED, act=ActKind.SUSPEND),
        Step.RESUME: Move("恢复", frozenset({State.SUSPENDED}), State.IN_USE, act=ActKind.REINSTATE),
        Step.CANCEL: Move("注销", frozenset({State.IN_USE, State.SUSPENDED}), State.CANCELLED, act=ActKind.CANCEL),
    }
)


def state_of(status: Status) -> State:
    """The state of a filed seal whose acts give this standing."""
    if status is Status.VALID:
        return State.IN_USE
    return State.CANCELLED if status.final else State.SUSPENDED


def check_step(state: State, step: Step) -> Move:
    """The row of a step that may be taken from a state.

    Raises:
        SealMoveRefused: the table has no such step from here.

    """
    move = MOVES[step]
    if state not in move.allowed_from:
        raise SealMoveRefused(state, step)
    return move
