"""Certificate revocation lists of our profile: octets to values, and values to octets that wait for a signature.

Only complete lists of one issuer: what would make a list partial, indirect or a delta stands in critical extensions,
and those are listed as `unapplied`, so that `trust.formats.path` passes the list by. Every list has a number, a
`next_update` and a key identifier of its issuer. `kept_since` (expiredCertsOnCRL, X.509) says from when on the
issuer leaves entries of expired certificates in; without it, a list says nothing about a certificate that had
expired when the list was made.

Profile: RFC 5280, section 5. An entry tells when the certificate was revoked, why, and since when its key is not to
be believed (invalidity date). Reading is bounded: 1 MiB, which is more than 25 000 entries. Licences are never in
such lists; they have status lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import EXPIRED_CERTIFICATES_ON_CRL, SM2_WITH_SM3_ALGORITHM, UNREADABLE, algos, core, crl, x509
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

MAX_OCTETS = 1024 * 1024
CRL_NUMBER, AUTHORITY_KEY_ID, EXPIRED_KEPT = "2.5.29.20", "2.5.29.35", EXPIRED_CERTIFICATES_ON_CRL
REASON, INVALIDITY = "2.5.29.21", "2.5.29.24"


class Reason(StrEnum):
    """Why a certificate was revoked, in the words of asn1crypto; `remove_from_crl` cannot stand in a complete list."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key_compromise"
    CA_COMPROMISE = "ca_compromise"
    AFFILIATION_CHANGED = "affiliation_changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation_of_operation"
    CERTIFICATE_HOLD = "certificate_hold"
    PRIVILEGE_WITHDRAWN = "privilege_withdrawn"
    AA_COMPROMISE = "aa_compromise"

    @property
    def compromise(self) -> bool:
        """Whether somebody else may have had the key."""
        return self in {Reason.KEY_COMPROMISE, Reason.CA_COMPROMISE, Reason.AA_COMPROMISE}


@dataclass(frozen=True)
class Revoked:
    """One entry: revoked `at`, why, and since when the key is not to be believed, where that is known."""

    at: datetime
    reason: Reason = Reason.UNSPECIFIED
    invalid_since: datetime | None = None


@dataclass(frozen=True, eq=False)
class RevocationList:
    """A revocation list as it was read; two are equal when their octets are."""

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    issuer: Name
    number: int
    this_update: datetime
    next_update: datetime
    authority_key_id: bytes
    kept_since: datetime | None
    revoked: Mapping[int, Revoked] = field(repr=False)
    unapplied: frozenset[str]
    fingerprint: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RevocationList) and other.der == self.der

    def __hash__(self) -> int:
        return hash(self.der)


@lru_cache(maxsize=16)
def load_crl(octets: bytes) -> RevocationList:
    """Read one revocation list of at most 1 MiB; the last few are remembered.

    Raises:
        Malformed: `crl`, `crl-algorithm`, `crl-time`, `crl-extension` or `name`.

    """
    loaded = load_strictly(crl.CertificateList, octets, limit=MAX_OCTETS, reason="crl")
    tbs = loaded["tbs_cert_list"]
    if tbs["version"].native != "v2":
        raise Malformed("crl", "not version 2")
    check_algorithm(tbs["signature"], loaded["signature_algorithm"], reason="crl-algorithm")
    this_update, next_update = (_time(tbs[name]) for name in ("this_update", "next_update"))
    if this_update >= next_update:
        raise Malformed("crl-time", "the next list is due before this one")
    extensions, unapplied = _values(tbs["crl_extensions"], {CRL_NUMBER, AUTHORITY_KEY_ID, EXPIRED_KEPT})
    revoked, unapplied_to_entries = _entries(tbs["revoked_certificates"])
    return RevocationList(
        der=octets,
        tbs=tbs.dump(),
        signature=read_signature(loaded["signature"], reason="crl"),
        issuer=read_name(tbs["issuer"]),
        number=_number(extensions.get(CRL_NUMBER)),
        this_update=this_update,
        next_update=next_update,
        authority_key_id=_authority(extensions.get(AUTHORITY_KEY_ID)),
        kept_since=_generalized(extensions[EXPIRED_KEPT]) if EXPIRED_KEPT in extensions else None,
        revoked=MappingProxyType(revoked),
        unapplied=unapplied | unapplied_to_entries,
        fingerprint=sm3(octets),
    )


def _time(value: Any) -> datetime:
    if not isinstance(value, x509.Time):
        raise Malformed("crl-time", "a list without its next update")
    return read_time(value, reason="crl-time")


