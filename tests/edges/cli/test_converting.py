"""convert: a manifest and a folder of scans become licences, by two people who are named."""

import json
from pathlib import Path

import pytest

from tests.cli_parts import NUMBERS, Ran, Shell, application
from tests.stock_parts import SOURCE, pdf, picture
from trust.rules.conversion import Grade

HEAD = "扫描件,存量来源,证照编号,颁发日期,行政区划代码,持证主体,持证主体代码,持证主体代码类型"
BODY = "11530199MB0T35T1XE"


def manifest(shell: Shell, *files: str, **changed: object) -> tuple[Path, Path]:
    """A manifest with a row for each file, and the folder of the scans."""
    folder = shell.desk / f"scans {next(NUMBERS)}"
    folder.mkdir()
    rows = []
    for name in files:
        number = next(NUMBERS)
        (folder / name).write_bytes(pdf(text=str(number)) if name.endswith(".pdf") else picture(text=str(number)))
        rows.append({"file": name, "grade": "A", "source": SOURCE, "application": json.loads(application())} | changed)
    said = json.dumps({"format": "yinzheng-stock/1", "rows": rows}, ensure_ascii=False)
    return shell.write("manifest.json", said), folder


def refused(ran: Ran, code: int, word: str) -> bool:
    """Whether a command was refused with this problem, and printed nothing else."""
    return (ran.code, ran.out) == (code, "") and f"[{word}]" in ran.err


def submit(shell: Shell, *files: str, **changed: object) -> Ran:
    written, folder = manifest(shell, *files, **changed)
    return shell.run("convert", "submit", written, "--scans", folder, "--type", "business-licence", "--json")


def content(shell: Shell, number: str) -> str:
    said: str = shell.run("convert", "show", number).json["content"]
    return said


def test_a_folder_of_scans_becomes_licences(shell: Shell) -> None:
    ran = submit(shell, "1.pdf", "2.png")
    assert ran.code == 0, ran.err
    numbers = [row["number"] for row in ran.json]
    for number, pages in zip(numbers, ("1,2", "1"), strict=True):
        assert shell.run("convert", "compare", number, "--scan", "all", "--register", "number,holder").code == 0
        confirmed = ("convert", "confirm", number, "--content", content(shell, number), "--pages", pages)
        assert refused(shell.run(*confirmed, "--as", "scjg"), 1, "second-person")
        assert shell.run(*confirmed, "--as", "scjg2").code == 0
    ready = shell.run("convert", "list", "--body", "scjg", "--stage", "confirmed", "--json").json
    assert {row["number"] for row in ready} >= set(numbers)
    first = shell.run("convert", "release", *numbers, "--out", shell.desk / "out")
    again = shell.run("convert", "release", *numbers)
    assert (first.code, first.out) == (0, again.out)
    verified = shell.run("verify", shell.desk / "out" / numbers[0] / "licence.pdf", "--json")
    assert verified.code == 0
    assert any(one["name"] == "conversion" for one in verified.json["findings"])
    shown = shell.run("convert", "show", numbers[0], "--scan", shell.desk / "scan.pdf")
    assert shown.json["grade"] == Grade.B
    assert (shell.desk / "scan.pdf").read_bytes().startswith(b"%PDF-")


def test_refusing(shell: Shell) -> None:
    (row,) = submit(shell, "1.pdf").json
    assert refused(shell.run("convert", "refuse", row["number"], "--reason", ""), 1, "stock-refused")
    assert shell.run("convert", "refuse", row["number"], "--reason", "扫描件缺页").code == 0
    assert refused(shell.run("convert", "compare", row["number"], "--scan", "all"), 1, "stock-moved")
    assert row["number"] in shell.run("convert", "list", "--body", BODY, "--stage", "refused").out


NOWHERE = "0" * 24 + "-0001"
BAD: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "no stock": (1, "not-found", ("convert", "show", NOWHERE)),
    "no body": (64, "no-body", ("convert", "list", "--body", "nobody")),
    "no such official": (
        64,
        "no-such-official",
        ("convert", "submit", "{manifest}", "--type", "business-licence", "--as", "jyj"),
    ),
    "no scans": (64, "no-scans", ("convert", "submit", "{manifest}", "--type", "business-licence")),
    "no such type": (1, "unknown-type", ("convert", "submit", "{manifest}", "--type", "no-such-thing")),
    "another type": (
        1,
        "stock-refused",
        ("convert", "submit", "{manifest}", "--scans", "{scans}", "--type", "food-operation"),
    ),
    "no manifest": (64, "file-unreadable", ("convert", "submit", "{scans}/none.csv", "--type", "business-licence")),
    "no rows": (1, "stock-refused", ("convert", "submit", "{empty}", "--type", "business-licence")),
    "no such file": (
        64,
        "file-unreadable",
        ("convert", "submit", "{manifest}", "--scans", "{scans}/none", "--type", "business-licence"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_do(shell: Shell, case: str) -> None:
    written, folder = manifest(shell, "1.pdf")
    names = {"manifest": written, "scans": folder, "empty": shell.write("empty.csv", HEAD)}
    code, told, words = BAD[case]
    assert refused(shell.run(*(word.format(**names) for word in words)), code, told)


def test_what_is_no_scan_is_named(shell: Shell) -> None:
    written, folder = manifest(shell, "1.pdf")
    (folder / "1.pdf").write_bytes(b"GIF89a")
    ran = shell.run("convert", "submit", written, "--scans", folder, "--type", "business-licence")
    assert refused(ran, 1, "scan-refused")
