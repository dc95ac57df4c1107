"""Trials of long tables: the worker judges them chunk by chunk, tells what is wrong by row, and issues nothing."""

from collections.abc import Iterator

import pytest

from issuer.batches.errors import BatchMoved, BatchRefused
from issuer.batches.life import Batch, RowState, State, Step
from issuer.batches.sheet import Sheet
from issuer.batches.trials import KEPT
from issuer.errors import NoMandate, NoPen
from templates.library import load_bundle
from tests.batch_parts import BUNDLE, FIRST, SECOND, members, sheet_of
from tests.city import City

KIND = load_bundle(BUNDLE).type


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


def opened(city: City, sheet: Sheet) -> Batch:
    return city.yinzheng.batches.open_trial(
        sheet, type_code=KIND.code, body_code=city.body_code(BUNDLE), name="表.csv", by=FIRST
    )


def run(city: City, size: int = 3) -> int:
    chunks = 0
    while city.yinzheng.batches.work("worker", size=size) is not None:
        chunks += 1
    return chunks


def now(city: City, trial: Batch) -> Batch:
    return city.yinzheng.batches.find(trial.number, trial.body_code)


def test_a_trial_finds_what_is_wrong_in_any_chunk_and_issues_nothing(city: City) -> None:
    city.issue(number="PL00000031")
    rows = [members(30), members(31), members(32), members(33), members(32), members(34, issued_on="2099-01-01")]
    before = city.yinzheng.archive.log.size()
    trial = opened(city, sheet_of(rows))
    assert (trial.state, opened(city, sheet_of(rows)).number) == (State.TRYING, trial.number)
    assert run(city, 2) == 3
    desk = city.yinzheng.batches
    failed = desk.rows(trial, [RowState.FAILED], limit=9)
    assert [(row.number, row.failure and row.failure.reason) for row in failed] == [
        (3, "duplicate-number"),
        (6, "duplicate-number"),
        (7, "in-the-future"),
    ]
    assert desk.counts(trial)[RowState.SOUND] == 3
    assert (now(city, trial).state, city.yinzheng.archive.log.size()) == (State.TRIED, before)
    assert "不能晚于今天" in desk.unissued(trial).decode()
    assert [event.step for event in desk.events(trial)] == [Step.TRY, Step.CONCLUDE]
    assert opened(city, sheet_of(rows)).number != trial.number
    run(city)


def test_no_step_leads_from_a_trial_to_licences(city: City) -> None:
    trial, desk = opened(city, sheet_of([members(41)])), city.yinzheng.batches
    for step in (desk.pause, desk.resume, desk.cancel):
        with pytest.raises(BatchMoved):
            step(trial, by=SECOND)
    with pytest.raises(BatchMoved):
        desk.approve(trial, digest=trial.digest, by=SECOND)
    run(city)
    for step in (desk.pause, desk.resume, desk.cancel):
        with pytest.raises(BatchMoved):
            step(now(city, trial), by=SECOND)


def test_a_trial_is_deleted_when_it_is_discarded_or_has_lapsed(city: City) -> None:
    desk = city.yinzheng.batches
    first, second = opened(city, sheet_of([members(51)])), opened(city, sheet_of([members(52)]))
    assert desk.discard(first, by=FIRST).state is State.CANCELLED
    assert desk.rows(first, tuple(RowState), limit=1) == []
    run(city)
    city.clock.forward(seconds=(KEPT.total_seconds() - 1))
    run(city)
    assert len(desk.rows(second, tuple(RowState), limit=1)) == 1
    city.clock.forward(seconds=2)
    run(city)
    assert (now(city, second).state, desk.rows(second, tuple(RowState), limit=1)) == (State.CANCELLED, [])
    assert run(city) == 0


def test_a_trial_that_cannot_go_on_says_why(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    trial, desk = opened(city, sheet_of([members(61)])), city.yinzheng.batches

    def failing(*_: object, **__: object) -> None:
        raise NoPen("body", "no-seal")

    with monkeypatch.context() as patch:
        patch.setattr("issuer.batches.trials.try_rows", failing)
        for _ in range(3):
            with pytest.raises(NoPen):
                desk.work("worker")
            city.clock.forward(minutes=3)
    assert (now(city, trial).state, now(city, trial).trouble) == (State.TRIED, "no-seal")


def test_who_may_not_issue_may_not_try(city: City) -> None:
    with pytest.raises(NoMandate):
        city.yinzheng.batches.open_trial(
            sheet_of([members(71)]), type_code=KIND.code, body_code="11530199MB0T35T28E", name="", by=FIRST
        )
    with pytest.raises(BatchRefused):
        opened(city, sheet_of([]))
