"""cite: a case stands on a licence, and citations that are refused."""

import pytest

from tests.cli_parts import (
    FIRM,
    FOOD,
    NUMBERS,
    STRANGER,
    Paper,
    Row,
    Shell,
    nobodys,
    said_of,
)
from trust.formats.cose import split
from trust.formats.receipt import decode_receipt


def test_citing(shell: Shell, paper: Paper) -> None:
    case = f"2026112100{next(NUMBERS):04d}"
    words = ("cite", "--matter", FOOD, "--holder", FIRM, "--case", case, "--purpose", "食品经营许可新办")
    ran = shell.run(*words, "--receipt", shell.desk / "receipt.cose", "--json")
    assert ran.code == 0, ran.err
    assert ran.json.keys() == {"number", "identifier", "file_digest", "cited_at"}
    receipt = decode_receipt(split((shell.desk / "receipt.cose").read_bytes(), 2**20).payload)
    assert ran.json["number"] in repr(receipt)
    named = shell.run(*words, "--identifier", paper.identifier)
    assert named.code == 0, named.err
    assert paper.identifier in named.out
    assert "不必再提交" in named.out


BAD: dict[str, Row] = {
    "no such matter": (64, "no-such-matter", lambda desk: desk.cite(matter="11530199MB0T35T369000131017001999")),
    "no such requirement": (1, "no-such-requirement", lambda desk: desk.cite(requirement="99")),
    "a case number that is none": (1, "malformed-request", lambda desk: desk.cite(case="办件 1")),
    "a case number with the holder's code": (1, "malformed-request", lambda desk: desk.cite(case=FIRM)),
    "a purpose too long": (1, "malformed-request", lambda desk: desk.cite(purpose="由" * 201)),
    "a purpose that is no text": (1, "malformed-request", lambda desk: desk.cite(purpose="a\udcff")),
    "a holder of nothing": (1, "nothing-held", lambda desk: desk.cite(holder="91530199MA6TE5T76D")),
    "a holder that is nobody": (1, "malformed-request", lambda desk: desk.cite(holder="\udcff")),
    "another holder's licence": (
        1,
        "wrong-holder",
        lambda desk: desk.cite(holder="91530199MA6RT5X39X", identifier=desk.paper.identifier),
    ),
    "a stranger cited": (1, "nothing-held", lambda desk: desk.cite(identifier=STRANGER)),
    "a number nobody drew, cited": (
        1,
        "nothing-held",
        lambda desk: desk.cite(identifier=nobodys(desk.paper.identifier)),
    ),
    "consent of an agent without a name": (1, "consent-refused", lambda desk: [*desk.cite(), "--mode", "agent"]),
    "a receipt into a folder": (64, "file-unwritable", lambda desk: desk.cite(receipt=desk.folder("receipts"))),
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_bad_inputs(shell: Shell, paper: Paper, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.desk)
    said_of(shell, paper, row)


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 11
