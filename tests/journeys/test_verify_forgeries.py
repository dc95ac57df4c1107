"""Each thing that must not pass, made as well as it can be: genuine in all but one thing.

Most forgeries here are sealed by the city's own keys through an office in which one part was exchanged. What a verifier
catches is then exactly that part.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from issuer.issuing import Issued, issue
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
)
from tests.verify_parts import by_ports, pen_of
from trust.formats.cose import sign1
from trust.formats.leaf import Entry as LogEntry
from trust.formats.leaf import EntryKind, Statement, token_commitment
from trust.formats.token import TokenClaims, decode_claims, encode_claims, split_token, to_text
from trust.log.appending import append
from trust.rules.mandate import Mandate
from verifier.ports import Awaited
from verifier.verifying import verify_words


@pytest.fixture(scope="module")
def issued(city: City) -> Issued:
    return city.issue(number=number())


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
