"""Issuing, acting and publishing from many threads and two processes, on SQLite and PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from issuer.errors import DuplicateNumber, IdempotencyMismatch
from issuer.issuing import Issued, issue
from issuer.ports import Entry, SigningPlan
from issuer.store import licence as licences
from keys.randomness import random_octets
from service.blobs import FolderBlobs
from service.problems import problem_of
from service.wiring import Yinzheng
from tests.city import OFFICIAL, City
from tests.journey_parts import (
    FAILED,
    PASSED,
    Exchanged,
    all_at_once,
    identifier,
    indication,
    number,
    office_of,
    presented,
)
from trust.revocation.acting import Order
from trust.rules.standing import ActKind

MANY = 8


@pytest.fixture
def city(engine: Engine, tmp_path: Path) -> Iterator[City]:
    return City(engine=engine, blobs=FolderBlobs(tmp_path / "blobs"), people=False)


def others(city: City, how_many: int) -> list[Yinzheng]:
    """Installations on the same database and folder, as other processes have them."""
    return [Yinzheng(city.yinzheng._means) for _ in range(how_many)]


def issued_of(outcomes: list[object]) -> list[Issued]:
    """The licences among the outcomes; anything else fails the test with what it was."""
    wrong = [one for one in outcomes if not isinstance(one, Issued)]
    assert wrong == []
    return [one for one in outcomes if isinstance(one, Issued)]


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(licences)) or 0


@pytest.mark.parametrize("processes", [1, MANY])
def test_one_key_many_times_at_once(city: City, engine: Engine, processes: int) -> None:
    """One licence, and everybody gets it octet for octet."""
    application = city.application("business-licence", number=number())
    installations = [city.yinzheng] * MANY if processes == 1 else others(city, MANY)
    outcomes = all_at_once(*(partial(one.issue, application, key="at once", by=OFFICIAL) for one in installations))
    issued = issued_of(outcomes)
    assert len({(one.ofd, one.pdf, one.token, identifier(one)) for one in issued}) == 1
    assert count(engine) == 1
    assert {indication(one) for one in presented(city, issued[0]).values()} == {PASSED}


def test_one_key_fifty_times_and_another_body_five_times(city: City, engine: Engine) -> None:
    """As a caller that tries again and again, and one that mixed its keys up: one licence, and 409 for the other."""
    one, other = (city.application("business-licence", number=number()) for _ in range(2))
    works = [partial(city.yinzheng.issue, body, key="fifty", by=OFFICIAL) for body in [one] * 50 + [other] * 5]
    outcomes = all_at_once(*works)
    issued = [each for each in outcomes if isinstance(each, Issued)]
    assert len({(each.ofd, each.pdf, each.token) for each in issued}) == 1
    assert len(issued) in {50, 5}
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert {(problem_of(each).status, problem_of(each).code) for each in refused} == {(409, "idempotency-mismatch")}
    assert len(issued) + len(refused) == 55
    assert count(engine) == 1


def test_two_bodies_under_one_key_at_once(city: City, engine: Engine) -> None:
    """Whoever is first has the key; the others are told so."""
    applications = [city.application("business-licence", number=number()) for _ in range(MANY)]
    outcomes = all_at_once(*(partial(city.yinzheng.issue, one, key="whose key", by=OFFICIAL) for one in applications))
    assert len([one for one in outcomes if isinstance(one, Issued)]) == 1
    assert len([one for one in outcomes if isinstance(one, IdempotencyMismatch)]) == MANY - 1
    assert count(engine) == 1


def test_one_number_under_many_keys_at_once(city: City, engine: Engine) -> None:
    application = city.application("business-licence", number=number())
    outcomes = all_at_once(
        *(
            partial(one.issue, application, key=f"key {place}", by=OFFICIAL)
            for place, one in enumerate(others(city, MANY))
        )
    )
    assert len([one for one in outcomes if isinstance(one, Issued)]) == 1
    assert len([one for one in outcomes if isinstance(one, DuplicateNumber)]) == MANY - 1
    assert count(engine) == 1


def test_many_licences_at_once(city: City) -> None:
    """From as many processes: no number, no status entry and no place in the log twice; every one provable."""
    bundles = ("business-licence", "food-operation", "teacher-qualification")
    works = [
        partial(one.issue, city.application(bundles[place % 3], number=number()), key=f"many {place}", by=OFFICIAL)
        for place, one in enumerate(others(city, MANY) * 2)
    ]
    issued = issued_of(all_at_once(*works))
    entries = [one.entry.licence for one in issued]
    assert len({str(one.identifier) for one in entries}) == len(works)
    assert len({(one.status.list, one.status.index) for one in entries}) == len(works)
    assert len({one.entry.artefacts and one.entry.artefacts.log_index for one in issued}) == len(works)
    assert {indication(city.yinzheng.verify_file(one.ofd)) for one in issued} == {PASSED}


def test_two_processes_that_planned_at_the_same_moment(city: City) -> None:
    """Each has signed a token of its own when the other's plan is stored: the stored one stands, for both."""
    application, key = city.application("business-licence", number=number()), "both planned"
    register = city.yinzheng.archive.register
    answers: list[Issued] = []

    def plan_many(wanted: Sequence[tuple[Entry, SigningPlan]]) -> Sequence[Entry]:
        if not answers:
            answers.append(city.yinzheng.issue(application, key=key, by=OFFICIAL))
        return register.plan_many(wanted)

    slow = Exchanged(register, plan_many=plan_many)
    second = issue(office_of(city, register=slow), application, key=key, by=OFFICIAL, at=city.clock())
    assert (second.ofd, second.pdf, second.token) == (answers[0].ofd, answers[0].pdf, answers[0].token)
    assert second.entry == answers[0].entry


