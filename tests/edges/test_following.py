"""Marking rows as they are written, on either database: what goes through the engine is marked, and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update

from keys.errors import WrongPassphrase
from service.accounts import AccountTags, start_tagging
from service.bound import LEDGERS
from service.identity import Person, Role
from service.store import SqlPeople, person
from service.trail.following import follow, require_marked
from service.trail.ledger import When, digests_in
from service.trail.starting import start_marking
from service.trail.store import SqlTrail, last_marks_in, trail
from service.trail.vouching import RecordTags, vouch
from tests.audit_parts import superuser
from trust.errors import Conflict
from trust.formats.trail_record import BOUND, MARKED, RECORDS, TAGGED, TrailRecord
from trust.store import METADATA

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
PERSON = LEDGERS["person"]
OFFICIAL = Person("scjg", "周明远", Role.OFFICIAL, "1")


@pytest.fixture
def followed(engine: Engine) -> Engine:
    """A database whose staff are marked as they are written, from the beginning."""
    follow(engine, (one for one in LEDGERS.values() if one.when is When.FOLLOWED), lambda: AT)
    start_marking(engine, LEDGERS.values(), AT)
    return engine


def row(login: str, **changed: Any) -> dict[str, Any]:
    values = {"login": login, "name": "周明远", "role": "official", "department": "1", "password_hash": "x"}
    return values | {"holder_code_type": None, "holder_code": None} | changed


def marked(engine: Engine, *logins: str) -> dict[str, str]:
    with engine.connect() as connection:
        return last_marks_in(connection, "person", logins)


def stored(engine: Engine, *logins: str) -> dict[str, str]:
    with engine.connect() as connection:
        return digests_in(connection, PERSON, list(logins))


def test_what_is_inserted_and_updated_is_marked_with_what_it_became(followed: Engine) -> None:
    with followed.begin() as connection:
        connection.execute(insert(person), [row("a"), row("b")])
        connection.execute(update(person).where(person.c.login == "a").values(role="admin"))
    assert marked(followed, "a", "b") == stored(followed, "a", "b")
    first = marked(followed, "a", "b")
    with followed.begin() as connection:
        connection.execute(update(person).values(department="2"))
    assert marked(followed, "a", "b") == stored(followed, "a", "b")
    assert not set(first.values()) & set(marked(followed, "a", "b").values())


def test_one_transaction_makes_one_record_for_each_register(followed: Engine) -> None:
    before, _ = SqlTrail(followed).tip()
    with followed.begin() as connection:
        connection.execute(insert(person), [row("a"), row("b"), row("holder", role="holder", holder_code="1")])
    assert SqlTrail(followed).tip()[0] == before + len(("account", "person"))
    assert marked(followed, "a", "b", "holder").keys() == {"a", "b"}, "holders stand in the trail by keyed hash alone"


def test_what_failed_is_not_marked(followed: Engine) -> None:
    before = SqlTrail(followed).tip()

    def cut_off() -> None:
        with followed.begin() as connection:
            connection.execute(insert(person).values(row("a")))
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        cut_off()
    assert (SqlTrail(followed).tip(), stored(followed, "a")) == (before, {})


@pytest.mark.parametrize("before", ["edited", "put in"])
def test_nothing_goes_on_from_a_row_that_was_written_past_the_engine(followed: Engine, before: str) -> None:
    if before == "edited":
        with followed.begin() as connection:
            connection.execute(insert(person).values(row("a")))
    with superuser(followed) as connection:
        connection.execute(
            update(person).values(role="admin") if before == "edited" else insert(person).values(row("a"))
        )

    def go_on() -> None:
        with followed.begin() as connection:
            connection.execute(update(person).where(person.c.login == "a").values(name="顾清和"))

    with pytest.raises(Conflict, match="register-changed"):
        go_on()
    assert marked(followed, "a") != stored(followed, "a")


def test_what_is_done_on_the_word_of_a_row_asks_for_its_mark(followed: Engine) -> None:
    with followed.begin() as connection:
        connection.execute(insert(person), [row("a"), row("b")])
    require_marked(followed, "person", ["a", "b"])
    with superuser(followed) as connection:
        connection.execute(insert(person).values(row("c")))
        connection.execute(update(person).where(person.c.login == "b").values(role="admin"))
    for key in ("b", "c", "nobody"):
        with pytest.raises(Conflict, match="register-changed"):
            require_marked(followed, "person", ["a", key])


def test_a_stop_goes_through_and_leaves_what_was_written_past_the_engine_as_it_is_found(followed: Engine) -> None:
    people = SqlPeople(followed, AccountTags(lambda: b"key", lambda: True))
    for login in ("a", "b"):
        people.enrol(Person(login, "周明远", Role.OFFICIAL, "1"), "x")
    with superuser(followed) as connection:
        connection.execute(update(person).where(person.c.login == "a").values(role="admin"))
    before = marked(followed, "a", "b")
    for login in ("a", "b"):
        people.open_session(login.encode() * 32, login, AT)
        assert people.shut_out(login, "none")
        assert people.session(login.encode() * 32) is None
    assert [found and found[1] for found in (people.find("a"), people.find("b"))] == [None, "none"]
    assert marked(followed, "a", "b") == before != stored(followed, "a", "b")


def test_rows_from_before_are_taken_up_once_however_many_start_together(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(person), [row(f"p{place:04}") for place in range(1_200)])
    started = Barrier(4)

    def start(_: int) -> None:
        started.wait()
        start_marking(engine, LEDGERS.values(), AT)

    if engine.url.database in {None, "", ":memory:"}:
        start_marking(engine, LEDGERS.values(), AT)  # one connection is all there is
        start_marking(engine, LEDGERS.values(), AT)
    else:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(start, range(4)))
    marks = list(SqlTrail(engine).marks("person"))
    assert [(len(one.rows), BOUND in one.about) for one in marks] == [
        (500, False),
        (500, False),
        (200, False),
        (0, True),
    ]
    assert len(list(SqlTrail(engine).marks("started"))) == 1
    follow(engine, [PERSON], lambda: AT)
    require_marked(engine, "person", ["p0000", "p1199"])


def test_a_register_that_is_marked_as_written_only_now_begins_with_the_next_start(engine: Engine) -> None:
    start_marking(engine, [PERSON], AT)
    before, _ = SqlTrail(engine).tip()
    start_marking(engine, [PERSON, replace(LEDGERS["seal"], when=When.FOUND)], AT)
    assert SqlTrail(engine).tip()[0] == before, "nothing is due"
    start_marking(engine, [PERSON, LEDGERS["seal"]], AT)
    assert [BOUND in one.about for one in SqlTrail(engine).marks("seal")] == [True]
    assert len(list(SqlTrail(engine).marks("person"))) == 1


def test_accounts_that_were_tagged_before_their_tags_were_marked_begin_with_the_next_start(engine: Engine) -> None:
    tags, before = AccountTags(lambda: b"k" * 32, lambda: True), [one for one in LEDGERS.values() if not one.called]
    follow(engine, (one for one in LEDGERS.values() if one.when is When.FOLLOWED), lambda: AT)
    start_marking(engine, before, AT)
    start_tagging(engine, tags, AT)
    people = SqlPeople(engine, tags)
    people.enrol(OFFICIAL, "hash")
    with superuser(engine) as connection:
        connection.execute(delete(trail).where(trail.c.subject == "account"))
    assert people.open_session(b"a" * 32, "scjg", AT) is None
    start_marking(engine, LEDGERS.values(), AT)
    assert people.open_session(b"a" * 32, "scjg", AT)
    people.enrol(OFFICIAL, "another")
    assert SqlPeople(engine, tags).open_session(b"b" * 32, "scjg", AT)


def test_accounts_from_before_all_of_it_are_marked_with_the_tags_that_they_get(followed: Engine) -> None:
    tags = AccountTags(lambda: b"k" * 32, lambda: True)
    with followed.begin() as connection:
        connection.execute(insert(person), [row("a"), row("holder", role="holder", holder_code="1")])
    start_tagging(followed, tags, AT)
    people = SqlPeople(followed, tags)
    assert people.open_session(b"a" * 32, "a", AT)
    assert people.open_session(b"b" * 32, "holder", AT) == "", "of holders the trail says nothing"
    (last,) = list(SqlTrail(followed).marks("account"))[-1:]
    assert last.rows.keys() == {"a"}


def test_records_from_before_the_tags_count_and_those_that_come_after_need_one(followed: Engine) -> None:
    with followed.begin() as connection:
        connection.execute(insert(person), [row("a"), row("b")])
    vouch(followed, RecordTags(lambda: b"k" * 32, lambda: True))
    assert marked(followed, "a") == stored(followed, "a"), "there is none with a tag yet"
    start_marking(followed, LEDGERS.values(), AT)
    start_marking(followed, LEDGERS.values(), AT)
    first, second = SqlTrail(followed).marks("started")
    assert (RECORDS in first.about, second.about[RECORDS]) == (False, TAGGED)
    with followed.begin() as connection:
        connection.execute(update(person).where(person.c.login == "b").values(department="2"))
    assert marked(followed, "a", "b") == stored(followed, "a", "b")
    tags = {one.number: one.tag for one in SqlTrail(followed).records()}
    assert [number for number, tag in tags.items() if tag is not None] == list(range(second.number, max(tags) + 1))
    with superuser(followed) as connection:
        connection.execute(update(trail).where(trail.c.number == max(tags)).values(tag=None))
    assert marked(followed, "b") != stored(followed, "b"), "what nobody vouches for marks nothing"


def test_whoever_cannot_open_the_key_begins_nothing_and_writes_nothing(engine: Engine) -> None:
    def shut() -> bytes:
        raise WrongPassphrase

    vouch(engine, RecordTags(shut, lambda: True))
    start_marking(engine, LEDGERS.values(), AT)
    assert SqlTrail(engine).tip()[0] == 0
    with pytest.raises(WrongPassphrase):
        SqlTrail(engine).add([TrailRecord(0, AT, "a", "official", "issue", 201, {})])
    assert SqlTrail(engine).tip()[0] == 0


def test_of_steps_from_before_the_late_ones_are_taken_up_and_none_that_came_with_a_time_of_the_past(
    engine: Engine,
) -> None:
    """An older version looked through them by the time in them; nothing of what it marked is marked again."""
    steps, found = METADATA.tables["batch_step"], LEDGERS["batch_step"]
    with superuser(engine) as connection:
        for place, ago in enumerate((timedelta(minutes=2), timedelta(minutes=20), timedelta(days=2)), 1):
            taken = {"number": "b", "sequence": place, "step": "pause", "at": AT - ago, "by_login": "a"}
            connection.execute(insert(steps).values(taken | {"by_name": "周明远", "note": ""}))
    with engine.connect() as connection:
        rows = digests_in(connection, found, ["b/1"])
    marked_then = TrailRecord(0, AT, "yinzheng", "service", MARKED, 0, {"table": "batch_step"}, rows=rows)
    SqlTrail(engine).add([marked_then])
    start_marking(engine, LEDGERS.values(), AT)
    assert [list(one.rows) for one in SqlTrail(engine).marks("batch_step")] == [["b/1"], ["b/2"], []]


def test_nothing_is_done_on_a_register_without_a_beginning(engine: Engine) -> None:
    """Somebody took its trail away, or never opened the installation in due form."""
    with engine.begin() as connection:
        connection.execute(insert(person).values(row("a")))
    follow(engine, [PERSON], lambda: AT)
    with pytest.raises(Conflict, match="register-changed"):
        require_marked(engine, "person", ["a"])


def test_followed_once_more_the_clock_is_the_newer(followed: Engine) -> None:
    later = AT.replace(year=2027)
    follow(followed, (), lambda: later)
    with followed.begin() as connection:
        connection.execute(insert(person).values(row("a")))
    last = SqlTrail(followed).last_marks("person")
    assert last is not None
    assert (last.at, list(last.rows)) == (later, ["a"])
