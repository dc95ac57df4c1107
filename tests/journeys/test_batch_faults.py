"""Batches in which something of ours goes wrong: no row fails for it, the batch stops, and goes on without issuing twice."""

import errno
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

import issuer.sealing as sealing
import issuer.soundness as soundness
from issuer.batches.life import Batch, RowState, State, Step, key_of
from issuer.batches.running import GIVEN_UP, STRIKES
from issuer.errors import ApplicationRefused, NoPen, NotSound, PlanBroken
from keys.errors import KeyNotUsable
from service.batches import trouble_of
from tests.batch_parts import BUNDLE, FIRST, SECOND, members, sheet_of
from tests.city import City
from trust.store import METADATA

LEASE_MINUTES = 2


@pytest.fixture(scope="module")
def founded() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture
def city(founded: City) -> City:
    """The city with every batch of the tests before given up."""
    desk = founded.yinzheng.batches
    for batch in desk.of_body(founded.body_code(BUNDLE), limit=50):
        if batch.state in {State.RUNNING, State.PAUSED}:
            desk.cancel(batch, by=SECOND)
    founded.clock.forward(minutes=LEASE_MINUTES)
    run(founded)
    return founded


def submit(city: City, *numbers: int) -> Batch:
    return city.yinzheng.batches.submit(
        sheet_of([members(number) for number in numbers]),
        type_code=city.yinzheng.office.bundle(city.application(BUNDLE).type_code).type.code,
        body_code=city.body_code(BUNDLE),
        name="表.csv",
        by=FIRST,
        key=f"faults-{numbers[0]}",
    )


def run(city: City, size: int = 10) -> None:
    """Work until nothing waits that is free."""
    while city.yinzheng.batches.work("worker", size=size) is not None:
        continue


def later(city: City) -> None:
    """So much later that rows held by a worker are free."""
    city.clock.forward(minutes=LEASE_MINUTES)


def now(city: City, batch: Batch) -> Batch:
    return city.yinzheng.batches.find(batch.number, batch.body_code)


def counts(city: City, batch: Batch) -> tuple[int, int, int]:
    found = city.yinzheng.batches.counts(batch)
    return found[RowState.WAITING], found[RowState.DONE], found[RowState.FAILED]


def footprint(city: City) -> tuple[int, ...]:
    """How many licences, entries of status lists and entries of the log there are."""
    with city.engine.connect() as connection:
        tables = (METADATA.tables["licence"], METADATA.tables["status_slot"])
        counted = [connection.scalar(select(func.count()).select_from(one)) or 0 for one in tables]
    return *counted, city.yinzheng.archive.log.size()


def failing(error: Exception, *of: str) -> Callable[..., Any]:
    """The check after signing, failing for these identifiers, or for all where none is given."""
    sound = soundness.require_sound

    def check(identifier: str, *rest: Any) -> None:
        if not of or identifier in of:
            raise error
        sound(identifier, *rest)

    return check


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotSound("x", "PDF does not verify"), "not-sound"),
        (PlanBroken("x", "the signing plan"), "plan-broken"),
        (ApplicationRefused([("fields.photo", "no-such-photo")]), "no-such-photo"),
    ],
)
def test_rows_that_fail_through_our_fault_wait_and_the_batch_is_held(
    city: City, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    first = {"not-sound": 100, "plan-broken": 200}.get(reason, 300)
    desk, batch = city.yinzheng.batches, submit(city, *range(first, first + STRIKES + 1))
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "require_sound", failing(error))
        run(city)
    assert counts(city, batch) == (STRIKES + 1, 0, 0)
    stopped = now(city, batch)
    assert (stopped.state, stopped.trouble) == (State.PAUSED, reason)
    assert "都仍在等待签发" in trouble_of(stopped)
    assert [(one.step, one.note) for one in desk.events(batch)][-1] == (Step.HOLD, reason)
    told = [one for one in city.yinzheng.archive.feed.after(batch.body_code, 0, 500) if one.subject == batch.number]
    assert (told[-1].kind, told[-1].detail) == ("batch.held", reason)
    later(city)
    run(city)
    assert counts(city, batch) == (STRIKES + 1, 0, 0)  # nothing goes on before somebody has seen to it
    before = footprint(city)
    desk.resume(stopped, by=SECOND)
    run(city)
    assert (now(city, batch).state, counts(city, batch)) == (State.DONE, (0, STRIKES + 1, 0))
    after = footprint(city)
    assert after[:2] == before[:2]  # what had begun was taken up: no second licence, no second entry of a list
    assert after[2] == before[2] + STRIKES + 1


