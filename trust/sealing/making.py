"""Making a seal (制章): a seal maker vouches that a picture and a name belong to the holders of certain certificates.

Maker and signer are two: the maker's certificate and key must not be among those the seal is for. Whether the
certificates' paths hold, and whether the department applied for this seal, has been settled before. Nothing is
filed here; a seal that has been made and not filed is of no use to anybody.
"""

from collections.abc import Sequence
from datetime import datetime

from keys.signer import Signer
from trust.formats.certificate import Certificate, KeyUsage, Purpose
from trust.formats.seal_check import check_seal
from trust.formats.ses import Seal, SealPicture, assemble_seal, parse_seal, seal_info
from trust.rules.times import aware
from trust.sealing.errors import SealNotMade

VENDOR = "YINZHENG"
SIGNING = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})


def make_seal(
    maker: Signer,
    maker_certificate: Certificate,
    *,
    seal_id: str,
    name: str,
    seal_type: int,
    signer_certificates: Sequence[Certificate],
    picture: SealPicture,
    valid_from: datetime,
    valid_until: datetime,
    at: datetime,
) -> Seal:
    """Make a seal and verify it before handing it out.

    Args:
        maker: the seal maker's key.
        maker_certificate: its certificate, for making seals.
        seal_id: number of the seal, 1 to 64 visible ASCII characters.
        name: name shown in the seal, usually the body's.
        seal_type: 1 for a seal of a body, 2 for a person's.
        signer_certificates: the certificates that may use it.
        picture: its picture (PNG) and size in millimetres.
        valid_from: first instant of its period, in whole seconds.
        valid_until: last instant of its period.
        at: now; recorded as the day of making.

    Raises:
        SealNotMade: see there.
        Malformed: a value outside the profile of seals.
        keys.errors.SigningFailed: the maker's key gave no signature.

    """
    check_roles(maker, maker_certificate, signer_certificates)
    if not aware(at) < aware(valid_until) or valid_until <= valid_from:
        raise SealNotMade("period", "the seal would never be in force")
    info = seal_info(
        vendor=VENDOR,
        seal_id=seal_id,
        seal_type=seal_type,
        name=name,
        signer_certificates=[certificate.der for certificate in signer_certificates],
        created=at,
        valid_from=valid_from,
        valid_until=valid_until,
        picture=picture,
    )
    octets = assemble_seal(info, maker_certificate.der, maker.sign(info))
    check_seal(octets)
    return parse_seal(octets)


def check_roles(maker: Signer, maker_certificate: Certificate, signers: Sequence[Certificate]) -> None:
    """Maker and signers must be what their certificates say, and different."""
    if maker.public != maker_certificate.public_key:
        raise SealNotMade("maker-key", "the certificate is not that of the maker's key")
    if Purpose.SEAL_MAKER not in maker_certificate.purposes or not SIGNING & maker_certificate.key_usage:
        raise SealNotMade("maker-purpose", "the certificate is not one for making seals")
    for signer in signers:
        if Purpose.SEAL_SIGNER not in signer.purposes or not SIGNING & signer.key_usage:
            raise SealNotMade("signer-purpose", "a certificate is not one for using seals")
        if signer.public_key == maker.public:
            raise SealNotMade("maker-is-signer", "the maker cannot make a seal for itself")
    if len(set(signers)) != len(signers):
        raise SealNotMade("signer-twice", "a certificate is listed twice")
