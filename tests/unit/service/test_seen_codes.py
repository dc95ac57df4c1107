"""A counter's memory of 60-second codes: once each, also for two at a time, and no memory where there is none."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.problem import Usage
from service.seen_codes import KEPT, SeenCodes
from tests.journey_parts import all_at_once
from verifier.ports import Shown

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
END = AT + timedelta(seconds=60)


def test_a_code_is_new_once_and_the_file_holds_no_number(tmp_path: Path) -> None:
    path, number = tmp_path / "seen-codes", bytes(range(16))
    assert SeenCodes(path).show(number, END, AT) == Shown("first", AT)
    assert SeenCodes(path).show(number, END, AT + timedelta(seconds=9)) == Shown("again", AT)
    assert SeenCodes(path).show(bytes(16), END, AT).kind == "first"
    assert number.hex() not in path.read_text("ascii")
    assert path.stat().st_mode & 0o77 == 0


def test_what_ended_long_ago_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "seen-codes"
    memory = SeenCodes(path)
    memory.show(b"old", END, AT)
    memory.show(b"new", END + KEPT + timedelta(hours=1), END + KEPT)
    assert len(path.read_text("ascii").splitlines()) == 1
    assert memory.show(b"new", END, END + KEPT).kind == "again"


def test_of_many_at_once_one_is_the_first(tmp_path: Path) -> None:
    path = tmp_path / "seen-codes"
    outcomes = all_at_once(*[lambda: SeenCodes(path).show(b"one", END, AT).kind] * 8)
    assert sorted(map(str, outcomes)) == ["again"] * 7 + ["first"]


@pytest.mark.parametrize("octets", [b"a line of something else\n", b"x y z\n", b"\xff\xfe\n", b"a 1\n"])
def test_a_file_that_is_something_else_is_no_memory(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "seen-codes"
    path.write_bytes(octets)
    with pytest.raises(Usage) as caught:
        SeenCodes(path).show(b"one", END, AT)
    assert caught.value.code == "seen-codes"
    assert path.read_bytes() == octets


def test_a_place_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(Usage):
        SeenCodes(tmp_path / "no" / "such" / "folder").show(b"one", END, AT)
    with pytest.raises(Usage):
        SeenCodes(tmp_path).show(b"one", END, AT)


def test_a_line_that_was_torn_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "seen-codes"
    SeenCodes(path).show(b"one", END, AT)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert SeenCodes(path).show(b"two", END, AT).kind == "first"
    assert [SeenCodes(path).show(one, END, AT).kind for one in (b"one", b"two")] == ["again", "again"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_crash_while_writing_forgets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "seen-codes"
    SeenCodes(path).show(b"one", END, AT)
    before = path.read_bytes()

    def cut(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as during:
        during.setattr(os, call, cut)
        with pytest.raises(Usage):
            SeenCodes(path).show(b"two", END, AT)
    assert path.read_bytes() == before
    assert SeenCodes(path).show(b"one", END, AT).kind == "again"


def test_what_was_answered_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, synced, true = tmp_path / "seen-codes", list[str](), os.fsync

    def note(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        true(handle)

    monkeypatch.setattr(os, "fsync", note)
    SeenCodes(path).show(b"one", END, AT)
    assert len(synced) == 2
    assert synced[1] == tmp_path.name
