"""Batches: one table becomes licences, chunk by chunk; stopped, taken up, cancelled; what fails leaves the rest alone."""

import io
from collections.abc import Iterator
from datetime import timedelta
from errno import ENOSPC

import pytest

from issuer.applying.deciding import needs_two
from issuer.batches.errors import BatchMoved, BatchOwnHand, BatchRefused, BatchStale, NoSuchBatch
from issuer.batches.life import Batch, RowState, State, Step, key_of
from issuer.batches.reading import read_sheet
from issuer.batches.running import run_chunk
from issuer.batches.sheet import RowProblem, Sheet
from issuer.errors import IdempotencyMismatch, NoMandate
from issuer.ports import State as Entered
from service.errors import NotYetPublished
from templates.library import load_bundle
from tests.batch_parts import BUNDLE, FIRST, SECOND, approve, members, sheet_of, table
from tests.city import City
from trust.rules.verdict import Indication

KIND = load_bundle(BUNDLE).type


@pytest.fixture(scope="module")
def founded() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture
def city(founded: City) -> City:
    """The city with every batch of the tests before brought to an end."""
    run(founded)
    return founded


def submit(city: City, sheet: Sheet, *, key: str | None = None, bundle: str = BUNDLE) -> Batch:
    kind = load_bundle(bundle).type.code
    return city.yinzheng.batches.submit(
        sheet,
        type_code=kind,
        body_code=city.body_code(bundle),
        name="表.csv",
        by=FIRST,
        key=key or f"key-{next(city._keys)}",
    )


def run(city: City, size: int = 3) -> int:
    """Work until nothing waits; how many chunks there were."""
    chunks = 0
    while city.yinzheng.batches.work("worker", size=size) is not None:
        chunks += 1
    return chunks


def now(city: City, batch: Batch) -> Batch:
    return city.yinzheng.batches.find(batch.number, batch.body_code)


def counts(city: City, batch: Batch) -> tuple[int, int, int, int]:
    found = city.yinzheng.batches.counts(batch)
    return found[RowState.WAITING], found[RowState.DONE], found[RowState.FAILED], found[RowState.DROPPED]


def test_a_batch_is_done_when_everything_of_it_can_be_proved(city: City) -> None:
    """A worker that is killed right after its last chunk was issued leaves what no checkpoint covers yet."""
    batch, desk = submit(city, sheet_of([members(171)])), city.yinzheng.batches.desk
    issued = run_chunk(desk, "killed", now=city.clock)
    assert issued is not None
    assert issued.issued == 1
    (row,) = city.yinzheng.batches.rows(batch, [RowState.DONE], limit=1)
    entry = city.yinzheng.archive.released(row.identifier or "")
    assert entry is not None
    file = city.yinzheng.files_of(entry).ofd
    assert city.yinzheng.verify_file(file).verdict.indication is Indication.INDETERMINATE
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(city.yinzheng.publisher, "after_issues", refuse)
        with pytest.raises(NotYetPublished):
            city.yinzheng.batches.work("another")
    assert now(city, batch).state is State.RUNNING
    assert city.yinzheng.batches.work("another") is None
    assert now(city, batch).state is State.DONE
    assert city.yinzheng.verify_file(file).verdict.indication is Indication.PASSED


def refuse(*_: object) -> None:
    raise OSError(ENOSPC, "full")


def test_a_table_becomes_licences_that_verify(city: City) -> None:
    batch = submit(city, sheet_of([members(number) for number in range(1, 8)]))
    assert (batch.state, batch.total) == (State.RUNNING, 7)
    assert run(city) == 3
    assert (now(city, batch).state, counts(city, batch)) == (State.DONE, (0, 7, 0, 0))
    rows = city.yinzheng.batches.rows(batch, [RowState.DONE], limit=10)
    assert [row.number for row in rows] == [2, 3, 4, 5, 6, 7, 8]
    entry = city.yinzheng.archive.released(rows[-1].identifier or "")
    assert entry is not None
    assert (entry.licence.number, entry.by) == ("PL00000007", "周明远（scjg）")
    for octets in (city.yinzheng.files_of(entry).ofd, city.yinzheng.files_of(entry).pdf):
        assert city.yinzheng.verify_file(octets).verdict.indication == "PASSED"
    assert [event.step for event in city.yinzheng.batches.events(batch)] == [Step.SUBMIT, Step.FINISH]


