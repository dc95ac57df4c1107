"""X.509 certificates of our profile: octets to values, and values to octets that wait for a signature.

Reading says what stands in a certificate; it does not say whether to believe it: that is `trust.formats.path`.
A certificate is refused here when it is not DER, when its algorithms or its key are not SM2 with SM3, or when one of
the extensions that rules rest on is malformed. Critical extensions that no rule of ours applies are only *listed*
(`unapplied`), as are limits like name constraints, critical or not; `path` refuses them.

Profile: RFC 5280 and GB/T 20518 (reconstructed from certificates in use; the text was not at hand). Key identifiers
are the first 20 octets of SM3 over the point, after RFC 7093. Addresses of revocation lists are data; nothing here
fetches anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from keys.errors import KeysError
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.asn1 import SM2_WITH_SM3_ALGORITHM, UNREADABLE, algos, core, keys, pem, x509
from trust.formats.certificate_extensions import USAGE_OF_ASN1, KeyUsage, Purpose, read_extensions
from trust.formats.x509_fields import (
    SERIAL_OCTETS,
    Name,
    check_algorithm,
    load_strictly,
    make_time,
    read_name,
    read_signature,
    read_time,
    signed,
)

__all__ = [
    "Certificate",
    "CertificateProfile",
    "KeyUsage",
    "Purpose",
    "assemble",
    "certificate_tbs",
    "key_identifier",
    "load_certificate",
    "load_pem",
    "to_pem",
]

MAX_OCTETS = 16 * 1024
MAX_BUNDLE = 64
KEY_IDENTIFIER_OCTETS = 20


@dataclass(frozen=True, eq=False)
class Certificate:
    """A certificate as it was read; two are equal when their octets are."""

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    subject: Name
    issuer: Name
    serial: int
    not_before: datetime
    not_after: datetime
    public_key: PublicKey
    is_ca: bool
    path_length: int | None
    key_usage: frozenset[KeyUsage]
    purposes: frozenset[str]
    purposes_critical: bool
    subject_key_id: bytes | None
    authority_key_id: bytes | None
    crl_urls: tuple[str, ...]
    unapplied: frozenset[str]
    fingerprint: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and other.der == self.der

    def __hash__(self) -> int:
        return hash(self.der)

    @property
    def self_issued(self) -> bool:
        """Whether subject and issuer bear the same name."""
        return self.subject.der == self.issuer.der


@dataclass(frozen=True)
class CertificateProfile:
    """What a kind of certificate may do; `critical_purpose` as RFC 3161 asks of time-stamp authorities.

    `no_check` is for OCSP responders: nobody asks the responder about itself (RFC 6960, 4.2.2.2.1).
    """

    name: str
    key_usage: frozenset[KeyUsage]
    purposes: tuple[Purpose, ...] = ()
    is_ca: bool = False
    path_length: int | None = None
    critical_purpose: bool = False
    no_check: bool = False


@lru_cache(maxsize=1024)
def load_certificate(der: bytes) -> Certificate:
    """Read one certificate of at most 16 KiB; the last thousand are remembered.

    Raises:
        Malformed: `certificate`, `certificate-algorithm`, `certificate-key`, `certificate-time`,
            `certificate-extension` or `name`.

    """
    loaded = load_strictly(x509.Certificate, der, limit=MAX_OCTETS, reason="certificate")
    tbs = loaded["tbs_certificate"]
    if tbs["version"].native != "v3" or _has_unique_id(tbs):
        raise Malformed("certificate", "not version 3, or with unique identifiers")
    check_algorithm(tbs["signature"], loaded["signature_algorithm"], reason="certificate-algorithm")
    not_before, not_after = (
        read_time(tbs["validity"][end], reason="certificate-time") for end in ("not_before", "not_after")
    )
    if not_before > not_after:
        raise Malformed("certificate-time", "the period ends before it begins")
    return Certificate(
        der=der,
        tbs=tbs.dump(),
        signature=read_signature(loaded["signature_value"], reason="certificate"),
        subject=read_name(tbs["subject"]),
        issuer=read_name(tbs["issuer"]),
        serial=_serial(tbs["serial_number"].native),
        not_before=not_before,
        not_after=not_after,
        public_key=_public_key(tbs["subject_public_key_info"].dump()),
        fingerprint=sm3(der),
        **vars(read_extensions(tbs["extensions"])),
    )


def _has_unique_id(tbs: Any) -> bool:
    return any(tbs[name].native is not None for name in ("issuer_unique_id", "subject_unique_id"))


def _serial(serial: int) -> int:
    if not 0 < serial < 1 << (8 * SERIAL_OCTETS - 1):
        raise Malformed("certificate", "a serial number is positive and has at most 20 octets")
    return serial


def _public_key(spki: bytes) -> PublicKey:
    try:
        return PublicKey.from_spki(spki)
    except KeysError as error:
        raise Malformed("certificate-key", "not an SM2 public key") from error


def load_pem(octets: bytes) -> list[Certificate]:
    """Read certificates in PEM, at most 64 of them; other PEM objects between them are refused.

    Raises:
        Malformed: `pem`, or what `load_certificate` raises.

    """
    if len(octets) > MAX_BUNDLE * 2 * MAX_OCTETS:
        raise Malformed("pem", "too many octets")
    try:
        found = list(pem.unarmor(octets, multiple=True))
    except UNREADABLE as error:
        raise Malformed("pem", "not PEM") from error
    if len(found) > MAX_BUNDLE or any(kind != "CERTIFICATE" for kind, _, _ in found):
        raise Malformed("pem", "too many objects, or one that is not a certificate")
    return [load_certificate(der) for _, _, der in found]


def to_pem(certificates: Sequence[Certificate]) -> bytes:
    """The certificates in PEM, one after the other."""
    return b"".join(pem.armor("CERTIFICATE", certificate.der) for certificate in certificates)


def key_identifier(public: PublicKey) -> bytes:
    """The identifier that certificates of this project give a key: 20 octets of SM3 over the point."""
    return sm3(public.point)[:KEY_IDENTIFIER_OCTETS]


def certificate_tbs(
    profile: CertificateProfile,
    *,
    subject: Name,
    public_key: PublicKey,
    issuer: Name,
    issuer_key_id: bytes,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    crl_url: str | None,
) -> bytes:
    """The octets an issuer signs: version 3, SM2 with SM3, the extensions of the profile.

    Raises:
        Malformed: a serial number out of range.

    """
    extensions = [
        _extension("basic_constraints", _basic_constraints_value(profile), critical=True),
        _extension("key_usage", {name for name, usage in USAGE_OF_ASN1.items() if usage in profile.key_usage}),
        _extension("key_identifier", key_identifier(public_key), critical=False),
        _extension("authority_key_identifier", {"key_identifier": issuer_key_id}, critical=False),
    ]
    if profile.purposes:
        purposes = [str(purpose) for purpose in profile.purposes]
        extensions.append(_extension("extended_key_usage", purposes, critical=profile.critical_purpose))
    if crl_url is not None:
        address = x509.GeneralName(name="uniform_resource_identifier", value=crl_url)
        point = {"distribution_point": x509.DistributionPointName(name="full_name", value=[address])}
        extensions.append(_extension("crl_distribution_points", [point], critical=False))
    if profile.no_check:
        extensions.append(_extension("ocsp_no_check", core.Null(), critical=False))
    built = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": _serial(serial),
            "signature": algos.SignedDigestAlgorithm.load(SM2_WITH_SM3_ALGORITHM),
            "issuer": x509.Name.load(issuer.der),
            "validity": {"not_before": make_time(not_before), "not_after": make_time(not_after)},
            "subject": x509.Name.load(subject.der),
            "subject_public_key_info": keys.PublicKeyInfo.load(public_key.spki),
            "extensions": extensions,
        },
    )
    return bytes(built.dump())


def _extension(name: str, value: Any, *, critical: bool = True) -> dict[str, Any]:
    return {"extn_id": name, "critical": critical, "extn_value": value}


def _basic_constraints_value(profile: CertificateProfile) -> dict[str, Any]:
    return {"ca": profile.is_ca, "path_len_constraint": profile.path_length}


def assemble(tbs: bytes, raw_signature: bytes) -> bytes:
    """The certificate: what was signed, and the signature r ‖ s over it."""
    return signed(tbs, raw_signature)
