"""Restored from an older backup: refused loudly, and then on without a number twice or a revocation taken back.

One story on a real data folder: a backup is made, licences are issued and acts recorded, and then only the backup is
left, and what the public had seen. The stores' parts of it are told on both databases in `tests/edges`.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from issuer.issuing import Issued
from service.database import open_engine
from service.problem import Usage
from service.public_folder import PublicFolder, status_list
from service.restoring.backup import back_up, load_backup
from service.restoring.taking_up import GAP, MARGIN
from service.wiring import Yinzheng
from tests.city import OFFICIAL, City
from tests.journey_parts import number
from tests.public_parts import current, listed, published_city, with_folder
from trust.errors import Conflict
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.crl import Reason, load_crl
from trust.log.errors import LogDamaged
from trust.revocation.acting import Order
from trust.rules.standing import ActKind
from trust.store import METADATA

BY, SECOND = "运维甲", "运维乙"


@dataclass
class Story:
    """What was there before the database was lost, and the installation that was made of the backup."""

    city: City
    public: Path
    backup: Path
    known: Issued
    lost: Issued
    suspended: Issued
    acted: int
    restored: Yinzheng
    engine: Engine

    def entry(self, issued: Issued) -> tuple[int, int]:
        pointer = issued.entry.licence.status
        return pointer.list, pointer.index

    def value(self, issued: Issued) -> int:
        """What the public sees of a licence."""
        shard, index = self.entry(issued)
        return listed(current(self.public, status_list(shard))).value(index)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    public = tmp_path / "public"
    city = published_city(public)
    known, suspended = city.issue(number=number()), city.issue(number=number())
    city.clock.forward(seconds=2)
    city.yinzheng.publisher.refresh(city.clock())
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "one.key").write_bytes(b"sealed")
    backup = tmp_path / "backup"
    back_up(city.engine, data, backup, city.clock())
    # What the backup does not know.
    city.clock.forward(seconds=2)
    lost = city.issue(number=number())
    city.act(ActKind.REVOKE, known, "penalty")
    city.act(ActKind.REVOKE, lost, "penalty")
    city.act(ActKind.SUSPEND, suspended, "penalty")
    city.yinzheng.publisher.refresh(city.clock())
    number_then = current_number(public)
    engine = open_engine(f"sqlite:///{tmp_path / 'restored.db'}")
    load_backup(backup, tmp_path / "new", engine, city.clock(), BY, SECOND)
    restored = with_folder(city, public, engine)
    yield Story(city, public, backup, known, lost, suspended, number_then, restored, engine)
    engine.dispose()
    city.close()


def current_number(public: Path) -> int:
    return listed(current(public, status_list(0))).number


def test_before_the_restore_is_finished_nothing_is_issued_or_published(story: Story) -> None:
    before = files(story.public)
    order = Order(ActKind.REVOKE, str(story.known.entry.licence.identifier), "penalty", "", OFFICIAL)
    application = story.city.application("business-licence", number=number())
    for attempt in (
        lambda: story.restored.issue(application, key="again", by=OFFICIAL),
        lambda: story.restored.act(order, key="again"),
        lambda: story.restored.publisher.refresh(story.city.clock()),
    ):
        with pytest.raises(Conflict, match="restore-unfinished"):
            attempt()
    assert files(story.public) == before


def test_a_database_that_was_put_back_by_other_means_is_noticed(story: Story) -> None:
    with story.engine.begin() as connection:
        connection.execute(METADATA.tables["restore_epoch"].delete())
    behind = with_folder(story.city, story.public, story.engine)
    with pytest.raises(Conflict, match="database-behind"):
        behind.publisher.ready()
    with pytest.raises(Conflict, match="database-behind"):
        behind.publisher.refresh(story.city.clock())
    behind.take_up_published(BY, SECOND)
    behind.publisher.ready()


def test_nothing_is_un_revoked(story: Story) -> None:
    story.city.clock.forward(seconds=2)
    report = story.restored.take_up_published(BY, SECOND)
    assert [story.value(one) for one in (story.known, story.lost, story.suspended)] == [1, 1, 2]
    assert report["carried"] == sorted(
        [*story.entry(one), value] for one, value in ((story.known, 1), (story.lost, 1), (story.suspended, 2))
    )
    assert current_number(story.public) > story.acted
    for _ in range(2):  # and it stays so, list after list
        story.city.clock.forward(hours=13)
        story.restored.publisher.refresh(story.city.clock())
        assert [story.value(one) for one in (story.known, story.lost, story.suspended)] == [1, 1, 2]


def test_a_suspension_that_was_carried_over_can_be_lifted_by_an_act(story: Story) -> None:
    story.restored.take_up_published(BY, SECOND)
    subject = str(story.suspended.entry.licence.identifier)
    for kind, ground in ((ActKind.SUSPEND, "penalty"), (ActKind.REINSTATE, "rectified")):
        story.city.clock.forward(seconds=2)
        story.restored.act(Order(kind, subject, ground, "", OFFICIAL), key=f"after-{kind}")
    assert story.value(story.suspended) == 0
    assert story.value(story.known) == 1


def test_no_entry_and_no_number_twice(story: Story) -> None:
    story.restored.take_up_published(BY, SECOND)
    story.city.clock.forward(seconds=2)
    application = story.city.application("business-licence", number=number())
    fresh = story.restored.issue(application, key="fresh", by=OFFICIAL)
    assert fresh.entry.licence.status.list == 1 + GAP
    assert fresh.entry.licence.identifier.serial not in {
        one.entry.licence.identifier.serial for one in (story.known, story.lost, story.suspended)
    }
    numbers = PublicFolder(story.public).numbers(status_list(0))
    assert numbers == sorted(set(numbers))
    with story.city.engine.connect() as old, story.engine.connect() as new:
        for table in ("x509_crl", "trust_list_publication"):
            column = METADATA.tables[table].c
            assert set(new.execute(select(column.name, column.number, column.to_be_signed))) >= set(
                old.execute(select(column.name, column.number, column.to_be_signed)).all()[-1:]
            )


def test_counts_leap_beyond_what_was_lost(story: Story) -> None:
    counts = story.restored.archive.counts
    with story.engine.begin() as connection:
        table = METADATA.tables["number_count"]
        connection.execute(table.insert().values(issuer_code="i", type_code="t", scope="s", last=7))
    lost = story.city.yinzheng.archive.log.size() - story.restored.archive.log.size()
    story.restored.take_up_published(BY, SECOND)
    assert lost > 0
    assert counts.next("i", "t", "s") == 7 + lost + MARGIN + 1


def test_the_log_goes_on_where_the_public_one_ended(story: Story) -> None:
    before = parse_checkpoint((story.public / "log/checkpoint").read_bytes())[0]
    lost = story.city.yinzheng.archive.log
    story.restored.take_up_published(BY, SECOND)
    log = story.restored.archive.log
    assert log.entries(0, before.size) == lost.entries(0, before.size)
    assert parse_checkpoint((story.public / "log/checkpoint").read_bytes())[0].size > before.size


def test_what_was_revoked_among_certificates_stays_revoked(story: Story) -> None:
    seal_maker = story.city.yinzheng.directory.maker()[1]
    authority = story.city.yinzheng.authority
    authority.revoke_certificate(seal_maker.serial, Reason.SUPERSEDED, story.city.clock())
    story.city.yinzheng.publisher.refresh(story.city.clock())
    story.restored.take_up_published(BY, SECOND)
    story.city.clock.forward(days=2)
    story.restored.publisher.refresh(story.city.clock())
    current = story.restored.archive.books.editions.current("issuing")
    assert current is not None
    assert seal_maker.serial in load_crl(current.octets).revoked


def test_without_what_was_published_nothing_goes_on(story: Story) -> None:
    shutil.rmtree(story.public)
    with pytest.raises(Conflict, match="public-copy-missing"):
        story.restored.take_up_published(BY, SECOND)


def test_a_log_that_went_on_by_itself_is_not_joined_to_the_published_one(story: Story) -> None:
    from trust.formats.leaf import EntryKind, Statement
    from trust.log.appending import append

    append(story.restored.archive.log, [Statement(EntryKind.ACT, (b"x" * 32,))], story.city.clock())
    with pytest.raises(LogDamaged, match="log-forked"):
        story.restored.take_up_published(BY, SECOND)
    assert story.restored.archive.epochs.unsettled() is not None


def test_the_restore_is_on_record(story: Story) -> None:
    story.restored.take_up_published(BY, SECOND)
    (epoch,) = story.restored.archive.epochs.every()
    assert (epoch.number, epoch.by, epoch.approved_by, epoch.first_shard) == (1, BY, SECOND, 1 + GAP)
    assert json.loads(epoch.report)["behind"][0].startswith("log: ")


def test_a_second_restore_is_another_epoch(story: Story) -> None:
    story.restored.take_up_published(BY, SECOND)
    story.city.clock.forward(seconds=2)
    story.restored.take_up_published(BY, SECOND)
    assert [one.number for one in story.restored.archive.epochs.every()] == [1, 2]
    assert [story.value(one) for one in (story.known, story.lost, story.suspended)] == [1, 1, 2]


# --- the backup itself --------------------------------------------------------------------------------------------


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_all_rows_come_back(story: Story, tmp_path: Path) -> None:
    again = open_engine(f"sqlite:///{tmp_path / 'again.db'}")
    load_backup(story.backup, tmp_path / "again", again, story.city.clock(), BY, SECOND)
    manifest = json.loads((story.backup / "backup.json").read_text("utf-8"))
    with again.connect() as connection:
        counted = {
            name: connection.scalar(select(func.count()).select_from(table)) for name, table in METADATA.tables.items()
        }
    assert counted | {"restore_epoch": 0} == manifest["tables"]
    assert sum(counted.values()) > 100
    again.dispose()


@pytest.mark.parametrize(
    ("hurt", "told"),
    [
        (lambda backup: (backup / "backup.json").unlink(), "not a whole backup"),
        (lambda backup: (backup / "keys/one.key").write_bytes(b"other"), "was changed"),
        (lambda backup: (backup / "database.sqlite").write_bytes(b""), "was changed"),
        (lambda backup: (backup / "keys/one.key").unlink(), "not a whole backup"),
    ],
)
def test_what_is_no_whole_backup_is_refused(story: Story, tmp_path: Path, hurt, told: str) -> None:
    hurt(story.backup)
    engine = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(Usage, match=told):
        load_backup(story.backup, tmp_path / "other", engine, story.city.clock(), BY, SECOND)
    engine.dispose()
    assert not (tmp_path / "other").exists()


def test_nothing_is_restored_over_an_installation(story: Story, tmp_path: Path) -> None:
    with pytest.raises(Usage, match="holds an installation"):
        load_backup(story.backup, tmp_path / "elsewhere", story.engine, story.city.clock(), BY, SECOND)


def test_no_backup_goes_into_a_folder_that_is_in_use(story: Story, tmp_path: Path) -> None:
    with pytest.raises(Usage, match="not empty"):
        back_up(story.engine, tmp_path / "new", story.backup, story.city.clock())
