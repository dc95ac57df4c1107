"""The life of a catalogue entry: drafted, sent for review, reviewed by a second person, published, retired.

`MOVES` is the one table of states and steps. What a step leads to and who took it, when and why is recorded and never
changed. A draft may be changed until it is sent for review; from then on it stays what it is. A new version has a life
of its own beside the older ones: publishing it is what ends issuing under them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from issuer.catalogue.errors import StepRefused


class State(StrEnum):
    """Where a version stands in its life."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return _LABELS[self]

    @property
    def listed(self) -> bool:
        """Whether the version was ever in force, so that licences of it may exist."""
        return self in {State.PUBLISHED, State.RETIRED}


_LABELS = {
    State.DRAFT: "草稿",
    State.IN_REVIEW: "待审核",
    State.REVIEWED: "已审核，待公布",
    State.PUBLISHED: "已公布",
    State.RETIRED: "已停用",
    State.WITHDRAWN: "已撤回",
}


class Step(StrEnum):
    """What may be done with a version."""

    DRAFT = "draft"
    SUBMIT = "submit"
    SEND_BACK = "send-back"
    PASS = "pass"  # noqa: S105  (a step, no password)
    PUBLISH = "publish"
    RETIRE = "retire"
    WITHDRAW = "withdraw"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return MOVES[self].label


@dataclass(frozen=True)
class Move:
    """One row: a step, from where, to where; `second`: never whoever drafted it; `own`: only whoever did."""

    label: str
    allowed_from: frozenset[State]
    result: State
    second: bool = False
    own: bool = False
    needs_note: bool = False


_OPEN = frozenset({State.DRAFT, State.IN_REVIEW, State.REVIEWED})
MOVES: Mapping[Step, Move] = MappingProxyType(
    {
        Step.DRAFT: Move("起草", frozenset({State.DRAFT}), State.DRAFT, own=True),
        Step.SUBMIT: Move("送审", frozenset({State.DRAFT}), State.IN_REVIEW, own=True),
        Step.SEND_BACK: Move("退回", frozenset({State.IN_REVIEW}), State.DRAFT, second=True, needs_note=True),
        Step.PASS: Move("审核通过", frozenset({State.IN_REVIEW}), State.REVIEWED, second=True),
        Step.PUBLISH: Move("公布", frozenset({State.REVIEWED}), State.PUBLISHED),
        Step.RETIRE: Move("停用", frozenset({State.PUBLISHED}), State.RETIRED, needs_note=True),
        Step.WITHDRAW: Move("撤回", _OPEN, State.WITHDRAWN, own=True),
    }
)


def check_step(state: State, step: Step) -> Move:
    """The row of a step that may be taken from a state.

    Raises:
        StepRefused: the table has no such step from here.

    """
    move = MOVES[step]
    if state not in move.allowed_from:
        raise StepRefused(state, step)
    return move
