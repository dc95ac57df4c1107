"""The registers of certificates and lists, on either database, and the authority over them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from tests.certification_parts import AT, BODY, BUREAU, DAY, chance, founded
from tests.pki_parts import signer
from trust.certification.ports import Books, CertificateRecord, Publication
from trust.certification.profiles import SEAL_SIGNER, TRUST_LIST
from trust.certification.store import books as books_of
from trust.certification.store import trust_list_publication, trust_lists, x509_crl, x509_revocation
from trust.certification.trust_listing import NAME, publish_trust_list, read_trust_list
from trust.errors import Conflict
from trust.formats.certificate import Purpose
from trust.formats.crl import Reason, Revoked
from trust.formats.path import validate_path
from trust.formats.trust_list import ListedCertificate
from trust.rules.mandate import Mandate

LARGEST = (1 << 159) - 1


@pytest.fixture
def books(engine: Engine) -> Books:
    return books_of(engine)


def record(
    serial: int = LARGEST, *, authority: str = "issuing", key: bytes = b"k" * 32, **changes
) -> CertificateRecord:
    return CertificateRecord(authority, serial, changes.pop("profile", "log"), key, changes.pop("at", AT), b"tbs")


# Certificates -------------------------------------------------------------------------------------------------------


def test_a_certificate_is_planned_then_complete_then_fixed(books):
    planned = record()
    books.certificates.plan(planned)
    assert books.certificates.find("issuing", LARGEST) == planned
    books.certificates.complete("issuing", LARGEST, b"der")
    assert books.certificates.find("issuing", LARGEST) == replace(planned, der=b"der")
    with pytest.raises(Conflict, match="not-planned"):
        books.certificates.complete("issuing", LARGEST, b"other")
    assert books.certificates.find("issuing", LARGEST).der == b"der"


def test_a_number_is_used_once_for_each_authority(books):
    books.certificates.plan(record())
    books.certificates.plan(record(authority="root"))
    with pytest.raises(Conflict, match="serial-taken"):
        books.certificates.plan(record(key=b"o" * 32))


def test_what_was_not_planned_cannot_be_completed(books):
    with pytest.raises(Conflict, match="not-planned"):
        books.certificates.complete("issuing", 1, b"der")
    assert books.certificates.find("issuing", 1) is None


def test_certificates_are_found_by_key_and_profile_oldest_first(books):
    young, old = record(1, at=AT + DAY), record(2)
    other = record(3, key=b"o" * 32, profile="receipt")
    for one in (young, old, other):
        books.certificates.plan(one)
    assert books.certificates.of_key(b"k" * 32) == [old, young]
    assert books.certificates.of_profile("log") == [old, young]
    assert books.certificates.of_profile("receipt") == [other]
    assert books.certificates.of_key(b"x" * 32) == []


# Revocations --------------------------------------------------------------------------------------------------------


def test_revocations_are_appended_in_order(books):
    books.certificates.plan(record())
    books.certificates.plan(record(5))
    first, second = Revoked(AT, Reason.SUPERSEDED), Revoked(AT, Reason.KEY_COMPROMISE, AT - DAY)
    books.revocations.add("issuing", LARGEST, first)
    books.revocations.add("issuing", LARGEST, second)
    books.revocations.add("issuing", 5, first)
    assert books.revocations.of("issuing") == {LARGEST: [first, second], 5: [first]}
    assert books.revocations.of("root") == {}


def test_only_what_is_on_record_can_be_revoked(books):
    with pytest.raises(IntegrityError):
        books.revocations.add("issuing", 1, Revoked(AT))


def test_revocations_at_the_same_time_are_all_kept(engine, books):
    books.certificates.plan(record())

    def add(day: int) -> None:
        books_of(engine).revocations.add("issuing", LARGEST, Revoked(AT + day * DAY))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(24)))
    assert {one.at for one in books.revocations.of("issuing")[LARGEST]} == {AT + day * DAY for day in range(24)}
    with engine.connect() as connection:
        assert sorted(connection.scalars(select(x509_revocation.c.sequence))) == list(range(1, 25))


# Editions -----------------------------------------------------------------------------------------------------------


def plan(editions, number: int, name: str = "root") -> None:
    editions.plan(name, number, issued_at=AT, next_update=AT + DAY, to_be_signed=b"tbs")


def test_an_edition_is_current_when_it_is_complete(books):
    editions = books.editions
    assert (editions.highest("root"), editions.current("root")) == (0, None)
    plan(editions, 1)
    assert (editions.highest("root"), editions.current("root")) == (1, None)
    editions.complete("root", 1, b"one")
    plan(editions, 7)
    assert (editions.highest("root"), editions.current("root")) == (7, Publication(1, AT, AT + DAY, b"one"))
    editions.complete("root", 7, b"seven")
    assert editions.current("root").octets == b"seven"
    assert editions.current("issuing") is None


@pytest.mark.parametrize("number", [0, 6, 7])
def test_numbers_only_rise(books, number):
    plan(books.editions, 7)
    with pytest.raises(Conflict, match="number-not-greater"):
        plan(books.editions, number)
    plan(books.editions, 7, "issuing")


def test_an_edition_is_completed_once(books):
    plan(books.editions, 1)
    books.editions.complete("root", 1, b"one")
    for number in (1, 2):
        with pytest.raises(Conflict, match="not-planned"):
            books.editions.complete("root", number, b"other")
    assert books.editions.current("root").octets == b"one"


def test_of_many_publishers_one_gets_the_number(engine):
    def attempt(_: int) -> bool:
        try:
            plan(books_of(engine).editions, 1)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_revocation_lists_and_trust_lists_are_apart(engine, books):
    plan(books.editions, 1, NAME)
    assert trust_lists(engine).highest(NAME) == 0
    assert x509_crl.name != trust_list_publication.name


# The authority over them --------------------------------------------------------------------------------------------


def test_the_authority_works_over_the_database_and_is_taken_up_again(engine):
    authority = founded(books_of(engine))
    leaf = authority.certify(signer("库印").public, SEAL_SIGNER, subject=BUREAU, at=AT, random=chance)
    lists = authority.publish_crls(AT)

    def path(at, now):
        return validate_path(
            leaf,
            others=[authority.issuing.certificate],
            anchors=[authority.root.certificate],
            crls=founded(books_of(engine)).publish_crls(now),
            at=at,
            now=now,
            purpose=Purpose.SEAL_SIGNER,
        )

    assert path(AT, AT).chain[0] == leaf
    again = founded(books_of(engine), at=AT + DAY)
    assert again.issuing.certificate == authority.issuing.certificate
    assert again.publish_crls(AT + timedelta(hours=1)) == lists
    again.revoke_certificate(leaf.serial, Reason.KEY_COMPROMISE, AT + DAY, invalid_since=AT + timedelta(hours=12))
    assert path(AT + timedelta(hours=11), AT + DAY).chain[0] == leaf
    with pytest.raises(Exception, match="revoked"):
        path(AT + timedelta(hours=12), AT + DAY)
    assert again.unfinished() == []


def test_trust_lists_are_published_over_the_database(engine):
    authority = founded(books_of(engine))
    certificate = authority.certify(signer("库信").public, TRUST_LIST, subject=BUREAU, at=AT, random=chance)
    sealing = authority.certify(signer("库印").public, SEAL_SIGNER, subject=BUREAU, at=AT, random=chance)
    for number in (1, 2):
        octets = publish_trust_list(
            trust_lists(engine),
            signer("库信"),
            certificate,
            certificates=[ListedCertificate(Purpose.SEAL_SIGNER, BODY, sealing.der)],
            mandates=[Mandate(BODY, "雁栖市测试局", "T", AT)],
            types=[("T", "营业执照")],
            log="log.yanqi.example/1",
            status_base="http://127.0.0.1:8000/status/",
            at=AT,
            next_update=AT + DAY,
        )
        assert read_trust_list(octets, certificate).sequence == number
        assert trust_lists(engine).current(NAME) == Publication(number, AT.replace(microsecond=0), AT + DAY, octets)
