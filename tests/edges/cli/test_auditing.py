"""audit: an honest city passes, from inside and from its public folder; touched, it does not; bad words are refused."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli_parts import Shell
from tests.edges.cli.conftest import at_home


@pytest.fixture
def own(founded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A copy of the city and an auditor at its keyboard."""
    folder, desk = shutil.copytree(founded, tmp_path / "data"), tmp_path / "desk"
    desk.mkdir()
    with at_home(folder):
        yield Shell(folder, desk, capsys)


def test_inside_and_as_a_stranger(own: Shell) -> None:
    assert own.run("publish").code == 0
    out = own.desk / "report.json"
    ran = own.run("audit", "--json", "--out", out)
    assert (ran.code, ran.json["indication"], ran.json["manner"]) == (0, "PASSED", "inside"), ran.out
    assert json.loads(out.read_text("utf-8")) == ran.json
    public, root = own.data / "public", own.data / "anchors.pem"
    old = own.desk / "kept.note"
    shutil.copy(public / "log" / "checkpoint", old)
    ran = own.run("audit", "--public", public, "--trust", root, "--since", old)
    assert ran.code == 0, ran.out
    assert "与留存的旧检查点一致" in ran.out
    assert own.run("audit", "trail").code == 0


def test_touched_by_sql(own: Shell) -> None:
    assert own.run("publish").code == 0
    base = sqlite3.connect(own.data / "yinzheng.db")
    base.execute("PRAGMA foreign_keys=OFF")
    base.execute("UPDATE seal_use SET used_by = 'somebody' WHERE number = (SELECT min(number) FROM seal_use)")
    base.commit()
    base.close()
    ran = own.run("audit", "--json", "--no-files")
    assert (ran.code, ran.json["indication"]) == (1, "FAILED")
    (finding,) = [one for one in ran.json["findings"] if one["name"] == "use-by-another"]
    assert finding["proof"]["key"]
    assert "审计不符" in own.run("audit", "--no-files").out


BAD = {
    "no such folder": (("audit", "--public", "no-such-folder"), "public-folder"),
    "an address without https": (("audit", "--public", "http://example.org"), "log-address"),
    "no such note": (("audit", "--since", "no-such-note"), "file-unreadable"),
    "no key of a log": (("audit", "--log-key", "x"), "log-key"),
    "no certificate": (("audit", "--trust", "no-such.pem"), "file-unreadable"),
    "a place that takes no report": (("audit", "--out", "/proc/no/report.json"), "file-unwritable"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_words(own: Shell, name: str) -> None:
    words, code = BAD[name]
    ran = own.run(*words)
    assert (ran.code, f"[{code}]" in ran.err) == (64, True), ran.err
