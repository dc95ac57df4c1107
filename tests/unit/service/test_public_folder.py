"""The public folder: whole editions, a pointer that only moves up, and damage that is told and not served."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keys.sm3 import sm3
from service.public_folder import Edition, PublicFolder, Series, status_list
from trust.errors import Conflict
from trust.formats.canonical_json import encode_json

LIST = status_list(7)


@pytest.fixture
def folder(tmp_path: Path) -> PublicFolder:
    made = PublicFolder(tmp_path)
    made.put(LIST, 1, b"one")
    made.put(LIST, 2, b"two")
    return made


def test_the_newest_is_current_and_the_older_stay(folder: PublicFolder, tmp_path: Path) -> None:
    assert folder.current(LIST) == Edition(2, b"two")
    assert [folder.edition(LIST, number) for number in folder.numbers(LIST)] == [b"one", b"two"]
    assert (tmp_path / "status/7/latest.cwt").read_bytes() == b"two"
    assert folder.status_lists() == [7]
    assert folder.current(status_list(8)) is None


def test_doing_it_again_changes_nothing(folder: PublicFolder, tmp_path: Path) -> None:
    before = (tmp_path / "status/7/2.cwt").stat()
    folder.put(LIST, 2, b"two")
    assert (tmp_path / "status/7/2.cwt").stat().st_ino == before.st_ino
    assert folder.current(LIST) == Edition(2, b"two")


def test_an_older_number_does_not_move_the_pointer(folder: PublicFolder) -> None:
    folder.put(LIST, 5, b"five")
    with pytest.raises(Conflict, match="number-not-greater"):
        folder.put(LIST, 4, b"four")
    assert folder.current(LIST) == Edition(5, b"five")
    assert folder.edition(LIST, 4) == b"four"


def test_a_number_is_never_given_to_other_octets(folder: PublicFolder) -> None:
    for number in (1, 2):
        with pytest.raises(Conflict, match="public-copy-differs"):
            folder.put(LIST, number, b"other")
    assert folder.current(LIST) == Edition(2, b"two")


POINTERS = [
    b"",
    b"{}",
    b'{"file":"../../secret","number":2,"sm3":""}',
    b'{"file":"1.cwt","number":2,"sm3":""}',
    b"x" * 2000,
]


BEHIND = encode_json({"file": "1.cwt", "number": 1, "sm3": sm3(b"one").hex()})


@pytest.mark.parametrize(
    ("name", "octets"), [("2.cwt", b"other"), ("2.cwt", None), *(("current", one) for one in POINTERS)]
)
def test_damage_is_told(folder: PublicFolder, tmp_path: Path, name: str, octets: bytes | None) -> None:
    path = tmp_path / "status/7" / name
    path.unlink()
    if octets is not None:
        path.write_bytes(octets)
    for look in (folder.current, folder.newest):
        with pytest.raises(Conflict, match="public-copy-damaged"):
            look(LIST)
    assert not folder.holds(LIST, 2, b"two")


def test_no_edition_follows_one_that_was_changed(folder: PublicFolder, tmp_path: Path) -> None:
    (tmp_path / "status/7/2.cwt").write_bytes(b"other")
    with pytest.raises(Conflict, match="public-copy-damaged"):
        folder.put(LIST, 3, b"three")
    assert folder.numbers(LIST) == [1, 2]


@pytest.mark.parametrize("pointer", [None, *POINTERS, BEHIND])
def test_a_spoilt_pointer_is_put_right_and_never_downwards(
    folder: PublicFolder, tmp_path: Path, pointer: bytes | None
) -> None:
    path = tmp_path / "status/7/current"
    path.unlink()
    if pointer is not None:
        path.write_bytes(pointer)
    if pointer != BEHIND:
        with pytest.raises(Conflict, match="number-not-greater"):
            folder.put(LIST, 1, b"one")
    folder.put(LIST, 2, b"two")
    assert folder.newest(LIST) == Edition(2, b"two")


@pytest.mark.parametrize("octets", [b"rubbish", b"one", None])
def test_a_spoilt_latest_is_put_right(folder: PublicFolder, tmp_path: Path, octets: bytes | None) -> None:
    path = tmp_path / "status/7/latest.cwt"
    path.unlink()
    if octets is not None:
        path.write_bytes(octets)
    assert not folder.holds(LIST, 2, b"two")
    folder.put(LIST, 2, b"two")
    assert folder.holds(LIST, 2, b"two")
    assert path.read_bytes() == b"two"


def test_the_newest_is_the_highest_that_lies_there_and_not_what_the_pointer_says(
    folder: PublicFolder, tmp_path: Path
) -> None:
    """A copy that was cut off: editions first, pointers never, as the manual tells those to copy who keep a mirror."""
    home = tmp_path / "status/7"
    behind = (home / "current").read_bytes()
    folder.put(LIST, 3, b"three")
    assert folder.newest(LIST) == Edition(3, b"three")
    (home / "current").write_bytes(behind)
    with pytest.raises(Conflict, match=r"public-copy-damaged.*edition 3 is there, the pointer names 2"):
        folder.newest(LIST)
    (home / "current").unlink()
    with pytest.raises(Conflict, match=r"public-copy-damaged.*edition 3 is there, the pointer names none"):
        folder.newest(LIST)
    assert PublicFolder(tmp_path / "empty").newest(LIST) is None


def test_what_is_written_is_read_back(folder: PublicFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that loses what was written is noticed before anybody is told."""
    monkeypatch.setattr(PublicFolder, "_write_once", lambda *_: None)
    with pytest.raises(Conflict, match="public-copy-damaged"):
        folder.put(LIST, 3, b"three")


def test_readers_find_a_whole_edition_at_any_moment(tmp_path: Path) -> None:
    folder, series = PublicFolder(tmp_path), Series("status/0", ".cwt")
    folder.put(series, 1, b"1" * 50_000)
    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(lambda: [folder.put(series, number, b"%d" % number * 50_000) for number in range(2, 40)])
        seen = []
        while not writing.done():
            found = folder.current(series)
            assert found is not None
            assert found.octets == b"%d" % found.number * 50_000
            seen.append(found.number)
        writing.result()
    assert seen == sorted(seen)


def test_two_publishers_leave_the_higher_one(tmp_path: Path) -> None:
    def publish(number: int) -> None:
        try:
            PublicFolder(tmp_path).put(LIST, number, b"%d" % number)
        except Conflict as error:
            assert error.reason == "number-not-greater"  # noqa: PT017  (most of them are overtaken, and that is all)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish, [5, 3, 9, 1, 8, 2, 7, 4, 6]))
    assert PublicFolder(tmp_path).current(LIST) == Edition(9, b"9")
    assert PublicFolder(tmp_path).numbers(LIST) == list(range(1, 10))
