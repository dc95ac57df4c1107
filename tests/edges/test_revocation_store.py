"""Acts, entries and publications in SQL, on SQLite and PostgreSQL: the same journeys, and races."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, select

from keys.custody import memory_signer
from tests.journey_parts import all_at_once
from trust.errors import Conflict
from trust.log.store import SqlLog
from trust.revocation.acting import Order, act, resume
from trust.revocation.allotting import allot, allot_many
from trust.revocation.errors import NotPublished, SubjectUnknown
from trust.revocation.ports import Activity, PlannedList
from trust.revocation.publishing import due, open_status_list, publish
from trust.revocation.reading import read_standing
from trust.revocation.store.acts import SqlActs
from trust.revocation.store.publications import SqlPublications
from trust.revocation.store.slots import SqlSlots
from trust.revocation.store.tables import standing, status_slot
from trust.rules.standing import Act, ActKind, Status
from trust.rules.status_pointer import StatusPointer
from trust.rules.two_people import Alone

SIGNER = memory_signer()
AT = datetime(2026, 3, 1, 8, 0, 0, 123_456, tzinfo=UTC)
HOUR = timedelta(hours=1)


def chance(seed: object):
    """Octets that are the same in each run and differ at each call."""
    calls = iter(range(10**9))
    return lambda count: sha256(f"{seed}/{next(calls)}".encode()).digest()[:count]


class Office:
    """The slice as it will be wired, over one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.log = engine, SqlLog(engine)
        self.acts, self.slots, self.publications = SqlActs(engine), SqlSlots(engine), SqlPublications(engine)

    def allot(self, *subjects: str) -> dict[str, StatusPointer]:
        return allot_many(self.slots, subjects, random=chance("slots"), size=64)

    def act(self, subject: str, kind: ActKind, ground: str, key: str, at: datetime = AT, **times: object):
        order = Order(kind, subject, ground, "", times.pop("by", "official"), **times)
        return act(self.acts, self.log, order, key=key, at=at, random=chance(key))

    def publish(self, at: datetime = AT):
        octets = publish(
            self.acts,
            self.publications,
            SIGNER,
            shard=0,
            uri="https://zhengzhao.example/status/0",
            at=at,
            log_size=self.log.size(),
            next_update=at + 12 * HOUR,
            size=64,
        )
        return open_status_list(octets, SIGNER.public)


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def test_an_act_goes_through_all_tables_and_comes_back(office: Office) -> None:
    pointer = office.allot("a", "b")["a"]
    done = office.act("a", ActKind.SUSPEND, "penalty", "k1")
    assert office.acts.of("a") == [done]
    assert (office.acts.of("b"), office.acts.unlogged(9)) == ([], [])
    assert office.acts.by_key("k1").log_index == 0
    assert read_standing(office.acts, "a", AT).status is Status.SUSPENDED
    made = office.publish()
    assert {index for index in range(64) if made.value(index)} == {pointer.index}
    with office.engine.connect() as connection:
        rows = {row.subject: (row.sequence, row.status) for row in connection.execute(select(standing))}
    assert rows == {"a": (1, "02"), "b": (0, "01")}


def test_the_same_key_is_one_act_and_another_order_a_conflict(office: Office) -> None:
    office.allot("a", "b")
    first = office.act("a", ActKind.SUSPEND, "penalty", "k1")
    assert office.act("a", ActKind.SUSPEND, "penalty", "k1", at=AT + HOUR) == first
    for subject in ("a", "b"):
        with pytest.raises(Conflict, match="idempotency-mismatch"):
            office.act(subject, ActKind.REVOKE, "penalty", "k1")


def test_many_requests_at_once_are_not_a_way_round_the_days_limit(office: Office) -> None:
    """Each asks for another licence, so no row of theirs is the same; the person is."""
    office.allot(*"abcdef")
    alone = {"alone": Alone("scjg", 2)}
    outcomes = all_at_once(
        *(
            partial(office.act, one, ActKind.SUSPEND, "penalty", f"k{one}", by="周明远（scjg）", **alone)
            for one in "abcdef"
        )
    )
    refused = [one.reason for one in outcomes if isinstance(one, Conflict)]
    assert refused == ["too-many-alone"] * 4
    assert office.acts.weighty_by("scjg", AT - HOUR) == 2
    assert office.acts.weighty_by("scjg", AT) == office.acts.weighty_by("g", AT - HOUR) == 0
    office.act("a" if not office.acts.of("a") else "b", ActKind.CHECK, "check-passed", "check", **alone)
    left = next(one for one in "abcdef" if not office.acts.of(one))
    with pytest.raises(Conflict, match="too-many-alone"):
        office.act(left, ActKind.REVOKE, "penalty", "later", at=AT + 23 * HOUR, by="scjg", **alone)


