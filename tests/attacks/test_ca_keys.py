"""Certificates of CA keys: revocation lists are held against every key that an authority ever had, and against no other.

An authority whose key was changed has lists under the old key, in the register and in the public folder. They stay
true; what neither key has signed does not become true by lying where a list should be.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from keys.custody import memory_signer
from keys.signer import Signer
from service.auditing.opening import inside
from service.public_folder import PublicFolder, revocation_list
from service.restoring.editions import adopt_revocations
from tests.audit_parts import found
from tests.city import City
from trust.certification.authority import ROOT
from trust.certification.issuing import issue, key_digest
from trust.certification.ports import CertificateRecord
from trust.certification.profiles import ISSUING
from trust.errors import Untrusted
from trust.formats.certificate import Certificate, assemble, certificate_tbs, key_identifier, load_certificate
from trust.formats.crl import Reason, Revoked, assemble_crl, crl_tbs, load_crl
from verifier.auditing.auditing import Brought


class Changed:
    """A city whose issuing CA got a second key, certified by the root under the same name."""

    def __init__(self, folder: Path) -> None:
        self.city, self.folder = City(people=False), PublicFolder(folder)
        yinzheng, self.newer = self.city.yinzheng, memory_signer("issuing-2")
        self.city.clock.forward(days=1)
        desk, old = yinzheng.authority.root, yinzheng.authority.issuing
        self.old, self.since = old.signer, self.city.clock()
        self.certificate: Certificate = issue(
            yinzheng.archive.books,
            authority=ROOT,
            signer=desk.signer,
            issuer=desk.certificate,
            kind=ISSUING,
            public=self.newer.public,
            subject=old.certificate.subject,
            crl_url=None,
            at=self.since,
            random=yinzheng.random,
        )
        yinzheng.publisher.refresh(self.since)

    def certificate_for(self, own: Signer) -> bytes:
        """A certificate like that of the issuing CA for a key of one's own, which that key signed itself."""
        before = self.city.yinzheng.authority.issuing.certificate
        tbs = certificate_tbs(
            ISSUING.profile,
            subject=before.subject,
            public_key=own.public,
            issuer=before.issuer,
            issuer_key_id=key_identifier(own.public),
            serial=2**64 + 5,
            not_before=before.not_before,
            not_after=before.not_after,
            crl_url=None,
        )
        return assemble(tbs, own.sign(tbs))

    def on_record(self, der: bytes) -> None:
        """Put a certificate among those of the authority."""
        books, certificate = self.city.yinzheng.archive.books, load_certificate(der)
        digest = key_digest(certificate.public_key)
        kind, at = ISSUING.profile.name, self.city.clock()
        books.certificates.plan(CertificateRecord(ROOT, certificate.serial, kind, digest, at, certificate.tbs))
        books.certificates.complete(ROOT, certificate.serial, der)

    def next_list(self, by: Signer, *, revoked: bool = True) -> tuple[int, bytes]:
        """Number and octets of the next revocation list of the issuing CA, which ends the seal maker's certificate."""
        books, at = self.city.yinzheng.archive.books, self.city.clock().replace(microsecond=0)
        current = books.editions.current("issuing")
        assert current is not None
        before, serial = load_crl(current.octets), self.city.yinzheng.directory.maker()[1].serial
        tbs = crl_tbs(
            issuer=before.issuer,
            issuer_key_id=key_identifier(by.public),
            number=before.number + 1,
            this_update=at,
            next_update=at + timedelta(days=7),
            kept_since=before.kept_since,
            revoked=dict(before.revoked) | ({serial: Revoked(at, Reason.SUPERSEDED, at)} if revoked else {}),
        )
        return before.number + 1, assemble_crl(tbs, by.sign(tbs))

    def published(self, by: Signer) -> int:
        """The next list, as the public folder has it and the database does not; how many revocations were new."""
        number, octets = self.next_list(by)
        self.folder.put(revocation_list("issuing"), number, octets)
        return adopt_revocations(self.city.yinzheng.archive, "issuing", self.folder)

    def audited(self) -> set[str]:
        """What an audit from inside finds, with the roots that the auditor brought."""
        yinzheng = self.city.yinzheng
        roots = [one for one in yinzheng.anchors if one.subject == one.issuer]
        made, registers, trail = inside(yinzheng, roots, Brought(), self.city.clock())
        return found(made.inside(registers, trail, files=False))

    def stored(self, by: Signer) -> None:
        """The next list, as somebody writes it into the database."""
        number, octets = self.next_list(by, revoked=False)
        at, editions = self.city.clock(), self.city.yinzheng.archive.books.editions
        editions.plan("issuing", number, issued_at=at, next_update=at + timedelta(days=7), to_be_signed=b"")
        editions.complete("issuing", number, octets)


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[Changed]:
    made = Changed(tmp_path / "public")
    yield made
    made.city.close()


def test_a_restore_takes_up_lists_under_either_key(changed: Changed) -> None:
    assert changed.published(changed.old) == 1, "the authority had this key when the list was made"
    maker = changed.city.yinzheng.directory.maker()[1].serial
    assert maker in changed.city.yinzheng.archive.books.revocations.of("issuing")


def test_a_restore_takes_up_a_list_under_the_newer_key(changed: Changed) -> None:
    assert changed.published(changed.newer) == 1


def test_a_restore_takes_up_no_list_under_another_key(changed: Changed) -> None:
    with pytest.raises(Untrusted):
        changed.published(memory_signer("stranger"))
    assert changed.city.yinzheng.archive.books.revocations.of("issuing") == {}


def test_the_audit_knows_both_keys(changed: Changed) -> None:
    assert "list-signature" not in changed.audited()
    changed.stored(changed.newer)
    assert "list-signature" not in changed.audited()


def test_the_audit_finds_a_list_under_another_key(changed: Changed) -> None:
    changed.stored(memory_signer("stranger"))
    assert "list-signature" in changed.audited()


def test_the_audit_takes_no_key_of_a_certificate_that_the_root_did_not_sign(changed: Changed) -> None:
    """A superuser puts a certificate of his own among those of the authority, and signs lists under it."""
    own = memory_signer("own")
    certificate = changed.certificate_for(own)
    changed.on_record(certificate)
    changed.stored(own)
    assert "list-signature" in changed.audited()
