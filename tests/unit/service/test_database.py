"""Engines: transactions that really begin, readers that cannot write and never wait, and what survives the process."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from service.database import migrate, open_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 'city.db'}")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE counter (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)"))
        connection.execute(text("CREATE TABLE child (parent INTEGER NOT NULL REFERENCES counter (id))"))
        connection.execute(text("INSERT INTO counter VALUES (1, 0)"))
    yield made
    made.dispose()


def value(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT value FROM counter")).scalar_one()


def test_no_increment_is_lost(engine: Engine) -> None:
    """Read, then write, eight threads, a hundred times each; the driver's own way of beginning loses most of them."""

    def increment(times: int) -> None:
        for _ in range(times):
            with engine.begin() as connection:
                found = connection.execute(text("SELECT value FROM counter")).scalar_one()
                connection.execute(text("UPDATE counter SET value = :value"), {"value": found + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(increment, [100] * 8))
    assert value(engine) == 800


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///{folder}/one.db", "postgresql+psycopg://nobody@127.0.0.1/none"]
)
def test_errors_do_not_repeat_what_was_to_be_written(url: str, tmp_path: Path) -> None:
    made = open_engine(url.format(folder=tmp_path))
    assert made.hide_parameters
    if made.dialect.name == "sqlite":
        with pytest.raises(OperationalError) as refusal, made.begin() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "李晓雯"})
        assert "李晓雯" not in str(refusal.value)
    made.dispose()


def test_readers_cannot_write(engine: Engine) -> None:
    with engine.connect() as connection:
        for statement in ("UPDATE counter SET value = 7", "DELETE FROM counter", "CREATE TABLE other (id INTEGER)"):
            with pytest.raises(OperationalError, match="readonly"):
                connection.execute(text(statement))
    assert value(engine) == 0


def test_a_connection_that_was_read_from_can_be_written_to_later(engine: Engine) -> None:
    """They come from one pool; what a connection may do is decided each time it is taken."""
    for expected in range(3):
        assert value(engine) == expected
        with engine.begin() as connection:
            connection.execute(text("UPDATE counter SET value = value + 1"))
    with engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("UPDATE counter SET value = 7"))


def test_readers_do_not_wait_for_a_writer_and_see_what_was_before(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE counter SET value = 1"))
        assert value(engine) == 0
    assert value(engine) == 1


def test_a_reader_sees_one_state_to_its_end(engine: Engine) -> None:
    with engine.connect() as connection:
        before = connection.execute(text("SELECT value FROM counter")).scalar_one()
        with engine.begin() as writer:
            writer.execute(text("UPDATE counter SET value = 1"))
        assert connection.execute(text("SELECT value FROM counter")).scalar_one() == before == 0
    assert value(engine) == 1


def test_writers_take_the_lock_when_they_begin_and_wait_for_one_another(engine: Engine) -> None:
    entered, order = threading.Event(), []

    def second() -> None:
        entered.set()
        with engine.begin() as connection:
            order.append(connection.execute(text("SELECT value FROM counter")).scalar_one())

    with engine.begin() as connection:
        thread = threading.Thread(target=second)
        thread.start()
        assert entered.wait(10)
        thread.join(0.1)
        assert thread.is_alive()
        connection.execute(text("UPDATE counter SET value = 5"))
        order.append("first")
    thread.join(10)
    assert order == ["first", 5]


def test_what_fails_is_undone_whole(engine: Engine) -> None:
    def fail() -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE counter SET value = 9"))
            connection.execute(text("CREATE TABLE other (id INTEGER)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert value(engine) == 0
    with engine.connect() as connection, pytest.raises(OperationalError, match="no such table"):
        connection.execute(text("SELECT * FROM other"))


def test_a_savepoint_undoes_only_its_own(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE counter SET value = 1"))
        inner = connection.begin_nested()
        connection.execute(text("UPDATE counter SET value = 2"))
        inner.rollback()
    assert value(engine) == 1


def test_foreign_keys_hold(engine: Engine) -> None:
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("INSERT INTO child VALUES (2)"))


def test_the_settings_that_durability_rests_on(engine: Engine) -> None:
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_what_was_committed_is_there_for_another_engine(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE counter SET value = 42"))
    other = open_engine(f"sqlite:///{tmp_path / 'city.db'}")
    assert value(other) == 42
    other.dispose()


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_one_for_all_connections_and_keeps_the_rules(address: str) -> None:
    engine = open_engine(address)
    migrate(engine)
    with engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("DELETE FROM licence"))
    with engine.begin() as connection:
        assert connection.execute(text("DELETE FROM licence")).rowcount == 0
    engine.dispose()


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'city.db'}")
    shapes = []
    for _ in range(2):
        migrate(engine)
        with engine.connect() as connection:
            shapes.append(connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name")).all())
    assert shapes[0] == shapes[1]
    assert len(shapes[0]) > 20
    engine.dispose()


def test_postgresql_is_opened_without_the_ways_of_sqlite() -> None:
    engine = open_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert engine.dialect.name == "postgresql"
    assert "begin" not in vars(engine)
    engine.dispose()
