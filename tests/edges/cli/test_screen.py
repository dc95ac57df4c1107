"""What stands on the screen: words that do not fit, hostile words, help; and two runs in processes of their own.

Everything else of the command line runs in the process of the tests; these runs prove that nothing depends on that.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service import clock
from service.commands.output import show_verdict, visible
from tests.cli_parts import (
    ROOT,
    Paper,
    Row,
    Shell,
    flipped,
    said_of,
)
from trust.rules.verdict import ONLINE, Finding, Indication, judge
from verifier.verifying import Examined

BAD: dict[str, Row] = {
    "no such command": (64, "usage", lambda desk: ["frobnicate"]),
    "no such option": (64, "usage", lambda desk: ["types", "--yaml"]),
    "issue without anything": (64, "usage", lambda desk: ["issue"]),
    "verify without anything": (64, "usage", lambda desk: ["verify"]),
    "verify two things": (64, "usage", lambda desk: ["verify", "a", "b"]),
    "a ground forgotten": (64, "usage", lambda desk: desk.act()),
    "a mode of citing that is none": (64, "usage", lambda desk: [*desk.cite(), "--mode", "borrowed"]),
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_bad_inputs(shell: Shell, paper: Paper, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.desk)
    said_of(shell, paper, row)


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 7


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("云岭市 A-1", "云岭市 A-1"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\n✓ 核验通过", r"a\n✓ 核验通过"),
        ("a\u202eb\u200bc", r"a\u202eb\u200bc"),
        ("a\x9bm", r"a\x9bm"),
        ("a\ud800", r"a\ud800"),
        ("𬭎\U000323af", "𬭎\U000323af"),
    ],
)
def test_what_acts_on_a_terminal_is_shown_as_its_code(said: str, shown: str) -> None:
    assert visible(said) == shown


def test_a_hostile_name_stays_on_its_line(shell: Shell, paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "印章“\x1b[2J\x1b[H[bold green]\n核验通过 PASSED\u202e\x9b1m”。"
    verdict = judge([Finding(3, "x", Indication.FAILED, hostile)], ONLINE, at=clock.now(), subject=None)
    assert show_verdict(Examined(verdict), with_json=False) == 1
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 3
    assert "[bold green]" in printed
    assert all(line == visible(line) for line in printed.split("\n"))
    assert show_verdict(Examined(verdict), with_json=True) == 1
    printed = capsys.readouterr().out
    assert json.loads(printed)["findings"][0]["detail"] == hostile
    assert all(line == visible(line) for line in printed.split("\n"))


def process(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YINZHENG_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *words],
        cwd=ROOT,
        env=environment | {"YINZHENG_DATA": str(data), "LC_ALL": "C", "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def test_a_hostile_file_in_a_process_of_its_own(shell: Shell, paper: Paper) -> None:
    hostile = shell.write("hostile.ofd", flipped((paper.folder / "licence.ofd").read_bytes(), 12_345))
    ran = process("verify", str(hostile), data=shell.data)
    assert ran.returncode == 1
    assert "核验未通过 FAILED" in ran.stdout
    assert ran.stderr == ""


def test_help_in_a_process_of_its_own(tmp_path: Path) -> None:
    ran = process("--help", data=tmp_path / "unused")
    assert ran.returncode == 0
    for command in (
        "demo",
        "init",
        "serve",
        "types",
        "issue",
        "present",
        "verify",
        "suspend",
        "revoke",
        "cite",
        "bundle",
    ):
        assert command in ran.stdout
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(
    "words",
    [[], ["--help"], ["verify", "--help"], ["issue", "--help"], ["bundle", "--help"], ["bundle", "export", "--help"]],
)
def test_help_is_there_for_everything(shell: Shell, words: list[str]) -> None:
    ran = shell.run(*words)
    assert ran.code == (0 if words else 64)
    assert "Usage" in ran.out + ran.err
