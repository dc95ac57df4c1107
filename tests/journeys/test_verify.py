"""Verifying, in each form in which a licence is presented; what is no licence; and ports that lie."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image

from issuer.issuing import Issued
from templates.code import code_png
from tests.city import City
from tests.journey_parts import (
    FAILED,
    HOST,
    INDETERMINATE,
    PASSED,
    against,
    code_text,
    failed,
    finding,
    identifier,
    indication,
    number,
    open_at,
    presented,
)
from tests.verify_parts import by_ports, left_lying
from trust.formats.log_proof import LogProof
from trust.formats.token import to_base45_text, to_text
from trust.rules.standing import ActKind, Standing, Status
from verifier.errors import NotUnderstood
from verifier.recognising import MAX_FILE
from verifier.verifying import verify_file


@pytest.fixture(scope="module")
def issued(city: City) -> Issued:
    return city.issue(number=number())


# --- forms of presenting ---------------------------------------------------------------------------------------------


def test_the_picture_of_the_code(city: City, issued: Issued) -> None:
    examined = city.yinzheng.verify_file(code_png(code_text(issued)))
    assert (indication(examined), against(examined)) == (PASSED, [])
    assert examined.verdict.subject == identifier(issued)
    assert examined.claims is not None
    assert examined.claims.holder == issued.entry.licence.holders[0].masked_name


def test_a_photograph_of_the_code(city: City, issued: Issued) -> None:
    """As JPEG, larger, turned and on a grey table."""
    code = Image.open(io.BytesIO(code_png(code_text(issued)))).convert("L")
    table = Image.new("L", (1200, 1200), 150)
    table.paste(code.resize((600, 600)).rotate(7, expand=True, fillcolor=255), (250, 250))
    octets = io.BytesIO()
    table.save(octets, "JPEG", quality=70)
    assert indication(city.yinzheng.verify_file(octets.getvalue())) is PASSED


@pytest.mark.parametrize("write", [lambda token: to_text(token, HOST), to_base45_text])
def test_both_texts_of_the_code(city: City, issued: Issued, write: Callable[[bytes], str]) -> None:
    for text in (write(issued.token), f"  {write(issued.token)}\r\n"):
        assert indication(city.yinzheng.verify_words(text)) is PASSED


def test_the_host_in_a_code_is_not_believed_and_not_needed(city: City, issued: Issued) -> None:
    examined = city.yinzheng.verify_words(to_text(issued.token, "https://gov.cn.example"))
    assert indication(examined) is PASSED


@pytest.mark.parametrize("around", ["{}", "  {}", "{}\n", "\t{} \r\n"])
def test_identifiers_as_people_paste_them(city: City, issued: Issued, around: str) -> None:
    examined = city.yinzheng.verify_words(around.format(identifier(issued)))
    assert (indication(examined), examined.verdict.subject) == (PASSED, identifier(issued))


def test_both_files_and_the_code_name_one_licence(city: City, issued: Issued) -> None:
    verdicts = presented(city, issued)
    assert verdicts["ofd"].licence == verdicts["pdf"].licence == issued.entry.licence
    claims = verdicts["code"].claims
    assert claims is not None
    assert (claims.identifier, claims.status) == (issued.entry.licence.identifier, issued.entry.licence.status)


def test_the_trusted_time_is_that_of_the_log(city: City, issued: Issued) -> None:
    assert f"{city.clock():%Y-%m-%d}" in finding(city.yinzheng.verify_file(issued.ofd), 0, "sealed-at").detail
    offline = verify_file(issued.ofd, city.yinzheng.evidence(), now=city.clock(), online=None)
    assert finding(offline, 0, "sealed-at").indication is INDETERMINATE
    assert "不作依据" in finding(offline, 0, "sealed-at").detail


# --- what is no licence ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets", [b"", b"hello", b"PK", b"PK\x03\x04", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", bytes(5000)]
)
def test_rubbish_is_a_verdict(city: City, octets: bytes) -> None:
    examined = city.yinzheng.verify_file(octets)
    assert indication(examined) is FAILED
    assert examined.verdict.subject is None


def test_a_file_that_is_too_large_is_not_looked_at(city: City, issued: Issued) -> None:
    examined = city.yinzheng.verify_file(issued.ofd + bytes(MAX_FILE))
    assert (indication(examined), open_at(examined)) == (INDETERMINATE, {(1, "too-large")})


def test_pictures_that_carry_no_code_of_ours(city: City, issued: Issued) -> None:
    blank, foreign = Image.new("L", (300, 300), 255), code_png("https://example.com/menu")
    octets = io.BytesIO()
    blank.save(octets, "PNG")
    assert failed(city.yinzheng.verify_file(octets.getvalue())) == {(1, "no-code")}
    assert failed(city.yinzheng.verify_file(foreign)) == {(1, "not-our-code")}
    both = Image.new("L", (1400, 700), 255)
    for place, text in enumerate((code_text(issued), to_base45_text(issued.token))):
        both.paste(Image.open(io.BytesIO(code_png(text))).convert("L").resize((600, 600)), (50 + 680 * place, 50))
    octets = io.BytesIO()
    both.save(octets, "PNG")
    assert failed(city.yinzheng.verify_file(octets.getvalue())) == {(1, "several-codes")}


@pytest.mark.parametrize("reason", ["limit", "picture-too-large"])
def test_a_picture_that_was_not_read_is_neither_good_nor_bad(
    city: City, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    monkeypatch.setattr("verifier.recognising.WALL_S", 0.01 if reason == "limit" else 5)
    octets = io.BytesIO()
    Image.new("1", (10_001 if reason == "picture-too-large" else 300, 300)).save(octets, "PNG")
    examined = city.yinzheng.verify_file(octets.getvalue())
    assert against(examined) == [(1, reason, "INDETERMINATE")]
    assert indication(examined) is INDETERMINATE


@pytest.mark.parametrize("words", ["", " ", "营业执照", "910000", "https://example.com/", "9" * 5000, "\x00"])
def test_words_that_look_like_nothing_of_ours(city: City, words: str) -> None:
    with pytest.raises(NotUnderstood):
        city.yinzheng.verify_words(words)


@pytest.mark.parametrize(
    "words",
    [f"{HOST}/q#", f"{HOST}/q#0", f"{HOST}/q#12x", f"{HOST}/q#{'9' * 3000}", "EL1:", "EL1:???", "1.2.156.3005.2.x"],
)
def test_words_that_look_like_ours_and_are_not_in_order(city: City, words: str) -> None:
    examined = city.yinzheng.verify_words(words)
    assert indication(examined) is FAILED
    assert {one.step for one in examined.verdict.findings} == {1}


def test_an_identifier_with_a_wrong_character_is_never_repaired(city: City, issued: Issued) -> None:
    text = identifier(issued)
    for place in range(len("1.2.156.3005.2."), len(text)):
        if text[place] == ".":
            continue
        wrong = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
        assert indication(city.yinzheng.verify_words(wrong)) is FAILED, wrong


def test_unknown_unreleased_and_never_drawn_numbers_get_one_answer(city: City, issued: Issued) -> None:
    """Three numbers of one shape: never drawn, allotted and never released, and of a body that issues nothing here."""
    begun = left_lying(city, "unreleased")
    known = issued.entry.licence.identifier
    asked = {
        "unreleased": begun.licence.identifier,
        "never drawn": replace(known, serial="0" * 20),
        "another version": replace(known, version="002"),
        "another body": replace(known, issuer_code=city.body_code("teacher-qualification")),
    }
    answers = {name: city.yinzheng.verify_words(str(one)) for name, one in asked.items()}
    for name, examined in answers.items():
        assert examined.verdict.subject == str(asked[name])
    plain = {name: replace(one, verdict=replace(one.verdict, subject=None)) for name, one in answers.items()}
    assert len({repr(one) for one in plain.values()}) == 1
    assert {indication(one) for one in answers.values()} == {INDETERMINATE}
    assert against(answers["unreleased"]) == [(1, "not-found", "INDETERMINATE")]


def test_a_number_whose_file_is_lost(city: City) -> None:
    """That we cannot give the file makes the licence neither false nor unknown; the holder's own files still verify."""
    issued = city.issue(number=number())
    assert issued.entry.artefacts is not None
    name = issued.entry.artefacts.ofd
    for kept in ({}, {name: issued.pdf}):
        with pytest.MonkeyPatch.context() as patch:
            patch.delitem(city.blobs.octets, name)
            for lost, octets in kept.items():
                patch.setitem(city.blobs.octets, lost, octets)
            examined = city.yinzheng.verify_words(identifier(issued))
            assert examined.verdict.subject == identifier(issued)
            assert against(examined) == [(1, "file-missing", "INDETERMINATE")]
            assert indication(examined) is INDETERMINATE
            assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED
            assert indication(city.yinzheng.verify_words(code_text(issued))) is PASSED
    assert indication(city.yinzheng.verify_words(identifier(issued))) is PASSED


