"""Verifying, in each form in which a licence is presented; and each thing that must not pass, made as well as it can be.

Most forgeries here are genuine in all but one thing: they are sealed by the city's own keys through an office in which
one part was exchanged. What a verifier catches is then exactly that part.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from PIL import Image

from issuer.errors import NoPen
from issuer.issuing import Issued, complete, issue
from issuer.ports import Entry, Pen
from keys.custody import memory_signer
from service.directory import SERVICES
from templates.code import code_png
from templates.library import load_bundle
from tests.city import OFFICIAL, City
from tests.journey_parts import (
    FAILED,
    HOST,
    INDETERMINATE,
    PASSED,
    Exchanged,
    against,
    code_text,
    failed,
    finding,
    identifier,
    indication,
    issue_by,
    number,
    office_of,
    open_at,
    presented,
    relist,
    revoke_certificate,
    signer_certificate,
)
from trust.certification.profiles import SEAL_MAKER, SEAL_SIGNER
from trust.formats.certificate import Certificate, Purpose
from trust.formats.cose import sign1
from trust.formats.crl import Reason
from trust.formats.leaf import Entry as LogEntry
from trust.formats.leaf import EntryKind, Statement, token_commitment
from trust.formats.log_proof import LogProof
from trust.formats.token import TokenClaims, decode_claims, encode_claims, split_token, to_base45_text, to_text
from trust.formats.x509_fields import make_name
from trust.log.appending import append
from trust.rules.mandate import Mandate
from trust.rules.party import IssuingBody
from trust.rules.standing import ActKind, Standing, Status
from verifier.errors import NotUnderstood
from verifier.ports import Awaited, Online
from verifier.recognising import MAX_FILE
from verifier.verifying import Examined, verify_file, verify_words


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


class Lying:
    """The installation's ports with one answer exchanged."""

    def __init__(self, city: City, **answers: Callable[..., object]) -> None:
        self.prove = answers.get("prove", city.yinzheng.ports.prove)
        self.file_of = answers.get("file_of", city.yinzheng.ports.file_of)
        self.standing = answers.get("standing", city.yinzheng.ports.standing)

    @property
    def online(self) -> Online:
        return Online(self, self, self)  # type: ignore[arg-type]  # answers are exchanged on purpose


def by_ports(city: City, subject: bytes | str, **answers: Callable[..., object]) -> Examined:
    ask = verify_file if isinstance(subject, bytes) else verify_words
    return ask(subject, city.yinzheng.evidence(), now=city.clock(), online=Lying(city, **answers).online)  # type: ignore[operator]  # the test knows the type


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


# --- genuine in all but one thing ------------------------------------------------------------------------------------


class DeafLog:
    """A log book that writes nothing down."""

    def append_many(self, statements: Sequence[Statement], at: datetime) -> Sequence[int]:
        return [0] * len(statements)

    def instant(self, at: datetime) -> datetime:
        return at


def test_sealed_genuinely_but_never_logged(city: City) -> None:
    issued = issue_by(city, office_of(city, log=DeafLog()))
    for file in (issued.ofd, issued.pdf):
        assert failed(city.yinzheng.verify_file(file)) == {(9, "log")}
    assert failed(city.yinzheng.verify_words(code_text(issued))) == {(9, "log")}


def test_logged_and_not_yet_under_a_checkpoint(city: City) -> None:
    """That the log has not signed for it yet makes it neither false nor proven; the next checkpoint settles it."""
    application = city.application("business-licence", number=number())
    issued = issue(city.yinzheng.office, application, key="awaited", by=OFFICIAL, at=city.clock())
    for name, examined in presented(city, issued).items():
        assert (indication(examined), failed(examined)) == (INDETERMINATE, set()), name
        assert "检查点" in finding(examined, 9, "log").detail
        assert finding(examined, 0, "sealed-at").indication is INDETERMINATE, "what is unsigned proves no time"
    city.yinzheng.publisher.after_issue(issued.entry.licence.status.list, city.clock())
    assert {name: against(one) for name, one in presented(city, issued).items() if against(one)} == {}


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (lambda wanted: Statement(EntryKind.SEAL_USE, (wanted,)), "not-issued"),
        (lambda _: Statement(EntryKind.ISSUE, (bytes(32),)), "commitment"),
    ],
    ids=["under another heading", "about something else"],
)
def test_what_is_awaited_and_contradicts_the_file(
    city: City, issued: Issued, statement: Callable[[bytes], Statement], reason: str
) -> None:
    def awaited(wanted: bytes) -> Awaited:
        return Awaited(LogEntry(city.clock(), statement(wanted)))

    for subject in (issued.ofd, issued.pdf, code_text(issued)):
        examined = by_ports(city, subject, prove=awaited)
        assert failed(examined) == {(9, "log")}
        assert reason in finding(examined, 9, "log").detail


