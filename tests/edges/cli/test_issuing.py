"""types, issue, present: what a department types."""

from pathlib import Path

import pytest

from templates.library import bundles
from tests.cli_parts import (
    FILES,
    FIRM,
    NUMBERS,
    STRANGER,
    Paper,
    Row,
    Shell,
    application,
    issue,
    nobodys,
    said_of,
)
from trust.formats.licence_document import decode_licence


def test_types(shell: Shell) -> None:
    ran = shell.run("types", "--json")
    assert ran.code == 0
    assert {row["bundle"] for row in ran.json} == {bundle.name for bundle in bundles()}
    assert all(row.keys() == {"code", "name", "bundle"} for row in ran.json)
    printed = shell.run("types").out
    assert all(row["code"] in printed and row["name"] in printed for row in ran.json)


@pytest.mark.parametrize("bundle", ["business-licence", "food-operation", "teacher-qualification"])
def test_issuing_writes_exactly_the_four_files(shell: Shell, bundle: str) -> None:
    identifier, place = issue(shell, bundle)
    assert {path.name for path in place.iterdir()} == FILES
    licence = decode_licence((place / "licence.json").read_bytes())
    assert str(licence.identifier) == identifier
    assert shell.run("verify", place / "licence.pdf").code == 0


def test_issuing_by_code_of_the_type_and_under_a_key(shell: Shell) -> None:
    kind = next(row["code"] for row in shell.run("types", "--json").json if row["bundle"] == "food-operation")
    written = shell.write("application.json", application("food-operation"))
    words = ("issue", "--type", kind, "--data", written, "--key", f"key {next(NUMBERS)}", "--out")
    first, second = (shell.run(*words, shell.desk / place) for place in ("one", "two"))
    assert (first.code, first.out) == (second.code, second.out) == (0, first.out)
    for name in FILES:
        assert (shell.desk / "one" / name).read_bytes() == (shell.desk / "two" / name).read_bytes()


def test_presenting(shell: Shell, paper: Paper) -> None:
    ran = shell.run("present", paper.identifier)
    assert (ran.code, ran.out.strip()) == (0, paper.code)
    assert paper.code.startswith("http://127.0.0.1:8000/q#")
    picture = shell.desk / "deep" / "er" / "code.png"
    assert shell.run("present", paper.identifier, "--out", picture).code == 0
    assert picture.read_bytes() == (paper.folder / "qr.png").read_bytes()


BAD: dict[str, Row] = {
    # applications
    "no application": (64, "file-unreadable", lambda desk: [*desk.issue("{}")[:4], "nowhere.json", "--out", "out"]),
    "a folder for an application": (
        64,
        "file-unreadable",
        lambda desk: [*desk.issue("{}")[:4], desk.folder("data"), "--out", "out"],
    ),
    "a name with a NUL": (64, "usage", lambda desk: [*desk.issue("{}")[:4], "a\0b", "--out", "out"]),
    "a name too long": (64, "file-unreadable", lambda desk: [*desk.issue("{}")[:4], "n" * 300, "--out", "out"]),
    "an empty application": (1, "application-refused", lambda desk: desk.issue("")),
    "an application of NULs": (1, "application-refused", lambda desk: desk.issue(bytes(200))),
    "an application that is no JSON": (1, "application-refused", lambda desk: desk.issue("number: 1")),
    "an application in UTF-16": (1, "application-refused", lambda desk: desk.issue(application().encode("utf-16"))),
    "an application in a list": (1, "application-refused", lambda desk: desk.issue(f"[{application()}]")),
    "an application of a megabyte": (1, "application-refused", lambda desk: desk.issue(b" " * 1_000_000)),
    "a member too many": (1, "application-refused", lambda desk: desk.issue(application(status="01"))),
    "a member twice": (1, "application-refused", lambda desk: desk.issue('{"number":"1",' + application()[1:])),
    "a member with an escape in its name": (
        1,
        "application-refused",
        lambda desk: desk.issue(application(**{"\x1b]0;owned\x07\n核验通过 PASSED": 1})),
    ),
    "a day that is none": (1, "application-refused", lambda desk: desk.issue(application(issued_on="2026-02-30"))),
    "a day to come": (1, "application-refused", lambda desk: desk.issue(application(issued_on="2126-01-01"))),
    "a holder with a wrong check digit": (
        1,
        "application-refused",
        lambda desk: desk.issue(
            application(holders=[{"name": "某", "code": "91530199MA6QH2K74V", "code_type": "001"}])
        ),
    ),
    "a field that is missing": (1, "application-refused", lambda desk: desk.issue(application(fields={}))),
    "a lone surrogate": (
        1,
        "application-refused",
        lambda desk: desk.issue(application().replace("CLI-", "\\ud800")),
    ),
    "a character that cannot be printed": (
        1,
        "missing-glyph",
        lambda desk: desk.issue(
            application(holders=[{"name": "云岭市\U0002b820公司", "code": FIRM, "code_type": "001"}])
        ),
    ),
    "a number that is used": (1, "duplicate-number", lambda desk: desk.issue(application(number=FIRM))),
    "no such type": (1, "unknown-type", lambda desk: desk.issue(application(), "driving-licence")),
    "a key that is too long": (
        1,
        "application-refused",
        lambda desk: [*desk.issue(application()), "--key", "k" * 129],
    ),
    "a key of another application": (
        1,
        "idempotency-mismatch",
        lambda desk: [*desk.issue(application()), "--key", "demo-business-licence"],
    ),
    "a file for a folder": (
        64,
        "file-unwritable",
        lambda desk: desk.issue(application(), out=desk.file("a file", "x")),
    ),
    "a folder below a file": (
        64,
        "file-unwritable",
        lambda desk: desk.issue(application(), out=desk.file("a file", "x") + "/out"),
    ),
    "a folder where a file would be": (
        64,
        "file-unwritable",
        lambda desk: desk.issue(application(), out=str(Path(desk.folder("out"), desk.folder("out/qr.png")).parent)),
    ),
    "a folder that nobody can make": (
        64,
        "file-unwritable",
        lambda desk: desk.issue(application(), out="/dev/null/out"),
    ),
    # presenting
    "present a stranger": (1, "not-found", lambda desk: ["present", STRANGER]),
    "present a number nobody drew": (1, "not-found", lambda desk: ["present", nobodys(desk.paper.identifier)]),
    "present what is no identifier": (1, "structure", lambda desk: ["present", "营业执照"]),
    "present what is no text at all": (1, "structure", lambda desk: ["present", "\udcff"]),
    "present into a folder": (
        64,
        "file-unwritable",
        lambda desk: ["present", desk.paper.identifier, "--out", desk.folder("pictures")],
    ),
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_bad_inputs(shell: Shell, paper: Paper, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.desk)
    said_of(shell, paper, row)


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 32
