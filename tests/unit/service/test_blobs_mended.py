"""Damage on disk: what is there is held against what is put, one bad pack hides no other, left-overs go."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keys.sm3 import sm3
from service.blobs import BlobMissing, FolderBlobs
from service.packs import KEPT, remove_left_overs


def some(mark: str) -> dict[str, bytes]:
    octets = [f"{mark}-{place}".encode() * 50 for place in range(6)]
    return {f"sm3:{sm3(one).hex()}": one for one in octets}


FILES, OTHERS = some("a"), some("b")
NAME, OCTETS = list(FILES.items())[-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


def pack_of(folder: Path) -> Path:
    (pack,) = (folder / "packs").iterdir()
    return pack


def turned(path: Path, place: int) -> None:
    """One bit turned over."""
    octets = bytearray(path.read_bytes())
    octets[place] ^= 1
    path.write_bytes(octets)


DAMAGE = {
    "a bit in a blob": lambda path: turned(path, -3),
    "a bit in the head": lambda path: turned(path, 30),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "cut within the head": lambda path: path.write_bytes(path.read_bytes()[:100]),
}


@pytest.mark.parametrize("several", [False, True], ids=["alone", "with the others"])
@pytest.mark.parametrize("again", [False, True], ids=["same process", "another process"])
@pytest.mark.parametrize("hurt", DAMAGE.values(), ids=DAMAGE)
def test_what_is_put_again_is_readable_again(folder: Path, hurt, again: bool, several: bool) -> None:
    blobs = FolderBlobs(folder)
    blobs.put_many(FILES)
    hurt(pack_of(folder))
    blobs = FolderBlobs(folder) if again else blobs
    with pytest.raises(BlobMissing):
        FolderBlobs(folder).get(NAME)
    if again:
        with pytest.raises(BlobMissing):
            blobs.get(NAME)
    blobs.put_many(FILES if several else {NAME: OCTETS})
    for one in (blobs, FolderBlobs(folder)):
        assert one.get(NAME) == one.stored(NAME) == OCTETS


def test_a_file_that_was_changed_is_mended(folder: Path) -> None:
    blobs = FolderBlobs(folder)
    name = blobs.put(OCTETS)
    file = folder / name[4:6] / name[4:]
    turned(file, 0)
    with pytest.raises(BlobMissing, match="changed on disk"):
        blobs.get(name)
    assert blobs.put(OCTETS) == name
    assert file.read_bytes() == OCTETS


def test_a_changed_copy_does_not_hide_a_whole_one(folder: Path) -> None:
    blobs = FolderBlobs(folder)
    blobs.put_many(FILES)
    file = folder / NAME[4:6] / NAME[4:]
    file.parent.mkdir()
    file.write_bytes(b"something else")
    assert blobs.get(NAME) == OCTETS


def test_one_pack_that_cannot_be_read_hides_no_other(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    blobs = FolderBlobs(folder)
    for files in (FILES, OTHERS):
        blobs.put_many(files)
    (folder / "packs" / ("0" * 64)).mkdir()  # in the place of a bad sector, which reads as an error too
    fresh = FolderBlobs(folder)
    assert {name: fresh.get(name) for name in (*FILES, *OTHERS)} == FILES | OTHERS
    for _ in range(2):
        with pytest.raises(BlobMissing, match=re.escape("0" * 64)):
            fresh.get(f"sm3:{'1' * 64}")
    assert len([one for one in caplog.messages if "0" * 64 in one]) == 1  # told once


def test_a_pack_that_became_unreadable_is_passed_over(folder: Path) -> None:
    blobs = FolderBlobs(folder)
    blobs.put_many(FILES)
    pack = pack_of(folder)
    pack.unlink()
    pack.mkdir()
    with pytest.raises(BlobMissing):
        blobs.get(NAME)
    assert blobs.put(OCTETS) == NAME
    assert blobs.get(NAME) == OCTETS


def test_left_overs_of_killed_writers_go_after_a_while(folder: Path) -> None:
    blobs = FolderBlobs(folder)
    blobs.put_many(FILES)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    old, young = folder / "packs" / "x.1-2.part", folder / "ab" / "y.1-2.part"
    young.parent.mkdir()
    for path, since in ((old, at - KEPT - timedelta(minutes=1)), (young, at - timedelta(minutes=1))):
        path.write_bytes(b"cut off")
        os.utime(path, (since.timestamp(), since.timestamp()))
    assert remove_left_overs(folder, at) == 1
    assert (old.exists(), young.exists(), pack_of(folder).exists()) == (False, True, True)


def test_a_process_that_packs_removes_left_overs(folder: Path) -> None:
    FolderBlobs(folder).put_many(FILES)
    old = folder / "packs" / "x.1-2.part"
    old.write_bytes(b"cut off")
    os.utime(old, (1, 1))
    FolderBlobs(folder).put_many(OTHERS)
    assert not old.exists()
