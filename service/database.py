"""Engines for SQLite (the default) and PostgreSQL, and the migrations that make the tables.

SQLite runs in WAL mode with synchronous=FULL, so that what was acknowledged survives a power cut. `engine.begin()` is
for writing and begins with BEGIN IMMEDIATE: the driver's own default loses increments silently, and a plain BEGIN
fails on upgrade. `engine.connect()` is for reading and begins with a plain BEGIN on a connection that cannot write,
so readers never wait for writers. Errors leave out parameters, so that people's names and numbers stay out of logs.
Stores take an engine and know nothing of this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

MIGRATIONS = Path(__file__).resolve().parent.parent / "deploy" / "migrations"
KEEPING = ("fsync", "synchronous_commit", "full_page_writes")
"""Settings of PostgreSQL without which what was committed may be gone after a power cut."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


def open_engine(url: str) -> Engine:
    """Make an engine for `sqlite:///file`, `sqlite://` (memory, for tests) or `postgresql+psycopg://…`."""
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        return create_engine(target, pool_pre_ping=True, hide_parameters=True)
    if target.database in (None, "", ":memory:"):
        engine = create_engine(
            target, poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
        )
    else:
        engine = create_engine(target, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    writing = engine.execution_options(writes=True)

    @contextmanager
    def begin_writing() -> Iterator[Connection]:
        with writing.connect() as connection, connection.begin():
            yield connection

    engine.begin = begin_writing  # type: ignore[method-assign]  # the one place where reading and writing part ways
    return engine


def _prepare(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # the driver must not begin or commit by itself
    for setting in PRAGMAS:
        raw.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    """Begin on the driver's connection itself; the detour through SQLAlchemy would double the cost of a short read."""
    writes = connection.get_execution_options().get("writes", False)
    raw: Any = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def lax_settings(engine: Engine) -> list[str]:
    """Settings of the server under which an acknowledged commit may be lost; SQLite gets its own when it is opened."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        return [name for name in KEEPING if connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "off"]


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision; safe to call at every start, which writes nothing where they are."""
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_heads() == (newest_revision(),):
            return
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


@cache
def newest_revision() -> str:
    """The revision that the code is written for, by the names of the files: to read them all takes long.

    That the greatest name is the one head of the migrations is held by a unit test, and by nothing here.
    """
    return max(one.name.partition("_")[0] for one in (MIGRATIONS / "versions").glob("[0-9]*.py"))
