"""Confirmed stock after a restore: whether a licence came of it since the backup, nothing that is left can tell.

The register had begun nothing for it, so there is no identifier to look for; serial, salt and place in a list are drawn
when the licence is begun, and what the log has of it is a commitment under them. So a person looks again.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.converting.errors import SecondPersonNeeded, StockMoved
from issuer.converting.stock import Stage, Step, Stock
from service.commands.backing_up import told
from service.wiring import Yinzheng
from tests.restoring_parts import TwoTimelines
from tests.stock_parts import FIRST, SECOND, checks_for, desk_of, submitted
from trust.rules.conversion import Grade


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoTimelines]:
    made = TwoTimelines(tmp_path)
    yield made
    made.close()


def confirmed(two: TwoTimelines, number: str) -> Stock:
    desk, conversions = desk_of(two.city), two.city.yinzheng.conversions
    stock = submitted(two.city, desk, number=number)
    stock = conversions.compare(stock, checks_for(stock, Grade.A), lower=None, by=FIRST)
    return conversions.confirm(stock, content=stock.content, pages=[1, 2], lower=None, by=SECOND)


def now(yinzheng: Yinzheng, stock: Stock) -> Stock:
    return yinzheng.conversions.find(stock.number, stock.body_code)


def test_confirmed_stock_waits_for_a_person_where_licences_were_issued_since(two: TwoTimelines) -> None:
    issued, left = confirmed(two, "JB70000001"), confirmed(two, "JB70000002")
    two.back_up()
    two.city.yinzheng.conversions.release(issued, by=SECOND)
    two.city.yinzheng.publisher.refresh(two.city.clock())
    restored = two.restore()
    numbers = sorted([issued.number, left.number])
    assert two.report["held_stock"] == numbers
    assert [line for line in told(two.report) if "存量" in line and all(number in line for number in numbers)]
    for one in (issued, left):
        held = now(restored, one)
        assert (held.stage, held.confirmed, held.confirmed_by) == (Stage.COMPARED, None, None)
        assert (held.checks, held.grade, held.compared_by) == (one.checks, one.grade, one.compared_by)
        last = restored.conversions.events(held)[-1]
        assert (last.step, "恢复" in last.note) == (Step.HOLD, True)
        with pytest.raises(StockMoved):
            restored.conversions.release(held, by=SECOND)
        with pytest.raises(SecondPersonNeeded):
            restored.conversions.confirm(held, content=held.content, pages=[1, 2], lower=None, by=FIRST)
    refused = restored.conversions.refuse(now(restored, issued), reason="备份之后已经签发", by=SECOND)
    held = now(restored, left)
    again = restored.conversions.confirm(held, content=held.content, pages=[1, 2], lower=None, by=SECOND)
    released, _ = restored.conversions.release(again, by=SECOND)
    assert (refused.stage, released.stage) == (Stage.REFUSED, Stage.RELEASED)


def test_where_no_licence_was_issued_since_it_is_released_as_ever(two: TwoTimelines) -> None:
    stock = confirmed(two, "JB70000003")
    two.back_up()
    restored = two.restore()
    assert two.report["held_stock"] == []
    assert restored.conversions.release(now(restored, stock), by=SECOND)[0].stage is Stage.RELEASED
