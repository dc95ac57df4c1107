"""A backup knows which files it needs: what is gone or damaged is told when it is made, and again before it is loaded."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

import service.wiring  # noqa: F401  (a backup has every table, so every store has to be known)
from keys.sm3 import sm3
from service.begun import FILE as BEGUN_FILE
from service.begun import FileBegun
from service.blobs import BlobMissing, FolderBlobs
from service.database import migrate, open_engine
from service.problem import Usage
from service.restoring import backup
from service.restoring.backup import BEGUN, back_up, load_backup, lost_of
from service.restoring.rows import copy_rows_out

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def some(mark: str, count: int = 6) -> dict[str, bytes]:
    octets = [f"{mark}-{place}".encode() * 50 for place in range(count)]
    return {f"sm3:{sm3(one).hex()}": one for one in octets}


PACKS, ALONE = [some("a"), some("b")], some("c", 1)
EVERY = {name: octets for files in [*PACKS, ALONE] for name, octets in files.items()}


class Home:
    """A data folder with files, and backups and restores of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        (self.data / "keys").mkdir(parents=True)
        (self.data / "keys" / "one.key").write_bytes(b"sealed")
        self.engines: list[Engine] = []
        self.engine = self.database("first")
        migrate(self.engine)
        blobs = FolderBlobs(self.data / "blobs")
        for files in [*PACKS, ALONE]:
            blobs.put_many(files)

    def database(self, name: str) -> Engine:
        engine = open_engine(f"sqlite:///{self.folder / name}.db")
        self.engines.append(engine)
        return engine

    @property
    def backup(self) -> Path:
        return self.folder / "backup"

    def back_up(self) -> tuple[str, ...]:
        return back_up(self.engine, self.data, self.backup, AT).lost

    def restore(self, *, without_missing: bool = False, name: str = "new") -> Path:
        data = self.folder / name
        engine = self.database(name)
        load_backup(self.backup, data, engine, AT, "甲", "乙", without_missing=without_missing)
        return data


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    for engine in made.engines:
        engine.dispose()


def packs(blobs: Path) -> list[Path]:
    return sorted((blobs / "packs").iterdir())


def file_of(blobs: Path) -> Path:
    (name,) = ALONE
    return blobs / name[4:6] / name[4:]


def turned(path: Path, place: int = -3) -> None:
    octets = bytearray(path.read_bytes())
    octets[place] ^= 1
    path.write_bytes(octets)


def readable(data: Path) -> set[str]:
    blobs, found = FolderBlobs(data / "blobs"), set()
    for name, octets in EVERY.items():
        try:
            assert blobs.get(name) == octets
            found.add(name)
        except BlobMissing:
            continue
    return found


def test_everything_comes_back_packed_or_not(home: Home) -> None:
    assert home.back_up() == ()
    data = home.restore()
    assert readable(data) == set(EVERY)
    assert len(packs(data / "blobs")) == 2
    assert lost_of(data) == []
    assert not (data / BEGUN).exists()


def test_what_has_begun_goes_along_as_it_was_before_the_rows_were_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = FileBegun(home.data / "keys" / BEGUN_FILE)
    begun.note({"seal": "followed"})

    def read(engine: Engine, target: Path) -> dict[str, int]:
        made = copy_rows_out(engine, target)
        begun.note({"person": "followed"})  # a process of a newer version starts right now
        return made

    monkeypatch.setattr(backup, "copy_rows_out", read)
    home.back_up()
    data = home.restore()
    assert FileBegun(data / "keys" / BEGUN_FILE).known() == {"seal": "followed"}


def test_a_backup_from_before_has_nothing_of_what_has_begun(home: Home) -> None:
    home.back_up()
    assert not (home.restore() / "keys" / BEGUN_FILE).exists()


DAMAGE: dict[str, tuple[Callable[[Path], object], int, int]] = {
    "a pack is gone": (lambda blobs: packs(blobs)[0].unlink(), 1, 6),
    "all packs are gone": (lambda blobs: shutil.rmtree(blobs / "packs"), 2, 12),
    "everything is gone": (shutil.rmtree, 3, 13),
    "a bit in a pack": (lambda blobs: turned(packs(blobs)[0]), 1, 1),
    "a bit in the head of a pack": (lambda blobs: turned(packs(blobs)[0], 30), 1, 6),
    "a pack cut short": (lambda blobs: packs(blobs)[0].write_bytes(packs(blobs)[0].read_bytes()[:-10]), 1, 1),
    "a bit in a file": (lambda blobs: turned(file_of(blobs)), 1, 1),
    "a file is gone": (lambda blobs: file_of(blobs).unlink(), 1, 1),
}


@pytest.mark.parametrize(("hurt", "told", "gone"), DAMAGE.values(), ids=DAMAGE)
def test_what_the_backup_lost_is_told_and_done_without_by_wish_alone(
    home: Home, hurt: Callable[[Path], object], told: int, gone: int
) -> None:
    home.back_up()
    hurt(home.backup / "blobs")
    with pytest.raises(Usage) as refused:
        home.restore()
    assert refused.value.code == "backup-incomplete"
    assert f" {told} 项" in refused.value.zh
    assert not (home.folder / "new").exists()
    data = home.restore(without_missing=True, name="other")
    assert len(lost_of(data)) == told
    assert len(EVERY) - len(readable(data)) == gone


@pytest.mark.parametrize("name", ["blobs.list", "database.sqlite", "keys/one.key", "backup.json"])
def test_what_is_no_blob_is_never_done_without(home: Home, name: str) -> None:
    home.back_up()
    (home.backup / name).unlink()
    with pytest.raises(Usage, match="not a whole backup"):
        home.restore(without_missing=True)


def test_what_is_damaged_before_the_backup_is_told_and_all_else_is_saved(home: Home) -> None:
    turned(packs(home.data / "blobs")[0])
    (lost,) = home.back_up()
    assert lost in EVERY
    with pytest.raises(Usage):
        home.restore()
    data = home.restore(without_missing=True, name="other")
    assert readable(data) == set(EVERY) - {lost}
    assert lost_of(data) == [lost]
    assert FolderBlobs(data / "blobs").put(EVERY[lost]) == lost  # whoever still has it can give it back
    assert readable(data) == set(EVERY)


def test_what_cannot_be_read_is_told_by_name(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, true = packs(home.data / "blobs")[0], shutil.copy2

    def broken(source: Path, target: Path) -> object:
        if source == bad:
            raise OSError(5, "Input/output error")
        return true(source, target)

    monkeypatch.setattr(shutil, "copy2", broken)
    (lost,) = home.back_up()
    assert lost.startswith(f"packs/{bad.name}")


def test_a_damaged_copy_of_a_blob_that_is_whole_elsewhere_loses_nothing(home: Home) -> None:
    blobs, (name, octets) = FolderBlobs(home.data / "blobs"), next(iter(PACKS[0].items()))
    for pack in packs(home.data / "blobs"):
        if sm3(octets) in pack.read_bytes():
            turned(pack, pack.read_bytes().index(octets))
    with pytest.raises(BlobMissing):
        FolderBlobs(home.data / "blobs").get(name)
    blobs.put(octets)
    assert home.back_up() == ()
    assert readable(home.restore()) == set(EVERY)


def test_a_restore_that_was_cut_off_is_begun_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.back_up()

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr("service.restoring.backup.copy_rows_in", cut)
        with pytest.raises(KeyboardInterrupt):
            home.restore()
    assert readable(home.restore()) == set(EVERY)
    with pytest.raises(Usage, match="holds an installation"):
        home.restore()