def test_what_fails_leaves_the_others_alone_and_can_be_handed_in_again(city: City) -> None:
    good = [members(number) for number in (21, 22)]
    wrong = [
        members(21),
        members(23, issued_on="2027-01-01"),
        members(24, holders=[{"name": "某", "code": "91", "code_type": "001"}]),
    ]
    batch = submit(city, sheet_of([*good, *wrong]))
    run(city, 10)
    assert counts(city, batch) == (0, 2, 3, 0)
    failed = city.yinzheng.batches.rows(batch, [RowState.FAILED], limit=10)
    assert [(row.number, row.failure and row.failure.reason) for row in failed] == [
        (4, "duplicate-number"),
        (5, "in-the-future"),
        (6, "length"),
    ]
    assert all(row.failure and row.failure.sentence.endswith("。") for row in failed)
    again = read_sheet(io.BytesIO(city.yinzheng.batches.unissued(batch)), name="again.csv", kind=KIND)
    assert again.problems == ()
    tried = city.yinzheng.batches.try_sheet(again, type_code=KIND.code, body_code=city.body_code(BUNDLE))
    assert [(row, failure.place) for row, failure in tried] == [(2, ""), (3, "颁发日期"), (4, "持证主体")]


def test_a_trial_stores_nothing_and_finds_what_issuing_would(city: City) -> None:
    taken = city.issue(number="PL00000031")
    rows = [members(31), members(32), members(32), members(33, fields={}), members(34) | {"number": ""}]
    before = city.yinzheng.archive.log.size()
    found = list(city.yinzheng.batches.try_sheet(sheet_of(rows), type_code=KIND.code, body_code=city.body_code(BUNDLE)))
    assert [row for row, _ in found] == [2, 4, 5, 6]
    assert [one.reason for _, one in found][:2] == ["duplicate-number", "duplicate-number"]
    assert taken.entry.licence.number == "PL00000031"
    assert city.yinzheng.archive.log.size() == before
    told = RowProblem(9, "证照编号", "digits-lost", "丢失。")
    more = city.yinzheng.batches.try_sheet(
        Sheet((), (told,), "sm3:00"), type_code=KIND.code, body_code=city.body_code(BUNDLE)
    )
    assert [(row, one.place, one.sentence) for row, one in more] == [(9, "证照编号", "丢失。")]
    with pytest.raises(BatchRefused):
        submit(city, Sheet(sheet_of(rows).rows, (told,), "sm3:01"))


def test_submitting_again_gives_the_same_batch(city: City) -> None:
    sheet = sheet_of([members(41)])
    first = submit(city, sheet, key="same")
    assert submit(city, sheet, key="same") == first
    with pytest.raises(IdempotencyMismatch):
        submit(city, sheet_of([members(42)]), key="same")
    with pytest.raises(NoMandate):
        city.yinzheng.batches.submit(
            sheet,
            type_code=KIND.code,
            body_code=city.body_code("teacher-qualification"),
            name="x",
            by=FIRST,
            key="other",
        )
    with pytest.raises(BatchRefused):
        submit(city, sheet_of([]))
    with pytest.raises(NoSuchBatch):
        city.yinzheng.batches.find(first.number, "11530199MB0T35T28E")


def test_a_paused_batch_waits_and_a_cancelled_one_keeps_what_was_issued(city: City) -> None:
    desk = city.yinzheng.batches
    batch = submit(city, sheet_of([members(number) for number in range(51, 57)]))
    desk.work("worker", size=2)
    paused = desk.pause(now(city, batch), by=SECOND)
    assert desk.work("worker", size=2) is None
    with pytest.raises(BatchMoved):
        desk.pause(paused, by=FIRST)
    desk.resume(paused, by=FIRST)
    with pytest.raises(BatchMoved):
        desk.cancel(paused, by=FIRST)  # it was seen before it went on
    desk.work("worker", size=2)
    desk.cancel(now(city, batch), by=FIRST)
    assert desk.work("worker", size=2) is None
    assert counts(city, batch) == (0, 4, 0, 2)
    assert now(city, batch).state is State.CANCELLED


