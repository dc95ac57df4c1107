"""Blobs in a folder: named by their digest, re-hashed on reading, whole or not there, the same for many at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keys.sm3 import sm3
from service.blobs import BlobMissing, FolderBlobs

OCTETS = b"a sealed file"
NAME = sm3(OCTETS).hex()


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("octets", [b"", b"x", OCTETS, bytes(range(256)) * 4000])
def test_what_is_put_is_got(blobs: FolderBlobs, octets: bytes) -> None:
    digest = blobs.put(octets)
    assert digest == f"sm3:{sm3(octets).hex()}"
    assert blobs.get(digest) == octets


def test_the_same_octets_are_one_file(blobs: FolderBlobs, tmp_path: Path) -> None:
    assert blobs.put(OCTETS) == blobs.put(OCTETS) == f"sm3:{NAME}"
    assert files(tmp_path) == [tmp_path / "blobs" / NAME[:2] / NAME]


def test_another_process_finds_them(blobs: FolderBlobs, tmp_path: Path) -> None:
    assert FolderBlobs(tmp_path / "blobs").put(OCTETS) == blobs.put(OCTETS)
    assert FolderBlobs(tmp_path / "blobs").get(f"sm3:{NAME}") == OCTETS


@pytest.mark.parametrize("changed", [b"", OCTETS[:-1], OCTETS + b"\n", b"another file"])
def test_octets_changed_on_disk_are_not_handed_out(blobs: FolderBlobs, tmp_path: Path, changed: bytes) -> None:
    digest = blobs.put(OCTETS)
    (tmp_path / "blobs" / NAME[:2] / NAME).write_bytes(changed)
    with pytest.raises(BlobMissing, match="changed on disk"):
        blobs.get(digest)


@pytest.mark.parametrize(
    "digest",
    [
        f"sm3:{'0' * 64}",
        "sm3:",
        NAME,
        f"sha256:{NAME}",
        f"sm3:{NAME.upper()}",
        f"sm3:{NAME}0",
        f"sm3:{NAME[:63]}",
        "sm3:../../../../etc/passwd",
        f"sm3:{'../' * 21}x",
        f"sm3:{NAME[:62]}\x00/",
        "",
    ],
)
def test_names_that_name_nothing(blobs: FolderBlobs, digest: str) -> None:
    blobs.put(OCTETS)
    with pytest.raises(BlobMissing):
        blobs.get(digest)


def test_a_folder_in_the_place_of_a_blob_is_a_missing_blob(blobs: FolderBlobs, tmp_path: Path) -> None:
    (tmp_path / "blobs" / NAME[:2] / NAME).mkdir(parents=True)
    with pytest.raises(BlobMissing):
        blobs.get(f"sm3:{NAME}")


def test_many_at_once_put_the_same(blobs: FolderBlobs, tmp_path: Path) -> None:
    octets = bytes(range(256)) * 8000
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(blobs.put, [octets] * 24))
    assert digests == {f"sm3:{sm3(octets).hex()}"}
    assert blobs.get(digests.pop()) == octets
    assert len(files(tmp_path)) == 1


def test_many_at_once_put_their_own(blobs: FolderBlobs) -> None:
    several = [bytes([one]) * 5000 for one in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert [blobs.get(digest) for digest in pool.map(blobs.put, several)] == several


def test_a_write_cut_off_leaves_no_blob(blobs: FolderBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(handle: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as during:
        during.setattr(os, "fsync", power_cut)
        with pytest.raises(OSError, match="Input/output"):
            blobs.put(OCTETS)
    with pytest.raises(BlobMissing):
        blobs.get(f"sm3:{NAME}")
    assert files(tmp_path) == []
    assert blobs.get(blobs.put(OCTETS)) == OCTETS


def test_nothing_is_acknowledged_before_file_and_folders_are_on_disk(
    blobs: FolderBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    true = os.fsync

    def note(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        true(handle)

    monkeypatch.setattr(os, "fsync", note)
    for _ in range(2):
        synced.clear()
        FolderBlobs(tmp_path / "blobs").put(OCTETS)
        assert synced.pop() == str(tmp_path), "the folder itself may be new, or its maker may have been cut off"
        folders = [str(tmp_path / "blobs" / NAME[:2]), str(tmp_path / "blobs")]
        assert synced[-2:] == folders, "one who comes second must not be answered before the first one's rename is safe"


def test_many_are_put_with_one_sync_of_each_folder(
    blobs: FolderBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"sm3:{sm3(octets).hex()}": octets for octets in (b"%d" % number for number in range(40))}
    synced: list[str] = []
    true = os.fsync

    def note(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        true(handle)

    monkeypatch.setattr(os, "fsync", note)
    blobs.put_many(files)
    folders = [name for name in synced if Path(name).is_dir()]
    assert len(folders) == len(set(folders))
    assert {str(tmp_path / "blobs" / "packs"), str(tmp_path / "blobs"), str(tmp_path)} == set(folders)
    assert len(synced) - len(folders) == 1, "all of them are one file"
    assert {name: blobs.get(name) for name in files} == {name: blobs.stored(name) for name in files} == files


@pytest.mark.parametrize("name", ["sm3:../x", "sm3:", "", "sha256:" + "0" * 64, "sm3:" + "G" * 64])
def test_nothing_is_put_under_a_name_that_no_blob_can_have(blobs: FolderBlobs, tmp_path: Path, name: str) -> None:
    with pytest.raises(BlobMissing):
        blobs.put_many({f"sm3:{NAME}": OCTETS, name: OCTETS})
    assert files(tmp_path) == []
