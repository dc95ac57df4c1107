"""application, succeed: two people at one keyboard, and one licence that follows another."""

import os
from pathlib import Path

import pytest

from service.data_folder import DEMO_MARK
from tests.applying_parts import foreign_paper
from tests.cli_parts import FILES, NUMBERS, Paper, Row, Shell, application, issue, nobodys, said_of
from trust.formats.licence_document import decode_licence

AMENDED = '{"fields": {"legal_representative": "顾远舟"}}'
TYPE = "business-licence"


def submit(shell: Shell, *words: object, **changed: object) -> str:
    """Hand in an application; its number."""
    written = shell.write("application.json", application(**changed))  # type: ignore[arg-type]  # members of the application
    ran = shell.run("application", "submit", "--type", TYPE, "--data", written, *words)
    assert ran.code == 0, ran.err
    return ran.out.split()[0]


def test_one_hands_in_and_another_approves(shell: Shell) -> None:
    number = submit(shell)
    shown = shell.run("application", "show", number, "--json").json
    assert (shown["stage"], shown["opened_by"]["login"]) == ("submitted", "scjg")
    ran = shell.run(
        "application", "approve", number, "--digest", shown["digest"], "--out", shell.desk / "out", "--json"
    )
    assert ran.code == 0, ran.err
    assert ran.json["stage"] == "released"
    assert ran.json["approved_by"]["login"] == "scjg2"
    assert {path.name for path in (shell.desk / "out").iterdir()} == FILES
    assert str(decode_licence((shell.desk / "out" / "licence.json").read_bytes()).identifier) == ran.json["identifier"]
    assert shell.run("verify", shell.desk / "out" / "licence.ofd").code == 0
    listed = shell.run("application", "list", "--stage", "released", "--json").json
    assert number in {one["number"] for one in listed}
    printed = shell.run("application", "show", number).out
    assert all(word in printed for word in ("已发证", "起草", "提交", "批准", "周明远", "顾清和"))


def test_what_is_sent_back_refused_or_withdrawn(shell: Shell) -> None:
    number = submit(shell)
    assert "已退回补正" in shell.run("application", "return", number, "--reason", "请核对住所").out
    assert "已撤回" in shell.run("application", "withdraw", number).out
    assert "不予批准" in shell.run("application", "refuse", submit(shell), "--reason", "不符合条件").out
    draft = submit(shell, "--draft")
    assert "草稿" in shell.run("application", "show", draft).out
    assert shell.run("application", "resume").out.strip() == "签发完 0 份。"


def test_a_licence_follows_another_and_repeating_it_gives_the_same_files(shell: Shell) -> None:
    identifier, place = issue(shell)
    changed = shell.write("changed.json", AMENDED)
    words = ("succeed", identifier, "--kind", "amend", "--data", changed, "--key", f"key {next(NUMBERS)}", "--out")
    one, two = (shell.run(*words, shell.desk / name) for name in ("one", "two"))
    assert (one.code, one.out) == (two.code, two.out) == (0, one.out), one.err
    for name in FILES:
        assert (shell.desk / "one" / name).read_bytes() == (shell.desk / "two" / name).read_bytes()
    new = decode_licence((shell.desk / "one" / "licence.json").read_bytes())
    assert new.succession is not None
    assert (new.succession.predecessor, new.fields["legal_representative"]) == (identifier, "顾远舟")
    assert shell.run("verify", place / "licence.ofd").code == 1
    assert shell.run("verify", shell.desk / "one" / "licence.pdf").code == 0


def test_a_licence_from_elsewhere_rests_on_its_file_and_two_people(shell: Shell, paper: Paper) -> None:
    licence, body = foreign_paper(), decode_licence((paper.folder / "licence.json").read_bytes()).issuing_body.code
    foreign, file = str(licence.entry.licence.identifier), shell.write("original.pdf", licence.pdf)
    written = shell.write("application.json", application())
    words = ("succeed", foreign, "--kind", "transfer-in", "--body", body, "--data", written, "--out", shell.desk)
    refusal = shell.run(*words)
    assert refusal.code == 1
    assert "original-missing" in refusal.err
    ran = shell.run(*words, "--original", file)
    assert ran.code == 0, ran.err
    assert "演示代行" in ran.err
    made = decode_licence((shell.desk / "licence.json").read_bytes())
    assert made.succession is not None
    assert made.conversion is not None
    assert (made.succession.predecessor, made.conversion.grade) == (foreign, "C")
    assert made.identifier.version == "001"


