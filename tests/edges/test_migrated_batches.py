"""Batches that are open when an installation is taken up to digests over rows: bound as they stand, approved anew."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from issuer.batches.content import is_sound, told
from issuer.batches.life import Batch, RowState, State
from issuer.batches.store import SqlBatches
from service.database import MIGRATIONS, migrate, open_engine
from tests.batch_parts import members

ROWS = 230
STATES = {
    "0a": ("running", "zhou"),
    "0b": ("running", None),
    "0c": ("submitted", None),
    "0d": ("paused", "zhou"),
    "0e": ("done", "zhou"),
}


def upgraded(engine: Engine, to: str, *, down: bool = False) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(configuration, to)


@pytest.fixture
def before(tmp_path: Path) -> Engine:
    """A database of the version before, with a batch in every state that matters."""
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgraded(engine, "0016")
    with engine.begin() as connection:
        for number, (state, approved) in STATES.items():
            connection.exec_driver_sql(
                "INSERT INTO batch (number, body_code, type_code, template, name, digest, idempotency_key, total, state, "
                "sequence, trouble, faults, submitted_login, submitted_name, approved_login, approved_name, opened_at, "
                "moved_at) VALUES (?, 'B', 'T', 't/1', '', 'sm3:file', ?, ?, ?, 1, '', 0, 'a', '甲', ?, ?, 0, 0)",
                (number, number, ROWS, state, approved, approved),
            )
            for row in range(2, 2 + ROWS):
                connection.exec_driver_sql(
                    "INSERT INTO batch_row (number, row, members, state) VALUES (?, ?, ?, ?)",
                    (number, row, told(members(row)), "done" if row < 50 else "waiting"),
                )
    return engine


def found(book: SqlBatches, number: str) -> Batch:
    batch = book.find(number)
    assert batch is not None
    return batch


def test_open_batches_are_bound_and_wait_for_their_approval_again(before: Engine) -> None:
    migrate(before)
    book = SqlBatches(before)
    assert {number: found(book, number).state for number in STATES} == {
        "0a": State.SUBMITTED,
        "0b": State.RUNNING,
        "0c": State.SUBMITTED,
        "0d": State.SUBMITTED,
        "0e": State.DONE,
    }
    for number in ("0a", "0b", "0c", "0d"):
        batch = found(book, number)
        assert (batch.approved_by, batch.headers, batch.digest != "sm3:file") == (None, (), True)
        rows = book.rows(number, [RowState.WAITING], limit=500)
        assert (len(rows), is_sound(book, batch, rows), is_sound(book, batch, rows[7:30])) == (ROWS - 48, True, True)
    assert found(book, "0e").digest == "sm3:file"
    before.dispose()


def test_going_back_takes_only_what_is_new(before: Engine) -> None:
    upgraded(before, "0017")
    upgraded(before, "0016", down=True)
    with before.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM batch_row").scalar_one() == len(STATES) * ROWS
        columns = {row[1] for row in connection.exec_driver_sql("PRAGMA table_info(batch_row)")}
        found_states = connection.exec_driver_sql("SELECT number, state FROM batch")
        states = {row.number: row.state for row in found_states}
    assert "digest" not in columns
    assert states["0a"] == "submitted"
    before.dispose()
