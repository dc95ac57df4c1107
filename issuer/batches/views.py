"""What the batch API answers: a batch with its counts and steps, its rows, and the report of a trial."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from issuer.batches.life import Batch, Event, Failure, Row, RowState, State, Step
from issuer.batches.looking import Opened
from issuer.batches.sheet import RowProblem


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


class HeaderView(BaseModel):
    """表头的一列；`column` 是读作哪一项，空的是没有读."""

    header: str
    column: str


class ReadRowView(BaseModel):
    """一行读出来的内容，与签发时所用的相同."""

    row: int
    state: RowState
    application: dict[str, Any]


class ContentView(BaseModel):
    """批次的内容：表头怎样读的、共多少行、首末行号，以及其中一些行."""

    digest: str
    headers: list[HeaderView]
    total: int
    first: int
    last: int
    rows: list[ReadRowView]


class TrialView(BaseModel):
    """试算的结果：可读的行数、逐行的问题，以及不妨碍签发的提示；一本也没有签发.

    `complete` 表示每一行都检查过；没有的，或者先要更正读不出来的内容，或者由后台接着检查，`number` 是它的编号，
    进度和结果按批次查询（`/batches/{number}`、`rows`、`unissued.csv`）.
    """

    rows: int
    complete: bool
    number: str | None
    problems: list[BatchRowView]
    warnings: list[BatchRowView]


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


def content_view(batch: Batch, opened: Opened) -> ContentView:
    """The content of a batch, some of its rows."""
    return ContentView(
        digest=batch.digest,
        headers=[HeaderView(header=header, column=column) for header, column in batch.headers],
        total=batch.total,
        first=opened.first,
        last=opened.last,
        rows=[ReadRowView(row=row.number, state=row.state, application=dict(row.members)) for row in opened.rows],
    )


def row_view(row: Row) -> BatchRowView:
    """A row as it is answered; its data is not."""
    return _row_view(row.number, row.state, row.identifier, row.failure or Failure("", "", ""))


def trial_view(
    rows: int,
    failures: Sequence[tuple[int, Failure]],
    warnings: Sequence[RowProblem] = (),
    *,
    complete: bool = True,
    number: str | None = None,
) -> TrialView:
    """The report of a trial; `number` is that of one that the worker goes on with."""
    told = [(one.row, Failure(one.column, one.reason, one.sentence)) for one in warnings]
    return TrialView(
        rows=rows,
        complete=complete,
        number=number,
        problems=[_row_view(row, RowState.FAILED, None, one) for row, one in failures],
        warnings=[_row_view(row, RowState.WAITING, None, one) for row, one in told],
    )


def _row_view(row: int, state: RowState, identifier: str | None, failure: Failure) -> BatchRowView:
    return BatchRowView(
        row=row,
        state=state,
        identifier=identifier,
        column=failure.place,
        reason=failure.reason,
        sentence=failure.sentence,
    )
