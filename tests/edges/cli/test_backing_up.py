"""backup, restore, audit rebuild: somebody loses a database and brings it back, at the keyboard."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys.sm3 import sm3
from service.restoring.backup import DATABASE, FORMAT
from service.restoring.files import LIST
from service.restoring.taking_up import GAP
from tests.cli_parts import Paper, Shell, issue
from tests.edges.cli.conftest import at_home
from trust.formats.canonical_json import encode_json
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


def test_what_is_damaged_is_told_by_the_backup_and_done_without_by_wish(own: Shell, tmp_path: Path) -> None:
    _, place = issue(own)
    assert own.run("publish").code == 0
    whole = (place / "licence.ofd").read_bytes()
    (bad,) = (own.data / "blobs").rglob(sm3(whole).hex())
    bad.write_bytes(whole[:-1])
    backup, new = tmp_path / "backup", tmp_path / "new"
    ran = own.run("backup", backup)
    assert (ran.code, bad.name in ran.err) == (1, True), ran.err
    issue(own)
    assert own.run("publish").code == 0
    here = {"DATA": str(new), "PUBLIC": str(own.data / "public"), "KEY_ROUNDS": "1024"}
    ran = own.run("restore", backup, *BY_TWO, **here)
    assert (ran.code, "backup-incomplete" in ran.err) == (64, True), ran.err
    ran = own.run("restore", backup, *BY_TWO, "--without-missing", **here)
    assert ran.code == 0, ran.err
    assert bad.name in ran.out
    assert "缺失或损坏 1 项" in ran.out
    assert "其中签发 1 条" in ran.out
    assert own.run("hand-in", own.desk / "application.json", **here).code == 1
    ran = own.run("hand-in", "--compare", "--json", **here)
    assert (ran.code, ran.json["lost"]) == (1, 1)
    ran = own.run("hand-in", place / "licence.ofd", "--json", **here)
    assert (ran.code, ran.json["mended"]) == (0, [f"sm3:{bad.name}"])
    assert own.run("hand-in", "--compare", **here).code == 0


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
        (("restore", "--here", "--by", "甲", "--approved-by", "甲\u200b"), "restore-by-two"),
        (("restore", "--here", "--by", "Zhou  Mingyuan", "--approved-by", "\uff5ahou mingyuan"), "restore-by-two"),
        (("restore", "nowhere", *BY_TWO), "not-a-backup"),
        (("restore", "nowhere", *BY_TWO, "--since", "nowhere"), "since-note"),
        (("serve", "--since", "nowhere"), "since-note"),
        (("backup", "."), "backup-folder"),
        (("backup", "/proc/nonexistent/x"), "backup-folder"),
        (("audit", "nothing"), "usage"),
        (("hand-in", "nowhere.ofd"), "file-unreadable"),
        (("hand-in", "--compare", "nowhere.ofd"), "compare-alone"),
        (("hand-in", *["x"] * 101), "too-many-files"),
        (("hand-in", "--give-up", "x", "--by", "甲", "--approved-by", "乙"), "give-up-by-two"),
        (("hand-in", "--give-up", "x", "--reason", "y", "--by", "甲", "--approved-by", "甲\u200b"), "give-up-by-two"),
    ],
)
def test_words_that_do_not_fit(shell: Shell, words: tuple[str, ...], told: str) -> None:
    ran = shell.run(*words)
    assert (ran.code, ran.out) == (64, "")
    assert f"[{told}]" in ran.err


@pytest.mark.parametrize(
    "files",
    [{LIST: ""}, {LIST: "", DATABASE: "", "../../etc/hostname": ""}, {LIST: "", DATABASE: ""}],
    ids=["no database named", "a file outside", "no database there"],
)
def test_a_folder_that_is_no_backup(shell: Shell, tmp_path: Path, files: dict[str, str]) -> None:
    manifest = encode_json({"format": FORMAT, "made_at": "", "tables": {}, "files": files})
    (tmp_path / "backup.json").write_bytes(manifest)
    (tmp_path / LIST).write_bytes(b"")
    ran = shell.run("restore", tmp_path, *BY_TWO)
    assert (ran.code, "[not-a-backup]" in ran.err) == (64, True), ran.err


def test_without_the_public_folder_nothing_is_begun(own: Shell, tmp_path: Path) -> None:
    backup, new = tmp_path / "backup", tmp_path / "new"
    assert own.run("backup", backup).code == 0
    ran = own.run("restore", backup, *BY_TWO, DATA=str(new), KEY_ROUNDS="1024")
    assert (ran.code, "[public-copy-missing]" in ran.err) == (1, True), ran.err
    assert not new.exists()


def test_a_lagging_mirror_is_found_by_a_checkpoint_that_was_kept_elsewhere(
    own: Shell, paper: Paper, tmp_path: Path
) -> None:
    """And mended from a newer one; then the revocation is carried over."""
    public, lagging, newer = own.data / "public", tmp_path / "lagging", tmp_path / "newer"
    assert own.run("publish").code == 0
    backup = tmp_path / "backup"
    assert own.run("backup", backup).code == 0
    shutil.copytree(public, lagging)
    assert own.run("revoke", paper.identifier, "--ground", "penalty").code == 0
    assert own.run("publish").code == 0
    shutil.copytree(public, newer)
    note = tmp_path / "kept.note"
    note.write_bytes((public / "log/checkpoint").read_bytes())
    new = {"DATA": str(tmp_path / "new"), "PUBLIC": str(lagging), "KEY_ROUNDS": "1024"}
    ran = own.run("restore", backup, *BY_TWO, "--since", note, **new)
    assert (ran.code, "[public-copy-behind]" in ran.err) == (1, True), ran.err
    ran = own.run("mend-public", newer, "--json", **new)
    assert (ran.code, "status/0" in ran.json["pointers"]) == (0, True), ran.err
    assert own.run("mend-public", newer, "--json", **new).json == {"files": 0, "pointers": []}
    ran = own.run("restore", "--here", *BY_TWO, "--since", note, "--json", **new)
    assert (ran.code, len(ran.json["carried"])) == (0, 1), ran.err
    ran = own.run("publish", **new, SINCE=str(note))
    assert ran.code == 0, ran.err


def test_a_snapshot_of_everything_is_found_by_a_checkpoint_that_was_kept_elsewhere(
    own: Shell, paper: Paper, tmp_path: Path
) -> None:
    assert own.run("publish").code == 0
    shutil.copytree(own.data, tmp_path / "snapshot")
    assert own.run("revoke", paper.identifier, "--ground", "penalty").code == 0
    assert own.run("publish").code == 0
    note = tmp_path / "kept.note"
    note.write_bytes((own.data / "public/log/checkpoint").read_bytes())
    back = {"DATA": str(tmp_path / "snapshot"), "SINCE": str(note)}
    for words in (("publish",), ("suspend", paper.identifier, "--ground", "penalty")):
        ran = own.run(*words, **back)
        assert (ran.code, "[database-behind]" in ran.err) == (1, True), ran.err
    assert own.run("verify", paper.folder / "licence.ofd", **back).code == 2
    ran = own.run("serve", "--since", note, DATA=str(tmp_path / "snapshot"))
    assert (ran.code, "[database-behind]" in ran.err) == (1, True), ran.err


def test_a_mirror_alone_makes_the_proof(shell: Shell, paper: Paper, tmp_path: Path) -> None:
    """Without a database, and without anybody to ask: files, and one of them is the licence."""
    assert shell.run("publish").code == 0
    mirror, proof = tmp_path / "mirror", tmp_path / "proof.json"
    shutil.copytree(shell.data / "public", mirror)
    file = paper.folder / "licence.pdf"
    ran = shell.run("proof", file, "--mirror", mirror, "--out", proof, DATA=str(tmp_path / "nowhere"))
    assert ran.code == 0, ran.err
    words = ("verify", file, "--offline", "--bundle", paper.bundle)
    assert shell.run(*words, "--proof", proof, "--policy", "online-1").code == 0
    assert shell.run(*words, "--policy", "online-1").code == 2
    other = tmp_path / "other.pdf"
    other.write_bytes(b"nobody's")
    ran = shell.run("proof", other, "--mirror", mirror, "--out", proof)
    assert (ran.code, "[not-logged]" in ran.err) == (1, True), ran.err


def test_everything_published_fits(shell: Shell) -> None:
    ran = shell.run("audit", "rebuild")
    assert ran.code == 0, ran.out
    assert "没有不能解释的差异" in ran.out