def test_an_installation_of_its_own_names_whoever_approves(shell: Shell) -> None:
    """The demo acts as both officials; without its mark the second one is named, and signs in."""
    number, mark = submit(shell), shell.data / DEMO_MARK
    kept = mark.read_bytes()
    mark.unlink()
    try:
        refused = shell.run("application", "approve", number)
        assert (refused.code, "[no-second-official]" in refused.err) == (64, True)
        absent = shell.run("application", "approve", number, "--as", "scjg2")
        assert (absent.code, "[no-password]" in absent.err) == (64, True)
        handed = os.open(shell.write("passwords", "scjg2:demo-scjg2\n"), os.O_RDONLY)
        done = shell.run("application", "approve", number, "--as", "scjg2", PASSWORDS_FD=str(handed))
        assert done.code == 0, done.err
    finally:
        mark.write_bytes(kept)


BAD: dict[str, Row] = {
    "no such application": (1, "not-found", lambda _: ["application", "show", "0" * 24]),
    "a number that is none": (1, "not-found", lambda _: ["application", "approve", "x"]),
    "no such kind": (64, "usage", lambda desk: ["succeed", desk.paper.identifier, "--kind", "divorce", "--out", "o"]),
    "an identifier that is none": (1, "structure", lambda _: ["succeed", "1.2.3", "--kind", "amend", "--out", "o"]),
    "a licence that is nobody's": (
        1,
        "not-found",
        lambda desk: ["succeed", nobodys(desk.paper.identifier), "--kind", "amend", "--out", "o"],
    ),
    "an amendment of nothing": (
        1,
        "succession-refused",
        lambda desk: ["succeed", desk.paper.identifier, "--kind", "amend", "--out", str(desk.shell.desk / "o")],
    ),
    "a correction without a basis": (
        1,
        "succession-refused",
        lambda desk: [
            *("succeed", desk.paper.identifier, "--kind", "correct", "--out", str(desk.shell.desk / "o")),
            *("--data", desk.file("changed.json", AMENDED)),
        ],
    ),
    "a list for data": (
        1,
        "application-refused",
        lambda desk: ["application", "submit", "--type", TYPE, "--data", desk.file("list.json", "[]")],
    ),
    "no data": (64, "file-unreadable", lambda _: ["application", "submit", "--type", TYPE, "--data", "nowhere.json"]),
    "no such type": (
        1,
        "unknown-type",
        lambda desk: ["application", "submit", "--type", "nothing", "--data", desk.file("a.json", application())],
    ),
    "somebody of another body": (
        64,
        "no-such-official",
        lambda desk: [
            *("application", "submit", "--type", TYPE, "--as", "jyj"),
            *("--data", desk.file("a.json", application())),
        ],
    ),
    "a transfer to nobody": (
        64,
        "no-body",
        lambda desk: ["succeed", desk.paper.identifier, "--kind", "transfer-in", "--out", str(desk.shell.desk / "o")],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_words_that_do_not_fit_are_told_and_leave_nothing(shell: Shell, paper: Paper, name: str) -> None:
    said_of(shell, paper, BAD[name])


def test_the_maker_does_not_approve(shell: Shell) -> None:
    number = submit(shell)
    ran = shell.run("application", "approve", number, "--as", "scjg")
    assert (ran.code, "[same-person]" in ran.err) == (1, True)


def test_nothing_is_written_where_it_cannot_be(shell: Shell) -> None:
    number, place = submit(shell), shell.desk / "file"
    place.write_text("x", "utf-8")
    ran = shell.run("application", "approve", number, "--out", place)
    assert (ran.code, "[file-unwritable]" in ran.err) == (64, True)
    assert "待审批" in shell.run("application", "show", number).out
    assert isinstance(place, Path)
