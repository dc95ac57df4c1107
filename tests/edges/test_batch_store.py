"""Batches on both databases: rows are held by one worker at a time, and are done with the release of their licence."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from issuer.batches.errors import BatchMoved
from issuer.batches.life import Batch, Event, Failure, Row, RowState, State, Step
from issuer.batches.store import SqlBatches
from issuer.errors import IdempotencyMismatch
from issuer.feeding.store import SqlFeed
from trust.sealing.ports import Officer

AT = datetime(2026, 11, 21, 4, 0, 0, 123_456, tzinfo=UTC)
LATER = AT + timedelta(seconds=30)
BODY = "11530199MB0T35T1XE"
FIRST, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
MEMBERS = {"number": "N\0𬭎", "fields": {"a": "b"}}


def batch(number: str = "0a", **changed: object) -> Batch:
    made = Batch(number, BODY, "type", "bundle/1", "表.csv", "sm3:00", 4, FIRST, AT, AT, State.RUNNING)
    return replace(made, **changed)  # type: ignore[arg-type]  # members by name


def begun(one: Batch) -> Event:
    return Event(one.number, 1, Step.SUBMIT, one.opened_at, FIRST)


def opened(book: SqlBatches, one: Batch, rows: int = 4) -> Batch:
    return book.open(one, [(number, MEMBERS) for number in range(2, 2 + rows)], begun(one), f"key-{one.number}")


def moved(book: SqlBatches, before: Batch, step: Step, state: State) -> Batch:
    after = replace(before, state=state, sequence=before.sequence + 1, moved_at=LATER, approved_by=SECOND)
    return book.move(before, after, Event(before.number, after.sequence, step, LATER, SECOND, "理由"))


@pytest.fixture
def book(engine: Engine) -> SqlBatches:
    return SqlBatches(engine)


def numbers(taken: tuple[Batch, object] | None) -> list[int]:
    assert taken is not None
    rows = taken[1]
    assert isinstance(rows, list)
    return [row.number for row in rows]


def test_what_was_handed_in_comes_back_whole(book: SqlBatches) -> None:
    one = opened(book, batch())
    assert (book.find("0a"), book.by_key("key-0a"), book.find("0b"), book.find("\0")) == (one, one, None, None)
    assert book.rows("0a", list(RowState), limit=2) == [Row(2, MEMBERS), Row(3, MEMBERS)]
    assert [row.number for row in book.rows("0a", [RowState.WAITING], limit=9, after=3)] == [4, 5]
    assert book.counts("0a") == {state: 4 * (state is RowState.WAITING) for state in RowState}
    assert book.events("0a") == [begun(one)]


def test_a_key_opens_one_batch(book: SqlBatches) -> None:
    one = opened(book, batch())
    assert opened(book, batch()) == one
    with pytest.raises(IdempotencyMismatch):
        opened(book, batch(digest="sm3:01"))
    assert book.counts("0a")[RowState.WAITING] == 4


def test_of_two_steps_at_once_one_stands(book: SqlBatches) -> None:
    one = opened(book, batch())

    def pause() -> object:
        try:
            return moved(book, one, Step.PAUSE, State.PAUSED)
        except BatchMoved as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda _: pause(), range(2)))
    assert sorted(isinstance(one, BatchMoved) for one in told) == [False, True]
    assert [event.step for event in book.events("0a")] == [Step.SUBMIT, Step.PAUSE]
    assert book.lease("w", at=AT, until=LATER, size=9) is None
    found = book.find("0a")
    assert found is not None
    assert (found.state, found.approved_by, found.moved_at) == (State.PAUSED, SECOND, LATER)


def test_rows_are_held_by_one_worker_until_the_lease_has_run_out(book: SqlBatches) -> None:
    opened(book, batch())
    opened(book, batch("0b", opened_at=AT + timedelta(seconds=1)))
    assert numbers(book.lease("first", at=AT, until=LATER, size=3)) == [2, 3, 4]
    assert numbers(book.lease("second", at=AT, until=LATER, size=3)) == [5]
    taken = book.lease("third", at=AT, until=LATER, size=9)
    assert taken is not None
    assert taken[0].number == "0b"
    assert book.lease("third", at=LATER - timedelta(microseconds=1), until=LATER, size=9) is None
    assert numbers(book.lease("third", at=LATER, until=LATER + timedelta(1), size=9)) == [2, 3, 4, 5]


def test_a_large_batch_keeps_no_other_body_waiting(book: SqlBatches) -> None:
    opened(book, batch(), 40)
    opened(book, batch("0b", body_code="other", opened_at=AT + timedelta(seconds=9)), 2)
    opened(book, batch("0c", body_code="third", opened_at=AT + timedelta(seconds=10)), 20)
    told = [book.lease("w", at=AT, until=LATER, size=10) for _ in range(7)]
    assert [one and one[0].number for one in told] == ["0a", "0b", "0c", "0a", "0c", "0a", "0a"]


def test_workers_at_once_never_hold_the_same_row(book: SqlBatches) -> None:
    opened(book, batch(), 60)

    def take(worker: str) -> list[int]:
        found: list[int] = []
        while (taken := book.lease(worker, at=AT, until=LATER, size=7)) is not None:
            found += [row.number for row in taken[1]]
        return found

    with ThreadPoolExecutor(4) as pool:
        held = [number for one in pool.map(take, "abcd") for number in one]
    assert sorted(held) == list(range(2, 62))


def test_what_came_of_a_row_is_stored_once(book: SqlBatches) -> None:
    opened(book, batch())
    failure = Failure("holder", "check", "持证主体：校验位不对。")
    book.issued("0a", [(3, "id-3")])
    book.fail("0a", [(4, failure), (3, failure)])
    book.issued("0a", [(4, "id-4"), (3, "other")])
    assert book.rows("0a", [RowState.DONE], limit=9) == [Row(3, MEMBERS, RowState.DONE, "id-3")]
    assert book.rows("0a", [RowState.FAILED], limit=9) == [Row(4, MEMBERS, RowState.FAILED, None, failure)]
    assert book.finished() == []
    book.issued("0a", [(2, "id-2"), (5, "id-5")])
    assert [one.number for one in book.finished()] == ["0a"]


def test_a_cancellation_drops_what_no_worker_has_ever_held(book: SqlBatches) -> None:
    one = opened(book, batch())
    book.lease("killed", at=AT, until=LATER, size=2)
    moved(book, one, Step.CANCEL, State.CANCELLED)
    assert (book.counts("0a")[RowState.WAITING], book.counts("0a")[RowState.DROPPED]) == (2, 2)
    assert book.lease("w", at=AT, until=LATER, size=9) is None
    assert numbers(book.lease("w", at=LATER, until=LATER, size=9)) == [2, 3]
    book.drop("0a", [2, 3])
    assert book.counts("0a")[RowState.WAITING] == 0
    assert book.finished() == []


def test_what_a_department_waits_for_is_in_its_feed(book: SqlBatches, engine: Engine) -> None:
    one = opened(book, batch())
    paused = moved(book, one, Step.HOLD, State.PAUSED)
    running = moved(book, paused, Step.RESUME, State.RUNNING)
    book.issued("0a", [(row, f"id-{row}") for row in (2, 3, 4)])
    book.fail("0a", [(5, Failure("holder", "check", "校验位不对。"))])
    moved(book, running, Step.FINISH, State.DONE)
    with pytest.raises(BatchMoved):
        moved(book, running, Step.FINISH, State.DONE)
    told = [(one.kind, one.subject, one.detail) for one in SqlFeed(engine).after(BODY, 0, 9)]
    assert told == [("batch.held", "0a", "理由"), ("batch.finished", "0a", "issued=3 failed=1")]


def test_a_table_that_breaks_off_while_it_is_stored_leaves_nothing(book: SqlBatches) -> None:
    def breaking() -> Iterator[tuple[int, dict[str, object]]]:
        for number in range(2, 1500):
            yield number, {**MEMBERS}
        raise OSError("the file is gone")

    with pytest.raises(OSError, match="gone"):
        book.open(batch(), breaking(), begun(batch()), "key")
    assert (book.find("0a"), sum(book.counts("0a").values())) == (None, 0)


def test_the_newest_batches_come_first(book: SqlBatches) -> None:
    for place, number in enumerate(("0a", "0b", "0c")):
        opened(book, batch(number, opened_at=AT + timedelta(seconds=place // 2)))
    assert [one.number for one in book.of_body(BODY, limit=2)] == ["0c", "0a"]
    assert [one.number for one in book.of_body(BODY, limit=2, after="0a")] == ["0b"]
    assert book.of_body("other", limit=2) == []
    book.trouble("0a", "no-pen")
    found = book.find("0a")
    assert found is not None
    assert found.trouble == "no-pen"


def test_the_tables_bound_their_texts(book: SqlBatches, engine: Engine) -> None:
    opened(book, batch())
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("UPDATE batch_row SET sentence = :long"), {"long": "长" * 401})
