"""A public folder with a trust list that somebody else signed, and a database whose columns somebody wrote: a restore
takes neither for ours, and blocks the keys that leaked and no others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from keys.custody import memory_signer
from keys.errors import KeyFileRefused
from keys.lifecycle import KeyRecord, KeyState
from keys.signer import Signer
from service.keeping import block_leaked_again, block_leaked_key
from service.public_folder import TRUST_LIST, PublicFolder
from service.restoring.signers import adopt_trust_list, certificates_again, leaked_keys
from tests.audit_parts import superuser
from tests.city import City
from tests.public_parts import published_city
from trust.certification.issuing import key_digest
from trust.certification.profiles import RECEIPT
from trust.certification.profiles import TRUST_LIST as TRUST_LIST_KIND
from trust.certification.trust_listing import MAX_ENVELOPE
from trust.errors import Untrusted
from trust.formats.certificate import (
    Certificate,
    CertificateProfile,
    Purpose,
    assemble,
    certificate_tbs,
    key_identifier,
    load_certificate,
)
from trust.formats.cose import plan_sign1, split
from trust.formats.trust_list import (
    CONTENT_TYPE,
    ListedCertificate,
    TrustList,
    decode_trust_list,
    encode_trust_list,
)
from trust.store import METADATA

CERTIFICATES = METADATA.tables["x509_certificate"]
DAY = timedelta(days=1)


class Folder:
    """A city's public folder, and whoever can write into it."""

    def __init__(self, path: Path) -> None:
        self.city, self.folder = published_city(path), PublicFolder(path)
        self.own, self.clock = self.city.yinzheng, self.city.clock
        self.clock.forward(hours=1)

    def forge(self, by: Signer, *named: Certificate) -> TrustList:
        """The next trust list, signed by somebody, with certificates put in."""
        edition = self.folder.newest(TRUST_LIST)
        assert edition is not None
        last = decode_trust_list(split(edition.octets, MAX_ENVELOPE).payload)
        more = tuple(ListedCertificate(Purpose.TRUST_LIST, None, one.der) for one in named)
        at = self.clock().replace(microsecond=0)
        value = replace(
            last,
            sequence=last.sequence + 1,
            issued_at=at,
            next_update=at + DAY,
            certificates=(*last.certificates, *more),
        )
        message, complete = plan_sign1(encode_trust_list(value), by.public, CONTENT_TYPE)
        self.folder.put(TRUST_LIST, value.sequence, complete(by.sign(message)))
        return value

    def adopt(self) -> TrustList | None:
        return adopt_trust_list(self.own.archive, self.folder)

    def certified(self, by: Signer, public: Signer, profile: CertificateProfile) -> Certificate:
        """A certificate in the name of our issuing CA, whoever signs it."""
        issuer, at = self.own.authority.issuing.certificate, self.clock().replace(microsecond=0)
        tbs = certificate_tbs(
            profile,
            subject=issuer.subject,
            public_key=public.public,
            issuer=issuer.subject,
            issuer_key_id=key_identifier(issuer.public_key),
            serial=2**64 + 7,
            not_before=at,
            not_after=at + DAY,
            crl_url=None,
        )
        return load_certificate(assemble(tbs, by.sign(tbs)))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path / "public")
    yield folder
    folder.city.close()


def issuing_key(city: City) -> Signer:
    return city.ring.open("file:issuing")


def test_a_list_under_a_certificate_that_it_names_itself_is_taken_up(made: Folder) -> None:
    key = memory_signer("next")
    made.forge(key, made.certified(issuing_key(made.city), key, TRUST_LIST_KIND.profile))
    listed = made.adopt()
    assert listed is not None
    assert certificates_again(made.own.archive, listed) == 1
    assert certificates_again(made.own.archive, listed) == 0, "said again it changes nothing"
    records = made.own.archive.books.certificates.of_profile(TRUST_LIST_KIND.profile.name)
    assert [one.key for one in records][-1] == key_digest(key.public)


def test_a_certificate_that_was_planned_at_the_backup_is_completed(made: Folder) -> None:
    key = memory_signer("next")
    certificate = made.certified(issuing_key(made.city), key, TRUST_LIST_KIND.profile)
    listed, books = made.forge(key, certificate), made.own.archive.books.certificates
    certificates_again(made.own.archive, listed)
    with superuser(made.city.engine) as connection:
        connection.execute(
            update(CERTIFICATES).where(CERTIFICATES.c.serial == f"{certificate.serial:x}").values(der=None)
        )
    assert certificates_again(made.own.archive, listed) == 1
    found = books.find("issuing", certificate.serial)
    assert found is not None
    assert found.der == certificate.der


