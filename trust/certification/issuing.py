"""Issuing one certificate: number drawn, plan stored, signed, verified, stored; nothing is handed out before that.

A serial number has 126 random bits, so it cannot be guessed and two are never alike. A key serves one kind of
certificate; a key that was ever reported compromised is never certified again, under any name. That the applicant
holds the private key is for the caller to have seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.signer import Signer
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from trust.certification.errors import PublicationDamaged
from trust.certification.ports import Books, CertificateRecord
from trust.certification.profiles import Kind
from trust.errors import Conflict
from trust.formats.certificate import (
    Certificate,
    assemble,
    certificate_tbs,
    key_identifier,
    load_certificate,
)
from trust.formats.path import check_issued
from trust.formats.x509_fields import Name
from trust.rules.times import aware

SERIAL_OCTETS = 16
Random = Callable[[int], bytes]


@dataclass(frozen=True)
class Desk:
    """One CA at work: its short name, its key, its certificate, and how long its revocation lists hold.

    A new list is due after `renewed_after`, so that a list is on hand long before the old one ends.

    Raises:
        Conflict: `key-mismatch`, the certificate is not the key's.

    """

    name: str
    signer: Signer
    certificate: Certificate
    list_holds: timedelta
    renewed_after: timedelta

    def __post_init__(self) -> None:
        if self.signer.public != self.certificate.public_key:
            raise Conflict("key-mismatch", f"{self.name}: the certificate belongs to another key")


def key_digest(public: PublicKey) -> bytes:
    """What a key is known by in the register: SM3 over its SubjectPublicKeyInfo."""
    return sm3(public.spki)


def draw_serial(random: Random) -> int:
    """A positive number of 16 octets, 126 bits of it by chance; its length is always the same."""
    chance = int.from_bytes(random(SERIAL_OCTETS), "big")
    top = 1 << (8 * SERIAL_OCTETS - 2)
    return top | chance % top


def check_key(books: Books, public: PublicKey, kind: Kind) -> None:
    """Refuse a key that was compromised, or that serves another kind of certificate.

    Raises:
        Conflict: `key-blocked`, `key-has-other-purpose`.

    """
    records = books.certificates.of_key(key_digest(public))
    for authority in {record.authority for record in records}:
        revocations = books.revocations.of(authority)
        own = (revocations.get(record.serial, ()) for record in records if record.authority == authority)
        if any(revoked.reason.compromise for some in own for revoked in some):
            raise Conflict("key-blocked", "the key was reported compromised")
    if any(record.profile != kind.profile.name for record in records):
        raise Conflict("key-has-other-purpose", "the key serves another kind of certificate")


def issue(
    books: Books,
    *,
    authority: str,
    signer: Signer,
    issuer: Certificate | None,
    kind: Kind,
    public: PublicKey,
    subject: Name,
    crl_url: str | None,
    at: datetime,
    random: Random,
) -> Certificate:
    """Issue a certificate by `signer`, whose own is `issuer` (None for a root, which signs itself).

    Raises:
        Conflict: `key-blocked`, `key-has-other-purpose`, `issuer-not-valid`, or `serial-taken` (ask again).
        PublicationDamaged: the register does not give back what was signed.

    """
    check_key(books, public, kind)
    begins = aware(at).replace(microsecond=0)
    ends = begins + kind.lasts
    if issuer is not None:
        if not issuer.not_before <= begins <= issuer.not_after:
            raise Conflict("issuer-not-valid", f"{authority} is outside its own period")
        ends = min(ends, issuer.not_after)
    serial = draw_serial(random)
    tbs = certificate_tbs(
        kind.profile,
        subject=subject,
        public_key=public,
        issuer=subject if issuer is None else issuer.subject,
        issuer_key_id=key_identifier(signer.public),
        serial=serial,
        not_before=begins,
        not_after=ends,
        crl_url=crl_url,
    )
    planned = CertificateRecord(authority, serial, kind.profile.name, key_digest(public), aware(at), tbs)
    books.certificates.plan(planned)
    certificate = load_certificate(assemble(tbs, signer.sign(tbs)))
    check_issued(certificate, signer.public)
    books.certificates.complete(authority, serial, certificate.der)
    stored = books.certificates.find(authority, serial)
    if certificate.tbs != tbs or stored is None or stored.der != certificate.der:
        raise PublicationDamaged("certificate-damaged", f"{authority} {serial:x}")
    return certificate