def test_unknown_subjects_are_unknown(office: Office) -> None:
    for ask in (
        lambda: office.acts.of("a"),
        lambda: office.act("a", ActKind.REVOKE, "penalty", "k1"),
        lambda: read_standing(office.acts, "a", AT),
    ):
        with pytest.raises(SubjectUnknown, match="subject-unknown"):
            ask()


def test_of_many_revocations_at_once_exactly_one_is_recorded(office: Office) -> None:
    office.allot("a")

    def revoke(number: int) -> str:
        try:
            office.act("a", ActKind.REVOKE, "penalty", f"k{number}")
        except Conflict as refusal:
            return refusal.reason
        return "done"

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(revoke, range(16)))
    assert answers == {"done": 1, "standing-final": 15}
    assert (len(office.acts.of("a")), office.log.size()) == (1, 1)


def test_one_key_used_by_many_at_once_is_one_act(office: Office) -> None:
    office.allot("a")

    def suspend(_: int):
        return office.act("a", ActKind.SUSPEND, "penalty", "same")

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(suspend, range(16)))
    assert (len(answers), len(office.acts.of("a")), office.log.size()) == (1, 1, 1)


def test_one_key_for_two_subjects_at_once_is_one_act_and_one_conflict(office: Office) -> None:
    office.allot("a", "b")

    def suspend(subject: str) -> str:
        try:
            office.act(subject, ActKind.SUSPEND, "penalty", "same")
        except Conflict as refusal:
            return refusal.reason
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = Counter(pool.map(suspend, ["a", "b"]))
    assert answers["done"] == 1
    assert answers["act-busy"] + answers["idempotency-mismatch"] == 1


def test_acts_that_were_not_logged_are_found(office: Office) -> None:
    office.allot("a", "b")
    order = Order(ActKind.SUSPEND, "a", "penalty", "", "official")
    unwritable = SimpleNamespace(head=office.log.head)
    with pytest.raises(AttributeError, match="writing"):
        act(office.acts, unwritable, order, key="k1", at=AT, random=chance(1))
    assert [one.act.subject for one in office.acts.unlogged(9)] == ["a"]
    assert (resume(office.acts, office.log, AT), office.acts.unlogged(9), office.log.size()) == (1, [], 1)


def record_and_lose_power(office: Office) -> None:
    done = Act("a", 1, ActKind.SUSPEND, "penalty", "", AT, AT, AT, "official")
    with office.acts.recording("a") as recording:
        recording.add(done, salt=bytes(16), key="k", body=bytes(32), status=Status.SUSPENDED)
        raise RuntimeError("power")


def test_a_recording_that_fails_leaves_nothing(office: Office) -> None:
    office.allot("a")
    with pytest.raises(RuntimeError, match="power"):
        record_and_lose_power(office)
    assert (office.acts.of("a"), office.acts.by_key("k")) == ([], None)


def test_activity_counts_and_looks_ahead(office: Office) -> None:
    office.allot("a", "b")
    assert office.acts.activity(0, AT) == Activity(0, None)
    office.act("a", ActKind.SUSPEND, "penalty", "k1")
    office.act("b", ActKind.SUSPEND, "penalty", "k2", effective_at=AT + HOUR)
    assert office.acts.activity(0, AT) == Activity(2, AT + HOUR)
    assert office.acts.activity(0, AT + HOUR) == Activity(2, None)
    assert office.acts.activity(1, AT) == Activity(0, None)


