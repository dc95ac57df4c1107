"""Pictures that take long: what happens meanwhile counts, and no worker looks at them beyond its share of the lease.

A table counts as long here with more than two pictures.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from issuer.batches.life import Batch, State, Step
from issuer.batches.ports import Batches as Desk
from issuer.batches.running import LEASE, run_chunk
from issuer.errors import NoPen
from tests.batch_parts import FIRST
from tests.city import City
from tests.photo_parts import CARD, KIND, cards
from trust.rules.seal_standing import SealKind
from trust.sealing.life import Step as SealStep
from trust.sealing.ports import Officer

ALL = {"waiting": 3}


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.batches.picturing.AT_ONCE", 2)


def submit(city: City, octets: bytes) -> Batch:
    desk, body = city.yinzheng.batches, city.body_code(CARD)
    sheet = desk.read(io.BytesIO(octets), type_code=KIND.code, name="社保卡.zip", mapping={})
    key = desk.key_for(sheet, type_code=KIND.code, body_code=body)
    return desk.submit(sheet, type_code=KIND.code, body_code=body, name="社保卡.zip", by=FIRST, key=key)


def open_trial(city: City, octets: bytes) -> Batch:
    desk, body = city.yinzheng.batches, city.body_code(CARD)
    sheet = desk.read(io.BytesIO(octets), type_code=KIND.code, name="社保卡.zip", mapping={})
    return desk.open_trial(sheet, type_code=KIND.code, body_code=body, name="社保卡.zip", by=FIRST)


def slow(city: City, seconds: int, then: Callable[[], None] = lambda: None) -> Desk:
    """The desk at which every picture takes so long; `then` happens when the first one was looked at."""
    desk, asked = city.yinzheng.batches.desk, [then]

    @contextmanager
    def take_for(bundle: Any) -> Iterator[Any]:
        def take(octets: bytes, field: str) -> bytes:
            made = real(octets, field)
            city.clock.forward(seconds=seconds)
            if asked:
                asked.pop()()
            return made

        with desk.take_for(bundle) as real:
            yield take

    return replace(desk, take_for=take_for)


def work(city: City, desk: Desk, name: str = "slow") -> tuple[int, int] | None:
    worked = run_chunk(desk, name, now=city.clock)
    return None if worked is None else (worked.issued, worked.failed)


def counts(city: City, batch: Batch) -> dict[str, int]:
    return {state.value: some for state, some in city.yinzheng.batches.counts(batch).items() if some}


def finish(city: City) -> None:
    city.clock.forward(minutes=3)
    while city.yinzheng.batches.work("another") is not None:
        continue


def test_a_seal_that_is_suspended_meanwhile_seals_nothing(city: City) -> None:
    batch, installation = submit(city, cards(3, first=700)), city.yinzheng
    of_body = installation.archive.seals.of_body(batch.body_code)
    seal_id = next(one.seal.seal_id for one in of_body if one.kind is SealKind.LICENCE)
    official = Officer("rsj", "顾清和")

    def suspend() -> None:
        installation.seals.act(seal_id, SealStep.SUSPEND, ground="seal-paused", reason="", by=official, key="s")

    with pytest.raises(NoPen, match="seal-suspended"):
        work(city, slow(city, 10, suspend))
    assert counts(city, batch) == ALL
    installation.seals.act(seal_id, SealStep.RESUME, ground="seal-pause-ended", reason="", by=official, key="r")
    finish(city)
    assert counts(city, batch) == {"done": 3}


def test_a_batch_that_is_cancelled_meanwhile_issues_nothing(city: City) -> None:
    batch, desk = submit(city, cards(3, first=710)), city.yinzheng.batches
    assert work(city, slow(city, 10, lambda: void(desk.cancel(batch, by=FIRST)))) == (0, 0)
    assert counts(city, batch) == {"dropped": 3}


def test_a_batch_that_is_paused_meanwhile_waits_and_goes_on_at_once(city: City) -> None:
    batch, desk = submit(city, cards(3, first=720)), city.yinzheng.batches
    assert work(city, slow(city, 10, lambda: void(desk.pause(batch, by=FIRST)))) == (0, 0)
    assert counts(city, batch) == ALL
    desk.resume(desk.find(batch.number, batch.body_code), by=FIRST)
    assert work(city, desk.desk, "another") == (3, 0), "nobody holds its rows any more"


def test_a_face_that_is_retired_meanwhile_holds_the_batch(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = submit(city, cards(3, first=730))
    told = iter([None, "template-changed"])
    monkeypatch.setattr("issuer.batches.running._kept_by", lambda *_: next(told))
    assert work(city, slow(city, 10)) == (0, 0)
    stands = city.yinzheng.batches.find(batch.number, batch.body_code)
    assert (stands.state, stands.trouble, counts(city, batch)) == (State.PAUSED, "template-changed", ALL)
    city.yinzheng.batches.cancel(stands, by=FIRST)


def test_rows_that_there_is_no_time_for_are_left_to_the_next_chunk(city: City) -> None:
    batch = submit(city, cards(4, first=740))
    desk = slow(city, int(LEASE.total_seconds() / 3 / 2) + 1)  # two of them are more than a third
    assert work(city, desk) == (2, 0)
    assert counts(city, batch) == {"waiting": 2, "done": 2}
    assert work(city, desk, "another") == (2, 0), "nobody holds them any more"
    assert [one.step for one in city.yinzheng.batches.events(batch)] == [Step.SUBMIT]
    finish(city)


def test_one_row_is_looked_at_however_long_it_takes(city: City) -> None:
    batch = submit(city, cards(3, first=750))
    for left in (2, 1):
        assert work(city, slow(city, 1_000)) == (1, 0)
        assert counts(city, batch)["waiting"] == left
    assert work(city, slow(city, 1_000)) == (1, 0)
    finish(city)


def test_rows_that_another_has_taken_up_meanwhile_are_not_issued_here(city: City) -> None:
    batch, book = submit(city, cards(3, first=760)), city.yinzheng.archive.batches

    def take_up() -> None:
        at = city.clock()
        assert book.lease("another", at=at, until=at + LEASE, size=2) is not None

    assert work(city, slow(city, 200, take_up)) == (0, 0)
    assert counts(city, batch) == ALL
    city.clock.forward(seconds=1)
    assert work(city, city.yinzheng.batches.desk, "third") == (1, 0), "the one that neither of them holds"
    finish(city)
    assert counts(city, batch) == {"done": 3}


def test_a_trial_leaves_rows_to_the_next_chunk_too(city: City) -> None:
    trial = open_trial(city, cards(4, first=770))
    assert work(city, slow(city, 30)) == (0, 0)
    assert counts(city, trial) == {"waiting": 2, "sound": 2}
    assert work(city, slow(city, 30), "another") == (0, 0)
    assert counts(city, trial) == {"sound": 4}


def void(_: object) -> None:
    """Nothing comes of it here."""
