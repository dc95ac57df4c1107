"""People and sessions on both databases, and signing in over them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from keys.randomness import random_octets
from keys.sm3 import hmac_sm3
from service.identity import Identity, Person, Role, WrongCredentials
from service.store import SqlPeople, person, session

AT = datetime(2026, 11, 21, 4, 0, 0, 123_456, tzinfo=UTC)
KEY = bytes(range(32))
OFFICIAL = Person("scjg", "周明远", Role.OFFICIAL, "11530199MB0T35T1XE")
HOLDER = Person("citizen", "林𬭎雅", Role.HOLDER, None, "111", "530199191107070021")
DIGEST = bytes(range(32))


def test_people_are_found_as_they_were_enrolled(engine: Engine) -> None:
    people = SqlPeople(engine)
    assert people.find("scjg") is None
    people.enrol(OFFICIAL, "hash of scjg")
    people.enrol(HOLDER, "hash of citizen")
    assert people.find("scjg") == (OFFICIAL, "hash of scjg")
    assert people.find("citizen") == (HOLDER, "hash of citizen")


@pytest.mark.parametrize("login", ["SCJG", "scjg ", "scj_", "%", ""])
def test_a_login_is_exactly_one_login(engine: Engine, login: str) -> None:
    people = SqlPeople(engine)
    people.enrol(OFFICIAL, "hash")
    assert people.find(login) is None


def test_enrolling_again_replaces(engine: Engine) -> None:
    people = SqlPeople(engine)
    people.enrol(OFFICIAL, "old")
    moved = replace(OFFICIAL, role=Role.REVIEWER, department="11530199MB0T35T60R")
    people.enrol(moved, "new")
    assert people.find("scjg") == (moved, "new")
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(person)) == 1


def test_a_session_belongs_to_a_person_as_they_are_now(engine: Engine) -> None:
    people = SqlPeople(engine)
    people.enrol(OFFICIAL, "hash")
    assert people.session(DIGEST) is None
    people.open_session(DIGEST, "scjg", AT)
    assert people.session(DIGEST) == (OFFICIAL, AT)
    moved = replace(OFFICIAL, role=Role.AUDITOR, department=None)
    people.enrol(moved, "hash")
    assert people.session(DIGEST) == (moved, AT)


def test_a_session_is_ended_once_and_alone(engine: Engine) -> None:
    people = SqlPeople(engine)
    people.enrol(OFFICIAL, "hash")
    people.open_session(DIGEST, "scjg", AT)
    people.open_session(DIGEST[::-1], "scjg", AT + timedelta(hours=1))
    people.end_session(DIGEST)
    people.end_session(DIGEST)
    assert people.session(DIGEST) is None
    assert people.session(DIGEST[::-1]) == (OFFICIAL, AT + timedelta(hours=1))


def test_no_session_for_nobody_and_no_token_twice(engine: Engine) -> None:
    people = SqlPeople(engine)
    with pytest.raises(IntegrityError):
        people.open_session(DIGEST, "nobody", AT)
    people.enrol(OFFICIAL, "hash")
    people.enrol(HOLDER, "hash")
    people.open_session(DIGEST, "scjg", AT)
    with pytest.raises(IntegrityError):
        people.open_session(DIGEST, "citizen", AT)
    assert people.session(DIGEST) == (OFFICIAL, AT)


@pytest.mark.parametrize("long", [{"login": "x" * 65}, {"name": "名" * 257}, {"department": "x" * 33}])
def test_texts_too_long_are_refused_by_the_database(engine: Engine, long: dict[str, str]) -> None:
    people = SqlPeople(engine)
    with pytest.raises(DBAPIError):
        people.enrol(replace(OFFICIAL, **long), "hash")  # type: ignore[arg-type]  # names and values come from the row
    assert people.find(long.get("login", "scjg")) is None


def test_signing_in_over_the_tables(engine: Engine) -> None:
    people = SqlPeople(engine)
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
    identity = Identity(SqlPeople(engine), random_octets, lambda: KEY, PasswordHasher(1, 8, 1))
    identity.enrol(OFFICIAL, "demo-scjg")
    with pytest.raises(WrongCredentials):
        identity.sign_in(login, "demo-scjg", AT)
