"""What has begun, in a file beside the index secret: kept, refused where it is not in order, and the secret held to it."""

import json
from pathlib import Path

import pytest

from keys.errors import KeyFileRefused, OtherSecret, WrongPassphrase
from keys.secret_file import open_secret
from service.begun import SECRET, FileBegun, MemoryBegun, check_value, open_index

ROUNDS = 1024


def words() -> bytes:
    return b"one"


def opened(folder: Path) -> bytes:
    return open_index(folder / SECRET, words, FileBegun(folder / "begun.json"), rounds=ROUNDS)


def test_what_is_noted_is_known_to_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "begun.json"
    assert FileBegun(path).known() == {}
    FileBegun(path).note({"seal": "followed"})
    FileBegun(path).note({"accounts": "tagged"})
    assert FileBegun(path).known() == {"seal": "followed", "accounts": "tagged"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["begun.json"]


def test_what_is_known_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "begun.json"
    FileBegun(path).note({"seal": "followed"})
    before = path.stat().st_ino
    FileBegun(path).note({"seal": "followed"})
    assert path.stat().st_ino == before
    FileBegun(path).note({"seal": "written"})
    assert FileBegun(path).known() == {"seal": "written"}


def test_memory_knows_what_it_was_told() -> None:
    begun = MemoryBegun()
    begun.note({"seal": "followed"})
    begun.note({"person": "followed"})
    assert begun.known() == {"seal": "followed", "person": "followed"}


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{}",
        b"[]",
        b'{"begun":{},"format":"yinzheng-begun/2"}',
        b'{"begun":[],"format":"yinzheng-begun/1"}',
        b'{"begun":{},"format":"yinzheng-begun/1"',
        b" " * 5000,
    ],
)
def test_a_file_that_is_not_in_order_is_not_taken_for_none(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "begun.json"
    path.write_bytes(octets)
    path.chmod(0o600)
    with pytest.raises(KeyFileRefused):
        FileBegun(path).known()
    with pytest.raises(KeyFileRefused):
        FileBegun(path).note({"seal": "followed"})
    assert path.read_bytes() == octets


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "begun.json"
    FileBegun(path).note({"seal": "followed"})
    path.chmod(0o644)
    assert FileBegun(path).known()
    path.chmod(0o666)
    with pytest.raises(KeyFileRefused):
        FileBegun(path).known()


def test_a_secret_is_made_where_nothing_has_begun_and_there_alone(tmp_path: Path) -> None:
    secret = opened(tmp_path)
    assert not (tmp_path / "begun.json").exists()
    FileBegun(tmp_path / "begun.json").note({"accounts": "tagged"})
    assert opened(tmp_path) == secret
    assert json.loads((tmp_path / "begun.json").read_bytes())["begun"][SECRET] == check_value(secret)
    (tmp_path / SECRET).unlink()
    with pytest.raises(OtherSecret, match="gone"):
        opened(tmp_path)
    assert not (tmp_path / SECRET).exists()


def test_another_secret_is_not_taken(tmp_path: Path) -> None:
    secret = opened(tmp_path)
    FileBegun(tmp_path / "begun.json").note({SECRET: check_value(secret)})
    (tmp_path / SECRET).unlink()
    open_secret(tmp_path / SECRET, words, rounds=ROUNDS)
    with pytest.raises(OtherSecret, match="another"):
        opened(tmp_path)


def test_a_passphrase_that_opens_nothing_is_told_as_before(tmp_path: Path) -> None:
    opened(tmp_path)
    with pytest.raises(WrongPassphrase):
        open_index(tmp_path / SECRET, lambda: b"two", FileBegun(tmp_path / "begun.json"), rounds=ROUNDS)
