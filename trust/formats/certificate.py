"""X.509 certificates of our profile: octets to values, and values to octets that wait for a signature.

Reading says what stands in a certificate; it does not say whether to believe it: that is `trust.formats.path`.
A certificate is refused here when it is not DER, when its algorithms or its key are not SM2 with SM3, or when one of
the extensions that rules rest on is malformed. Critical extensions that no rule of ours applies are only *listed*
(`unapplied`), as are limits like name constraints, critical or not; `path` refuses them.

Profile: RFC 5280 and GB/T 20518 (reconstructed from certificates in use; the text was not at hand). Key identifiers
are the first 20 octets of SM3 over the point, after RFC 7093. Each purpose of a key has an identifier of its own,
so that no key can be used in another's place. Addresses of revocation lists are data; nothing here fetches anything.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from keys.errors import KeysError
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.asn1 import SM2_WITH_SM3_ALGORITHM, UNREADABLE, algos, keys, pem, x509
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

MAX_OCTETS = 16 * 1024
MAX_BUNDLE = 64
KEY_IDENTIFIER_OCTETS = 20
ARC = "2.25.119157638671902062904121085130276610815.1"
"""Our own arc, under the UUID 59a4ed2b-4eb4-4996-a656-4ee2b39822ff (X.667: no registration is needed)."""


class Purpose(StrEnum):
    """What a key is for, as the identifier in the extended key usage."""

    SEAL_SIGNER = f"{ARC}.1"
    SEAL_MAKER = f"{ARC}.2"
    STATUS_LIST = f"{ARC}.3"
    LOG = f"{ARC}.4"
    TRUST_LIST = f"{ARC}.5"
    RECEIPT = f"{ARC}.6"
    TIME_STAMP = "1.3.6.1.5.5.7.3.8"


class KeyUsage(StrEnum):
    """The key usages our rules speak of, under the names of RFC 5280."""

    DIGITAL_SIGNATURE = "digitalSignature"
    NON_REPUDIATION = "nonRepudiation"
    KEY_ENCIPHERMENT = "keyEncipherment"
    DATA_ENCIPHERMENT = "dataEncipherment"
    KEY_AGREEMENT = "keyAgreement"
    KEY_CERT_SIGN = "keyCertSign"
    CRL_SIGN = "cRLSign"
    ENCIPHER_ONLY = "encipherOnly"
    DECIPHER_ONLY = "decipherOnly"


USAGE_OF_ASN1 = {
    "digital_signature": KeyUsage.DIGITAL_SIGNATURE,
    "non_repudiation": KeyUsage.NON_REPUDIATION,
    "key_encipherment": KeyUsage.KEY_ENCIPHERMENT,
    "data_encipherment": KeyUsage.DATA_ENCIPHERMENT,
    "key_agreement": KeyUsage.KEY_AGREEMENT,
    "key_cert_sign": KeyUsage.KEY_CERT_SIGN,
    "crl_sign": KeyUsage.CRL_SIGN,
    "encipher_only": KeyUsage.ENCIPHER_ONLY,
    "decipher_only": KeyUsage.DECIPHER_ONLY,
}

BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE = "2.5.29.19", "2.5.29.15", "2.5.29.37"
SUBJECT_KEY_ID, AUTHORITY_KEY_ID, CRL_POINTS = "2.5.29.14", "2.5.29.35", "2.5.29.31"
APPLIED = frozenset(
    {BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, SUBJECT_KEY_ID, AUTHORITY_KEY_ID, CRL_POINTS},
)
LIMITS = frozenset({"2.5.29.30", "2.5.29.36", "2.5.29.54"})
"""Name constraints, policy constraints, inhibit anyPolicy: they narrow what a CA may do, and we cannot apply them."""


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
    """What a kind of certificate may do; `critical_purpose` as RFC 3161 asks of time-stamp authorities."""

    name: str
    key_usage: frozenset[KeyUsage]
    purposes: tuple[Purpose, ...] = ()
    is_ca: bool = False
    path_length: int | None = None
    critical_purpose: bool = False


@lru_cache(maxsize=1024)
def load_certificate(der: bytes) -> Certificate:
    """Read one certificate of at most 16 KiB; the last thousand are remembered.

    Raises:
        Malformed: `certificate`, `certificate-algorithm`, `certificate-key`, `certificate-time`,
            `certificate-extension` or `name`.

    """
    loaded = load_strictly(x509.Certificate, der, limit=MAX_OCTETS, reason="certificate")
    tbs = loaded["tbs_certificate"]
    if tbs["version"].native != "v3" or tbs["issuer_unique_id"].native or tbs["subject_unique_id"].native:
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
        **_extensions(tbs["extensions"]),
    )


def _serial(serial: int) -> int:
    if not 0 < serial < 1 << (8 * SERIAL_OCTETS - 1):
        raise Malformed("certificate", "a serial number is positive and has at most 20 octets")
    return serial


def _public_key(spki: bytes) -> PublicKey:
    try:
        return PublicKey.from_spki(spki)
    except KeysError as error:
        raise Malformed("certificate-key", "not an SM2 public key") from error


def _extensions(extensions: Any) -> dict[str, Any]:
    """The fields of a `Certificate` that extensions carry, each at its default where the extension is absent."""
    found: dict[str, Any] = {}
    critical: set[str] = set()
    try:
        for extension in extensions:
            oid = extension["extn_id"].dotted
            if oid in found:
                raise Malformed("certificate-extension", f"{oid} occurs twice")
            found[oid] = extension["extn_value"].parsed if oid in APPLIED else None
            if extension["critical"].native:
                critical.add(oid)
    except UNREADABLE as error:
        raise Malformed("certificate-extension", "an extension cannot be read") from error
    is_ca, path_length = _basic_constraints(found.get(BASIC_CONSTRAINTS))
    return {
        "is_ca": is_ca,
        "path_length": path_length,
        "key_usage": frozenset(USAGE_OF_ASN1[name] for name in _native(found, KEY_USAGE) or ()),
        "purposes": frozenset(one.dotted for one in found.get(EXTENDED_KEY_USAGE, ())),
        "purposes_critical": EXTENDED_KEY_USAGE in critical,
        "subject_key_id": _native(found, SUBJECT_KEY_ID),
        "authority_key_id": _authority_key_id(found.get(AUTHORITY_KEY_ID)),
        "crl_urls": tuple(_urls(found.get(CRL_POINTS))),
        "unapplied": frozenset((critical - APPLIED) | (LIMITS & found.keys())),
    }


def _native(found: dict[str, Any], oid: str) -> Any:
    value = found.get(oid)
    return None if value is None else value.native


def _basic_constraints(value: Any) -> tuple[bool, int | None]:
    """The CA flag, and the path length, which only a CA may have."""
    if value is None:
        return False, None
    is_ca, length = value["ca"].native, value["path_len_constraint"].native
    if length is not None and (not is_ca or length < 0):
        raise Malformed("certificate-extension", "a path length that means nothing")
    return is_ca, length


def _authority_key_id(value: Any) -> bytes | None:
    """The key identifier; naming the issuer by name and serial number as well is not in our profile."""
    if value is None:
        return None
    if value["authority_cert_issuer"].native is not None or value["authority_cert_serial_number"].native is not None:
        raise Malformed("certificate-extension", "an authority is named by its key identifier alone")
    identifier: bytes | None = value["key_identifier"].native
    return identifier


def _urls(points: Any) -> Iterable[str]:
    """Addresses of complete, direct revocation lists; partial and indirect ones are not in our profile."""
    if points is not None and len(points) == 0:
        raise Malformed("certificate-extension", "an empty list of distribution points")
    for point in points or ():
        where = point["distribution_point"]
        complete = point["reasons"].native is None and point["crl_issuer"].native is None
        if not complete or not isinstance(where, x509.DistributionPointName) or where.name != "full_name":
            raise Malformed("certificate-extension", "a partial or indirect revocation list")
        yield from (name.native for name in where.chosen if name.name == "uniform_resource_identifier")


def load_others(octets: Iterable[bytes]) -> list[Certificate]:
    """Read what a file of unknown origin brings along as helpers for a path, at most 64 certificates.

    Those that are not in our profile are left out: they cannot be part of a path, and bringing them is no fault.

    Raises:
        Malformed: `certificate`, more than 64.

    """
    bag = tuple(octets)
    if len(bag) > MAX_BUNDLE:
        raise Malformed("certificate", "too many certificates")
    found: list[Certificate] = []
    for der in bag:
        with suppress(Malformed):
            found.append(load_certificate(der))
    return found


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