def test_acts_and_publishing_at_once(city: City) -> None:
    """Every process publishes after its act, all at the same moment: when the last has its answer, all is public."""
    issued = [city.issue("teacher-qualification", number=number()) for _ in range(MANY)]
    city.clock.forward(seconds=1)

    def revoke(installation: Yinzheng, one: Issued) -> object:
        order = Order(ActKind.REVOKE, identifier(one), "other", "测试", OFFICIAL)
        return installation.act(order, key=random_octets(8).hex())

    outcomes = all_at_once(*(partial(revoke, *pair) for pair in zip(others(city, MANY), issued, strict=True)))
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert {indication(city.yinzheng.verify_file(one.ofd)) for one in issued} == {FAILED}


def test_publishers_at_once(city: City) -> None:
    """A server and a worker both refresh every second; when everything is due, neither fails."""
    for days in (1, 8, 40, 100):
        city.clock.forward(days=days)
        outcomes = all_at_once(
            *(partial(one.publisher.refresh, city.clock()) for one in [city.yinzheng, *others(city, 3)])
        )
        assert outcomes == [None] * 4, days
    assert indication(city.yinzheng.verify_file(city.issue(number=number()).ofd)) is PASSED


def test_a_request_that_finds_its_own_number_taken_by_itself(city: City) -> None:
    """Begun by another process between the look for the key and the look for the number: it is the same licence."""
    application, key = city.application("business-licence", number=number()), "its own number"
    register = city.yinzheng.archive.register
    first: list[Issued] = []

    def by_keys(asked: Sequence[str]) -> Mapping[str, Entry]:
        if first:
            return register.by_keys(asked)
        first.append(city.yinzheng.issue(application, key=key, by=OFFICIAL))
        return {}

    late = Exchanged(register, by_keys=by_keys)
    second = issue(office_of(city, register=late), application, key=key, by=OFFICIAL, at=city.clock())
    assert (second.ofd, second.pdf, second.token) == (first[0].ofd, first[0].pdf, first[0].token)
