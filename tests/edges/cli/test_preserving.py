"""preserve, and verify with --archive, as typed."""

import json
from pathlib import Path

import pytest

from tests.cli_parts import Paper, Shell
from tests.edges.cli.test_sealing import filed
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from tests.pki_parts import revocations
from tests.time_parts import authority, root
from trust.formats.archive import decode_archive
from trust.formats.certificate import to_pem
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.sealed_document import Form


def sealed(shell: Shell, name: str, octets: bytes) -> Path:
    one, given, out = filed(shell), shell.write(name, octets), shell.desk / f"sealed {name}"
    ran = shell.run("seal", given, "--seal", one, "--out", out, "--page", "1", "--x", "20", "--y", "20")
    assert ran.code == 0, ran.err
    return out


def verified(shell: Shell, file: Path, *words: object) -> tuple[int, dict[str, str]]:
    ran = shell.run("verify", file, *words, "--json")
    return ran.code, {one["name"]: one["indication"] for one in ran.json["findings"]}


def test_a_record_is_made_verified_and_renewed(shell: Shell) -> None:
    file, archive, again = sealed(shell, "letter.ofd", letter()), shell.desk / "a.archive", shell.desk / "b.archive"
    ran = shell.run("preserve", file, "--out", archive)
    assert ran.code == 0, ran.err
    assert "归档证据共 1 层" in ran.err
    assert "之前续期" in ran.err
    code, findings = verified(shell, file, "--archive", archive)
    assert (code, findings["archive"], findings["archive-time-stamp"]) == (0, "PASSED", "PASSED")
    ran = shell.run("preserve", file, "--renew", archive, "--out", again)
    assert ran.code == 0, ran.err
    assert len(decode_archive(again.read_bytes()).layers) == 2
    assert verified(shell, file, "--archive", again)[0] == 0
    other = sealed(shell, "other.ofd", letter())
    assert verified(shell, other, "--archive", archive)[0] == 1


def test_a_licence_has_a_record_too(shell: Shell, paper: Paper) -> None:
    archive = shell.desk / "licence.archive"
    ran = shell.run("preserve", paper.folder / "licence.pdf", "--embed", "--out", shell.desk / "y.pdf")
    assert (ran.code, "preserve-embed" in ran.err) == (1, True)
    assert shell.run("preserve", paper.folder / "licence.ofd", "--out", archive).code == 0
    code, findings = verified(shell, paper.folder / "licence.ofd", "--archive", archive)
    assert (code, findings["archive"], findings["status-since"]) == (0, "PASSED", "PASSED")


def test_a_pdf_takes_its_evidence_in(shell: Shell) -> None:
    file, out = sealed(shell, "paper.pdf", page()), shell.desk / "kept.pdf"
    ran = shell.run("preserve", file, "--embed", "--out", out)
    assert ran.code == 0, ran.err
    assert "B-T" in ran.err
    forms = [one.form for one in read_pdf_document(out.read_bytes()).signatures]
    assert forms == [Form.CMS, Form.TIME_STAMP]
    ran = shell.run("preserve", out, "--embed", "--out", shell.desk / "later.pdf")
    assert (ran.code, "evidence-too-early" in ran.err) == (1, True)
    assert not (shell.desk / "later.pdf").exists()


def test_more_certificates_and_lists_can_be_named(shell: Shell) -> None:
    file, archive = sealed(shell, "letter.ofd", letter()), shell.desk / "more.archive"
    certificate = shell.write("tsa.pem", to_pem([authority().certificate]))
    single, crl = shell.write("root.der", root().certificate.der), shell.write("root.crl", revocations(root()).der)
    ran = shell.run("preserve", file, "--out", archive, "--with", certificate, "--with", single, "--with", crl)
    assert ran.code == 0, ran.err
    evidence = json.loads(decode_archive(archive.read_bytes()).layers[0].evidence)
    plain = shell.desk / "plain.archive"
    assert shell.run("preserve", file, "--out", plain).code == 0
    without = json.loads(decode_archive(plain.read_bytes()).layers[0].evidence)
    assert len(evidence["certificates"]) == len(without["certificates"]) + 2
    assert len(evidence["crls"]) == len(without["crls"]) + 1
    assert verified(shell, file, "--archive", archive, "--with", crl)[0] == 0


def test_what_was_changed_is_not_archived(shell: Shell) -> None:
    octets = bytearray(sealed(shell, "letter.ofd", letter()).read_bytes())
    octets[len(octets) // 2] ^= 1
    damaged = shell.write("damaged.ofd", bytes(octets))
    ran = shell.run("preserve", damaged, "--out", shell.desk / "x.archive")
    assert (ran.code, "archive-not-sound" in ran.err) == (1, True)
    assert not (shell.desk / "x.archive").exists()


@pytest.mark.parametrize("octets", [b"", b"junk", b"{}"])
def test_what_is_no_record_and_no_certificate(shell: Shell, octets: bytes) -> None:
    file, junk = sealed(shell, "letter.ofd", letter()), shell.write("junk", octets)
    for words in (
        ("verify", file, "--archive", junk),
        ("preserve", file, "--renew", junk, "--out", shell.desk / "y"),
        ("preserve", file, "--with", junk, "--out", shell.desk / "y"),
    ):
        ran = shell.run(*words)
        assert (ran.code, "evidence-unusable" in ran.err) == (64, True), ran.err
    ran = shell.run("preserve", file, "--embed", "--renew", junk, "--out", shell.desk / "y")
    assert ran.code == 64
    ran = shell.run("preserve", file, "--embed", "--out", shell.desk / "y")
    assert (ran.code, "preserve-embed" in ran.err) == (1, True)
