"""verify: each form of a licence, and everything that is none."""

import io
import zipfile

import pytest
from PIL import Image

from service import clock
from tests.cli_parts import (
    FIRM,
    FOOD,
    STRANGER,
    Paper,
    Row,
    Shell,
    files,
    flipped,
    issue,
    mistyped,
    nobodys,
    said_of,
)
from tests.ofd_foreign import letter
from tests.sealing_parts import seal_on
from trust.formats.placing import AtPoint


def test_verifying_each_form(shell: Shell, paper: Paper) -> None:
    forms = [paper.folder / "licence.ofd", paper.folder / "licence.pdf", paper.folder / "qr.png"]
    for form in (*forms, paper.code, paper.identifier, f" {paper.identifier} "):
        ran = shell.run("verify", form)
        assert ran.code == 0, (form, ran.out, ran.err)
        assert "核验通过 PASSED" in ran.out
        assert paper.identifier in ran.out
        assert ran.err == ""


def test_a_verdict_as_json(shell: Shell, paper: Paper) -> None:
    ran = shell.run("verify", paper.folder / "licence.ofd", "--json", "--at", clock.now().isoformat())
    verdict = ran.json
    assert ran.code == 0
    assert list(verdict) == ["indication", "policy", "at", "subject", "findings"]
    assert (verdict["indication"], verdict["policy"], verdict["subject"]) == ("PASSED", "online-1", paper.identifier)
    assert verdict["at"].endswith("Z")
    members = {"step", "name", "indication", "detail"}
    assert all(members <= finding.keys() <= members | {"evidence_age_s"} for finding in verdict["findings"])
    assert {finding["step"] for finding in verdict["findings"]} >= set(range(1, 10))
    assert any("evidence_age_s" in finding for finding in verdict["findings"])


def test_the_same_facts_under_another_policy(shell: Shell, paper: Paper) -> None:
    for form, policy in ((paper.folder / "licence.pdf", "offline-1"), (paper.code, "code-offline-1")):
        ran = shell.run("verify", form, "--policy", policy, "--json")
        assert (ran.code, ran.json["policy"]) == (0, policy)
        words = ("verify", form, "--offline", "--bundle", paper.bundle, "--json")
        ran = shell.run(*words, "--policy", policy.replace("offline", "online"))
        assert (ran.code, ran.json["indication"]) == (2, "INDETERMINATE"), "without the log that is not known"


def test_a_stored_file_that_is_gone_or_changed(shell: Shell) -> None:
    """That we lost it does not make a licence false: the number cannot be checked, the holder's own file can."""
    identifier, place = issue(shell)
    mine = (place / "licence.ofd").read_bytes()
    words = ("cite", "--matter", FOOD, "--holder", FIRM, "--case", "20261121777", "--purpose", "食品经营许可新办")
    (stored,) = [path for path, octets in files(shell.data / "blobs").items() if octets == mine]
    for octets in (b"", mine[:-1], None):
        stored.unlink() if octets is None else stored.write_bytes(octets)
        ran = shell.run("verify", identifier, "--json")
        assert (ran.code, ran.err) == (2, "")
        assert [one["name"] for one in ran.json["findings"]] == ["file-missing"]
        cited = shell.run(*words, "--identifier", identifier)
        assert (cited.code, "[file-missing]" in cited.err) == (1, True)
        assert shell.run("verify", place / "licence.ofd").code == 0
    stored.write_bytes(mine)
    assert shell.run("verify", identifier).code == 0


