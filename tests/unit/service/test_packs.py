"""Packs: several blobs in one file, found by digest in every process, whole or not there, and what damage does."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keys.sm3 import sm3
from service.blobs import SEVERAL, BlobMissing, FolderBlobs, changed_on_disk

SIZES = (0, 1, 40, 5_000, 70_000)


def some(mark: bytes) -> dict[str, bytes]:
    """Blobs of several sizes, by name."""
    return {f"sm3:{sm3(octets).hex()}": octets for octets in ((mark * size)[:size] + mark for size in SIZES)}


FILES, OTHERS = some(b"a"), some(b"b")
FIRST = next(iter(FILES))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


def packs(folder: Path) -> list[Path]:
    return sorted((folder / "packs").iterdir())


def stored(folder: Path) -> Path:
    """A folder with one pack of `FILES`, and that pack."""
    FolderBlobs(folder).put_many(FILES)
    (pack,) = packs(folder)
    return pack


def test_every_process_finds_what_another_one_packed(folder: Path) -> None:
    first, second = FolderBlobs(folder), FolderBlobs(folder)
    for files in (FILES, OTHERS):
        first.put_many(files)
        assert {name: second.get(name) for name in files} == files
    assert {name: first.get(name) for name in (*FILES, *OTHERS)} == FILES | OTHERS
    assert len(packs(folder)) == 2


def test_what_is_packed_is_not_put_again(folder: Path) -> None:
    blobs = FolderBlobs(folder)
    blobs.put_many(FILES)
    blobs.put_many(FILES)
    assert [blobs.put(octets) for octets in FILES.values()] == list(FILES)
    assert [path.name for path in folder.iterdir()] == ["packs"]
    assert len(packs(folder)) == 1


def test_only_what_is_new_is_packed(folder: Path) -> None:
    blobs = FolderBlobs(folder)
    alone = blobs.put(FILES[FIRST])
    blobs.put_many(FILES)
    (pack,) = packs(folder)
    assert pack.stat().st_size < sum(map(len, FILES.values())) + 40 * len(FILES) + 20
    assert {name: blobs.get(name) for name in FILES} == FILES
    (folder / alone[4:6] / alone[4:]).unlink()
    with pytest.raises(BlobMissing):
        FolderBlobs(folder).get(alone)


@pytest.mark.parametrize("several", range(1, SEVERAL))
def test_a_few_are_files_of_their_own(folder: Path, several: int) -> None:
    FolderBlobs(folder).put_many(dict(list(FILES.items())[:several]))
    assert not (folder / "packs").exists()


def test_digests_that_begin_alike_are_told_apart(folder: Path) -> None:
    blobs = FolderBlobs(folder)
    blobs.put_many(FILES)
    for name in FILES:
        alike = name[:40] + ("0" * 28 if name[40:] != "0" * 28 else "1" * 28)
        with pytest.raises(BlobMissing):
            blobs.get(alike)


def changed(octets: bytes, place: int) -> bytes:
    """The same with one bit turned over."""
    return octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]


@pytest.mark.parametrize(
    "place", [0, 15, 16, 19, 20, 51, 52, 59, 20 + 40 * len(FILES), -1], ids=lambda place: f"octet {place}"
)
def test_no_changed_octet_is_handed_out(folder: Path, place: int) -> None:
    pack = stored(folder)
    octets = pack.read_bytes()
    assert not changed_on_disk(pack)
    pack.write_bytes(changed(octets, place % len(octets)))
    assert changed_on_disk(pack)
    blobs, lost = FolderBlobs(folder), 0
    for name, own in FILES.items():
        try:
            assert blobs.get(name) == own
        except BlobMissing:
            lost += 1
    assert lost


@pytest.mark.parametrize("size", [0, 10, 16, 19, 20, 60, 219, 220, 300, 75_000])
def test_what_is_left_of_a_pack_cut_short_is_never_another_blob(folder: Path, size: int) -> None:
    pack = stored(folder)
    pack.write_bytes(pack.read_bytes()[:size])
    assert changed_on_disk(pack)
    with pytest.raises(BlobMissing):
        FolderBlobs(folder).get(list(FILES)[-1])


def test_a_damaged_head_is_made_whole_by_putting_the_same_again(folder: Path) -> None:
    pack = stored(folder)
    whole = pack.read_bytes()
    pack.write_bytes(changed(whole, 30))
    blobs = FolderBlobs(folder)
    with pytest.raises(BlobMissing):
        blobs.get(FIRST)
    blobs.put_many(FILES)
    assert pack.read_bytes() == whole
    assert {name: blobs.get(name) for name in FILES} == FILES


@pytest.mark.parametrize("name", ["0" * 64, "README", "x.part"])
def test_a_file_that_is_no_pack_holds_nothing(folder: Path, name: str) -> None:
    pack = stored(folder)
    strange = pack.with_name(name)
    strange.write_bytes(pack.read_bytes())
    assert changed_on_disk(strange)
    pack.unlink()
    with pytest.raises(BlobMissing):
        FolderBlobs(folder).get(FIRST)


def test_a_write_cut_off_leaves_no_pack(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(handle: int) -> None:
        raise OSError(5, "Input/output error")

    blobs = FolderBlobs(folder)
    with monkeypatch.context() as during:
        during.setattr(os, "fsync", power_cut)
        with pytest.raises(OSError, match="Input/output"):
            blobs.put_many(FILES)
    assert packs(folder) == []
    with pytest.raises(BlobMissing):
        blobs.get(FIRST)
    blobs.put_many(FILES)
    assert {name: blobs.get(name) for name in FILES} == FILES


def test_one_who_comes_second_is_answered_after_the_folders_are_on_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, synced, true = FolderBlobs(folder), list[str](), os.fsync

    def note(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        true(handle)

    blobs.put_many(FILES)
    monkeypatch.setattr(os, "fsync", note)
    blobs.put_many(FILES)
    assert synced[:2] == [str(folder / "packs"), str(folder)]


def test_many_at_once_put_and_read(folder: Path) -> None:
    several = [some(bytes([65 + number])) for number in range(12)]
    blobs = [FolderBlobs(folder), FolderBlobs(folder)]

    def put(number: int) -> dict[str, bytes]:
        blobs[number % 2].put_many(several[number])
        return {name: blobs[1 - number % 2].get(name) for name in several[number]}

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(put, range(len(several)))) == several
