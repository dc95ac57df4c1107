"""Migrations make exactly the tables that the stores describe, on both databases, and may be run again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from keys.randomness import random_octets
from keys.sm3 import sm3
from service.accounts import AccountTags, start_tagging
from service.bound import LEDGERS
from service.database import MIGRATIONS, migrate, newest_revision, open_engine
from service.identity import Identity
from service.problems import TABLES_BEHIND, problem_of
from service.store import SqlPeople
from service.trail.starting import start_marking
from tests.edges.conftest import load_all_stores
from tests.seal_parts import parts
from trust.rules.seal_standing import SealKind
from trust.sealing.ports import FiledFacts
from trust.sealing.store.register import SqlSealRegister
from trust.store import METADATA


def shape(engine: Engine) -> dict[str, object]:
    """Tables with columns, keys, unique and check constraints and indexes, by name."""
    found = inspect(engine)
    return {
        table: {
            "columns": {(one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(table)},
            "primary": found.get_pk_constraint(table)["constrained_columns"],
            "foreign": {(*one["constrained_columns"], one["referred_table"]) for one in found.get_foreign_keys(table)},
            "unique": {tuple(one["column_names"]) for one in found.get_unique_constraints(table)},
            "checks": {one["name"] for one in found.get_check_constraints(table)},
            "indexes": {one["name"] for one in found.get_indexes(table)},
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def compare(migrated: Engine, described: Engine) -> None:
    load_all_stores()
    migrate(migrated)
    migrate(migrated)
    METADATA.create_all(described)
    assert shape(migrated) == shape(described)
    assert len(shape(migrated)) == len(METADATA.tables) > 20


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(configuration).get_heads() == [newest_revision()]


def test_sqlite(tmp_path: Path) -> None:
    migrated, described = (open_engine(f"sqlite:///{tmp_path / name}") for name in ("migrated.db", "described.db"))
    compare(migrated, described)
    migrated.dispose()
    described.dispose()


@pytest.mark.postgres
def test_postgresql(postgres: URL, template: Engine) -> None:
    with template.connect() as admin:
        admin.exec_driver_sql("CREATE DATABASE migrated")
        admin.exec_driver_sql("CREATE DATABASE described")
    migrated, described = (create_engine(postgres.set(database=name)) for name in ("migrated", "described"))
    compare(migrated, described)
    migrated.dispose()
    described.dispose()


def test_seals_filed_before_get_their_facts(tmp_path: Path) -> None:
    """An installation of the first tables is taken up: its seals are seals for licences, and none is lost."""
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    octets = parts().seal
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0001")
        connection.exec_driver_sql(
            "INSERT INTO seal (seal_id, body_code, name, octets, valid_from, valid_until, filed_at, filed_by) "
            "VALUES ('11010000000001', 'body', 'name', ?, 0, 0, 7, 'founding')",
            (octets,),
        )
    migrate(engine)
    (found,) = SqlSealRegister(engine).listed()
    engine.dispose()
    filed_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=7)
    assert found == FiledFacts("11010000000001", SealKind.LICENCE, "body", sm3(octets), filed_at)


def test_licences_of_before_keep_their_numbers_and_their_holders(tmp_path: Path) -> None:
    """The register is made anew on SQLite: no row is lost, each number is claimed by the licence that bears it."""
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0004")
        for place in range(3):
            connection.exec_driver_sql(
                "INSERT INTO licence (identifier, key, body_digest, type_code, issuer_code, number, state, document, "
                "\"by\", begun_at, token_plan) VALUES (?, ?, 'd', 't', 'i', ?, 'begun', x'00', 'b', 0, 'p')",
                (f"id-{place}", f"key-{place}", f"number-{place}"),
            )
            connection.exec_driver_sql("INSERT INTO licence_holder VALUES (?, ?)", (bytes([place]) * 32, f"id-{place}"))
    migrate(engine)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT identifier, number, claim, predecessor FROM licence").all()
        holders = connection.exec_driver_sql("SELECT identifier FROM licence_holder").scalars().all()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    engine.dispose()
    assert sorted(rows) == [(f"id-{n}", f"number-{n}", f"number-{n}", None) for n in range(3)]
    assert sorted(holders) == [f"id-{n}" for n in range(3)]
    assert broken == []


def test_a_key_that_redeemed_several_codes_before_stays_with_the_first(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0019")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for number, used_at, key in (("a", 2, "k"), ("b", 1, "k"), ("c", 1, "k"), ("d", 1, "other"), ("e", None, None)):
            connection.exec_driver_sql(
                "INSERT INTO presentation_code (number, digest, kind, identifier, holder, made_at, expires_at, audience, "
                "used_at, use_key) VALUES (?, ?, 'once', 'i', 'h', 0, 9, '', ?, ?)",
                (number, number.encode() * 32, used_at, key),
            )
        command.upgrade(configuration, "0020")
        rows = connection.exec_driver_sql("SELECT number, use_key FROM presentation_code ORDER BY number").all()
        connection.exec_driver_sql("DELETE FROM presentation_code")
    engine.dispose()
    assert rows == [("a", None), ("b", "k"), ("c", None), ("d", "other"), ("e", None)]


@pytest.mark.parametrize("asked", ["SELECT * FROM no_table_of_ours", "SELECT no_column_of_ours FROM licence"])
def test_a_database_of_another_version_is_told_from_one_that_is_gone(engine: Engine, asked: str) -> None:
    with pytest.raises(DBAPIError) as refused, engine.connect() as connection:
        connection.exec_driver_sql(asked)
    assert problem_of(refused.value) == TABLES_BEHIND


def test_accounts_of_before_are_tagged_at_the_first_start_and_sign_in(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    at, hasher = datetime(2026, 11, 21, 4, tzinfo=UTC), PasswordHasher(1, 8, 1)
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0023")
        for login, role, code in (("scjg", "official", None), ("citizen", "holder", "530199191107070021")):
            connection.exec_driver_sql(
                "INSERT INTO person (login, name, role, department, holder_code_type, holder_code, password_hash) "
                "VALUES (?, '某', ?, NULL, ?, ?, ?)",
                (login, role, code and "111", code, hasher.hash(f"demo-{login}")),
            )
        connection.exec_driver_sql("INSERT INTO session VALUES (?, 'citizen', 9)", (bytes(32),))
    migrate(engine)
    tags = AccountTags(lambda: b"a key of its own", lambda: True)
    people = SqlPeople(engine, tags)
    assert people.find("citizen") is None
    start_marking(engine, LEDGERS.values(), at)
    start_tagging(engine, tags, at)
    identity = Identity(people, random_octets, lambda: b"another", hasher)
    for login in ("scjg", "citizen"):
        token = identity.sign_in(login, f"demo-{login}", at)
        assert identity.session(token, at).person.login == login
    assert people.session(bytes(32)) is None
    engine.dispose()