def test_rows_of_a_worker_that_was_killed_are_taken_up_when_the_lease_has_run_out(city: City) -> None:
    desk = city.yinzheng.batches
    batch = submit(city, sheet_of([members(number) for number in range(61, 65)]))
    at = city.clock()
    taken = city.yinzheng.archive.batches.lease("killed", at=at, until=at + timedelta(seconds=60), size=3)
    assert taken is not None
    assert [row.number for row in taken[1]] == [2, 3, 4]
    assert run(city) == 1
    assert counts(city, batch)[:2] == (3, 1)
    city.clock.forward(seconds=60)
    assert run(city) == 1
    assert (now(city, batch).state, counts(city, batch)) == (State.DONE, (0, 4, 0, 0))
    assert desk.work("worker") is None


def test_of_a_cancelled_batch_what_had_begun_is_brought_to_its_end(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, book = city.yinzheng.batches, city.yinzheng.archive.batches
    batch = submit(city, sheet_of([members(number) for number in range(71, 75)]))

    class KilledError(Exception): ...

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(book, "release", killed)
        with pytest.raises(KilledError):
            desk.work("worker", size=2)
    at = city.clock()
    assert book.lease("other", at=at, until=at + timedelta(seconds=5), size=1) is not None
    assert {entry.state for entry in city.yinzheng.archive.register.by_keys([key_of(batch.number, 2)]).values()} == {
        Entered.PLANNED
    }
    desk.cancel(now(city, batch), by=FIRST)
    assert counts(city, batch) == (3, 0, 0, 1)
    city.clock.forward(minutes=3)
    run(city)
    assert counts(city, batch) == (0, 2, 0, 2)


def test_a_row_that_another_worker_issued_meanwhile_is_issued_once(city: City) -> None:
    desk = city.yinzheng.batches
    batch = submit(city, sheet_of([members(81), members(82)]))
    size = city.yinzheng.archive.log.size()
    desk.work("first")
    with city.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE batch_row SET state = 'waiting' WHERE number = '{batch.number}'")
        connection.exec_driver_sql("UPDATE batch_row SET held_until = 0")
        connection.exec_driver_sql(f"UPDATE batch SET state = 'running' WHERE number = '{batch.number}'")
    grown = city.yinzheng.archive.log.size()
    desk.work("second")
    assert counts(city, batch) == (0, 2, 0, 0)
    assert city.yinzheng.archive.log.size() == grown > size


def test_two_people_stand_for_a_type_that_needs_two(city: City) -> None:
    bundle = next(name for one in city.plan.bodies for name in one.types if needs_two(load_bundle(name)))
    desk = city.yinzheng.batches
    city.yinzheng.photographs.keep_sample(load_bundle(bundle))
    batch = submit(city, sheet_of([members(91, bundle=bundle)]), bundle=bundle)
    assert batch.state is State.SUBMITTED
    assert desk.work("worker") is None
    with pytest.raises(BatchOwnHand):
        desk.approve(batch, digest=batch.digest, by=FIRST)
    with pytest.raises(BatchStale):
        desk.approve(batch, digest="sm3:" + "0" * 64, by=SECOND)
    approved = approve(city.yinzheng, batch)
    assert (approved.state, approved.approved_by) == (State.RUNNING, SECOND)
    desk.work("worker")
    assert sum(counts(city, batch)[:1]) == 0
    with city.engine.begin() as connection:
        held = f"WHERE number = '{batch.number}'"
        connection.exec_driver_sql(f"UPDATE batch_row SET state = 'waiting', held_until = 0 {held}")
        connection.exec_driver_sql(f"UPDATE batch SET state = 'running', approved_login = NULL {held}")
    desk.work("worker")
    stopped = now(city, batch)
    assert (stopped.state, stopped.trouble) == (State.PAUSED, "needs-approval")
    desk.cancel(stopped, by=FIRST)


def test_a_table_as_it_is_handed_in_is_read_and_issued(city: City) -> None:
    octets = table(3, first=101)
    sheet = read_sheet(io.BytesIO(octets), name="table.csv", kind=KIND)
    assert sheet.problems == ()
    batch = submit(city, sheet)
    run(city)
    assert counts(city, batch) == (0, 3, 0, 0)
