"""backup, restore, audit rebuild: somebody loses a database and brings it back, at the keyboard."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.restoring.taking_up import GAP
from tests.cli_parts import Paper, Shell, issue
from tests.edges.cli.conftest import at_home
from trust.rules.identifier import parse

BY_TWO = ("--by", "运维甲", "--approved-by", "运维乙")


@pytest.fixture
def own(founded: Path, paper: Paper, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A copy of the city and somebody at its keyboard."""
    folder = shutil.copytree(founded, tmp_path / "data")
    desk = tmp_path / "desk"
    desk.mkdir()
    with at_home(folder):
        yield Shell(folder, desk, capsys)


def test_lost_and_brought_back(own: Shell, paper: Paper, tmp_path: Path) -> None:
    assert own.run("publish").code == 0
    backup = tmp_path / "backup"
    ran = own.run("backup", backup, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["tables"]["licence"] > 0
    lost, _ = issue(own)
    for identifier in (paper.identifier, lost):
        assert own.run("revoke", identifier, "--ground", "penalty").code == 0
    assert own.run("publish").code == 0
    new, public = tmp_path / "new", own.data / "public"
    here = {"DATA": str(new), "PUBLIC": str(public), "KEY_ROUNDS": "1024"}
    ran = own.run("restore", backup, *BY_TWO, "--json", **here)
    assert ran.code == 0, ran.err
    assert len(ran.json["carried"]) == 2
    ran = own.run("verify", paper.identifier, **here)
    assert (ran.code, "FAILED" in ran.out) == (1, True)
    ran = own.run("audit", "rebuild", "--json", **here)
    assert (ran.code, ran.json["sound"]) == (0, True), ran.out
    assert {one["kind"] for one in ran.json["findings"]} >= {"carried"}
    place = tmp_path / "out"
    words = ("issue", "--type", "business-licence", "--data", own.desk / "application.json", "--out", place)
    ran = own.run(*words, **here)
    assert ran.code == 0, ran.err
    assert parse(ran.out.strip()).serial not in {parse(lost).serial, parse(paper.identifier).serial}
    assert (public / f"status/{1 + GAP}/1.cwt").exists()


def test_an_older_database_put_in_place_is_refused_until_it_is_taken_up(own: Shell, paper: Paper) -> None:
    database = own.data / "yinzheng.db"
    old = {path: path.read_bytes() for path in own.data.glob("yinzheng.db*")}
    assert own.run("revoke", paper.identifier, "--ground", "penalty").code == 0
    with at_home(own.data):
        for path in own.data.glob("yinzheng.db*"):
            path.unlink()
        for path, octets in old.items():
            path.write_bytes(octets)
        assert database.exists()
        for words in (("publish",), ("suspend", paper.identifier, "--ground", "penalty")):
            ran = own.run(*words)
            assert (ran.code, "[database-behind]" in ran.err, "恢复手册" in ran.err) == (1, True, True), ran.err
        assert own.run("restore", "--here", *BY_TWO).code == 0
        assert own.run("publish").code == 0
        assert own.run("verify", paper.folder / "licence.ofd").code == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("restore",), "restore-what"),
        (("restore", "somewhere", "--here"), "restore-what"),
        (("restore", "--here"), "restore-by-two"),
        (("restore", "--here", "--by", "甲", "--approved-by", " 甲 "), "restore-by-two"),
        (("restore", "nowhere", *BY_TWO), "not-a-backup"),
        (("backup", "."), "backup-folder"),
        (("audit", "nothing"), "usage"),
    ],
)
def test_words_that_do_not_fit(shell: Shell, words: tuple[str, ...], told: str) -> None:
    ran = shell.run(*words)
    assert (ran.code, ran.out) == (64, "")
    assert f"[{told}]" in ran.err


def test_everything_published_fits(shell: Shell) -> None:
    ran = shell.run("audit", "rebuild")
    assert ran.code == 0, ran.out
    assert "没有不能解释的差异" in ran.out