@pytest.mark.parametrize("whose", ["stranger", "self-signed", "other-purpose", "leaked"])
def test_a_list_of_somebody_else_is_refused(made: Folder, whose: str) -> None:
    stranger, city = memory_signer("stranger"), made.city
    if whose == "stranger":
        made.forge(stranger)
    elif whose == "self-signed":
        made.forge(stranger, made.certified(stranger, stranger, TRUST_LIST_KIND.profile))
    elif whose == "other-purpose":
        receipt = city.ring.open("file:receipt")
        made.forge(receipt, made.certified(issuing_key(city), receipt, RECEIPT.profile))
    else:
        stolen = city.ring.open("file:trust-list")
        block_leaked_key(city.ring, made.own.archive, "trust-list", made.clock(), made.clock())
        made.own.publisher.publish_revocations(made.clock())
        made.clock.forward(hours=1)
        made.forge(stolen)
    with pytest.raises(Untrusted, match="none of our keys"):
        made.adopt()


@pytest.mark.parametrize("lost", [0, None])
def test_our_own_list_of_before_the_loss_is_taken_up(made: Folder, lost: int | None) -> None:
    """Also where nobody knows when the key was lost: the log has this list, and whoever has the key cannot log."""
    lost_at = None if lost is None else made.clock()
    block_leaked_key(made.city.ring, made.own.archive, "trust-list", made.clock(), lost_at)
    made.own.publisher.publish_revocations(made.clock())
    assert made.adopt() is not None


# --- which keys are blocked again -------------------------------------------------------------------------------------


def leak(made: Folder, name: str) -> Certificate:
    """The key of a service leaks, everybody learns it, and a ring of before it is put back."""
    certificate = made.own.directory.service(name)[1]
    ring = made.city.ring.twin()
    block_leaked_key(ring, made.own.archive, name, made.clock(), made.clock())
    made.own.publisher.publish_revocations(made.clock())
    return certificate


def blocked(made: Folder) -> tuple[tuple[str, ...], ...]:
    leaked = leaked_keys(made.own.archive, made.folder, made.adopt())
    again = block_leaked_again(made.city.ring, leaked.signers, leaked.authorities, made.clock())
    return again.names, again.unreadable, again.authorities, leaked.unknown


@pytest.mark.parametrize("other", ["log", ""])
def test_the_columns_of_the_database_do_not_say_which_key_leaked(made: Folder, other: str) -> None:
    certificate = leak(made, "receipt")
    digest = key_digest(made.city.ring.record(other).public) if other else bytes(32)
    with superuser(made.city.engine) as connection:
        row = update(CERTIFICATES).where(CERTIFICATES.c.serial == f"{certificate.serial:x}")
        connection.execute(row.values(public_key=digest))
    assert blocked(made) == (("receipt",), (), (), ())


def test_a_certificate_that_cannot_be_shown_is_named(made: Folder) -> None:
    certificate, other = leak(made, "ocsp"), made.own.directory.service("receipt")[1]
    with superuser(made.city.engine) as connection:
        row = update(CERTIFICATES).where(CERTIFICATES.c.serial == f"{certificate.serial:x}")
        connection.execute(row.values(der=other.der))
    assert blocked(made) == ((), (), (), (f"issuing {certificate.serial:x}",))


def test_a_key_of_the_authority_is_left_to_people(made: Folder) -> None:
    ring = made.city.ring.twin()
    block_leaked_key(ring, made.own.archive, "issuing", made.clock(), made.clock())
    made.own.publisher.publish_revocations(made.clock())
    assert blocked(made) == ((), (), ("issuing",), ())
    assert made.city.ring.record("issuing").state is KeyState.ACTIVE


def test_a_key_that_cannot_be_read_keeps_no_other_from_being_blocked(
    made: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = type(made.city.ring).record

    def broken(ring: object, name: str) -> KeyRecord:
        if name == "log":
            raise KeyFileRefused("key-file", name)
        return record(ring, name)  # type: ignore[arg-type]  # it is a ring

    monkeypatch.setattr(type(made.city.ring), "record", broken)
    assert blocked(made) == ((), (), (), ()), "where none leaked none is read"
    leak(made, "receipt")
    assert blocked(made) == (("receipt",), ("log",), (), ())
