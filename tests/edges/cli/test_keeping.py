"""key list, key retire, key compromise: in a city of its own, because nothing leads back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli_parts import Paper, Shell, application, files, rows
from tests.edges.cli.conftest import at_home


@pytest.fixture
def own(founded: Path, paper: Paper, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A copy of the city and somebody at its keyboard."""
    folder = shutil.copytree(founded, tmp_path / "data")
    desk = tmp_path / "desk"
    desk.mkdir()
    with at_home(folder):
        yield Shell(folder, desk, capsys)


def states(shell: Shell) -> dict[str, str]:
    return {row["reference"]: row["state"] for row in shell.run("key", "list", "--json").json}


def issuing(shell: Shell) -> tuple[object, ...]:
    written = shell.write("application.json", application())
    return ("issue", "--type", "business-licence", "--data", written, "--out", shell.desk / "out")


def test_a_retired_key_signs_no_more_and_what_it_signed_stands(own: Shell, paper: Paper) -> None:
    assert set(states(own).values()) == {"active"}
    ran = own.run("key", "retire", "body-scjg")
    assert (ran.code, ran.err) == (0, "")
    assert "已停用" in ran.out
    assert states(own)["file:body-scjg"] == "retired"
    assert own.run("key", "list").out.count("已停用") == 1
    before = rows(own.data), files(own.data)
    ran = own.run(*issuing(own))
    assert (ran.code, "已经停用" in ran.err, "[key-not-usable]" in ran.err) == (1, True, True)
    assert (rows(own.data), files(own.data)) == before
    assert own.run("verify", paper.folder / "licence.ofd").code == 0
    assert own.run("demo", "--no-serve", KEY_ROUNDS="1024", DATA=str(own.data)).code == 0


def test_a_leaked_key_is_blocked_and_verifiers_hear_of_it(own: Shell, paper: Paper) -> None:
    ran = own.run("key", "compromise", "body-scjg", "--json")
    assert ran.code == 0, ran.err
    assert ran.json | {"since": ""} == {
        "reference": "file:body-scjg",
        "state": "compromised",
        "since": "",
        "certificates_revoked": 1,
    }
    assert own.run("verify", paper.folder / "licence.ofd").code == 1
    assert own.run(*issuing(own)).code == 1
    assert own.run("key", "compromise", "body-scjg").code == 0, "said again, it changes nothing"
    ran = own.run("key", "retire", "body-scjg")
    assert (ran.code, "[key-not-usable]" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("retire", "nobodys"), 1, "unknown-key"),
        (("retire", "../body-scjg"), 1, "unknown-key"),
        (("compromise", "body-scjg", "--since", "soon"), 64, "time"),
        (("compromise", "body-scjg", "--since", "2999-01-01T00:00:00+08:00"), 1, "invalidity-date"),
    ],
)
def test_bad_inputs(own: Shell, words: tuple[str, ...], code: int, told: str) -> None:
    before = files(own.data)
    ran = own.run("key", *words)
    assert (ran.code, f"[{told}]" in ran.err) == (code, True), ran.err
    assert files(own.data) == before
