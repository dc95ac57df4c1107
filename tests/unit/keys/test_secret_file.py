"""`keys.secret_file`: made once, opened by its passphrase alone, never plain on disk."""

from pathlib import Path

import pytest

from keys.errors import KeyFileRefused, WrongPassphrase
from keys.secret_file import open_secret

ROUNDS = 1024


def test_the_same_secret_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "index.secret"
    made = open_secret(path, lambda: b"one", rounds=ROUNDS)
    assert len(made) == 32
    assert open_secret(path, lambda: b"one", rounds=ROUNDS) == made
    assert made not in path.read_bytes()
    assert made.hex().encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_passphrase_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "index.secret"
    open_secret(path, lambda: b"one", rounds=ROUNDS)
    with pytest.raises(WrongPassphrase):
        open_secret(path, lambda: b"two", rounds=ROUNDS)


def test_every_changed_octet_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "index.secret"
    open_secret(path, lambda: b"one", rounds=ROUNDS)
    whole = path.read_bytes()
    start = whole.index(b'"sealed": "') + len(b'"sealed": "')
    for place in range(start, start + 96):
        changed = bytearray(whole)
        changed[place] = ord("0") if changed[place] != ord("0") else ord("1")
        path.write_bytes(changed)
        with pytest.raises(WrongPassphrase):
            open_secret(path, lambda: b"one", rounds=ROUNDS)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": "yinzheng-secret/1", "salt": "", "rounds": 0, "iv": "", "sealed": ""}',
        b"\xff" * 40,
    ],
)
def test_what_is_no_secret_file_is_refused(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "index.secret"
    path.write_bytes(octets)
    path.chmod(0o600)
    with pytest.raises(KeyFileRefused):
        open_secret(path, lambda: b"one", rounds=ROUNDS)
