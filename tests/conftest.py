"""Settings of the whole suite: where real files of others may be, hypothesis profiles, and what is done once for all."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, inspect

from service import database, identity
from service.restoring import backup, rows

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = Path(os.environ.get("YINZHENG_SAMPLES") or ROOT.parent / "shared" / "samples")

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("default")


@pytest.fixture(scope="session")
def samples() -> Path:
    """A folder of real files that other producers made, one folder for each format (`ofd`, …).

    They are not ours to hand on; what they teach is tested without them too, on files made in code.
    """
    if not SAMPLES.is_dir():
        pytest.skip(f"no files of other producers: put some into {SAMPLES}, or name their folder in YINZHENG_SAMPLES")
    return SAMPLES


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """What SQLAlchemy makes of a statement is kept for all SQLite databases of a process, not for each city anew."""
    kept = create_engine("sqlite://", query_cache_size=5000)
    kept.connect().close()  # from here on its dialect knows what it speaks to
    creates: Callable[..., Engine] = vars(database)["create_engine"]

    def create(*target: Any, **options: Any) -> Engine:
        made = creates(*target, **options)
        if made.dialect.name == kept.dialect.name:
            made.dialect, made._compiled_cache = kept.dialect, kept._compiled_cache
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", create)
        yield
    kept.dispose()


@pytest.fixture(scope="session", autouse=True)
def light_passwords() -> Iterator[None]:
    """Checking a password takes a quarter of a second on purpose; `unit/service/test_password_cost` holds that it does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def migrated_once() -> Iterator[None]:
    """Backups and restores begin with all migrations on an empty file; here its tables are those of the first one.

    `migrate` itself, which every other test calls, runs them each time.
    """
    model: list[str] = []

    def migrate(engine: Engine) -> None:
        if engine.dialect.name != "sqlite" or inspect(engine).get_table_names():
            database.migrate(engine)
            return
        if not model:
            first = database.open_engine("sqlite://")
            database.migrate(first)
            raw: Any = first.raw_connection().driver_connection
            model.extend(one for one in raw.iterdump() if one not in {"BEGIN TRANSACTION;", "COMMIT;"})
            first.dispose()
        with engine.begin() as connection:
            for statement in model:
                connection.exec_driver_sql(statement)

    with pytest.MonkeyPatch.context() as patch:
        for module in (backup, rows):
            patch.setattr(module, "migrate", migrate)
        yield
