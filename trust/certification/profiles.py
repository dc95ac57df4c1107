"""The kinds of certificates this authority issues: what each may do, and for how long.

One key, one purpose. A department's seal signer signs licences and their codes; the seal maker signs seals; status
lists, log checkpoints, the trust list, receipts and presentations have signers of their own, so that a lost key harms
one thing and can be named exactly. Key usage as found in seal certificates in use: digitalSignature and nonRepudiation
where somebody stands by what is signed, digitalSignature alone for services. GB/T 20518 is not at hand: the lengths
of time are ours. An issuing CA may certify signers and nobody else (path length 0).
"""

from dataclasses import dataclass
from datetime import timedelta

from trust.formats.certificate import CertificateProfile, KeyUsage, Purpose

YEAR = timedelta(days=365)
CERTIFYING = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})
STANDING_BY = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})
SERVING = frozenset({KeyUsage.DIGITAL_SIGNATURE})


@dataclass(frozen=True)
class Kind:
    """A kind of certificate: its profile, and how long it lasts unless its issuer ends before."""

    profile: CertificateProfile
    lasts: timedelta


def _kind(name: str, usage: frozenset[KeyUsage], purpose: Purpose, lasts: timedelta) -> Kind:
    return Kind(CertificateProfile(name, usage, (purpose,)), lasts)


ROOT = Kind(CertificateProfile("root-ca", CERTIFYING, is_ca=True, path_length=1), 20 * YEAR)
ISSUING = Kind(CertificateProfile("issuing-ca", CERTIFYING, is_ca=True, path_length=0), 10 * YEAR)
SEAL_MAKER = _kind("seal-maker", STANDING_BY, Purpose.SEAL_MAKER, 5 * YEAR)
SEAL_SIGNER = _kind("seal-signer", STANDING_BY, Purpose.SEAL_SIGNER, 3 * YEAR)
STATUS_LIST = _kind("status-list", SERVING, Purpose.STATUS_LIST, 2 * YEAR)
LOG = _kind("log", SERVING, Purpose.LOG, 5 * YEAR)
TRUST_LIST = _kind("trust-list", STANDING_BY, Purpose.TRUST_LIST, 2 * YEAR)
RECEIPT = _kind("receipt", STANDING_BY, Purpose.RECEIPT, 3 * YEAR)
PRESENTATION = _kind("presentation", SERVING, Purpose.PRESENTATION, 2 * YEAR)
TIME_STAMP = Kind(
    # RFC 3161, 2.3: time stamping is the only purpose, and critical.
    CertificateProfile("time-stamp", STANDING_BY, (Purpose.TIME_STAMP,), critical_purpose=True),
    5 * YEAR,
)
OCSP = Kind(
    # Nobody asks about the responder itself, so its certificate does not last long (RFC 6960, 4.2.2.2.1).
    CertificateProfile("ocsp", SERVING, (Purpose.OCSP,), no_check=True),
    2 * YEAR,
)

END_ENTITIES = (SEAL_MAKER, SEAL_SIGNER, STATUS_LIST, LOG, TRUST_LIST, RECEIPT, PRESENTATION, TIME_STAMP)
"""Those whose certificates the trust list names; the responder's comes with every answer."""
