"""The extensions of certificates that our rules rest on: their names, and reading them strictly.

Six extensions are applied. Any other is refused by `trust.formats.path` if it is critical; those that would narrow
what a CA may do are refused whether critical or not, because a limit that is not applied is a hole. Source: RFC 5280,
section 4.2, narrowed where a form was never met in certificates for seals.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trust.errors import Malformed
from trust.formats.asn1 import UNREADABLE, x509

ARC = "2.25.119157638671902062904121085130276610815.1"
"""Our own arc, under the UUID 59a4ed2b-4eb4-4996-a656-4ee2b39822ff (X.667: no registration is needed)."""


class Purpose(StrEnum):
    """What a key is for, as the extended key usage says it: one each, so that no key takes another's place."""

    SEAL_SIGNER = f"{ARC}.1"
    SEAL_MAKER = f"{ARC}.2"
    STATUS_LIST = f"{ARC}.3"
    LOG = f"{ARC}.4"
    TRUST_LIST = f"{ARC}.5"
    RECEIPT = f"{ARC}.6"
    PRESENTATION = f"{ARC}.7"
    TIME_STAMP = "1.3.6.1.5.5.7.3.8"
    OCSP = "1.3.6.1.5.5.7.3.9"


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


@dataclass(frozen=True)
class Extensions:
    """What the extensions of a certificate say, each at its default where it is absent."""

    is_ca: bool
    path_length: int | None
    key_usage: frozenset[KeyUsage]
    purposes: frozenset[str]
    purposes_critical: bool
    subject_key_id: bytes | None
    authority_key_id: bytes | None
    crl_urls: tuple[str, ...]
    unapplied: frozenset[str]


def read_extensions(extensions: Any) -> Extensions:
    """Read the extensions of a certificate.

    Raises:
        Malformed: `certificate-extension`; one is doubled, unreadable, or of a form that is not in our profile.

    """
    found: dict[str, Any] = {}
    critical: set[str] = set()
    try:
        for extension in extensions:
            oid = extension["extn_id"].dotted
            if oid in found:
                raise _refused(f"{oid} occurs twice")
            found[oid] = extension["extn_value"].parsed if oid in APPLIED else None
            if extension["critical"].native:
                critical.add(oid)
        is_ca, path_length = _basic_constraints(found.get(BASIC_CONSTRAINTS))
        return Extensions(
            is_ca=is_ca,
            path_length=path_length,
            key_usage=_key_usage(found.get(KEY_USAGE)),
            purposes=_purposes(found.get(EXTENDED_KEY_USAGE)),
            purposes_critical=EXTENDED_KEY_USAGE in critical,
            subject_key_id=None if SUBJECT_KEY_ID not in found else found[SUBJECT_KEY_ID].native,
            authority_key_id=_authority_key_id(found.get(AUTHORITY_KEY_ID)),
            crl_urls=tuple(_urls(found.get(CRL_POINTS))),
            unapplied=frozenset((critical - APPLIED) | (LIMITS & found.keys())),
        )
    except UNREADABLE as error:
        raise _refused("an extension cannot be read") from error


def _refused(text: str) -> Malformed:
    return Malformed("certificate-extension", text)


def _key_usage(value: Any) -> frozenset[KeyUsage]:
    """The usages; bits that RFC 5280 does not name are refused."""
    names = set() if value is None else value.native
    if not names <= USAGE_OF_ASN1.keys():
        raise _refused("a key usage that has no name")
    return frozenset(USAGE_OF_ASN1[name] for name in names)


def _purposes(value: Any) -> frozenset[str]:
    """The purposes; a list of none is refused, because no list at all means something else for a CA."""
    if value is None:
        return frozenset()
    if len(value) == 0:
        raise _refused("an empty list of purposes")
    return frozenset(one.dotted for one in value)


def _basic_constraints(value: Any) -> tuple[bool, int | None]:
    """The CA flag, and the path length, which only a CA may have."""
    if value is None:
        return False, None
    is_ca, length = value["ca"].native, value["path_len_constraint"].native
    if length is not None and (not is_ca or length < 0):
        raise _refused("a path length that means nothing")
    return is_ca, length


def _authority_key_id(value: Any) -> bytes | None:
    """The key identifier; naming the issuer by name and serial number as well is not in our profile."""
    if value is None:
        return None
    if value["authority_cert_issuer"].native is not None or value["authority_cert_serial_number"].native is not None:
        raise _refused("an authority is named by its key identifier alone")
    identifier: bytes | None = value["key_identifier"].native
    return identifier


def _urls(points: Any) -> Iterable[str]:
    """Addresses of complete, direct revocation lists; partial and indirect ones are not in our profile."""
    if points is not None and len(points) == 0:
        raise _refused("an empty list of distribution points")
    for point in points or ():
        where = point["distribution_point"]
        complete = point["reasons"].native is None and point["crl_issuer"].native is None
        if not complete or not isinstance(where, x509.DistributionPointName) or where.name != "full_name":
            raise _refused("a partial or indirect revocation list")
        yield from (name.native for name in where.chosen if name.name == "uniform_resource_identifier")
