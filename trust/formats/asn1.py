"""The names that asn1crypto lacks, made known to it once: SM algorithms, GM message syntax, one CRL extension.

asn1crypto 1.5.1 knows no SM2, SM3 or SM4, and its tables have no public way in (only `NamedCurve` has). The entries
below are all that this project adds; they are made when this module is imported. Every module that uses asn1crypto
takes it from here — `from trust.formats.asn1 import x509` — so that no structure is parsed before the names are
known. pyproject.toml pins asn1crypto exactly, and a test looks at every entry, because the tables are private.

What stays out of reach: `signature_algo` and `hash_algo` of asn1crypto raise `ValueError` for SM2. Whoever judges a
signature compares the octets of the algorithm identifier with `SM2_WITH_SM3_ALGORITHM` instead.

Sources: GM/T 0006 as OFDRW, GmSSL and real certificates use it (reconstructed; the text was not at hand).
"""

from typing import Any

from asn1crypto import algos, cms, core, crl, keys, ocsp, pem, tsp, x509

__all__ = [
    "EC_PUBLIC_KEY",
    "EXPIRED_CERTIFICATES_ON_CRL",
    "GM_DATA",
    "GM_SIGNED_DATA",
    "HMAC_SM3",
    "SM2_CURVE",
    "SM2_SIGN",
    "SM2_WITH_SM3",
    "SM2_WITH_SM3_ALGORITHM",
    "SM3",
    "SM4_CBC",
    "UNREADABLE",
    "algos",
    "cms",
    "core",
    "crl",
    "keys",
    "ocsp",
    "pem",
    "register",
    "tsp",
    "x509",
]

SM3 = "1.2.156.10197.1.401"
HMAC_SM3 = "1.2.156.10197.1.401.2"
SM4_CBC = "1.2.156.10197.1.104.2"
SM2_CURVE = "1.2.156.10197.1.301"
SM2_SIGN = "1.2.156.10197.1.301.1"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
EC_PUBLIC_KEY = "1.2.840.10045.2.1"
EXPIRED_CERTIFICATES_ON_CRL = "2.5.29.60"
GM_DATA = "1.2.156.10197.6.1.4.2.1"
GM_SIGNED_DATA = "1.2.156.10197.6.1.4.2.2"

SM2_WITH_SM3_ALGORITHM = bytes.fromhex("300A06082A811CCF55018375")
"""The one signature AlgorithmIdentifier of our profile: SM2 with SM3, no parameters (a NULL is refused too)."""

UNREADABLE = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError, RecursionError)
"""What asn1crypto raises over octets that it cannot make sense of; never let one of these leave `trust.formats`."""


def register() -> None:
    """Enter the names into asn1crypto's tables; doing it again changes nothing."""
    keys.NamedCurve.register("sm2p256v1", SM2_CURVE, 32)
    _enter(algos.DigestAlgorithmId, SM3, "sm3")
    _enter(algos.HmacAlgorithmId, HMAC_SM3, "sm3")
    _enter(algos.SignedDigestAlgorithmId, SM2_WITH_SM3, "sm2_with_sm3")
    _enter(algos.SignedDigestAlgorithmId, SM2_SIGN, "sm2_sign")
    _enter(algos.EncryptionAlgorithmId, SM4_CBC, "sm4_cbc")
    algos.EncryptionAlgorithm._oid_specs["sm4_cbc"] = core.OctetString  # noqa: SLF001  (no public way in; the IV)
    _enter(crl.TBSCertListExtensionId, EXPIRED_CERTIFICATES_ON_CRL, "expired_certs_on_crl")
    crl.TBSCertListExtension._oid_specs["expired_certs_on_crl"] = core.GeneralizedTime  # noqa: SLF001  (no public way in)
    # Read as the PKCS#7 types, never written as such: the way back from the name keeps the PKCS#7 identifiers.
    _enter(cms.ContentType, GM_DATA, "data", reading_only=True)
    _enter(cms.ContentType, GM_SIGNED_DATA, "signed_data", reading_only=True)


def _enter(table: Any, oid: str, name: str, *, reading_only: bool = False) -> None:
    """One entry; the way back from name to OID must exist before a one-way entry is added to the forward table."""
    table.unmap(next(iter(table._map.values())))  # noqa: SLF001  (makes asn1crypto build its reverse table now)
    table._map[oid] = name  # noqa: SLF001  (no public way in)
    if not reading_only:
        table._reverse_map[name] = oid  # noqa: SLF001  (no public way in)


register()