# --- ports that lie --------------------------------------------------------------------------------------------------


def test_another_licence_s_file_for_a_number(city: City, issued: Issued) -> None:
    other = city.issue(number=number())
    examined = by_ports(city, identifier(issued), file_of=lambda _: other.ofd)
    assert failed(examined) == {(7, "other-licence")}
    assert examined.verdict.subject == identifier(issued)


def test_a_proof_of_another_file(city: City, issued: Issued) -> None:
    other = city.issue(number=number())
    real = city.yinzheng.ports.prove
    proofs: list[LogProof] = []

    def note(commitment: bytes) -> LogProof:
        proof = real(commitment)
        assert isinstance(proof, LogProof)
        proofs.append(proof)
        return proof

    assert indication(by_ports(city, other.ofd, prove=note)) is PASSED
    (proof,) = proofs
    examined = by_ports(city, issued.ofd, prove=lambda _: proof)
    assert failed(examined) == {(9, "log")}
    assert "commitment" in finding(examined, 9, "log").detail


@pytest.mark.parametrize("member", ["entry", "path", "checkpoint", "index"])
def test_a_proof_with_one_octet_changed(city: City, issued: Issued, member: str) -> None:
    def changed(commitment: bytes) -> LogProof:
        proof = city.yinzheng.ports.prove(commitment)
        assert isinstance(proof, LogProof)
        return {
            "entry": replace(proof, entry=proof.entry.replace(b"2026-", b"2016-")),
            "path": replace(proof, path=(bytes(32), *proof.path[1:])),
            "checkpoint": replace(proof, checkpoint=proof.checkpoint.replace(b"\n", b" \n", 1)),
            "index": replace(proof, index=proof.index ^ 1),
        }[member]

    assert failed(by_ports(city, issued.ofd, prove=changed)) == {(9, "log")}


def test_words_of_the_register_do_not_replace_the_list(city: City) -> None:
    issued = city.issue(number=number())
    city.act(ActKind.SUSPEND, issued, "penalty")
    examined = by_ports(city, issued.ofd, standing=lambda *_: Standing(Status.VALID))
    assert failed(examined) == {(8, "status")}
    honest = city.yinzheng.verify_file(issued.ofd)
    assert failed(honest) == {(8, "status"), (8, "register")}


def test_words_of_the_register_can_make_it_worse(city: City, issued: Issued) -> None:
    """What the register says is in force before any list shows it."""
    for subject in (issued.ofd, issued.pdf, code_text(issued), identifier(issued)):
        examined = by_ports(city, subject, standing=lambda *_: Standing(Status.SUSPENDED))
        assert failed(examined) == {(8, "register")}