def bomb() -> bytes:
    """A hundred million octets in a package of a hundred thousand."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("OFD.xml", bytes(100_000_000))
    return out.getvalue()


def white() -> bytes:
    out = io.BytesIO()
    Image.new("L", (200, 200), 255).save(out, "PNG")
    return out.getvalue()


BAD: dict[str, Row] = {
    # verifying: what cannot begin
    "no such file": (64, "no-such-file", lambda desk: ["verify", "nowhere.ofd"]),
    "a folder to be verified": (64, "not-understood", lambda desk: ["verify", desk.folder("somewhere")]),
    "a folder that looks like a file": (64, "no-such-file", lambda desk: ["verify", desk.folder("folder.pdf")]),
    "nothing to be verified": (64, "not-understood", lambda desk: ["verify", ""]),
    "words": (64, "not-understood", lambda desk: ["verify", "请核验"]),
    "a NUL": (64, "not-understood", lambda desk: ["verify", "\0"]),
    "words that are no text": (64, "not-understood", lambda desk: ["verify", "\udcff\udcfe"]),
    "words without end": (64, "not-understood", lambda desk: ["verify", "9" * 100_000]),
    "a path of three hundred letters": (64, "not-understood", lambda desk: ["verify", "n" * 300]),
    "a policy for files": (64, "policy-mismatch", lambda desk: ["verify", desk.paper.code, "--policy", "online-1"]),
    "a policy for codes": (
        64,
        "policy-mismatch",
        lambda desk: ["verify", str(desk.paper.folder / "licence.ofd"), "--policy", "code-online-1"],
    ),
    "no such policy": (64, "unknown-policy", lambda desk: ["verify", "a.ofd", "--policy", "lenient"]),
    "verified at no time": (64, "time", lambda desk: ["verify", "a.ofd", "--at", "2026-13-01T00:00:00Z"]),
    "verified without a zone": (64, "time-zone", lambda desk: ["verify", "a.ofd", "--at", "2026-12-01 12:00"]),
    "verified in the year one": (64, "time", lambda desk: ["verify", "a.ofd", "--at", "0001-01-01T00:00:00+14:00"]),
    "offline without a bundle": (64, "no-bundle", lambda desk: desk.offline()),
    "no such bundle": (64, "file-unreadable", lambda desk: desk.offline("--bundle", "nowhere.bundle")),
    "a folder for a bundle": (64, "file-unreadable", lambda desk: desk.offline("--bundle", desk.folder("b"))),
    "an empty bundle": (64, "evidence-unusable", lambda desk: desk.offline("--bundle", desk.file("b", ""))),
    "a bundle that is an OFD": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline("--bundle", str(desk.paper.folder / "licence.ofd")),
    ),
    "a bundle cut short": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline("--bundle", desk.file("b", desk.paper.bundle.read_bytes()[:-1])),
    ),
    "a bundle of another version": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline(
            "--bundle", desk.file("b", desk.paper.bundle.read_bytes().replace(b"bundle/1", b"bundle/2"))
        ),
    ),
    "an anchor that is a bundle": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline("--bundle", str(desk.paper.bundle), "--trust", str(desk.paper.bundle)),
    ),
    "an anchor of nothing": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline("--bundle", str(desk.paper.bundle), "--trust", desk.file("a.pem", "")),
    ),
    "an anchor of broken PEM": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline(
            "--bundle", str(desk.paper.bundle), "--trust", desk.file("a.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n")
        ),
    ),
    "no such anchor": (
        64,
        "file-unreadable",
        lambda desk: desk.offline("--bundle", str(desk.paper.bundle), "--trust", "nowhere.pem"),
    ),
    # what verifying says of hostile files
    "an empty file": (1, "unrecognised", lambda desk: desk.verify(b"")),
    "a file of NULs": (1, "unrecognised", lambda desk: desk.verify(bytes(1000))),
    "a file of text": (1, "unrecognised", lambda desk: desk.verify("核验通过".encode())),
    "an OFD cut in half": (1, "FAILED", lambda desk: desk.verify(desk.licence("licence.ofd")[:50_000])),
    "an OFD with one bit changed": (1, "FAILED", lambda desk: desk.verify(flipped(desk.licence("licence.ofd"), 9_000))),
    "an OFD with something after it": (1, "FAILED", lambda desk: desk.verify(desk.licence("licence.ofd") + b"\n")),
    "a PDF cut in half": (1, "FAILED", lambda desk: desk.verify(desk.licence("licence.pdf")[:50_000])),
    "a PDF with one bit changed": (1, "FAILED", lambda desk: desk.verify(flipped(desk.licence("licence.pdf"), 9_000))),
    "a PDF with something after it": (1, "FAILED", lambda desk: desk.verify(desk.licence("licence.pdf") + b"\n%")),
    "a package that unpacks without end": (1, "FAILED", lambda desk: desk.verify(bomb())),
    "a package of nothing": (1, "FAILED", lambda desk: desk.verify(b"PK\x03\x04" + bytes(100))),
    "a file too large": (2, "too-large", lambda desk: desk.verify(b"%PDF-1.7" + bytes(21_000_000))),
    "a picture without a code": (1, "no-code", lambda desk: desk.verify(white())),
    "a picture cut in half": (1, "picture-unreadable", lambda desk: desk.verify(desk.licence("qr.png")[:300])),
    "a wrong check character in a number": (1, "malformed", lambda desk: ["verify", mistyped(desk.paper.identifier)]),
    "a number nobody knows": (2, "not-found", lambda desk: ["verify", STRANGER]),
    "a number nobody drew, verified": (2, "not-found", lambda desk: ["verify", nobodys(desk.paper.identifier)]),
    "a code cut short": (1, "malformed", lambda desk: ["verify", desk.paper.code[:-9]]),
    "a code with letters": (1, "malformed", lambda desk: ["verify", f"{desk.paper.code}x"]),
    "before anything was issued": (
        1,
        "FAILED",
        lambda desk: ["verify", str(desk.paper.folder / "licence.ofd"), "--at", "2020-01-01T00:00:00Z"],
    ),
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_bad_inputs(shell: Shell, paper: Paper, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.desk)
    said_of(shell, paper, row)


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 45


def test_a_sealed_document_is_told_signature_by_signature(shell: Shell, paper: Paper) -> None:
    file = shell.write("letter.ofd", seal_on(seal_on(letter(), lock=False), AtPoint(1, 20, 20), minute=1))
    ran = shell.run("verify", file)
    lines = ran.out.splitlines()
    heads = [line for line in lines if "签章 1（" in line or "签章 2（" in line]
    assert (ran.code, len(heads)) == (2, 2)
    assert all("云岭市" in line or "印章“" in line for line in heads)
    first, second = (lines.index(head) for head in heads)
    own = [line.strip()[0] for line in lines[first + 2 : second]]
    assert own == sorted(own, key="✗?!✓".index)  # the gravest first
    assert "不在覆盖内" in lines[first + 1]
    body = shell.run("verify", file, "--json").json
    assert [one["indication"] for one in body["document"]["signatures"]] == ["INDETERMINATE"] * 2
    assert {found.get("signature") for found in body["findings"]} >= {
        one["name"] for one in body["document"]["signatures"]
    }
