"""The life of a batch 批次: where it stands, the one table of steps, what it holds, and who did what when.

A batch is of one body and one licence type. Its digest covers what was submitted, and an approval is of that digest.
Rows wait until a worker has issued them or found why not; a row that has failed leaves the others alone. `done` and
`cancelled` are final. Cancelling keeps what was issued; rows that had begun are brought to their end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from issuer.batches.errors import BatchMoved
from trust.sealing.ports import Officer

MAX_NAME, MAX_PLACE, MAX_REASON, MAX_SENTENCE = 128, 128, 80, 400
MAX_ROWS = 100_000


class State(StrEnum):
    """Where a batch stands."""

    SUBMITTED = "submitted"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return {
            "submitted": "待审批",
            "running": "签发中",
            "paused": "已暂停",
            "done": "已办结",
            "cancelled": "已取消",
        }[self]


class Step(StrEnum):
    """What is done with a batch; `finish` and `hold` are the worker's."""

    SUBMIT = "submit"
    APPROVE = "approve"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FINISH = "finish"
    HOLD = "hold"

    @property
    def label(self) -> str:
        """The word for people."""
        return {
            "submit": "提交",
            "approve": "批准",
            "pause": "暂停",
            "resume": "继续",
            "cancel": "取消",
            "finish": "办结",
            "hold": "暂停待查",
        }[self]


STEPS: Mapping[Step, tuple[frozenset[State], State]] = MappingProxyType(
    {
        Step.APPROVE: (frozenset({State.SUBMITTED}), State.RUNNING),
        Step.PAUSE: (frozenset({State.RUNNING}), State.PAUSED),
        Step.RESUME: (frozenset({State.PAUSED}), State.RUNNING),
        Step.CANCEL: (frozenset({State.SUBMITTED, State.RUNNING, State.PAUSED}), State.CANCELLED),
        Step.FINISH: (frozenset({State.RUNNING}), State.DONE),
        Step.HOLD: (frozenset({State.RUNNING}), State.PAUSED),
    },
)
"""From where a step leads, and to where; submitting begins it."""


class RowState(StrEnum):
    """How far a row has come."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The word for people."""
        return {"waiting": "待签发", "done": "已签发", "failed": "未签发", "dropped": "已取消"}[self]


@dataclass(frozen=True)
class Failure:
    """Why a row was not issued: the member it is about (empty: the whole), a stable code, and what people read."""

    place: str
    reason: str
    sentence: str


@dataclass(frozen=True)
class Row:
    """A row as it stands; `number` is that of the table it came in, `members` what `read_application` takes."""

    number: int
    members: Mapping[str, Any]
    state: RowState = RowState.WAITING
    identifier: str | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Batch:
    """A batch as it stands; `trouble` is the stable code of what keeps all of it from going on, if anything does."""

    number: str
    body_code: str
    type_code: str
    template: str
    name: str
    digest: str
    total: int
    submitted_by: Officer
    opened_at: datetime
    moved_at: datetime
    state: State = State.SUBMITTED
    sequence: int = 1
    approved_by: Officer | None = None
    trouble: str = ""

    @property
    def by(self) -> str:
        """Who issues, as it stands with each licence."""
        who = self.submitted_by
        return f"{who.name}（{who.login}）"[:128]


@dataclass(frozen=True)
class Event:
    """One step taken: what, when, by whom, and why where that is more than the step says."""

    number: str
    sequence: int
    step: Step
    at: datetime
    by: Officer
    note: str = ""


def key_of(number: str, row: int) -> str:
    """The idempotency key that a row is issued under."""
    return f"batch:{number}/{row}"


def row_of(key: str) -> int:
    """The row of a key."""
    return int(key.rpartition("/")[2])


def after(state: State, step: Step) -> State:
    """Where a step leads from here.

    Raises:
        BatchMoved: nowhere.

    """
    origins, target = STEPS[step]
    if state not in origins:
        raise BatchMoved(state, step)
    return target