@pytest.mark.parametrize("kind", [EntryKind.SEAL_USE, EntryKind.ACT, EntryKind.STATUS_LIST, EntryKind.TRUST_LIST])
def test_logged_but_not_as_issued(city: City, kind: EntryKind) -> None:
    """That a seal was used on a file does not make the file an issued licence."""

    class Mislabelling:
        def append_many(self, statements: Sequence[Statement], at: datetime) -> Sequence[int]:
            return append(city.yinzheng.archive.log, [replace(one, kind=kind) for one in statements], at)

        def instant(self, at: datetime) -> datetime:
            return at

    issued = issue_by(city, office_of(city, log=Mislabelling()))
    for examined in presented(city, issued).values():
        assert failed(examined) == {(9, "log")}


def left_lying(city: City, key: str) -> Entry:
    """An entry begun now and never planned, as after a crash."""
    register = city.yinzheng.archive.register

    def stop(*_: object) -> None:
        raise RuntimeError

    cut_off = Exchanged(register, plan_many=stop)
    application = city.application("business-licence", number=number())
    with pytest.raises(RuntimeError):
        issue(office_of(city, register=cut_off), application, key=key, by=OFFICIAL, at=city.clock())
    begun = register.by_key(key)
    assert begun is not None
    return begun


def pen_of(city: City, bundle: str) -> Pen:
    return city.yinzheng.office.pen(city.body_code(bundle), city.clock())


def test_sealed_with_the_seal_of_another_body(city: City) -> None:
    own, others = pen_of(city, "business-licence"), pen_of(city, "teacher-qualification")
    issued = issue_by(city, office_of(city, pen=lambda *_: replace(others, body=own.body)))
    for name, examined in presented(city, issued).items():
        assert failed(examined) == {(6, "signer-is-body")}, name


def test_sealed_by_another_body_in_its_own_name(city: City) -> None:
    """A body with a good seal and no mandate for this type."""
    others = pen_of(city, "teacher-qualification")
    kind = load_bundle("business-licence").type
    mandate = Mandate(others.body.code, others.body.name, kind.code, city.clock())
    office = office_of(city, pen=lambda *_: others, mandates=lambda _: [mandate])
    application = replace(city.application("business-licence", number=number()), issuer_code=others.body.code)
    issued = issue(office, application, key="no mandate", by=OFFICIAL, at=city.clock())
    city.yinzheng.publisher.refresh(city.clock())
    for name, examined in presented(city, issued).items():
        assert failed(examined) == {(6, "mandate")}, name


def test_a_key_of_its_own_with_a_copied_certificate(city: City) -> None:
    """Whoever has a certificate and a seal, but not the key, gets past nothing."""
    own = pen_of(city, "business-licence")
    thief = memory_signer("thief")
    token = sign1(split_token(city.issue(number=number()).token).payload, thief)
    assert failed(city.yinzheng.verify_words(to_text(token, HOST))) == {(4, "code-signature")}
    assert thief.public != own.certificate.public_key


def test_a_code_of_one_body_about_anothers_licence(city: City, issued: Issued) -> None:
    others = pen_of(city, "teacher-qualification")
    token = sign1(split_token(issued.token).payload, others.signer)
    examined = city.yinzheng.verify_words(to_text(token, HOST))
    assert (6, "signer-is-body") in failed(examined)


