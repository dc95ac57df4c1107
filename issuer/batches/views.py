"""What the batch API answers: a batch with its counts and steps, its rows, and the report of a trial."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel

from issuer.batches.life import Batch, Event, Failure, Row, RowState, State, Step


class BatchStepView(BaseModel):
    """一步办理."""

    step: Step
    label: str
    at: datetime
    by: str
    note: str


class BatchView(BaseModel):
    """一个批次的现状；`digest` 是审批所指的摘要，`trouble` 是暂时不能签发、或者自动停下的原因."""

    number: str
    type_code: str
    name: str
    digest: str
    state: State
    state_label: str
    total: int
    counts: dict[RowState, int]
    submitted_by: str
    approved_by: str | None
    opened_at: datetime
    trouble: str
    steps: list[BatchStepView]


class BatchRowView(BaseModel):
    """一行：已签发的有证照标识，未签发的有原因；`column` 是有问题的项."""

    row: int
    state: RowState
    identifier: str | None
    column: str
    reason: str
    sentence: str


class TrialView(BaseModel):
    """试算的结果：可读的行数和逐行的问题；什么也没有登记."""

    rows: int
    problems: list[BatchRowView]


def batch_view(batch: Batch, counts: Mapping[RowState, int], events: Sequence[Event]) -> BatchView:
    """A batch as it is answered."""
    return BatchView(
        number=batch.number,
        type_code=batch.type_code,
        name=batch.name,
        digest=batch.digest,
        state=batch.state,
        state_label=batch.state.label,
        total=batch.total,
        counts=dict(counts),
        submitted_by=batch.submitted_by.name,
        approved_by=batch.approved_by.name if batch.approved_by else None,
        opened_at=batch.opened_at,
        trouble=batch.trouble,
        steps=[
            BatchStepView(step=one.step, label=one.step.label, at=one.at, by=one.by.name, note=one.note)
            for one in events
        ],
    )


def row_view(row: Row) -> BatchRowView:
    """A row as it is answered; its data is not."""
    return _row_view(row.number, row.state, row.identifier, row.failure or Failure("", "", ""))


def trial_view(rows: int, failures: Sequence[tuple[int, Failure]]) -> TrialView:
    """The report of a trial."""
    return TrialView(rows=rows, problems=[_row_view(row, RowState.FAILED, None, one) for row, one in failures])


def _row_view(row: int, state: RowState, identifier: str | None, failure: Failure) -> BatchRowView:
    return BatchRowView(
        row=row,
        state=state,
        identifier=identifier,
        column=failure.place,
        reason=failure.reason,
        sentence=failure.sentence,
    )
