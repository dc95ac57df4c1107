"""consent: a paper put down, confirmed by another official, used for a copy, and withdrawn, at the keyboard."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from service import clock
from service.data_folder import DEMO_MARK
from tests.cli_parts import NUMBERS, STRANGER, Paper, Shell
from tests.copy_parts import SCAN


def terms(shell: Shell, paper: Paper, reference: str, scan: bytes = SCAN) -> tuple[object, ...]:
    """The words that put a paper down; the giver is the holder of `paper`."""
    holder = json.loads((paper.folder / "licence.json").read_bytes())["holders"][0]["name"]
    until = (clock.now() + timedelta(days=20)).isoformat()
    return (
        *("consent", "record", paper.identifier, shell.write("paper.pdf", scan), "--reference", reference),
        *("--giver", holder, "--for", "办理租赁", "--recipient", "某某置业公司", "--until", until),
    )


def test_a_paper_from_the_keyboard_to_a_copy_and_back(shell: Shell, paper: Paper) -> None:
    reference = f"ZZ-{next(NUMBERS)}"
    words = (*terms(shell, paper, reference), "--key", f"paper of tests {reference}")
    for _ in range(2):
        made = shell.run(*words, "--json")
        assert (made.code, made.json[0]["stage"]) == (0, "waiting"), made.err
    with closing(sqlite3.connect(shell.data / "yinzheng.db")) as rows:
        keys = [key for (key,) in rows.execute("SELECT key FROM copy_consent")]
    assert keys
    assert all(":" in key and reference not in key for key in keys)  # the body's own, as over the API
    copy = ("copy", paper.identifier, "--for", "办理租赁", "--recipient", "某某置业公司", "--consent", reference)
    assert shell.run(*copy, "--out", shell.desk / "early").code == 1
    own = shell.run("consent", "confirm", paper.identifier, reference, "--by", "scjg")
    assert (own.code, "[consent-own-hand]" in own.err) == (1, True), own.err
    done = shell.run("consent", "confirm", paper.identifier, reference, "--json")
    assert (done.code, done.json[0]["label"]) == (0, "有效"), done.err
    made = shell.run(*copy, "--out", shell.desk / "copy")
    assert made.code == 0, made.err
    listed = shell.run("consent", "list", paper.identifier)
    assert (listed.code, reference in listed.out) == (0, True)
    gone = shell.run("consent", "withdraw", paper.identifier, reference, "--reason", "来函撤回")
    assert (gone.code, "已撤回" in gone.out) == (0, True), gone.err
    assert shell.run("verify", shell.desk / "copy" / "licence.ofd").code == 1


def test_whoever_confirms_is_named_with_the_option_that_there_is(shell: Shell, paper: Paper) -> None:
    reference, mark = f"ZZ-{next(NUMBERS)}", shell.data / DEMO_MARK
    assert shell.run(*terms(shell, paper, reference)).code == 0
    kept = mark.read_bytes()
    mark.unlink()
    try:
        told = shell.run("consent", "confirm", paper.identifier, reference)
        assert (told.code, "[no-second-official]" in told.err, "--by " in told.err) == (64, True, True), told.err
        assert "--approved-by" not in told.err
    finally:
        mark.write_bytes(kept)


def test_a_paper_by_an_agent_is_refused_with_a_reason(shell: Shell, paper: Paper) -> None:
    reference = f"ZZ-{next(NUMBERS)}"
    words = [*terms(shell, paper, reference), "--mode", "agent"]
    words[words.index("--giver") + 1] = "高远航"
    assert shell.run(*words).code == 0
    told = shell.run("consent", "refuse", paper.identifier, reference, "--reason", "没有授权人签字", "--json")
    assert (told.code, told.json[0]["stage"]) == (0, "refused"), told.err


@pytest.mark.parametrize(
    ("changed", "code", "told"),
    [
        ({"--reference": "一号"}, 1, "consent-not-taken"),
        ({"--giver": "别人"}, 1, "consent-not-taken"),
        ({"--mode": "statutory"}, 1, "consent-not-taken"),
        ({"--until": "2020-01-01T00:00:00Z"}, 1, "consent-not-taken"),
        ({"--until": "tomorrow"}, 64, ""),
        ({"--by": "window"}, 64, "no-such-official"),
    ],
)
def test_papers_that_are_not_taken(shell: Shell, paper: Paper, changed: dict[str, str], code: int, told: str) -> None:
    ran = shell.run(*terms(shell, paper, f"ZZ-{next(NUMBERS)}"), *(word for pair in changed.items() for word in pair))
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


def test_what_there_is_not(shell: Shell, paper: Paper, tmp_path: Path) -> None:
    for words, code, told in (
        (terms(shell, paper, "ZZ-0", b"text"), 1, "scan-refused"),
        (("consent", "list", STRANGER), 1, "not-found"),
        (("consent", "confirm", paper.identifier, "ZZ-NONE"), 1, "not-found"),
        (("consent", "withdraw", paper.identifier, "ZZ-NONE", "--reason", "来函撤回"), 1, "not-found"),
        (("consent", "record", paper.identifier, tmp_path / "none"), 64, "usage"),
    ):
        ran = shell.run(*words)
        assert (ran.code, f"[{told}]" in ran.err) == (code, True), ran.err