def _values(extensions: Any, applied: set[str]) -> tuple[dict[str, Any], frozenset[str]]:
    """The extensions that are applied, by identifier, and the critical ones that are not."""
    found: dict[str, Any] = {}
    unapplied = set()
    try:
        for extension in extensions:
            oid = extension["extn_id"].dotted
            if oid in found:
                raise Malformed("crl-extension", f"{oid} occurs twice")
            found[oid] = extension["extn_value"]
            if oid not in applied and extension["critical"].native:
                unapplied.add(oid)
        parsed = {oid: value.parsed for oid, value in found.items() if oid in applied}
    except UNREADABLE as error:
        raise Malformed("crl-extension", "an extension cannot be read") from error
    return parsed, frozenset(unapplied)


def _entries(entries: Any) -> tuple[dict[int, Revoked], frozenset[str]]:
    """Entries by serial number, each once, and the critical entry extensions that are not applied."""
    revoked: dict[int, Revoked] = {}
    unapplied: frozenset[str] = frozenset()
    for entry in entries:
        serial = entry["user_certificate"].native
        if serial in revoked:
            raise Malformed("crl", "a serial number occurs twice")
        values, unknown = _values(entry["crl_entry_extensions"], {REASON, INVALIDITY})
        unapplied |= unknown
        revoked[serial] = Revoked(
            at=_time(entry["revocation_date"]),
            reason=_reason(values.get(REASON)),
            invalid_since=_generalized(values[INVALIDITY]) if INVALIDITY in values else None,
        )
    return revoked, unapplied


def _reason(value: Any) -> Reason:
    try:
        return Reason.UNSPECIFIED if value is None else Reason(value.native)
    except UNREADABLE as error:
        raise Malformed("crl-extension", "a reason that a complete list cannot give") from error


def _generalized(value: Any) -> datetime:
    """A GeneralizedTime to the second, whatever the year."""
    if not isinstance(value, core.GeneralizedTime) or len(value.contents) != len("YYYYMMDDhhmmssZ"):
        raise Malformed("crl-time", "not a GeneralizedTime to the second")
    instant: datetime = value.native
    return instant.astimezone(UTC)


def _number(value: Any) -> int:
    if value is None or not 0 <= value.native < 1 << (8 * SERIAL_OCTETS - 1):
        raise Malformed("crl-extension", "a list without a number, or with one out of range")
    number: int = value.native
    return number


def _authority(value: Any) -> bytes:
    if value is None or not value["key_identifier"].native:
        raise Malformed("crl-extension", "a list that does not name its issuer's key")
    identifier: bytes = value["key_identifier"].native
    return identifier


def crl_tbs(
    *,
    issuer: Name,
    issuer_key_id: bytes,
    number: int,
    this_update: datetime,
    next_update: datetime,
    kept_since: datetime | None,
    revoked: Mapping[int, Revoked],
) -> bytes:
    """The octets an issuer signs: a complete list, entries in the order of their serial numbers."""
    authority = x509.AuthorityKeyIdentifier({"key_identifier": issuer_key_id}).dump()
    extensions = [_extension(AUTHORITY_KEY_ID, authority), _extension(CRL_NUMBER, der.write_integer(number))]
    if kept_since is not None:
        extensions.append(_extension(EXPIRED_KEPT, der.write_generalized_time(kept_since)))
    # Entries may be many, and asn1crypto takes half a millisecond to write one.
    entries = der.write_sequence(*(_entry(serial, revoked[serial]) for serial in sorted(revoked)))
    built = crl.TbsCertList(
        {
            "version": "v2",
            "signature": algos.SignedDigestAlgorithm.load(SM2_WITH_SM3_ALGORITHM),
            "issuer": x509.Name.load(issuer.der),
            "this_update": make_time(this_update),
            "next_update": make_time(next_update),
            "revoked_certificates": crl.RevokedCertificates.load(entries) if revoked else None,
            "crl_extensions": crl.TBSCertListExtensions.load(der.write_sequence(*extensions)),
        },
    )
    return bytes(built.dump())


def _entry(serial: int, entry: Revoked) -> bytes:
    """An entry; the reason `unspecified` is left out, as RFC 5280 (5.3.1) asks."""
    extensions: list[bytes] = []
    if entry.reason is not Reason.UNSPECIFIED:
        extensions.append(_extension(REASON, crl.CRLReason(entry.reason.value).dump()))
    if entry.invalid_since is not None:
        extensions.append(_extension(INVALIDITY, der.write_generalized_time(entry.invalid_since)))
    parts = [der.write_integer(serial), make_time(entry.at).dump()]
    if extensions:
        parts.append(der.write_sequence(*extensions))
    return der.write_sequence(*parts)


def _extension(oid: str, value: bytes) -> bytes:
    """An extension that is not critical."""
    return der.write_sequence(der.write_object_identifier(oid), der.write_octet_string(value))


def assemble_crl(tbs: bytes, raw_signature: bytes) -> bytes:
    """The list: what was signed, and the signature r ‖ s over it."""
    return signed(tbs, raw_signature)
