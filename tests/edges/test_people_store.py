"""People and sessions on both databases, and signing in over them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from keys.errors import WrongPassphrase
from keys.randomness import random_octets
from keys.sm3 import hmac_sm3
from service.accounts import AccountTags, start_tagging
from service.bound import LEDGERS
from service.identity import Identity, Person, Role, WrongCredentials
from service.store import VOUCHED, SqlPeople, person, session
from service.trail.starting import start_marking
from service.trail.store import Search, SqlTrail
from tests.audit_parts import rows_of, superuser

AT = datetime(2026, 11, 21, 4, 0, 0, 123_456, tzinfo=UTC)
KEY = bytes(range(32))
TAGS = AccountTags(lambda: KEY, lambda: True)
OFFICIAL = Person("scjg", "周明远", Role.OFFICIAL, "11530199MB0T35T1XE")
HOLDER = Person("citizen", "林𬭎雅", Role.HOLDER, None, "111", "530199191107070021")
DIGEST = bytes(range(32))


def test_people_are_found_as_they_were_enrolled(engine: Engine) -> None:
    people = SqlPeople(engine, TAGS)
    assert people.find("scjg") is None
    people.enrol(OFFICIAL, "hash of scjg")
    people.enrol(HOLDER, "hash of citizen")
    assert people.find("scjg") == (OFFICIAL, "hash of scjg")
    assert people.find("citizen") == (HOLDER, "hash of citizen")


@pytest.mark.parametrize("login", ["SCJG", "scjg ", "scj_", "%", ""])
def test_a_login_is_exactly_one_login(engine: Engine, login: str) -> None:
    people = SqlPeople(engine, TAGS)
    people.enrol(OFFICIAL, "hash")
    assert people.find(login) is None


def test_enrolling_again_replaces(engine: Engine) -> None:
    people = SqlPeople(engine, TAGS)
    people.enrol(OFFICIAL, "old")
    moved = replace(OFFICIAL, role=Role.REVIEWER, department="11530199MB0T35T60R")
    people.enrol(moved, "new")
    assert people.find("scjg") == (moved, "new")
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(person)) == 1


def test_a_session_is_of_a_person_as_they_were_when_it_was_opened(engine: Engine) -> None:
    people = SqlPeople(engine, TAGS)
    people.enrol(OFFICIAL, "hash")
    assert people.session(DIGEST) is None
    assert people.open_session(DIGEST, "scjg", AT) is not None
    assert people.session(DIGEST) == (OFFICIAL, AT)
    with engine.connect() as connection:
        (opened,), (before,) = rows_of(connection, session), rows_of(connection, person)
    people.enrol(replace(OFFICIAL, role=Role.AUDITOR, department=None), "hash")
    assert people.session(DIGEST) is None
    with superuser(engine) as connection:
        connection.execute(insert(session).values(opened))
    assert people.session(DIGEST) is None, "it is not of this account, put back or not"
    forged(engine, "scjg", **before)
    assert people.session(DIGEST) is None, "whoever saw it replaced knows"
    assert SqlPeople(engine, TAGS).session(DIGEST) == (OFFICIAL, AT), (
        "of what is all as it was then nobody else can tell"
    )


def test_a_session_is_ended_once_and_alone(engine: Engine) -> None:
    people = SqlPeople(engine, TAGS)
    people.enrol(OFFICIAL, "hash")
    people.open_session(DIGEST, "scjg", AT)
    people.open_session(DIGEST[::-1], "scjg", AT + timedelta(hours=1))
    people.end_session(DIGEST)
    people.end_session(DIGEST)
    assert people.session(DIGEST) is None
    assert people.session(DIGEST[::-1]) == (OFFICIAL, AT + timedelta(hours=1))


def test_no_session_for_nobody_and_no_token_twice(engine: Engine) -> None:
    people = SqlPeople(engine, TAGS)
    assert people.open_session(DIGEST, "nobody", AT) is None
    people.enrol(OFFICIAL, "hash")
    people.enrol(HOLDER, "hash")
    people.open_session(DIGEST, "scjg", AT)
    with pytest.raises(IntegrityError):
        people.open_session(DIGEST, "citizen", AT)
    assert people.session(DIGEST) == (OFFICIAL, AT)


@pytest.mark.parametrize("long", [{"login": "x" * 65}, {"name": "名" * 257}, {"department": "x" * 33}])
def test_texts_too_long_are_refused_by_the_database(engine: Engine, long: dict[str, str]) -> None:
    people = SqlPeople(engine, TAGS)
    with pytest.raises(DBAPIError):
        people.enrol(replace(OFFICIAL, **long), "hash")  # type: ignore[arg-type]  # names and values come from the row
    assert people.find(long.get("login", "scjg")) is None


def test_signing_in_over_the_tables(engine: Engine) -> None:
    people = SqlPeople(engine, TAGS)
    identity = Identity(people, random_octets, lambda: KEY, PasswordHasher(1, 8, 1))
    identity.enrol(OFFICIAL, "demo-scjg")
    token = identity.sign_in("scjg", "demo-scjg", AT)
    assert identity.session(token, AT).person == OFFICIAL
    with engine.connect() as connection:
        (stored,) = connection.execute(select(person.c.password_hash, session.c.digest).join(session)).all()
    assert stored.digest == hmac_sm3(KEY, token.encode())
    assert stored.password_hash.startswith("$argon2id$")
    assert "demo-scjg" not in stored.password_hash


@pytest.mark.parametrize("login", ["\x00", "scjg\x00", "\ud800", "x" * 10_000, "scjg\n", "' OR 1=1 --"])
def test_logins_that_no_database_takes_are_simply_wrong(engine: Engine, login: str) -> None:
    identity = Identity(SqlPeople(engine, TAGS), random_octets, lambda: KEY, PasswordHasher(1, 8, 1))
    identity.enrol(OFFICIAL, "demo-scjg")
    with pytest.raises(WrongCredentials):
        identity.sign_in(login, "demo-scjg", AT)


def forged(engine: Engine, whose: str, **values: object) -> None:
    with superuser(engine) as connection:
        assert connection.execute(update(person).where(person.c.login == whose).values(**values)).rowcount == 1


@pytest.mark.parametrize(
    ("login", "values"),
    [
        ("scjg", {"name": "周明进"}),
        ("scjg", {"role": "admin"}),
        ("scjg", {"role": "king"}),
        ("scjg", {"department": None}),
        ("scjg", {"department": ""}),
        ("scjg", {"password_hash": "another"}),
        ("scjg", {"tag": None}),
        ("scjg", {"tag": b""}),
        ("scjg", {"tag": bytes(32)}),
        ("citizen", {"holder_code": "530199190001010011"}),
        ("citizen", {"holder_code_type": "001"}),
        ("citizen", {"role": "official", "holder_code_type": None, "holder_code": None}),
    ],
)
def test_whoever_was_changed_past_the_store_is_nobody(engine: Engine, login: str, values: dict[str, object]) -> None:
    people = SqlPeople(engine, TAGS)
    for one in (OFFICIAL, HOLDER):
        people.enrol(one, f"hash of {one.login}")
    people.open_session(DIGEST, login, AT)
    forged(engine, login, **values)
    assert (people.find(login), people.session(DIGEST), people.is_forged(login)) == (None, None, True)
    assert people.shut_out(login, "none")
    assert (people.find(login), people.is_forged(login)) == (None, True), "what is taken away does not come back"
    known = next(one for one in (OFFICIAL, HOLDER) if one.login == login)
    assert people.open_session(DIGEST, login, AT) is None
    people.enrol_anew(known, "new")
    assert (people.find(login), people.session(DIGEST), people.is_forged(login)) == ((known, "new"), None, False)


def test_under_another_key_everybody_is_nobody(engine: Engine) -> None:
    SqlPeople(engine, TAGS).enrol(OFFICIAL, "hash")
    others = SqlPeople(engine, AccountTags(lambda: KEY[::-1], lambda: True))
    assert (others.find("scjg"), others.is_forged("scjg"), others.is_forged("nobody")) == (None, True, False)


def test_shut_out_is_the_same_account_without_its_password(engine: Engine) -> None:
    people = SqlPeople(engine, TAGS)
    people.enrol(OFFICIAL, "hash")
    people.open_session(DIGEST, "scjg", AT)
    assert people.shut_out("scjg", "none")
    assert (people.find("scjg"), people.session(DIGEST)) == ((OFFICIAL, "none"), None)
    assert not people.shut_out("nobody", "none")


def test_every_column_is_vouched_for() -> None:
    assert set(VOUCHED) | {"tag"} == set(person.columns.keys())


def test_accounts_from_before_are_tagged_once_however_many_start_together(engine: Engine) -> None:
    people = SqlPeople(engine, TAGS)
    for number in range(520):
        people.enrol(replace(HOLDER, login=f"holder-{number:03}"), "hash")
    with superuser(engine) as connection:
        connection.execute(update(person).values(tag=None))
    started = Barrier(4)

    def start(_: int) -> None:
        started.wait(10)
        start_tagging(engine, TAGS, AT)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(4)))
    (record,) = SqlTrail(engine).search(Search(action="accounts.tagged"), before=None, limit=10)
    assert record.about == {"table": "person", "tagged": "520", "left-out": "0", "key": TAGS.check()}
    assert {people.is_forged(f"holder-{number:03}") for number in range(520)} == {False}
    forged(engine, "holder-007", tag=None)
    start_tagging(engine, TAGS, AT)
    assert people.is_forged("holder-007")


def test_where_the_key_does_not_open_nothing_is_begun(engine: Engine) -> None:
    def closed() -> bytes:
        raise WrongPassphrase

    SqlPeople(engine, TAGS).enrol(OFFICIAL, "hash")
    forged(engine, "scjg", tag=None)
    start_marking(engine, LEDGERS.values(), AT)
    start_tagging(engine, AccountTags(closed, lambda: True), AT)
    assert SqlTrail(engine).count(Search(action="accounts.tagged")) == 0
    start_tagging(engine, TAGS, AT)
    assert SqlPeople(engine, TAGS).find("scjg") == (OFFICIAL, "hash")
