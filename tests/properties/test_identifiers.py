"""Identifiers, numbers on faces, events of the feed, and entries of status lists and of the log: none twice, ever.

Two processes issue on one database file and publish into one folder, in turn and at once; licences are followed by
others, which count up the version and keep the number; processes are started again, backups are made and restored in
the documented way, and database files are put back behind their backs. What was acknowledged is remembered here,
outside of all of it.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine

from issuer.applying.errors import SuccessionRefused
from issuer.applying.succeeding import carried_on
from issuer.issuing import Issued
from service.database import open_engine
from service.public_folder import PublicFolder
from service.restoring.backup import back_up, load_backup
from service.wiring import Yinzheng
from tests.applying_parts import MAKER, SECOND
from tests.city import OFFICIAL, City
from tests.public_parts import published_city
from trust.errors import Conflict

DRAWN = "planning-permit"
"""A type whose numbers are drawn."""
PROCESSES = st.integers(0, 1)


@dataclass(frozen=True)
class Beginning:
    """What every story begins with: a city, and its public folder."""

    city: City
    public: Path


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    public = tmp_path_factory.mktemp("beginning") / "public"
    city = published_city(public)
    yield Beginning(city, public)
    city.close()


def save(engine: Engine, path: Path) -> None:
    """A copy of the whole database as one file, as the database's own tools make it."""
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    raw = engine.raw_connection()
    try:
        raw.execute("PRAGMA query_only=OFF")
        raw.execute(f"VACUUM INTO '{path}'")
    finally:
        raw.close()