def test_a_code_that_a_department_made_by_itself(city: City, issued: Issued) -> None:
    """Signed by the right key with every claim in order, and never issued: the log has no such code."""
    own = pen_of(city, "business-licence")
    claims = decode_claims(split_token(issued.token).payload)
    strange = replace(claims.identifier, serial="0" * 20)
    for made_up in (replace(claims, holder="云岭市从未设立有限公司"), replace(claims, identifier=strange), claims):
        token = sign1(encode_claims(made_up), own.signer)
        assert token != issued.token
        assert failed(city.yinzheng.verify_words(to_text(token, HOST))) == {(9, "log")}
        assert failed(city.yinzheng.verify_file(code_png(to_text(token, HOST)))) == {(9, "log")}
    assert against(city.yinzheng.verify_words(code_text(issued))) == []


def test_a_proof_of_the_file_is_none_of_the_code(city: City, issued: Issued) -> None:
    """One entry of the log speaks for files and code, each by a commitment of its own."""
    own = pen_of(city, "business-licence")
    proof = city.yinzheng.ports.prove(token_commitment(issued.token))
    assert proof is not None
    assert indication(by_ports(city, code_text(issued), prove=lambda _: proof)) is PASSED
    assert indication(by_ports(city, issued.ofd, prove=lambda _: proof)) is PASSED
    again = to_text(sign1(split_token(issued.token).payload, own.signer), HOST)
    assert failed(by_ports(city, again, prove=lambda _: proof)) == {(9, "log")}


def test_the_time_of_a_code_is_that_of_the_log(city: City, issued: Issued) -> None:
    online = city.yinzheng.verify_words(code_text(issued))
    assert finding(online, 0, "sealed-at").indication is PASSED
    offline = verify_words(code_text(issued), city.yinzheng.evidence(), now=city.clock(), online=None)
    assert finding(offline, 0, "sealed-at").indication is INDETERMINATE
    assert (indication(offline), offline.verdict.policy) == (PASSED, "code-offline-1")


def test_a_code_that_points_outside_the_list(city: City, issued: Issued) -> None:
    own = pen_of(city, "business-licence")
    claims = decode_claims(split_token(issued.token).payload)
    for shard, index, name in ((0, 1 << 20, "status"), (7, 0, "status")):
        moved: TokenClaims = replace(claims, status=replace(claims.status, list=shard, index=index))
        examined = city.yinzheng.verify_words(to_text(sign1(encode_claims(moved), own.signer), HOST))
        assert indication(examined) is not PASSED
        assert finding(examined, 8, name).indication is not PASSED


def test_the_service_s_own_keys_seal_no_licence(city: City) -> None:
    """One key, one purpose: a status list signer's certificate is no seal signer's."""
    for name in SERVICES:
        signer, _ = city.yinzheng.directory.service(name)
        token = sign1(split_token(city.issue(number=number()).token).payload, signer)
        assert failed(city.yinzheng.verify_words(to_text(token, HOST))) == {(4, "code-signature")}, name


def test_another_city_s_licence(city: City) -> None:
    """Same names, same codes, other keys: everything about it is genuine, elsewhere."""
    elsewhere = City(people=False, apart=True)
    foreign = elsewhere.issue(number=number())
    assert indication(elsewhere.yinzheng.verify_file(foreign.ofd)) is PASSED
    elsewhere.close()
    for file in (foreign.ofd, foreign.pdf):
        examined = city.yinzheng.verify_file(file)
        assert indication(examined) is FAILED
        assert {(3, "seal-maker-path"), (5, "signer-path")} <= open_at(examined)
        assert {(3, "seal-maker-listed"), (9, "log")} <= failed(examined)
    assert failed(city.yinzheng.verify_words(code_text(foreign))) == {(4, "code-signature")}
    assert against(city.yinzheng.verify_words(identifier(foreign))) == [(1, "not-found", "INDETERMINATE")]


# --- mandates and types ----------------------------------------------------------------------------------------------


def test_a_mandate_that_ended_before_the_sealing(fresh: City) -> None:
    mandates = fresh.yinzheng.office.mandates(fresh.clock())
    end = fresh.clock.forward(hours=1)
    relist(fresh, lambda one: replace(one, mandates=tuple(replace(m, valid_until=end) for m in one.mandates)))
    issued = issue_by(fresh, office_of(fresh, mandates=lambda _: mandates))
    for name, examined in presented(fresh, issued).items():
        assert failed(examined) == {(6, "mandate")}, name


