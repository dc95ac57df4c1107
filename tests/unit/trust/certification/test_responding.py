"""The responder: what the register has now, never good for what is unknown, and nothing while it is behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.certification_parts import AT, DAY, chance, founded, memory_books, signer
from trust.certification.authority import Authority
from trust.certification.errors import PublicationDamaged
from trust.certification.profiles import OCSP, RECEIPT
from trust.certification.responding import HOLDS, Responder, check_answer, respond
from trust.formats.asn1 import x509
from trust.formats.certificate import Certificate
from trust.formats.crl import Reason
from trust.formats.ocsp import OcspAnswer, Trouble, read_answer, write_request
from trust.formats.x509_fields import make_name

SECOND = timedelta(seconds=1)
NOW = AT.replace(microsecond=0)


class Office:
    """An authority with one certified signer, and its responder."""

    def __init__(self) -> None:
        self.authority: Authority = founded(memory_books())
        self.leaf = self.certify("回执", RECEIPT)
        self.responder = Responder(
            "issuing",
            self.authority.issuing.certificate,
            signer("查询"),
            self.certify("查询", OCSP),
            self.authority.books,
        )

    def certify(self, name: str, kind) -> Certificate:
        return self.authority.certify(signer(name).public, kind, subject=make_name(name), at=NOW, random=chance)

    def ask(self, serial: int, at=NOW + SECOND, nonce: bytes | None = None) -> OcspAnswer | Trouble:
        request = write_request([(self.responder.issuer, serial)], nonce)
        return read_answer(respond(self.responder, request, at).octets)


def test_a_certificate_that_was_issued_is_good() -> None:
    office = Office()
    answer = office.ask(office.leaf.serial, nonce=b"n" * 32)
    (said,) = answer.singles
    assert (said.known, said.revoked, answer.nonce) == (True, None, b"n" * 32)
    assert (said.this_update, said.next_update) == (NOW + SECOND, NOW + SECOND + HOLDS)


def test_one_that_was_revoked_is_revoked_at_once_and_for_ever() -> None:
    office = Office()
    office.authority.revoke_certificate(office.leaf.serial, Reason.SUPERSEDED, NOW + SECOND)
    for later in (SECOND, DAY, 300 * DAY):
        (said,) = office.ask(office.leaf.serial, NOW + SECOND + later).singles
        assert (said.revoked.at, said.revoked.reason) == (NOW + SECOND, Reason.SUPERSEDED)


def test_what_was_never_issued_is_unknown_and_not_good() -> None:
    (said,) = Office().ask(12345).singles
    assert (said.known, said.revoked) == (False, None)


def test_the_roots_certificates_are_not_answered_for() -> None:
    office = Office()
    request = write_request([(office.authority.root.certificate, office.responder.issuer.serial)])
    assert read_answer(respond(office.responder, request, NOW).octets) is Trouble.UNAUTHORIZED


def test_a_request_that_cannot_be_read_is_told_so() -> None:
    assert read_answer(respond(Office().responder, b"?", NOW).octets) is Trouble.MALFORMED_REQUEST


def test_answers_are_kept_by_caches_unless_they_answer_a_nonce() -> None:
    office = Office()
    for nonce, kept in ((None, True), (b"n" * 32, False)):
        request = write_request([(office.responder.issuer, office.leaf.serial)], nonce)
        assert respond(office.responder, request, NOW + SECOND).cacheable is kept


def test_a_clock_behind_the_published_list_gives_no_answer() -> None:
    office = Office()
    office.authority.publish_crls(NOW + DAY)
    assert office.ask(office.leaf.serial, NOW + DAY - 2 * SECOND) is Trouble.TRY_LATER
    assert isinstance(office.ask(office.leaf.serial, NOW + DAY), OcspAnswer)


def test_a_register_that_lost_a_published_revocation_gives_no_answer() -> None:
    office = Office()
    office.authority.revoke_certificate(office.leaf.serial, Reason.SUPERSEDED, NOW + SECOND)
    office.authority.publish_crls(NOW + DAY)
    office.authority.books.revocations.rows.clear()
    assert office.ask(office.leaf.serial, NOW + DAY) is Trouble.TRY_LATER


def test_outside_its_period_or_purpose_the_responder_says_nothing() -> None:
    office = Office()
    assert office.ask(office.leaf.serial, NOW + 731 * DAY) is Trouble.TRY_LATER
    office.responder = replace(office.responder, signer=signer("回执"), certificate=office.leaf)
    assert office.ask(office.leaf.serial) is Trouble.TRY_LATER


def test_an_answer_signed_by_another_key_is_not_handed_out() -> None:
    office = Office()
    office.responder = replace(office.responder, signer=signer("别人"))
    with pytest.raises(PublicationDamaged, match="ocsp-damaged"):
        office.ask(office.leaf.serial)


def test_an_answer_that_says_something_else_is_not_handed_out() -> None:
    office = Office()
    request = write_request([(office.responder.issuer, office.leaf.serial)])
    octets = respond(office.responder, request, NOW + SECOND).octets
    found = read_answer(octets)
    check_answer(octets, found, office.responder.certificate)
    for other in (replace(found, nonce=b"n"), replace(found, produced_at=NOW), replace(found, singles=())):
        with pytest.raises(PublicationDamaged):
            check_answer(octets, other, office.responder.certificate)


def test_the_responders_certificate_is_for_nothing_else() -> None:
    extensions = x509.Certificate.load(Office().responder.certificate.der)
    assert extensions.extended_key_usage_value.native == ["ocsp_signing"]
    assert extensions.ocsp_no_check_value is not None
