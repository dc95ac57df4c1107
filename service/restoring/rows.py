"""Rows of a backup: every row of every table into one SQLite file, and from there into either database.

They are read in one transaction, so they are of one moment. A file that an older version wrote is read in the tables
that this version has.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, func, insert, inspect, select, text

from service.database import migrate, open_engine
from trust.store import METADATA

ROWS_AT_ONCE = 500


def copy_rows_out(engine: Engine, path: Path) -> dict[str, int]:
    """Copy all rows into a new file; how many of each table.

    Raises:
        RuntimeError: the database has tables that this version does not know.

    """
    unknown = set(inspect(engine).get_table_names()) - set(METADATA.tables) - {"alembic_version"}
    if unknown:
        raise RuntimeError(f"tables that nobody here knows: {sorted(unknown)}")
    stored = open_engine(f"sqlite:///{path}")
    migrate(stored)
    with _snapshot(engine) as source, stored.begin() as target:
        counts = {str(table.name): _copy(source, target, table.name) for table in METADATA.sorted_tables}
    with closing(stored.raw_connection()) as raw:
        raw.execute("PRAGMA query_only=OFF")
        raw.execute("PRAGMA journal_mode=DELETE")
    stored.dispose()
    return counts


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**level) as connection:
        yield connection


def _copy(source: Connection, target: Connection, name: str) -> int:
    table, count = METADATA.tables[name], 0
    rows = source.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)).mappings()
    for some in rows.partitions(ROWS_AT_ONCE):
        target.execute(insert(table), [dict(row) for row in some])
        count += len(some)
    return count


def copy_rows_in(source: Connection, target: Connection) -> None:
    """Copy all rows into the empty tables of a database."""
    for table in METADATA.sorted_tables:
        _copy(source, target, table.name)
        if target.dialect.name == "postgresql":
            _count_on(target, table.name)


def _count_on(connection: Connection, name: str) -> None:
    """Let PostgreSQL number new rows behind those that were put in."""
    for column in METADATA.tables[name].primary_key.columns:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": f'"{name}"', "c": column.name}
        )
        if sequence is not None:
            highest = connection.scalar(select(func.max(column))) or 0
            connection.execute(
                text("SELECT setval(:s, :v, :called)"), {"s": sequence, "v": max(highest, 1), "called": highest > 0}
            )


@contextmanager
def as_of_now(path: Path) -> Iterator[Connection]:
    """The rows of a backup, in the tables that this version has; the backup itself is not touched."""
    with TemporaryDirectory(prefix="yinzheng-restore-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        engine = open_engine(f"sqlite:///{copy}")
        migrate(engine)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def has_rows(engine: Engine) -> bool:
    """Whether there is any row."""
    with engine.connect() as connection:
        return any(connection.execute(select(table).limit(1)).first() for table in METADATA.sorted_tables)
