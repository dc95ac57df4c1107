"""Stock on both databases: taken in whole, moved by one person at a time, its steps kept, its scans a body's own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from issuer.application import Application
from issuer.converting.errors import StockMoved
from issuer.converting.grading import Checks
from issuer.converting.scan import Scan
from issuer.converting.stock import Event, Stage, Step, Stock
from issuer.converting.store import SqlStocks
from issuer.errors import DuplicateNumber
from trust.rules.conversion import Grade
from trust.rules.party import Holder
from trust.sealing.ports import Officer

AT = datetime(2026, 11, 21, 4, 0, 0, 123_456, tzinfo=UTC)
BODY, OTHER = "11530199MB0T35T1XE", "11530199MB0T35T28E"
TYPE = "11100000MB0143028R001"
FIRST, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
SCAN = Scan("sm3:" + "0a" * 32, "pdf", 3)
CHECKS = Checks(frozenset({"number", "holder"}), frozenset({"number"}), paper=True)


def stock(number: str = "00aa-0001", *, licence: str = "N1", body: str = BODY, **changed: object) -> Stock:
    application = Application(
        TYPE,
        body,
        licence,
        date(2009, 3, 18),
        "530199",
        (Holder("林𬭎雅", "530199191107070021", "111"),),
        valid_until=date(2031, 1, 1),
        fields={"legal_representative": "沈砚秋"},
    )
    return replace(Stock(number, application, "市档案馆 全宗 3", Grade.A, SCAN, FIRST), **changed)  # type: ignore[arg-type]  # members by name


def first_step(one: Stock) -> Event:
    return Event(one.number, 1, Step.SUBMIT, AT, FIRST)


@pytest.fixture
def stocks(engine: Engine) -> SqlStocks:
    return SqlStocks(engine)


def test_what_was_taken_in_comes_back_whole(stocks: SqlStocks) -> None:
    plain, bare = stock(), stock("00aa-0002", licence="N2", scan=None)
    assert stocks.add([(one, first_step(one)) for one in (plain, bare)]) == [plain, bare]
    assert [stocks.find(one.number) for one in (plain, bare)] == [plain, bare]
    assert stocks.events(plain.number) == [first_step(plain)]
    assert (stocks.find("00ab-0001"), stocks.find("\0")) == (None, None)


def test_a_step_is_kept_with_what_it_changed(stocks: SqlStocks) -> None:
    before = stock()
    stocks.add([(before, first_step(before))])
    after = replace(before, stage=Stage.COMPARED, sequence=2, checks=CHECKS, grade=Grade.B, compared_by=SECOND)
    event = Event(before.number, 2, Step.COMPARE, AT + timedelta(minutes=1), SECOND, "证据等级 B")
    assert stocks.move(before, after, event) == after
    assert stocks.find(before.number) == after
    assert stocks.events(before.number) == [first_step(before), event]
    assert stocks.counts(BODY) == {stage: int(stage is Stage.COMPARED) for stage in Stage}


def test_two_people_are_not_both_first(stocks: SqlStocks) -> None:
    before = stock()
    stocks.add([(before, first_step(before))])

    def refuse(who: Officer) -> Stock | StockMoved:
        after = replace(before, stage=Stage.REFUSED, sequence=2)
        try:
            return stocks.move(before, after, Event(before.number, 2, Step.REFUSE, AT, who, "缺页"))
        except StockMoved as moved:
            return moved

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(refuse, [FIRST, SECOND] * 4))
    assert sum(isinstance(one, Stock) for one in done) == 1
    assert len(stocks.events(before.number)) == 2


def test_the_same_rows_at_the_same_moment_are_taken_in_once(stocks: SqlStocks) -> None:
    rows = [(one, first_step(one)) for one in (stock(f"00aa-000{place}", licence=f"N{place}") for place in range(1, 6))]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: stocks.add(rows), range(8)))
    assert all(one == [row for row, _ in rows] for one in done)
    assert len(stocks.of_body(BODY, None, limit=100)) == 5


def test_a_licence_number_is_under_way_once(stocks: SqlStocks) -> None:
    one, same = stock(), stock("00ab-0001")
    stocks.add([(one, first_step(one))])
    other = stock("00ab-0002", licence="N7")
    with pytest.raises(DuplicateNumber) as refused:
        stocks.add([(other, first_step(other)), (same, first_step(same))])
    assert refused.value.number == "N1"
    assert stocks.find(other.number) is None  # all rows or none
    gone = replace(one, stage=Stage.REFUSED, sequence=2)
    stocks.move(one, gone, Event(one.number, 2, Step.REFUSE, AT, FIRST, "缺页"))
    assert stocks.add([(same, first_step(same))]) == [same]
    elsewhere = stock("00ac-0001", body=OTHER)
    assert stocks.add([(elsewhere, first_step(elsewhere))]) == [elsewhere]


def test_lists_go_by_body_stage_and_number(stocks: SqlStocks) -> None:
    rows = [stock(f"00aa-000{place}", licence=f"N{place}") for place in (2, 1, 3)] + [stock("00ab-0001", body=OTHER)]
    stocks.add([(one, first_step(one)) for one in rows])
    numbers = [one.number for one in stocks.of_body(BODY, Stage.SUBMITTED, limit=2)]
    assert numbers == ["00aa-0001", "00aa-0002"]
    assert [one.number for one in stocks.of_body(BODY, None, limit=2, after=numbers[-1])] == ["00aa-0003"]
    assert stocks.of_body(BODY, Stage.RELEASED, limit=5) == []


def test_a_scan_is_the_body_s_that_handed_it_in(stocks: SqlStocks) -> None:
    assert stocks.keep_scan(BODY, SCAN, by=FIRST, at=AT) == SCAN
    assert stocks.keep_scan(BODY, SCAN, by=SECOND, at=AT) == SCAN
    assert stocks.scan(BODY, SCAN.digest) == SCAN
    assert stocks.scan(OTHER, SCAN.digest) is None
    assert stocks.scan(BODY, "sm3:\0") is None


@pytest.mark.parametrize(
    "change",
    ["stage = 'confirmed'", "stage = 'released', confirmed = 'sm3:0', grade = 'A'", "source = printf('%.200c', 'x')"],
)
def test_the_tables_refuse_what_makes_no_sense(stocks: SqlStocks, engine: Engine, change: str) -> None:
    one = stock()
    stocks.add([(one, first_step(one))])
    if engine.dialect.name != "sqlite":
        change = change.replace("printf('%.200c', 'x')", "repeat('x', 200)")
    with engine.begin() as connection, pytest.raises((IntegrityError, DBAPIError)):
        connection.execute(text(f"UPDATE stock SET {change}"))