def test_a_mandate_that_ended_after_the_sealing(fresh: City) -> None:
    """The log proves when it was sealed, files and code alike; without the log it is judged as of now."""
    issued = fresh.issue(number=number())
    end = fresh.clock.forward(hours=1)
    relist(fresh, lambda one: replace(one, mandates=tuple(replace(m, valid_until=end) for m in one.mandates)))
    fresh.clock.forward(hours=1)
    assert {name: against(one) for name, one in presented(fresh, issued).items() if against(one)} == {}
    offline = verify_file(issued.ofd, fresh.yinzheng.evidence(), now=fresh.clock(), online=None)
    assert failed(offline) == {(6, "mandate")}


def test_a_type_that_the_trust_list_does_not_know(fresh: City) -> None:
    issued = fresh.issue(number=number())
    code = issued.entry.licence.identifier.type_code
    fresh.clock.forward(seconds=1)
    relist(fresh, lambda one: replace(one, types=tuple(pair for pair in one.types if pair[0] != code)))
    for name, examined in presented(fresh, issued).items():
        assert failed(examined) == {(7, "type")}, name


def test_a_maker_that_the_trust_list_does_not_know(fresh: City) -> None:
    issued = fresh.issue(number=number())
    fresh.clock.forward(seconds=1)
    relist(
        fresh,
        lambda one: replace(
            one, certificates=tuple(c for c in one.certificates if c.purpose is not Purpose.SEAL_MAKER)
        ),
    )
    for file in (issued.ofd, issued.pdf):
        assert failed(fresh.yinzheng.verify_file(file)) == {(3, "seal-maker-listed")}


# --- revoked certificates: what the log's time is worth (promise P12) --------------------------------------------------

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("reason", "lost", "before", "after"),
    [
        # A compromise without a date: nothing that key ever signed counts.
        (Reason.KEY_COMPROMISE, None, FAILED, FAILED),
        # With a date: what the log proves to be older counts.
        (Reason.KEY_COMPROMISE, 1, PASSED, FAILED),
        (Reason.KEY_COMPROMISE, -1, FAILED, FAILED),
        (Reason.SUPERSEDED, None, PASSED, FAILED),
        (Reason.CESSATION_OF_OPERATION, None, PASSED, FAILED),
        (Reason.AFFILIATION_CHANGED, None, PASSED, FAILED),
    ],
)
@pytest.mark.parametrize("who", ["signer", "maker"])
def test_a_revoked_certificate(
    fresh: City, who: str, reason: Reason, lost: int | None, before: object, after: object
) -> None:
    """Sealed at 12:00; the key was lost an hour before, or after; revoked at 14:00; sealed again at 15:00.

    An office that does not look at revocations seals the second one. `lost` is in hours from the sealing.
    """
    first = fresh.issue(number=number())
    pen = pen_of(fresh, "business-licence")
    since = None if lost is None else fresh.clock() + lost * HOUR
    fresh.clock.forward(hours=2)
    certificate = signer_certificate(fresh) if who == "signer" else fresh.yinzheng.directory.certificate(SEAL_MAKER)
    revoke_certificate(fresh, certificate, reason, invalid_since=since)
    fresh.clock.forward(hours=1)
    second = issue_by(fresh, office_of(fresh, pen=lambda *_: pen))
    name = (5, "signer-path") if who == "signer" else (3, "seal-maker-path")
    for issued, expected in ((first, before), (second, after)):
        for file in (issued.ofd, issued.pdf):
            examined = fresh.yinzheng.verify_file(file)
            assert indication(examined) is expected, reason
            assert failed(examined) == (set() if expected is PASSED else {name})
        if who == "signer":  # no maker takes part in a code
            code = fresh.yinzheng.verify_words(code_text(issued))
            assert failed(code) == (set() if expected is PASSED else {name})
    offline = verify_file(first.ofd, fresh.yinzheng.evidence(), now=fresh.clock(), online=None)
    assert failed(offline) == {name}, "without the log nothing proves the time of sealing"
    offline = verify_words(code_text(first), fresh.yinzheng.evidence(), now=fresh.clock(), online=None)
    assert failed(offline) == ({name} if who == "signer" else set())