class Stories(RuleBasedStateMachine):
    """One installation as it lives on; `begun` is given by the test."""

    begun: Beginning

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.home, self.names = Path(self.folder.name), count()
        shutil.copytree(self.begun.public, self.home / "public")
        (self.home / "data" / "keys").mkdir(parents=True)
        (self.home / "data" / "keys" / "one.key").write_bytes(b"sealed")
        self.database = self.home / "first.db"
        save(self.begun.city.engine, self.database)
        self.seen: set[object] = set()
        self.acknowledged = 0
        self.backup: Path | None = None
        self.copy: tuple[Path, int] | None = None
        self.processes = [self.started(), self.started()]
        self.application = replace(self.begun.city.application(DRAWN), number="")
        self.issued: list[str] = []

    def teardown(self) -> None:
        for one in getattr(self, "processes", []):
            one.archive.engine.dispose()
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def started(self) -> Yinzheng:
        """A process that begins on the database as it is."""
        means = self.begun.city.yinzheng._means
        return Yinzheng(
            replace(means, engine=open_engine(f"sqlite:///{self.database}"), public=PublicFolder(self.home / "public"))
        )

    def one(self, process: int) -> Issued:
        return self.processes[process].issue(self.application, key=f"key-{next(self.names)}", by=OFFICIAL)

    def see(self, issued: Issued) -> None:
        """Remember what was acknowledged; none of it was there before."""
        entry = issued.entry
        status, artefacts = entry.licence.status, entry.artefacts
        assert artefacts is not None
        own = {
            ("identifier", str(entry.licence.identifier)),
            ("status", status.list, status.index),
            ("leaf", artefacts.log_index),
        }
        if entry.licence.succession is None:
            own.add(("number", entry.licence.number))  # a licence that follows another has its number
        assert not own & self.seen
        self.seen |= own
        self.issued.append(str(entry.licence.identifier))
        self.acknowledged += 1

    @rule(process=PROCESSES)
    def issue(self, process: int) -> None:
        self.see(self.one(process))

    @rule()
    def issue_at_once(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            for issued in list(pool.map(self.one, (0, 1, 0, 1))):
                self.see(issued)

    @rule(process=PROCESSES)
    def follow(self, process: int) -> None:
        """An amendment of the first licence that nobody has followed, as far as anybody still knows."""
        yinzheng, name = self.processes[process], next(self.names)
        desk, acts = yinzheng.applications, yinzheng.archive.acts
        open_ones = [one for one in self.issued if yinzheng.archive.released(one) and desk.successor_of(one) is None]
        forgotten = [one for one in open_ones if acts.carried_over(one) is not None]
        for one in forgotten[:1]:  # followed in a time that a restore has forgotten, and its end was published
            with pytest.raises(SuccessionRefused, match="carried-over"):
                self.amended(yinzheng, one, name)
        for one in [one for one in open_ones if one not in forgotten][:1]:
            self.see(self.amended(yinzheng, one, name))

    def amended(self, yinzheng: Yinzheng, identifier: str, name: int) -> Issued:
        """The licence in place of another, for which two people stand."""
        desk, before = yinzheng.applications, yinzheng.archive.released(identifier)
        assert before is not None
        own, fields = before.licence.identifier, {"fields": {"project": f"工程第{name}期"}}
        proposal = desk.propose(
            carried_on(before.licence, fields, at=self.begun.city.clock()),
            type_code=own.type_code,
            issuer_code=own.issuer_code,
            succession=("amend", identifier),
        )
        docket = desk.hand_in(proposal, by=MAKER, key=f"key-{name}")
        return desk.approve(docket, digest=proposal.digest, by=SECOND, key=f"yes-{name}")[1]

    @rule(process=PROCESSES)
    def start_again(self, process: int) -> None:
        self.processes[process].archive.engine.dispose()
        self.processes[process] = self.started()

    @rule()
    def back_up(self) -> None:
        target = self.home / f"backup-{next(self.names)}"
        back_up(self.processes[0].archive.engine, self.home / "data", target, self.begun.city.clock())
        self.backup = target

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        assert self.backup is not None
        self.stop()
        name = next(self.names)
        self.database = self.home / f"restored-{name}.db"
        engine = open_engine(f"sqlite:///{self.database}")
        load_backup(self.backup, self.home / f"data-{name}", engine, self.begun.city.clock(), "运维甲", "运维乙")
        engine.dispose()
        self.processes = [self.started(), self.started()]
        with pytest.raises(Conflict, match="restore-unfinished"):
            self.one(0)
        self.processes[1].take_up_published("运维甲", "运维乙")
        self.copy = None

    @rule()
    def copy_the_file(self) -> None:
        path = self.home / f"copy-{next(self.names)}.db"
        save(self.processes[0].archive.engine, path)
        self.copy = path, self.acknowledged

    @precondition(lambda self: self.copy is not None and self.copy[1] < self.acknowledged)
    @rule(here=st.booleans())
    def put_an_old_file_back(self, here: bool) -> None:
        """Under running processes: they refuse, until what was published is taken up, or the newer file is back."""
        assert self.copy is not None
        newer = self.home / f"newer-{next(self.names)}.db"
        save(self.processes[0].archive.engine, newer)
        self.put(self.copy[0])
        for process in (0, 1):
            with pytest.raises(Conflict, match="database-behind"):
                self.one(process)
        if here:
            self.processes[0].take_up_published("运维甲", "运维乙")
            self.copy = None
        else:
            self.put(newer)

    def put(self, file: Path) -> None:
        """Another file in the place of the database; the processes go on with what they have in memory."""
        self.stop()
        for aside in ("-wal", "-shm"):
            self.database.with_name(self.database.name + aside).unlink(missing_ok=True)
        shutil.copyfile(file, self.database)

    def stop(self) -> None:
        for one in self.processes:
            one.archive.engine.dispose()


def test_a_story_in_which_everything_happens(beginning: Beginning) -> None:
    told = type("Told", (Stories,), {"begun": beginning})()
    told.open()
    try:
        told.back_up()
        told.issue(0)
        told.restore()  # to a moment at which nothing was counted yet
        told.issue(0)
        told.back_up()
        told.follow(1)
        told.restore()
        told.follow(0)
        told.follow(1)
        told.copy_the_file()
        told.issue_at_once()
        told.put_an_old_file_back(here=False)
        told.issue(1)
        told.restore()
        told.issue_at_once()
        told.copy_the_file()
        told.issue(1)
        told.put_an_old_file_back(here=True)
        told.start_again(0)
        told.issue_at_once()
        told.restore()
        told.follow(1)
        told.issue(1)
    finally:
        told.teardown()
    assert told.acknowledged == 18


@pytest.mark.parametrize(
    ("stories", "steps"), [(3, 12), pytest.param(60, 40, marks=pytest.mark.long)], ids=["a few", "many"]
)
def test_nothing_is_ever_given_out_twice(beginning: Beginning, stories: int, steps: int) -> None:
    Told = type("Told", (Stories,), {"begun": beginning})  # noqa: N806  (it is a class that is made here)
    run_state_machine_as_test(Told, settings=settings(max_examples=stories, stateful_step_count=steps, deadline=None))
