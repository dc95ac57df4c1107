"""cite: a case stands on a licence, and citations that are refused."""

from datetime import timedelta

import pytest

from service import clock
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


CONSENTS = {
    "holder": ("--mode", "holder", "--reference", "SQ-2026-{}"),
    "agent": ("--mode", "agent", "--reference", "WT-2026-{}", "--given-by", "530199199107110026"),
    "statutory": ("--mode", "statutory"),
    "statutory for a while": ("--mode", "statutory", "--valid-until", "{until}"),
}


@pytest.mark.parametrize("words", CONSENTS.values(), ids=CONSENTS.keys())
def test_citing_in_each_mode(shell: Shell, paper: Paper, words: tuple[str, ...]) -> None:
    number, until = f"{next(NUMBERS):06d}", (clock.now() + timedelta(days=14)).isoformat()
    given = [word.format(number, until=until) for word in words]
    if "--valid-until" not in given and "statutory" not in given:
        given += ["--valid-until", until]
    case = ("--case", f"20261122{number}", "--purpose", "食品经营许可新办", "--receipt", shell.desk / "receipt.cose")
    ran = shell.run("cite", "--matter", FOOD, "--holder", FIRM, *case, *given)
    assert ran.code == 0, ran.err
    facts = decode_receipt(split((shell.desk / "receipt.cose").read_bytes(), 2**20).payload).facts
    consent = facts["consent"]
    assert isinstance(consent, dict)
    assert consent["mode"] == given[1]
    assert (consent["valid_until"] is not None) is ("--valid-until" in given)


def test_a_consent_withdrawn(shell: Shell, paper: Paper) -> None:
    reference = f"SQ-2026-{next(NUMBERS):06d}"
    until = (clock.now() + timedelta(days=14)).isoformat()
    consent = ("--mode", "holder", "--reference", reference, "--valid-until", until)
    words = ("cite", "--matter", FOOD, "--holder", FIRM, "--purpose", "食品经营许可新办", *consent)
    assert shell.run(*words, "--case", "20261122001").code == 0
    ended = ("withdraw", "--matter", FOOD, "--mode", "holder", "--reference", reference)
    first, second = shell.run(*ended), shell.run(*ended, "--json")
    assert (first.code, second.code) == (0, 0)
    assert reference in first.out
    assert second.json.keys() == {"department", "mode", "reference", "withdrawn_at"}
    ran = shell.run(*words, "--case", "20261122002")
    assert (ran.code, "已经撤回" in ran.err) == (1, True)


BAD: dict[str, Row] = {
    "a holder's consent without an end": (
        1,
        "consent-refused",
        lambda desk: [*desk.cite(reference="SQ-1"), "--mode", "holder"],
    ),
    "a holder's consent without a number": (
        1,
        "consent-refused",
        lambda desk: [*desk.cite(), "--mode", "holder", "--valid-until", "2099-01-01T00:00:00+08:00"],
    ),
    "a consent that ends at no time": (64, "time", lambda desk: [*desk.cite(), "--valid-until", "soon"]),
    "a consent that ends in no zone": (
        64,
        "time-zone",
        lambda desk: [*desk.cite(), "--valid-until", "2099-01-01T00:00:00"],
    ),
    "a statutory duty withdrawn": (
        1,
        "consent-refused",
        lambda _: ["withdraw", "--matter", FOOD, "--mode", "statutory", "--reference", "SQ-1"],
    ),
    "a consent for no matter withdrawn": (
        64,
        "no-such-matter",
        lambda _: ["withdraw", "--matter", "none", "--mode", "holder", "--reference", "SQ-1"],
    ),
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
