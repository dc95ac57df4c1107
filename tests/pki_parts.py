"""A small public-key infrastructure for tests: CAs and leaves made in a line, each with one thing wrong if asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from cryptography import x509 as foreign_x509
from OpenSSL import crypto

from keys.custody import memory_signer
from keys.signer import Signer
from trust.formats.certificate import (
    Certificate,
    CertificateProfile,
    KeyUsage,
    Purpose,
    assemble,
    certificate_tbs,
    key_identifier,
    load_certificate,
)
from trust.formats.crl import RevocationList, Revoked, assemble_crl, crl_tbs, load_crl
from trust.formats.x509_fields import Name, make_name

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SIGNING = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})
CERTIFYING = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})
CA = CertificateProfile("ca", CERTIFYING, is_ca=True)
SEALING = CertificateProfile("seal-signer", SIGNING, (Purpose.SEAL_SIGNER,))
SERIALS = count(1000)


@cache
def signer(name: str) -> Signer:
    """One key per name for the whole run."""
    return memory_signer(name)


@dataclass(frozen=True)
class Party:
    """A key and its certificate."""

    signer: Signer
    certificate: Certificate

    @property
    def name(self) -> Name:
        return self.certificate.subject


def certify(
    issuer: Party | None,
    key: Signer,
    common_name: str,
    profile: CertificateProfile = CA,
    *,
    not_before: datetime = AT - 30 * DAY,
    not_after: datetime = AT + 900 * DAY,
    issuer_name: Name | None = None,
    issuer_key_id: bytes | None = None,
    serial: int | None = None,
    crl_url: str | None = None,
) -> Certificate:
    """A certificate by `issuer`, or by itself if there is none."""
    subject = make_name(common_name, organisation="雁栖市测试局")
    holder = key if issuer is None else issuer.signer
    tbs = certificate_tbs(
        profile,
        subject=subject,
        public_key=key.public,
        issuer=issuer_name or (subject if issuer is None else issuer.name),
        issuer_key_id=issuer_key_id or key_identifier(holder.public),
        serial=serial or next(SERIALS),
        not_before=not_before,
        not_after=not_after,
        crl_url=crl_url,
    )
    return load_certificate(assemble(tbs, holder.sign(tbs)))


def party(issuer: Party | None, common_name: str, profile: CertificateProfile = CA, **changes: object) -> Party:
    """A key of that name with a certificate."""
    key = signer(common_name)
    return Party(key, certify(issuer, key, common_name, profile, **changes))  # type: ignore[arg-type]  # names and values come from the test


def revocations(
    issuer: Party,
    revoked: Mapping[int, Revoked] | None = None,
    *,
    number: int = 1,
    this_update: datetime = AT - DAY,
    next_update: datetime = AT + 6 * DAY,
    kept_since: datetime | None = None,
    key: Signer | None = None,
) -> RevocationList:
    """A list by `issuer`, signed by another key if asked."""
    tbs = crl_tbs(
        issuer=issuer.name,
        issuer_key_id=key_identifier(issuer.signer.public),
        number=number,
        this_update=this_update,
        next_update=next_update,
        kept_since=kept_since,
        revoked=revoked or {},
    )
    return load_crl(assemble_crl(tbs, (key or issuer.signer).sign(tbs)))


def second_opinion(
    leaf: bytes, intermediates: list[bytes], anchor: bytes, crls: list[bytes], at: datetime
) -> str | None:
    """OpenSSL's complaint about a chain, or None; revocation of every certificate is asked for."""

    def load(der: bytes) -> crypto.X509:
        return crypto.load_certificate(crypto.FILETYPE_ASN1, der)

    store = crypto.X509Store()
    store.add_cert(load(anchor))
    store.set_time(at)
    store.set_flags(crypto.X509StoreFlags.X509_STRICT)
    for crl in crls:
        store.add_crl(foreign_x509.load_der_x509_crl(crl))
    if crls:
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK | crypto.X509StoreFlags.CRL_CHECK_ALL)
    try:
        crypto.X509StoreContext(store, load(leaf), [load(der) for der in intermediates]).verify_certificate()
    except crypto.X509StoreContextError as error:
        return str(error)
    return None
