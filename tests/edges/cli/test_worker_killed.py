"""Workers are killed with SIGKILL in the middle of a batch, again and again, on both databases: every row exactly once.

Real processes of the command line work on one batch: first one at a time, each killed somewhere in a chunk of its own;
then two at once, of which one is killed; at last two bring it to its end. Afterwards rows, register, log, status list
and files are compared. Where a worker is killed is drawn by chance, and told with what fails.

A small batch with every run; one of cards, whose pictures are examined meanwhile, with the long ones. The large one has 100 000 rows, or as many as YINZHENG_BATCH_ROWS says:

    YINZHENG_BATCH_ROWS=3000 python3 run.py test -m long tests/edges/cli/test_worker_killed.py
"""

import io
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from issuer.batches.picturing import AT_ONCE
from keys.randomness import random_octets
from service.blobs import FolderBlobs
from service.cli import main
from service.commands.installation import installation
from service.opening import open_installation
from service.settings import Settings
from tests.batch_parts import members, table
from tests.cli_parts import ROOT, reopened
from tests.crash.promised import chain_of, heads, repeated
from tests.photo_parts import CARD, cards

KIND = "business-licence"
ROWS = int(os.environ.get("YINZHENG_BATCH_ROWS", "100000"))
MOST_MEMORY_KIB = 400 * 1024
STANDSTILL_S = 600.0
"""Without a row issued for so long, something hangs; no run is judged by its speed."""


