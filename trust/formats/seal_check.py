"""What can be said of a seal and of a signature made with it from their octets alone, for every sealed format.

The maker's signature over the seal, the signer's presence in the seal's list by binary comparison, the claimed
signing time inside the seal's period. Whose certificates these are, and whether their paths held, is the
verifier's business. The same seal is checked once per process: 64 are remembered, by their octets.
"""

from datetime import datetime
from functools import lru_cache

from keys.errors import SignatureRefused
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, verify
from trust.errors import Malformed, Untrusted
from trust.formats.certificate import load_certificate
from trust.formats.ses import Seal, SealSignature, parse_seal
from trust.rules.verdict import Finding, Indication


def public_key_of(certificate: bytes) -> PublicKey:
    """The SM2 key of a certificate.

    Raises:
        Malformed: `certificate`, the octets are no certificate with an SM2 key.

    """
    try:
        return load_certificate(certificate).public_key
    except Malformed as error:
        raise Malformed("certificate", str(error)) from error


def check_signed(certificate: bytes, message: bytes, signature: bytes, reason: str) -> None:
    """Verify an SM2 signature made with the default identity.

    Raises:
        Untrusted: it does not hold; `reason` is the one given.

    """
    try:
        verify(public_key_of(certificate), message, signature, identity=DEFAULT_IDENTITY)
    except SignatureRefused as error:
        raise Untrusted(reason) from error


@lru_cache(maxsize=64)
def check_seal(octets: bytes) -> None:
    """Verify the maker's signature over a seal, given as the octets of a SESeal.

    Raises:
        Untrusted: `seal-signature-bad`.
        Malformed: the octets are no seal of our profile, or the maker's certificate is none.

    """
    seal = parse_seal(octets)
    check_signed(seal.maker_certificate, seal.signed, seal.signature, "seal-signature-bad")


def check_signature(signature: SealSignature) -> None:
    """Verify the signer's signature over TBS_Sign.

    Raises:
        Untrusted: `seal-signature-value`.
        Malformed: the signer's certificate is none.

    """
    check_signed(signature.certificate, signature.signed, signature.signature, "seal-signature-value")


def seal_findings(seal: Seal, signer: bytes, claimed_at: datetime | None) -> list[Finding]:
    """Step 3 as far as octets tell: the maker's signature, the signer in the list, the claimed time in the period."""
    return [
        maker_finding(seal),
        signer_finding(seal, signer),
        *([] if claimed_at is None else [period_finding(seal, claimed_at)]),
    ]


def maker_finding(seal: Seal) -> Finding:
    """Whether the maker's signature over the seal holds, and maker and signer are two."""
    try:
        check_seal(seal.der)
    except Untrusted:
        return Finding(3, "seal-signature-bad", Indication.FAILED, "印章数据上的制章者签名不成立，印章不真实。")
    except Malformed:
        return Finding(3, "seal-signature-bad", Indication.FAILED, "印章内的制章者证书无法读取，印章不可信。")
    if seal.maker_certificate in seal.signer_certificates:
        return Finding(3, "seal-maker-is-signer", Indication.FAILED, "制章者与用章者使用同一张证书，不符合制章规则。")
    return Finding(3, "seal-signature", Indication.PASSED, f"印章“{seal.name}”上的制章者签名成立。")


def signer_finding(seal: Seal, signer: bytes) -> Finding:
    """Whether the seal lists the signer's certificate, octet for octet."""
    if signer not in seal.signer_certificates:
        return Finding(3, "signer-not-in-seal", Indication.FAILED, "签章所用证书不在印章的用章者名单中。")
    return Finding(3, "signer-in-seal", Indication.PASSED, "签章所用证书在印章的用章者名单中。")


def period_finding(seal: Seal, claimed_at: datetime) -> Finding:
    """Whether the signing time the signer claims lies inside the seal's period; the claim proves nothing more."""
    if not seal.valid_from <= claimed_at <= seal.valid_until:
        return Finding(3, "seal-not-valid-at-time", Indication.FAILED, "签章自称的时间不在印章有效期内。")
    return Finding(3, "seal-claimed-time", Indication.PASSED, "签章自称的时间在印章有效期内（自称时间不作为证据）。")
