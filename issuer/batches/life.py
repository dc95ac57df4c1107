"""The life of a batch 批次: where it stands, the one table of steps, what it holds, and who did what when.

A batch is of one body and one licence type. Its digest covers what was submitted, and an approval is of that digest.
Rows wait until a worker has issued them or found why not; a row that has failed leaves the others alone. `done` and
`cancelled` are final. Cancelling keeps what was issued; rows that had begun are brought to their end.

A trial is kept like a batch and never becomes one: its rows are judged chunk by chunk and are sound or have failed.
When it is discarded, or lapses after a week, its rows are deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from issuer.batches.errors import BatchMoved, BatchOwnHand
from issuer.steps import Taken
from trust.rules.labelled import Labelled
from trust.rules.life import Life, Who
from trust.rules.life import Row as LifeRow
from trust.sealing.ports import Officer

MAX_NAME, MAX_PLACE, MAX_REASON, MAX_SENTENCE = 128, 128, 80, 400
MAX_ROWS = 100_000


class State(Labelled):
    """Where a batch stands."""

    SUBMITTED = "submitted", "待审批"
    RUNNING = "running", "签发中"
    PAUSED = "paused", "已暂停"
    DONE = "done", "已办结"
    CANCELLED = "cancelled", "已取消"
    TRYING = "trying", "试算中"
    TRIED = "tried", "已试算"


TRIALS = frozenset({State.TRYING, State.TRIED})
"""Where a trial stands: rows are judged and nothing is issued, neither now nor later."""


class Step(Labelled):
    """What is done with a batch; `finish` and `hold` are the worker's, and of a trial `conclude` and `lapse`."""

    SUBMIT = "submit", "提交"
    APPROVE = "approve", "批准"
    PAUSE = "pause", "暂停"
    RESUME = "resume", "继续"
    CANCEL = "cancel", "取消"
    FINISH = "finish", "办结"
    HOLD = "hold", "暂停待查"
    TRY = "try", "试算"
    CONCLUDE = "conclude", "试算结束"
    DISCARD = "discard", "删除试算"
    LAPSE = "lapse", "到期删除"


LIFE = Life(
    rows=(
        LifeRow(Step.SUBMIT, {None}, State.SUBMITTED),  # or running at once, where the type takes one person
        LifeRow(Step.APPROVE, {State.SUBMITTED}, State.RUNNING, Who.ANOTHER),
        LifeRow(Step.PAUSE, {State.RUNNING}, State.PAUSED),
        LifeRow(Step.RESUME, {State.PAUSED}, State.RUNNING),
        LifeRow(Step.CANCEL, {State.SUBMITTED, State.RUNNING, State.PAUSED}, State.CANCELLED),
        LifeRow(Step.FINISH, {State.RUNNING}, State.DONE, Who.REGISTER),
        LifeRow(Step.HOLD, {State.RUNNING}, State.PAUSED, Who.REGISTER),
        LifeRow(Step.TRY, {None}, State.TRYING),
        LifeRow(Step.CONCLUDE, {State.TRYING}, State.TRIED, Who.REGISTER),
        LifeRow(Step.DISCARD, {State.TRYING, State.TRIED}, State.CANCELLED),
        LifeRow(Step.LAPSE, {State.TRYING, State.TRIED}, State.CANCELLED, Who.REGISTER),
    ),
    moved=BatchMoved,
    persons={Who.ANOTHER: BatchOwnHand},
)


class RowState(Labelled):
    """How far a row has come."""

    WAITING = "waiting", "待签发"
    DONE = "done", "已签发"
    FAILED = "failed", "未签发"
    DROPPED = "dropped", "已取消"
    SOUND = "sound", "检查通过"


@dataclass(frozen=True)
class Failure:
    """Why a row was not issued: the member it is about (empty: the whole), a stable code, and what people read."""

    place: str
    reason: str
    sentence: str


@dataclass(frozen=True)
class Row:
    """A row as it stands; `number` is that of the table it came in, `members` what `read_application` takes.

    `leaf` is its digest (`issuer.batches.content`), of what was read just now.
    """

    number: int
    members: Mapping[str, Any]
    state: RowState = RowState.WAITING
    identifier: str | None = None
    failure: Failure | None = None
    leaf: str = field(default="", compare=False)


@dataclass(frozen=True)
class Batch:
    """A batch as it stands; `trouble` is the stable code of what keeps all of it from going on, if anything does.

    `digest` is that of its rows (`issuer.batches.content`); `headers` are those of the table, each with the column that
    it was read as, or an empty text where it was left out.
    """

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
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def is_trial(self) -> bool:
        """Whether it is judged alone, and never issued."""
        return self.state in TRIALS

    @property
    def waits_for_approval(self) -> bool:
        """Whether somebody has to look at it before anything is issued."""
        return self.state is State.SUBMITTED

    @property
    def by(self) -> str:
        """Who issues, as it stands with each licence."""
        who = self.submitted_by
        return f"{who.name}（{who.login}）"[:128]


Event = Taken[Step]


def approval_in(steps: Sequence[Event]) -> Event | None:
    """The last approval among steps; its note is the digest of what was approved."""
    return next((one for one in reversed(steps) if one.step is Step.APPROVE), None)


def key_of(number: str, row: int) -> str:
    """The idempotency key that a row is issued under."""
    return f"batch:{number}/{row}"


def row_of(key: str) -> int:
    """The row of a key."""
    return int(key.rpartition("/")[2])