@dataclass(frozen=True)
class Home:
    """An installation in a folder, with its database."""

    folder: Path
    database: str

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("YINZHENG_")}
        own = {"YINZHENG_DATA": str(self.folder), "YINZHENG_DATABASE": self.database, "YINZHENG_KEY_ROUNDS": "1024"}
        return kept | own

    def run(self, *words: str) -> str:
        """Run a command to its end, in this process: whoever is killed is another."""
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, reopened():
            for name in set(os.environ) - set(self.environment):
                patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdout", said)
            with pytest.raises(SystemExit) as left:
                main(list(words))
            if installation.cache_info().currsize:
                installation().archive.engine.dispose()
        assert left.value.code == 0
        return said.getvalue()

    def process(self, *words: str) -> None:
        """Run to its end, in a process of its own, what takes signals or keeps a database open until it ends."""
        command = [sys.executable, "-m", "service", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Its database, for looking."""
        made = create_engine(self.database, poolclass=NullPool)
        yield made
        made.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A demo city of its own on either database."""
    folder = tmp_path / "data"
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("founded"), folder)
        yield Home(folder, f"sqlite:///{folder / 'yinzheng.db'}")
        return
    server: URL = request.getfixturevalue("postgres")
    name = f"killed_{random_octets(8).hex()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    made = Home(folder, server.set(database=name).render_as_string(hide_password=False))
    made.process("demo", "--no-serve")
    yield made
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@contextmanager
def worker(home: Home, size: int) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; what is left of it is killed."""
    command = [sys.executable, "-m", "service", "worker", "--lease", "1", "--chunk", str(size)]
    with (home.folder.parent / "worker.log").open("ab") as log:
        running = subprocess.Popen(command, cwd=ROOT, env=home.environment, stderr=log)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def waiting(home: Home, number: str) -> int:
    """How many rows wait."""
    with home.engine() as engine, engine.connect() as connection:
        left = text("SELECT count(*) FROM batch_row WHERE number = :of AND state = 'waiting'")
        return int(connection.execute(left, {"of": number}).scalar_one())


def until(home: Home, number: str, few: int, *running: subprocess.Popen[bytes]) -> int:
    """Wait until no more than so few rows wait; how many do. Those that are running must go on to do so."""
    seen, since = -1, time.monotonic()
    while (left := waiting(home, number)) > few:
        assert all(one.poll() is None for one in running), (home.folder.parent / "worker.log").read_text("utf-8")
        if left != seen:
            seen, since = left, time.monotonic()
        assert time.monotonic() - since < STANDSTILL_S, (home.folder.parent / "worker.log").read_text("utf-8")
        time.sleep(0.05)
    return left


def peak_kib(running: subprocess.Popen[bytes]) -> int:
    """The most memory that a process has had."""
    told = re.search(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{running.pid}/status").read_text("ascii"))
    assert told is not None
    return int(told[1])


def until_it_listens(running: subprocess.Popen[bytes]) -> None:
    """Wait until a process has said what it does when it is asked to end; before that it just ends."""
    begun = time.monotonic()
    while not _caught(running) >> (signal.SIGTERM - 1) & 1:
        assert time.monotonic() - begun < STANDSTILL_S
        time.sleep(0.05)


def _caught(running: subprocess.Popen[bytes]) -> int:
    """The signals that a process handles, one bit each."""
    told = re.search(r"SigCgt:\s+([0-9a-f]+)", Path(f"/proc/{running.pid}/status").read_text("ascii"))
    assert told is not None
    return int(told[1], 16)


@pytest.mark.parametrize(
    ("kind", "rows", "size", "kills"),
    [
        (KIND, 30, 5, 1),
        pytest.param(KIND, ROWS, 100, 9, marks=pytest.mark.long),
        pytest.param(CARD, AT_ONCE + 10, 5, 3, marks=pytest.mark.long),
    ],
)
def test_every_row_is_issued_exactly_once(home: Home, kind: str, rows: int, size: int, kills: int) -> None:
    """Of cards the pictures wait: they are examined by whichever worker has their row."""
    given = home.folder.parent / "table"
    given.write_bytes(cards(rows) if kind == CARD else table(rows))
    number = home.run("batch", "submit", str(given), "--type", kind).strip()
    seed = int.from_bytes(random_octets(8), "big")
    chance, left = random.Random(seed), rows
    print(f"seed {seed}")
    for _ in range(kills):
        with worker(home, size) as running:
            left = until(home, number, left - 1, running)
            time.sleep(chance.random())
            running.send_signal(signal.SIGKILL)
    with worker(home, size) as staying:
        with worker(home, size) as other:
            until(home, number, min(left - 1, rows // 2), staying, other)
            time.sleep(chance.random())
            other.send_signal(signal.SIGKILL)
        with worker(home, size) as another:
            until(home, number, 0, staying, another)
            assert peak_kib(staying) < MOST_MEMORY_KIB
            for running in (staying, another):
                until_it_listens(running)
                running.send_signal(signal.SIGTERM)
            assert staying.wait(STANDSTILL_S) == 0
    home.process("worker", "--once")  # whoever was last to issue may have ended before it could say that all is done
    assert home.run("batch", "status", number).startswith(f"{number}  已办结")
    assert_issued_once(home, number, {members(place)["number"] for place in range(1, rows + 1)})


def assert_issued_once(home: Home, number: str, numbers: set[str]) -> None:
    """One licence for each row, released, in the log, with its files; and everything that may exist once does."""
    mine = text("SELECT identifier, number, leaf, ofd, pdf FROM licence WHERE key LIKE :of AND state = 'released'")
    with home.engine() as engine, engine.connect() as connection:
        issued = connection.execute(mine, {"of": f"batch:{number}/%"}).all()
        begun = connection.execute(text("SELECT count(*) FROM licence WHERE key LIKE :of"), {"of": f"batch:{number}/%"})
        rows = connection.execute(text("SELECT state, identifier FROM batch_row WHERE number = :of"), {"of": number})
        marked = [row.identifier for row in rows if row.state == "done"]
        assert begun.scalar_one() == len(issued) == len(numbers) == len(marked)
    assert {row.number for row in issued} == numbers
    assert {row.identifier for row in issued} == set(marked)
    assert len({row.leaf for row in issued}) == len(issued)
    blobs = FolderBlobs(home.folder / "blobs")
    for row in issued:
        assert all(blobs.get(name) for name in (row.ofd, row.pdf))  # re-hashed while it is read
    settings = Settings(data=home.folder, database=home.database, key_rounds=1024)
    yinzheng = open_installation(settings)
    try:
        seen = heads(yinzheng)
        assert chain_of(yinzheng, [seen]) + repeated(yinzheng) == []
        assert max(row.leaf for row in issued) < yinzheng.archive.log.size()
        for row in (issued[0], issued[-1]):
            assert yinzheng.verify_file(blobs.get(row.ofd)).verdict.indication == "PASSED"
    finally:
        yinzheng.archive.engine.dispose()
