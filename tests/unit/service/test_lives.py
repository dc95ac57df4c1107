"""Steps taken through their lives again: which begin elsewhere, and where they lead."""

import pytest

from issuer.batches.life import LIFE as BATCH_LIFE
from issuer.batches.life import State
from issuer.batches.life import Step as Batch
from issuer.converting.stock import LIFE as STOCK_LIFE
from issuer.converting.stock import Stage
from issuer.converting.stock import Step as Stock
from service.auditing.lives import AGAIN, replay


@pytest.mark.parametrize(
    ("steps", "stage", "wrong"),
    [
        ([Batch.SUBMIT, Batch.APPROVE, Batch.PAUSE, Batch.RESUME, Batch.FINISH], State.DONE, []),
        ([Batch.SUBMIT, Batch.FINISH], State.DONE, [2]),
        ([Batch.SUBMIT, Batch.HOLD, Batch.RESUME, Batch.FINISH], State.DONE, [2]),
        ([Batch.APPROVE, Batch.FINISH], State.DONE, [1]),
        ([Batch.SUBMIT, Batch.APPROVE, Batch.PAUSE, Batch.APPROVE, Batch.FINISH], State.DONE, []),
        ([Batch.SUBMIT, Batch.CANCEL, Batch.APPROVE], State.RUNNING, [3]),
        ([Batch.TRY, Batch.CONCLUDE, Batch.LAPSE], State.CANCELLED, []),
        ([], None, []),
    ],
)
def test_a_batch_goes_from_step_to_step(steps: list[Batch], stage: State | None, wrong: list[int]) -> None:
    went = replay(BATCH_LIFE, steps, also=AGAIN)
    assert (went.stage, [place for place, _ in went.wrong]) == (stage, wrong)


def test_a_batch_that_takes_one_person_runs_at_once() -> None:
    went = replay(BATCH_LIFE, [Batch.SUBMIT, Batch.FINISH], {Batch.SUBMIT: State.RUNNING})
    assert (went.stage, went.wrong) == (State.DONE, [])


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([Stock.SUBMIT, Stock.COMPARE, Stock.CONFIRM, Stock.COMPARE, Stock.CONFIRM, Stock.RELEASE], []),
        ([Stock.SUBMIT, Stock.COMPARE, Stock.CONFIRM, Stock.HOLD, Stock.CONFIRM, Stock.RELEASE], []),
        ([Stock.SUBMIT, Stock.COMPARE, Stock.RELEASE], [(3, "签发")]),
        ([Stock.SUBMIT, Stock.COMPARE, Stock.CONFIRM, Stock.HOLD, Stock.RELEASE], [(5, "签发")]),
        ([Stock.SUBMIT, Stock.CONFIRM, Stock.RELEASE], [(2, "复核")]),
    ],
)
def test_stock_is_released_from_where_it_was_confirmed(steps: list[Stock], wrong: list[tuple[int, str]]) -> None:
    went = replay(STOCK_LIFE, steps)
    assert (went.stage, list(went.wrong)) == (Stage.RELEASED, wrong)
