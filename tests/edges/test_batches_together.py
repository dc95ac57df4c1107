"""Two workers on one batch, on both databases: every row is issued once, also where both hold it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import Engine, text

from issuer.batches.life import Batch, RowState, State
from tests.batch_parts import BUNDLE, FIRST, members, sheet_of
from tests.city import City

ROWS = 8


def submitted(city: City) -> Batch:
    sheet = sheet_of([members(number) for number in range(ROWS)])
    kind = city.application(BUNDLE).type_code
    desk = city.yinzheng.batches
    return desk.submit(sheet, type_code=kind, body_code=city.body_code(BUNDLE), name="", by=FIRST, key="together")


def run(city: City, size: int, lease: timedelta) -> None:
    """Two workers until nothing waits."""

    def work(name: str) -> None:
        while city.yinzheng.batches.work(name, size=size, lease=lease) is not None:
            pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, ("first", "second")))


def issued_once(city: City, batch: Batch) -> bool:
    with city.engine.connect() as connection:
        mine = text("SELECT count(*), count(DISTINCT leaf), count(DISTINCT number) FROM licence WHERE key LIKE :of")
        counted = tuple(connection.execute(mine, {"of": f"batch:{batch.number}/%"}).one())
    stands = city.yinzheng.batches.find(batch.number, batch.body_code)
    done = city.yinzheng.batches.counts(batch)[RowState.DONE]
    return (stands.state, done, counted) == (State.DONE, ROWS, (ROWS, ROWS, ROWS))


def test_two_workers_share_a_batch(engine: Engine) -> None:
    city = City(engine=engine, people=False)
    batch = submitted(city)
    run(city, 2, timedelta(minutes=2))
    assert issued_once(city, batch)


def test_two_workers_that_hold_the_same_rows_issue_them_once(engine: Engine) -> None:
    city = City(engine=engine, people=False)
    batch = submitted(city)
    run(city, ROWS, timedelta(0))  # a lease that has run out when it begins
    assert issued_once(city, batch)


def test_rows_are_kept_by_whoever_holds_them_and_as_long_as_they_wait(engine: Engine) -> None:
    city = City(engine=engine, people=False)
    batch, book, at = submitted(city), city.yinzheng.archive.batches, city.clock()
    later = at + timedelta(minutes=2)
    taken = book.lease("first", at=at, until=at, size=3)
    assert taken is not None
    rows = [row.number for row in taken[1]]
    assert book.keep(batch.number, "second", rows, until=later) == (batch, frozenset())
    book.issued(batch.number, [(rows[0], "x")])
    assert book.keep(batch.number, "first", rows, until=later) == (batch, frozenset(rows[1:]))
    book.keep(batch.number, "first", rows[2:], until=at)
    again = book.lease("second", at=at, until=later, size=ROWS)
    assert again is not None
    assert [row.number for row in again[1]] == [rows[2], *range(rows[2] + 1, rows[0] + ROWS)]
    assert book.lease("third", at=at, until=later, size=ROWS) is None