def test_one_such_row_does_not_keep_the_others_waiting_and_is_issued_once(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, batch = city.yinzheng.batches, submit(city, 401, 402, 403)
    register, key = city.yinzheng.archive.register, key_of(submit(city, 401, 402, 403).number, 3)
    require, seen = soundness.require_sound, []

    def check(identifier: str, *rest: Any) -> None:
        if identifier == str(register.by_keys([key])[key].licence.identifier):
            seen.append(identifier)
            raise NotSound(identifier, "the PDF does not verify")
        require(identifier, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "require_sound", check)
        run(city)
        assert counts(city, batch) == (1, 2, 0)
        assert (now(city, batch).state, now(city, batch).trouble) == (State.RUNNING, "not-sound")
        assert "自动重试" in trouble_of(now(city, batch))
        for _ in range(STRIKES):
            later(city)
            run(city)
    stopped = now(city, batch)
    assert (stopped.state, stopped.trouble) == (State.PAUSED, "not-sound")
    desk.resume(stopped, by=FIRST)
    later(city)
    run(city)
    assert (now(city, batch).state, counts(city, batch)) == (State.DONE, (0, 3, 0))
    assert {row.identifier for row in desk.rows(batch, [RowState.DONE], limit=9)} >= set(seen)
    assert len(set(seen)) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "storage-full"),
        (OperationalError("INSERT", {}, Exception("disk I/O error")), "storage"),
        (KeyNotUsable("seal", "locked"), None),
        (NoPen("91530199", "no seal"), "no-seal"),
        (RuntimeError("nobody thought of this"), "internal"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_what_concerns_all_rows_stops_the_batch_after_a_few_chunks(
    city: City, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str | None
) -> None:
    first = 1000 + sum(map(ord, type(error).__name__)) * 10
    desk, batch = city.yinzheng.batches, submit(city, *range(first, first + 8))

    def broken(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(city.blobs, "put_many", broken)
        for strike in range(1, STRIKES + 1):
            assert now(city, batch).state is State.RUNNING
            with pytest.raises(type(error)):
                desk.work("worker", size=1)
            assert counts(city, batch) == (8, 0, 0), strike
        assert desk.work("worker", size=1) is None
    stopped = now(city, batch)
    assert stopped.state is State.PAUSED
    assert stopped.trouble
    assert reason in {None, stopped.trouble}
    desk.resume(stopped, by=FIRST)
    later(city)
    run(city)
    assert (now(city, batch).state, now(city, batch).trouble, counts(city, batch)) == (State.DONE, "", (0, 8, 0))


def test_a_chunk_that_comes_through_forgets_the_faults_before(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, batch = city.yinzheng.batches, submit(city, *range(501, 501 + 2 * STRIKES))

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    for _ in range(STRIKES):
        with monkeypatch.context() as patch:
            patch.setattr(city.blobs, "put_many", broken)
            with pytest.raises(OSError, match="Input"):
                desk.work("worker", size=1)
        desk.work("worker", size=1)
    assert (now(city, batch).state, counts(city, batch)) == (State.RUNNING, (STRIKES, STRIKES, 0))


def test_of_a_cancelled_batch_what_cannot_be_completed_is_given_up(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, batch = city.yinzheng.batches, submit(city, 601, 602, 603)
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "require_sound", failing(NotSound("x", "the PDF does not verify")))
        run(city)
        desk.cancel(now(city, batch), by=SECOND)
        later(city)
        run(city)
    assert (now(city, batch).state, counts(city, batch)) == (State.CANCELLED, (0, 0, 3))
    entries = city.yinzheng.archive.register.by_keys([key_of(batch.number, row) for row in (2, 3, 4)]).values()
    assert [entry.void and entry.void.reason for entry in entries] == [GIVEN_UP] * 3
    assert [row.failure and row.failure.reason for row in desk.rows(batch, [RowState.FAILED], limit=5)] == (
        ["not-sound"] * 3
    )
    again = submit(city, 602, 603, 601)
    run(city)
    assert counts(city, again) == (0, 3, 0)
