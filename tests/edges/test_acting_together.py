"""Many acts on one licence at once, on SQLite and PostgreSQL: one end, its first date kept, one act for a key (T11)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine

from tests.edges.test_revocation_store import AT, Office
from trust.errors import Conflict
from trust.revocation.acting import Order
from trust.revocation.cascading import act_on_all
from trust.revocation.reading import published_since, read_standing
from trust.rules.errors import MoveRefused
from trust.rules.standing import Act, ActKind, Status

THREADS = 32
ENDS = [(ActKind.REVOKE, "penalty"), (ActKind.CANCEL, "withdrawn"), (ActKind.LAPSE, "superseded")]


@pytest.fixture
def office(engine: Engine) -> Office:
    made = Office(engine)
    made.allot("a", *(f"s{number}" for number in range(8)))
    return made


def together(tasks: list) -> list:
    """What each task gives or raises, all begun at one moment."""
    gate = Barrier(len(tasks))

    def run(task: object) -> object:
        gate.wait()
        try:
            return task()
        except Conflict as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_of_many_ends_one_stands_and_keeps_its_date(office: Office) -> None:
    def task(number: int):
        kind, ground = ENDS[number % len(ENDS)]
        return lambda: office.act("a", kind, ground, f"k{number}", AT + timedelta(microseconds=number))

    outcomes = together([task(number) for number in range(THREADS)])
    acts = [one for one in outcomes if isinstance(one, Act)]
    refused = Counter(type(one).__name__ + ":" + one.reason for one in outcomes if isinstance(one, Conflict))
    assert len(acts) == 1
    assert sum(refused.values()) == THREADS - 1
    assert set(refused) <= {"MoveRefused:standing-final", "Conflict:act-busy", "Conflict:act-recorded-order"}
    assert office.acts.of("a") == acts
    first = acts[0]
    with pytest.raises(MoveRefused):
        office.act("a", ActKind.REVOKE, "penalty", "again", AT + timedelta(days=1))
    assert read_standing(office.acts, "a", AT + timedelta(days=2)).since == first.effective_at


def test_one_key_many_times_at_once_is_one_act(office: Office) -> None:
    outcomes = together([lambda: office.act("a", ActKind.REVOKE, "penalty", "k") for _ in range(THREADS)])
    acts = [one for one in outcomes if isinstance(one, Act)]
    assert acts
    assert len(set(acts)) == 1
    assert all(one.reason == "act-busy" for one in outcomes if isinstance(one, Conflict))
    assert office.acts.of("a") == acts[:1]


def test_two_cascades_at_once_are_one(office: Office) -> None:
    """The same order under the same key, from two processes: each licence is acted on once, and both hear the same."""
    order = Order(ActKind.CANCEL, "", "withdrawn", "", "official")
    subjects = [f"s{number}" for number in range(8)]

    def cascade():
        while True:
            try:
                return act_on_all(office.acts, office.log, subjects, order, key="c", at=AT, random=bytes)
            except Conflict as error:
                if error.reason not in {"act-busy", "log-busy"}:
                    raise

    one, other = together([cascade, cascade])
    assert one.acts == other.acts
    assert {subject: len(office.acts.of(subject)) for subject in subjects} == dict.fromkeys(subjects, 1)


def test_an_act_that_reverses_another_names_it_also_in_the_table(office: Office) -> None:
    office.act("a", ActKind.SUSPEND, "penalty", "k1")
    lifted = office.act("a", ActKind.REINSTATE, "rectified", "k2", AT + timedelta(hours=1))
    assert (lifted.reverses, lifted.decision) == (1, "")
    assert office.acts.of("a")[1] == lifted
    assert [one.act.reverses for one in office.acts.recorded_of("a")] == [None, 1]
    assert office.acts.recorded_of("nobody") == []


def test_when_an_act_was_published_follows_from_the_lists(office: Office) -> None:
    office.act("a", ActKind.SUSPEND, "penalty", "k1")
    assert published_since(office.acts.recorded_of("a"), office.publications, 0) == {}
    office.publish(AT + timedelta(seconds=5))
    office.act("a", ActKind.REINSTATE, "rectified", "k2", AT + timedelta(hours=1))
    office.publish(AT + timedelta(hours=2))
    office.publish(AT + timedelta(hours=3))
    found = published_since(office.acts.recorded_of("a"), office.publications, 0)
    whole = AT.replace(microsecond=0)
    assert found == {1: whole + timedelta(seconds=5), 2: whole + timedelta(hours=2)}
    assert office.acts.of("a")[0].recorded_at == AT
    assert read_standing(office.acts, "a", AT).status is Status.SUSPENDED