def test_lists_are_published_kept_and_due(office: Office) -> None:
    office.allot("a")
    assert (office.publications.current(0), list(office.publications.lists())) == (None, [])
    office.publish()
    current = office.publications.current(0)
    assert (current.at, current.next_update, current.act_count) == (AT, AT.replace(microsecond=0) + 12 * HOUR, 0)
    assert not due(office.acts, current, AT)
    office.act("a", ActKind.SUSPEND, "penalty", "k1", at=AT + HOUR)
    assert due(office.acts, current, AT + HOUR)
    assert office.publish(AT + HOUR).number == 2
    assert not due(office.acts, office.publications.current(0), AT + HOUR)
    assert office.publications.at_time(0, AT + HOUR - timedelta(microseconds=1)).number == 1
    assert office.publications.at_time(0, AT + HOUR).number == 2
    assert office.publications.at_time(0, AT - HOUR) is None
    assert office.publications.at_time(0, AT + 14 * HOUR) is None
    assert list(office.publications.lists()) == [0]


PLANNED = PlannedList(7, 3, AT, AT + HOUR, 60, 0, b"to be signed")


def completed(publications: SqlPublications, number: int) -> None:
    publications.plan(replace(PLANNED, number=number))
    publications.complete(7, number, b"octets")


def test_numbers_only_grow(office: Office) -> None:
    publications = office.publications
    assert publications.highest(7) == 0
    publications.plan(PLANNED)
    assert (publications.highest(7), publications.current(7), publications.at_time(7, AT)) == (3, None, None)
    for number in (3, 2):
        with pytest.raises(Conflict, match="number-not-greater"):
            publications.plan(replace(PLANNED, number=number))
    publications.complete(7, 3, b"octets")
    completed(publications, 4)
    publications.make_current(7, 4)
    for number in (3, 4):
        with pytest.raises(Conflict, match="number-not-greater"):
            publications.make_current(7, number)
    assert (publications.current(7).number, publications.stored(7, 3)) == (4, b"octets")
    with pytest.raises(NotPublished):
        publications.stored(7, 5)


def test_a_plan_is_completed_once_and_is_never_served_before(office: Office) -> None:
    publications = office.publications
    with pytest.raises(Conflict, match="not-planned"):
        publications.complete(7, 3, b"octets")
    completed(publications, 3)
    with pytest.raises(Conflict, match="not-planned"):
        publications.complete(7, 3, b"others")
    publications.make_current(7, 3)
    publications.plan(replace(PLANNED, number=4))
    for ask in (publications.stored, publications.make_current):
        with pytest.raises(NotPublished, match="list-unknown"):
            ask(7, 4)
    completed(publications, 5)
    publications.make_current(7, 5)
    assert publications.at_time(7, AT) == publications.current(7)
    publications.complete(7, 4, b"late")
    with pytest.raises(Conflict, match="number-not-greater"):
        publications.make_current(7, 4)
    assert publications.current(7).number == 5


def test_every_list_of_entries_is_named(office: Office) -> None:
    assert office.slots.lists() == []
    office.allot(*(f"s{number}" for number in range(100)))
    assert office.slots.lists() == [0, 1, 2]
    assert list(office.publications.lists()) == []


def test_of_many_publishers_at_once_each_number_is_used_once(office: Office) -> None:
    office.allot("a")

    def attempt(_: int) -> int | str:
        try:
            return office.publish().number
        except Conflict as refusal:
            return refusal.reason

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(attempt, range(16)))
    refused = answers.pop("number-not-greater", 0)
    assert set(answers.values()) == {1}
    assert len(answers) + refused == 16
    assert office.publications.current(0).number == max(answers)


def test_entries_are_given_once_and_for_ever(office: Office) -> None:
    subjects = [f"s{number}" for number in range(150)]
    pointers = office.allot(*subjects)
    assert len(set(pointers.values())) == 150
    assert Counter(pointer.list for pointer in pointers.values())[0] >= 48
    assert office.allot(*subjects) == pointers
    assert office.slots.of(["s1", "unknown"]) == {"s1": pointers["s1"]}


def test_many_allotting_at_once(office: Office) -> None:
    def take(worker: int) -> list[StatusPointer]:
        random = chance(worker)
        return [allot(office.slots, f"s{(worker // 2, n)}", random=random, size=64) for n in range(10)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(take, range(8)))
    assert answers[::2] == answers[1::2]
    assert len({pointer for answer in answers for pointer in answer}) == 40
    with office.engine.connect() as connection:
        assert len(connection.execute(select(status_slot)).all()) == 40