def test_a_time_that_a_document_claims_is_no_evidence(fresh: City) -> None:
    """Begun before the key was revoked, sealed and logged after: the file claims the earlier time, in vain."""
    pen, begun, claimed = pen_of(fresh, "business-licence"), left_lying(fresh, "late"), fresh.clock()
    office = office_of(fresh, pen=lambda *_: pen)
    fresh.clock.forward(hours=1)
    revoke_certificate(fresh, pen.certificate, Reason.SUPERSEDED)
    fresh.clock.forward(hours=1)
    late = complete(office, begun, at=fresh.clock())
    fresh.yinzheng.publisher.refresh(fresh.clock())
    offline = verify_file(late.ofd, fresh.yinzheng.evidence(), now=fresh.clock(), online=None)
    assert f"{claimed:%Y-%m-%dT%H:%M:%SZ}" in finding(offline, 0, "sealed-at").detail
    for file in (late.ofd, late.pdf):
        assert failed(fresh.yinzheng.verify_file(file)) == {(5, "signer-path")}


# --- years later (promise P13) ---------------------------------------------------------------------------------------


def renew(city: City, kind: object, key: str, owner: IssuingBody, common_name: str) -> Certificate:
    """Certify a key again, as a renewal does."""
    return city.yinzheng.publisher._authority.certify(
        city.ring.open(f"file:{key}").public,
        kind,  # type: ignore[arg-type]  # a kind of its own, on purpose
        subject=make_name(common_name, organisation=owner.name, organisation_code=owner.code),
        at=city.clock(),
        random=city.yinzheng.random,
    )


@dataclass(frozen=True)
class Later:
    """A city six years on: a licence of its first day, and one begun on that day that was left lying."""

    city: City
    issued: Issued
    left: Entry
    pen: Pen


@pytest.fixture(scope="module")
def later() -> Iterator[Later]:
    city = City(people=False)
    issued, pen = city.issue(number=number()), pen_of(city, "business-licence")
    left = left_lying(city, "left lying")
    city.clock.forward(days=6 * 365)
    for name, kind in SERVICES.items():
        renew(city, kind, name, city.plan.operator, f"{city.plan.operator.name} {name}")
    renew(city, SEAL_MAKER, "seal-maker", city.plan.seal_maker, city.plan.seal_maker.name)
    for body in city.plan.bodies:
        renew(city, SEAL_SIGNER, f"body-{body.login}", body.body, body.body.name)
    city.yinzheng.publisher.refresh(city.clock())
    yield Later(city, issued, left, pen)
    city.close()


def test_what_the_log_proves_outlives_the_certificates(later: Later) -> None:
    for form, examined in presented(later.city, later.issued).items():
        assert (indication(examined), against(examined)) == (PASSED, []), form


def test_what_nothing_proves_is_open_and_not_false(later: Later) -> None:
    """Without the log nobody can tell whether it was sealed in time: not known, which is no verdict of forgery."""
    city = later.city
    for file in (later.issued.ofd, later.issued.pdf):
        offline = verify_file(file, city.yinzheng.evidence(), now=city.clock(), online=None)
        assert (indication(offline), failed(offline)) == (INDETERMINATE, set())
        assert {(3, "seal-in-force"), (3, "seal-maker-path"), (5, "signer-path")} <= open_at(offline)


def test_what_was_sealed_after_the_end_is_false(later: Later) -> None:
    """The file claims its first day; the log proves a day on which seal and certificates had ended."""
    city = later.city
    late = complete(office_of(city, pen=lambda *_: later.pen), later.left, at=city.clock())
    city.yinzheng.publisher.refresh(city.clock())
    for file in (late.ofd, late.pdf):
        examined = city.yinzheng.verify_file(file)
        assert failed(examined) == {(3, "seal-in-force"), (3, "seal-maker-path"), (5, "signer-path")}


def test_what_was_left_lying_is_not_sealed_with_a_seal_that_has_ended(later: Later) -> None:
    with pytest.raises(NoPen) as caught:
        complete(later.city.yinzheng.office, later.left, at=later.city.clock())
    assert caught.value.reason in {"seal-expired", "signer-not-in-seal"}
